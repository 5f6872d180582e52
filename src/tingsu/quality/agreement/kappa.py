"""Cohen's kappa: agreement of two raters beyond what chance would bring, with its confidence interval. Pure.

Sources: Cohen 1960; the large-sample variance of Fleiss, Cohen and Everitt 1969 (Psychological Bulletin 72, 323–327).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from random import Random
from typing import Literal

Pair = tuple[str, str]
Why = Literal["", "too_few", "no_variety"]
ENOUGH = 20  # pairs below which no kappa is told
Z = 1.959964  # of a 95 % interval
RESAMPLES = 1000
_SAME = 1e-12


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two raters over ``n`` pairs: the share they agree on, kappa and its 95 % interval.

    ``why`` says why there is no kappa: fewer than ``ENOUGH`` pairs, or both raters gave every pair one and the same
    mark, of which chance alone would explain everything.
    """

    n: int
    agreed: int
    kappa: float | None = None
    low: float | None = None
    high: float | None = None
    why: Why = ""

    @property
    def share(self) -> float | None:
        return self.agreed / self.n if self.n else None


def agreement_of(pairs: Sequence[Pair]) -> Agreement:
    """Agreement over pairs that stand each for itself, with the large-sample interval."""
    n, agreed = len(pairs), sum(a == b for a, b in pairs)
    if n < ENOUGH:
        return Agreement(n, agreed, why="too_few")
    found = cohens_kappa(pairs)
    if found is None:
        return Agreement(n, agreed, why="no_variety")
    low, high = _interval(pairs, found)
    return Agreement(n, agreed, found, low, high)


def agreement_over(groups: Sequence[Sequence[Pair]], *, seed: int = 1) -> Agreement:
    """Agreement over pairs that hang together (the points of one conversation), one group each.

    The interval comes from drawing whole groups again and again: pairs of one conversation are no independent
    observations, and the large-sample formula would promise too much. ``ENOUGH`` counts the groups. ``seed`` makes the
    figure the same at every look.
    """
    groups = [group for group in groups if group]
    pairs = [pair for group in groups for pair in group]
    n, agreed = len(pairs), sum(a == b for a, b in pairs)
    if len(groups) < ENOUGH:
        return Agreement(n, agreed, why="too_few")
    found = cohens_kappa(pairs)
    if found is None:
        return Agreement(n, agreed, why="no_variety")
    if agreed == n:
        return Agreement(n, agreed, found, _low_of_perfect(pairs, len(groups)), 1.0)
    low, high = _resampled([Counter(group) for group in groups], Random(seed))  # noqa: S311 - no secret
    return Agreement(n, agreed, found, min(low, found), max(high, found))


def cohens_kappa(pairs: Sequence[Pair]) -> float | None:
    """Kappa itself; None where chance alone explains every agreement."""
    return _kappa_of_counts(Counter(pairs))


def _kappa_of_counts(counts: Counter[Pair]) -> float | None:
    n = counts.total()
    if not n:
        return None
    first, second = Counter[str](), Counter[str]()
    for (a, b), times in counts.items():
        first[a] += times
        second[b] += times
    seen = sum(times for (a, b), times in counts.items() if a == b) / n
    chance = sum(first[mark] * second[mark] for mark in first) / (n * n)
    return None if 1 - chance < _SAME else (seen - chance) / (1 - chance)


def _interval(pairs: Sequence[Pair], kappa: float) -> tuple[float, float]:
    if all(a == b for a, b in pairs):
        return _low_of_perfect(pairs, len(pairs)), 1.0
    n = len(pairs)
    cells = {pair: times / n for pair, times in Counter(pairs).items()}
    marks = {mark for pair in cells for mark in pair}
    first = {mark: sum(p for (a, _), p in cells.items() if a == mark) for mark in marks}
    second = {mark: sum(p for (_, b), p in cells.items() if b == mark) for mark in marks}
    chance = sum(first[mark] * second[mark] for mark in marks)
    on = sum(cells.get((m, m), 0.0) * (1 - (first[m] + second[m]) * (1 - kappa)) ** 2 for m in marks)
    off = sum(p * (second[a] + first[b]) ** 2 for (a, b), p in cells.items() if a != b)
    spread = on + (1 - kappa) ** 2 * off - (kappa - chance * (1 - kappa)) ** 2
    error = sqrt(max(0.0, spread) / n) / (1 - chance)
    return max(-1.0, kappa - Z * error), min(1.0, kappa + Z * error)


def _low_of_perfect(pairs: Sequence[Pair], independent: int) -> float:
    """Where nothing was disagreed on the formula has no spread: the exact lower bound of the agreement instead."""
    n = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[mark] * second[mark] for mark in first) / (n * n)
    least: float = 0.025 ** (1 / independent)
    return (least - chance) / (1 - chance)


def _resampled(groups: list[Counter[Pair]], luck: Random) -> tuple[float, float]:
    found = []
    for _ in range(RESAMPLES):
        drawn = Counter[Pair]()
        for group in luck.choices(groups, k=len(groups)):
            drawn.update(group)
        kappa = _kappa_of_counts(drawn)
        found.append(1.0 if kappa is None else kappa)
    found.sort()
    return found[round(0.025 * (RESAMPLES - 1))], found[round(0.975 * (RESAMPLES - 1))]
