"""`make bench`: measures on SQLite and PostgreSQL and writes the tables into docs/performance.md.

`python -m benchmarks --engine sqlite --sizes 600 10000 100000` measures less.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
SIZES = [600, 10_000, 100_000]
SIMILAR_SIZES = [10_000, 100_000]  # `--similar-cases --sizes 1000000` takes a quarter of an hour of processor time
SWEEP_SIZES = [10_000, 100_000]  # `--sweep --sizes 1000000` takes a quarter of an hour, most of it to grow the store
# A topic of insight a line: module benchmarks.<name> with measure_<name>(), asked for by --<name>.
INSIGHT = {
    "dashboards": "figures over millions of facts",
    "hot_spots": "how matters told in many words are found",
    "root_causes": "how root causes are located",
    "forecasts": "forecasts, beside naive and AutoETS",
    "escalation": "which cases are said to go further",
    "effects": "how well effects of measures are told",
    "spikes": "how rises are found, beside Farrington and EARS",
}
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def main() -> None:
    """Measure, print, and put the tables between the marks of docs/performance.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--print-only", action="store_true", help="leave docs/performance.md as it is")
    parser.add_argument("--personal-data", action="store_true", help="measure only how personal data is found")
    parser.add_argument("--hostile", action="store_true", help="measure only how long hostile text takes")
    parser.add_argument("--similar-cases", action="store_true", help="measure only how alike cases are found")
    parser.add_argument("--sweep", action="store_true", help="measure only the sweep over open deadlines")
    parser.add_argument("--public-sets", action="store_true", help="measure only teaching on public labelled sets")
    parser.add_argument("--lifecycles", action="store_true", help="measure only full lifecycles over HTTP")
    for name, told in INSIGHT.items():
        parser.add_argument(f"--{name.replace('_', '-')}", action="store_true", help=f"measure only {told}")
    asked = parser.parse_args()
    if _measure_one(asked):
        return
    from benchmarks import hostile, personal_data

    results = {}
    for engine in asked.engine or ["sqlite", "postgresql"]:
        results[engine] = measure(engine, asked.sizes)
        print(tables({engine: results[engine]}), flush=True)
    text = tables(results)
    if not asked.print_only:
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    print_sweep(SWEEP_SIZES, asked.engine)
    print_similar(SIMILAR_SIZES)
    print_public_sets()
    personal_data.tell()
    hostile.tell()
    # In a process of its own, which keeps to one core.
    subprocess.run([sys.executable, "-m", "benchmarks.reading_speed"], cwd=ROOT, check=True)


def _measure_one(asked: argparse.Namespace) -> bool:
    """Measure the topics asked for by a flag; False where all are meant."""
    from benchmarks import dashboards, hostile, lifecycles, personal_data

    def sizes(usual: list[int]) -> list[int]:
        return asked.sizes if asked.sizes != SIZES else usual

    topics: dict[str, Callable[[], object]] = {
        "lifecycles": lambda: lifecycles.tell(sizes(lifecycles.SIZES), asked.engine or ["sqlite", "postgresql"]),
        "public_sets": print_public_sets,
        "sweep": lambda: print_sweep(sizes(SWEEP_SIZES), asked.engine),
        "similar_cases": lambda: print_similar(sizes(SIMILAR_SIZES)),
        "hostile": lambda: hostile.tell(search=True),
        "personal_data": personal_data.tell,
        "dashboards": lambda: dashboards.measure_dashboards(sizes(dashboards.SIZES)),
    }
    wanted = [name for name in dict.fromkeys((*INSIGHT, *topics)) if getattr(asked, name)]
    for name in wanted:
        measure_it = topics.get(name) or getattr(import_module(f"benchmarks.{name}"), f"measure_{name}")
        measure_it()
    return bool(wanted)


def print_sweep(sizes: list[int], engines: list[str] | None) -> None:
    """How long a sweep over open deadlines takes as they grow."""
    from benchmarks.sweep import measure_sweep

    for engine in engines or ["sqlite", "postgresql"]:
        measure_sweep(sizes, engine)


def print_public_sets() -> None:
    """How well a site's own label is learned on public sets; without their texts, that is said and the rest goes on."""
    from benchmarks.public_sets import tell

    tell()


def print_similar(sizes: list[int]) -> None:
    """How well alike questions, alike cases of a growing store, and groups of a file are found, beside baselines."""
    from benchmarks import similar_cases, similar_groups, similar_pairs

    similar_pairs.main()
    similar_groups.main()
    similar_cases.measure_store(sizes)


def measure(engine: str, sizes: list[int]) -> dict[str, Any]:
    """One engine's figures, measured in a fresh folder that is gone afterwards."""
    from benchmarks.engines import database, prepare_home

    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tingsu-bench-")))
        url = stack.enter_context(database(engine))
        environment = prepare_home(home, url, demo=600)
        command = [sys.executable, "-m", "benchmarks.one_engine", *map(str, sizes)]
        ran = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    line = next(line for line in ran.stdout.splitlines() if line.startswith("RESULT "))
    figures: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
    return figures


def tables(results: dict[str, Any]) -> str:
    """The figures as Markdown, with date, commit and machine."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT
    ).stdout.strip()
    lines = [
        f"{date.today().isoformat()}, commit {commit}, {os.cpu_count()} cores, {platform.machine()},"  # noqa: DTZ011
        f" Python {platform.python_version()}, client and server on the same machine.",
        "",
        "| engine | cases in store | over HTTP, 8 clients | median | p95 | refused | bare rows, one process |",
        "|---|---|---|---|---|---|---|",
    ]
    for engine, result in results.items():
        for row in result["sizes"]:
            if got := row.get("register"):
                lines.append(
                    f"| {engine} | {row['cases']:,} | {got['per_second']:.0f}/s | {got['median_ms']:.1f} ms |"
                    f" {got['p95_ms']:.1f} ms | {got['refused']} | {result['bare']:.0f}/s |"
                )
    for engine, result in results.items():
        sizes = [f"{row['cases']:,}" for row in result["sizes"]]
        lines += ["", f"Server time on {engine}, median / p95 in ms:", "", f"| page | {' | '.join(sizes)} |"]
        lines.append("|---" * (len(sizes) + 1) + "|")
        for n, page in enumerate(result["sizes"][0]["pages"]):
            cells = [f"{row['pages'][n]['median_ms']:.0f} / {row['pages'][n]['p95_ms']:.0f}" for row in result["sizes"]]
            lines.append(f"| {page['name']} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
