"""Hot spots that are the same complaints under other names: told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tingsu.insight.certainty import Array
from tingsu.insight.topics.cells import Gathered, Period, cases_of

if TYPE_CHECKING:
    from tingsu.insight.topics.hot import HotSpot

MOSTLY = 0.8  # of the complaints, from which on two spots are the same ones
LOOKED_THROUGH = 20_000  # complaints of a spot up to which they are held against each other one by one


def drop_echoes(spots: Sequence[HotSpot], most: int, same: Callable[[HotSpot, HotSpot], bool]) -> list[HotSpot]:
    """Of a combination and whatever else has nearly the same complaints, the better placed stays.

    A single thing gives way to a combination with it alone: one looks for a unit or a cause by its own name.
    """
    kept: list[HotSpot] = []
    for spot in spots:
        mine = set(spot.where.items())
        if any(_is_echo(mine, spot.count, set(other.where.items()), other.count) for other in kept):
            continue
        if len(mine) > 1 and any(same(spot, other) for other in kept):
            continue
        kept.append(spot)
        if len(kept) == most:
            break
    return kept


def _is_echo(mine: set[tuple[str, str]], count: int, others: set[tuple[str, str]], other: int) -> bool:
    return (mine < others or others < mine) and min(count, other) >= MOSTLY * max(count, other)


class Same:
    """Whether two spots are nearly the same complaints; which these are is asked once a spot, and only where needed."""

    def __init__(self, facts: Any, gathered: Gathered, period: Period) -> None:
        self.facts, self.gathered, self.period = facts, gathered, period
        self._cases: dict[frozenset[tuple[str, str]], Array] = {}

    def __call__(self, spot: HotSpot, other: HotSpot) -> bool:
        if max(spot.count, other.count) > LOOKED_THROUGH or not _could_be(spot, other):
            return False
        mine, others = self._of(spot), self._of(other)
        return len(np.intersect1d(mine, others, assume_unique=True)) >= MOSTLY * max(len(mine), len(others), 1)

    def _of(self, spot: HotSpot) -> Array:
        key = frozenset(spot.where.items())
        if key not in self._cases:
            self._cases[key] = cases_of(self.facts, self.gathered, self.period, spot.where)
        return self._cases[key]


def _could_be(spot: HotSpot, other: HotSpot) -> bool:
    """Whether the counts are alike and no dimension is named with two values."""
    alike = min(spot.count, other.count) >= MOSTLY * max(spot.count, other.count)
    return alike and all(other.where.get(name, value) == value for name, value in spot.where.items())
