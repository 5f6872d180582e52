"""What differs between two groups of complaints, value by value, for their size, with intervals and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import betaincinv  # type: ignore[import-untyped]

from tingsu.insight.causes.chance import tail_chance
from tingsu.insight.causes.explain import Cells, Column, coded
from tingsu.insight.certainty import FALSE_SHARE, adjusted

Basis = Literal["over", "share"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value of one dimension: counts of both groups, and how many times as often it comes in A as in B.

    ``ratio`` is for size: per day or customer (basis ``over``), or of each group's own total (``share``); ``low`` and
    ``high`` its 95 % interval, ``high`` None without an upper end. ``q``: share of false alarms if this and all surer
    ones are named (Benjamini–Hochberg over all values of all dimensions).
    """

    dimension: str
    value: str
    a: int
    b: int
    ratio: float | None
    low: float
    high: float | None
    chance: float
    q: float

    @property
    def sure(self) -> bool:
        return self.q <= FALSE_SHARE


def compare(cells: Cells, *, basis: Basis = "over", uneven: float = 1.0) -> list[Difference]:
    """A (``now``) beside B (``before``) by every dimension, surest first.

    Values that are the only one of their dimension are left out where basis is ``share``: they say nothing.
    """
    over_a, over_b = (cells.over_now, cells.over_before)
    if basis == "share":
        over_a, over_b = float(cells.now.sum()), float(cells.before.sum())
    if over_a <= 0 or over_b <= 0:
        return []
    found = [
        _difference(name, word, a, b, over_a, over_b, max(uneven, 1.0))
        for name, words in cells.values.items()
        for word, a, b in count_values(words, cells)
        if a + b > 0
    ]
    if basis == "share":
        lone = {name for name in cells.values if sum(one.dimension == name for one in found) == 1}
        found = [one for one in found if one.dimension not in lone]
    return with_q(found)


def count_values(values: Sequence[str] | Column, cells: Cells) -> list[tuple[str, float, float]]:
    """(value, count in A, count in B) of one dimension."""
    column = coded(values)
    a = np.bincount(column.codes, cells.now, len(column.words))
    b = np.bincount(column.codes, cells.before, len(column.words))
    return [(name, float(x), float(y)) for name, x, y in zip(column.words, a, b, strict=True)]


def _difference(name: str, word: str, a: float, b: float, over_a: float, over_b: float, spread: float) -> Difference:
    base = over_a / (over_a + over_b)
    low, high = ratio_interval(a, b, over_a / over_b, spread)
    ratio = a / b * over_b / over_a if b else None
    return Difference(name, word, round(a), round(b), ratio, low, high, tail_chance(a, b, base, spread), 1.0)


def ratio_interval(a: float, b: float, scale: float, spread: float = 1.0) -> tuple[float, float | None]:
    """95 % interval (Clopper–Pearson, given the sum) of the ratio of two rates, ``scale`` being the ratio of sizes."""
    a, b = a / spread, b / spread
    low = float(betaincinv(a, b + 1, 0.025)) if a > 0 else 0.0
    high = float(betaincinv(a + 1, b, 0.975)) if b > 0 else 1.0
    return low / (1 - low) / scale, (high / (1 - high) / scale if high < 1 else None)


def with_q(found: Sequence[Difference]) -> list[Difference]:
    """The same with Benjamini–Hochberg's q, surest first."""
    ordered = sorted(found, key=lambda one: (one.chance, -(one.a + one.b), one.dimension, one.value))
    q = adjusted(np.array([one.chance for one in ordered], float))
    return [replace(one, q=value) for one, value in zip(ordered, q.tolist(), strict=True)]
