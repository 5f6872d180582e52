"""Many random sequences of legal and illegal actions over every shipped pack, and what was tried, taken and refused.

`python -m benchmarks.random_walks --sequences 10000`. Each sequence starts somewhere on a pack's main road and takes up
to ``--steps`` random steps by random people; after every step and at the end of each sequence the promises of
``tests/pack_walks.py`` are checked. A sequence is named by its seed, so what fails can be run again with --seed.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.houses import Branch

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Walk, and print a Markdown table; leaves with 1 where a promise did not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.random_walks")
    parser.add_argument("--sequences", type=int, default=10_000, help="over all packs together")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--packs", nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=0, help="of the first sequence")
    parser.add_argument("--seconds", type=float, default=0, help="stop after so many seconds; 0: when all are walked")
    asked = parser.parse_args()
    began, used = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory(prefix="tingsu-walks-") as home:
        os.environ["TINGSU_HOME"] = home
        bad = walk_all(tuple(asked.packs), asked.sequences, asked.steps, asked.seed, asked.seconds)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT
    ).stdout.strip()
    print(
        f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit}, {time.perf_counter() - began:.0f} s,"
        f" {time.process_time() - used:.0f} s of processor"
    )
    sys.exit(bool(bad))


def walk_all(packs: tuple[str, ...], sequences: int, steps: int, first_seed: int, seconds: float) -> int:
    """Prepare a store, walk every pack's share of the sequences, print a row a pack; how many did not hold."""
    house = _prepare(packs)
    from tests.pack_walks import World, run_sequence

    print("| pack | sequences | tried | taken | refused | of which | stages met | ways home | did not hold |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    share, end, failed = -(-sequences // len(house)), time.perf_counter() + seconds, 0
    for number, branch in enumerate(house, start=1):
        _put_in_post(branch)
        world, bad = World(branch), 0
        stop = end - seconds * (len(house) - number) / len(house)
        for seed in range(first_seed, first_seed + share):
            if seconds and time.perf_counter() > stop:
                break
            try:
                run_sequence(world, seed, steps=steps)
            except Exception as error:
                bad += 1
                if bad <= 5:
                    print(f"{world.pack.id} --seed {seed}: {type(error).__name__}: {str(error)[:600]}", file=sys.stderr)
        count, failed = world.count, failed + bad
        kinds = ", ".join(f"{kind} {n:,}" for kind, n in count.refused.most_common())
        stages = f"{len(count.stages)} of {len(world.pack.process.stages)}"
        refused = sum(count.refused.values())
        print(
            f"| {world.pack.id} | {count.sequences:,} | {count.tried:,} | {count.taken:,} | {refused:,} | {kinds} |"
            f" {stages} | {count.walks_home:,} | {bad} |",
            flush=True,
        )
    return failed


def _put_in_post(branch: Branch) -> None:
    """Only the branch's own people are in post.

    Whoever elsewhere reaches every case could act on what the head office leads, and the walk asks none of them.
    """
    from tingsu.org.models import User

    User.objects.filter(unit__path__startswith="/WALK/").update(is_active=False)
    User.objects.filter(unit__path__startswith=f"/WALK/{branch.unit}/").update(is_active=True)


def _prepare(packs: tuple[str, ...]) -> list[Branch]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tingsu.base.settings")
    django.setup()
    logging.disable(logging.WARNING)
    from django.core.management import call_command

    from benchmarks.houses import build_house

    call_command("migrate", verbosity=0)
    return build_house(packs, deputies=True)


if __name__ == "__main__":
    main()
