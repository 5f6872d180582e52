"""Peak memory and processor time of exporting every case: `python -m benchmarks.exporting --sizes 1000 10000 100000`.

Each size is exported by a process of its own into each kind of file. Memory that grows with the number of rows means
that rows are being held.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAKE = """
import sys, django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tingsu.base.clock import now
from tingsu.demo.player import load_demo
load_demo(count=400, until=now())
"""
GROW = """
import sys, django; django.setup()
from benchmarks.store import grow
grow(int(sys.argv[1]))
"""
EXPORT = """
import json, resource, sys, time, django; django.setup()
from pathlib import Path
from django.db import connection
if connection.vendor == "sqlite":  # pages of the database file that are mapped in are no memory of ours
    connection.cursor().execute("PRAGMA mmap_size=0")
from tingsu.cases.exporting import export_cases
from tingsu.cases.queue import Filters
from tingsu.org.models import User
path = Path(sys.argv[1])
person = User.objects.get(username="head")
before, wall, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter(), time.process_time()
done = export_cases(Filters(state="all"), path, by=person)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([done.cases, before / 1024, after / 1024, time.process_time() - begun, time.perf_counter() - wall,
                  path.stat().st_size / 1e6]))
"""


def main() -> None:
    """Print one line a size and kind."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exporting")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--kinds", nargs="+", default=["xlsx", "csv", "jsonl", "parquet"])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tingsu-export-") as home:
        environment = {**os.environ, "TINGSU_HOME": home, "DJANGO_SETTINGS_MODULE": "tingsu.base.settings"}
        _run(MAKE, environment)
        print(f"{'cases':>8} {'kind':8} {'MB before':>10} {'MB at peak':>11} {'CPU s':>8} {'s':>8} {'file MB':>8}")
        for size in sorted(asked.sizes):
            _run(GROW, environment, str(size))
            for kind in asked.kinds:
                said = _run(EXPORT, environment, str(Path(home) / f"out.{kind}"))
                count, before, peak, cpu, wall, written = json.loads(said)
                print(
                    f"{count:>8} {kind:8} {before:>10.0f} {peak:>11.0f} {cpu:>8.1f} {wall:>8.1f} {written:>8.1f}",
                    flush=True,
                )


def _run(code: str, environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


if __name__ == "__main__":
    main()
