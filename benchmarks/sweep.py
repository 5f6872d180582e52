"""A sweep over a growing number of open deadlines, one in a thousand of them due: seconds, and how they grow.

`python -m benchmarks --sweep` (or `python -m benchmarks.sweep --sizes 10000 100000 1000000`). Each case has an
owner and one running statute clock; beyond 100,000 clocks, several. Beside the sweep that tells what is due: one that
finds nothing due, which is what happens most minutes of a day.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.engines import database

ROOT = Path(__file__).resolve().parent.parent
SHARE = 1_000  # of so many clocks one is due
START = datetime.fromisoformat("2026-11-09T10:00:00+08:00")
DUE = datetime.fromisoformat("2026-11-25T00:00:00+08:00")
MOST_CASES = 100_000  # from there on the cases have several clocks each: growing whole cases would take hours
QUIET = datetime.fromisoformat("2026-11-10T00:00:00+08:00")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        run(asked.sizes)
    else:
        measure_sweep(asked.sizes, asked.engine)


def measure_sweep(sizes: Sequence[int], engine: str = "sqlite") -> None:
    """Measure in a fresh folder that is gone afterwards, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="tingsu-sweep-") as home, database(engine) as url:
        environment = {**os.environ, "TINGSU_HOME": home, "DJANGO_SETTINGS_MODULE": "tingsu.base.settings"}
        environment |= {"DATABASE_URL": url} if url else {}
        command = [sys.executable, "-m", "benchmarks.sweep", "--inside", "--sizes", *map(str, sizes)]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)


def run(sizes: Sequence[int]) -> None:
    """Grow one store from size to size and sweep it at each."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    _first_case()
    print(f"{connection.vendor}, one clock in {SHARE:,} due")
    print(
        f"{'open clocks':>12} {'due':>6} {'told':>6} {'sweep s':>8} {'cpu s':>7} {'ms each':>8} {'nothing due ms':>15}"
    )
    for size in sizes:
        _grow(size)
        print(_measure(size), flush=True)


def _first_case() -> None:
    from tests.make import Bank, case, walk

    bank = Bank()
    walk(case(bank, at=START), bank, "judge", at=START)


def _grow(size: int) -> None:
    """Copy the case and its clock, leave one clock in a thousand due on DUE, and the rest for a month later."""
    from benchmarks.store import _analyse, grow
    from tingsu.cases.models import Deadline

    grow(min(size, MOST_CASES))
    Deadline.objects.exclude(state="running").update(next_rung_at=None)
    running = Deadline.objects.filter(state="running")
    while (have := running.count()) < size:
        _copy_clocks(size - have)
    later = DUE + timedelta(days=30)
    running.update(safe_target=later, lawful_end=later, next_rung_at=later - timedelta(days=3))
    due = list(running.order_by("pk").values_list("pk", flat=True))[::SHARE]
    for step in range(0, len(due), 500):
        some = Deadline.objects.filter(pk__in=due[step : step + 500])
        some.update(safe_target=DUE, lawful_end=DUE, next_rung_at=DUE - timedelta(hours=1))
    _forget_rungs()
    _analyse()


def _copy_clocks(most: int) -> None:
    """More clocks on the same cases, at most as many as run already."""
    from django.db import connection

    from tingsu.cases.models import Deadline

    names = [f.column for f in Deadline._meta.concrete_fields if not f.primary_key]
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    table = connection.ops.quote_name(Deadline._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table}"
            f" WHERE state = 'running' ORDER BY id LIMIT {most}"
        )


def _forget_rungs() -> None:
    """What an earlier size was told is told again, and the copies carry no reaction of the original."""
    from tingsu.cases.overdue_tables import LadderStep, Notice

    LadderStep.objects.all().delete()
    Notice.objects.all().delete()


def _measure(size: int) -> str:
    from tingsu.cases.models import Deadline
    from tingsu.cases.sweeping import sweep

    sweep(QUIET)
    nothing = min(_seconds(lambda: sweep(QUIET)) for _ in range(20))
    due = Deadline.objects.filter(next_rung_at__lte=DUE).count()
    cpu = time.process_time()
    began = time.perf_counter()
    swept = sweep(DUE)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    assert (swept.looked, swept.failed) == (due, 0), swept
    each = 1000 * wall / max(due, 1)
    told = swept.warned + swept.escalated
    return f"{size:>12,} {due:>6,} {told:>6,} {wall:>8.2f} {cpu:>7.2f} {each:>8.1f} {1000 * nothing:>15.2f}"


def _seconds(job: Callable[[], Any]) -> float:
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
