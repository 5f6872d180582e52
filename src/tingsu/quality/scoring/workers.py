"""Many conversations on several processors: the same rows in the same order as on one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tingsu.assist.replies import rules_of
from tingsu.packs.answering import load_part
from tingsu.packs.scorecards import PART, ScoreCard
from tingsu.quality.scoring.rows import rows_of
from tingsu.quality.transcripts import Transcript

_STEP = 64  # conversations handed to a worker at once
_AHEAD = 3  # steps waiting for each worker
Rows = list[dict[str, Any]]


def inspect_rows(
    transcripts: Iterable[Transcript], pack: str, extra: tuple[Path, ...] = (), *, jobs: int = 1
) -> Iterator[dict[str, Any]]:
    """The row of every conversation, in order, worked out by ``jobs`` processes. Raises PackError."""
    card, rules = load_part(ScoreCard, PART, pack, extra), rules_of(pack, extra)  # mistakes are told before work begins
    if jobs <= 1:
        yield from rows_of(transcripts, card, rules)
        return
    remaining = iter(transcripts)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_prepare) as pool:
        waiting: deque[Future[Rows]] = deque()
        while True:
            while len(waiting) < jobs * _AHEAD and (step := list(islice(remaining, _STEP))):
                waiting.append(pool.submit(_inspect, step, pack, extra))
            if not waiting:
                return
            yield from waiting.popleft().result()


def _prepare() -> None:
    """Reasons are translated, which needs the apps; no database is opened."""
    import django

    django.setup()


def _inspect(step: list[Transcript], pack: str, extra: tuple[Path, ...]) -> Rows:
    return list(rows_of(step, load_part(ScoreCard, PART, pack, extra), rules_of(pack, extra)))
