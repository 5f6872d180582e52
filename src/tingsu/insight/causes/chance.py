"""How likely counts as lopsided are by chance, over everything that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc  # type: ignore[import-untyped]

from tingsu.insight.causes.lattice import Cuboid

ALPHA = 0.05
_Z = 1.96


def count_testable(totals: NDArray[np.int64], base: float, spread: float, alpha: float = ALPHA) -> int:
    """How many combinations could be significant at all (Tarone 1990): only these share the risk of a false alarm.

    ``totals[n]``: how many combinations hold ``n`` cases.
    """
    # All of the cases on one side is as lopsided as it gets.
    least = log(2) + np.arange(len(totals)) / spread * log(max(min(base, 1 - base), 1e-12))
    from_here = np.cumsum(totals[::-1])[::-1]  # combinations of n or more cases
    # The smallest k such that at most k combinations can reach alpha / k.
    for n in range(1, len(totals)):
        k = max(int(from_here[n]), 1)
        if least[n] <= log(alpha) - log(k):
            return k
    return 1


def count_totals(lattice: Sequence[Cuboid]) -> NDArray[np.int64]:
    """How many combinations hold so many cases: place = number of cases."""
    found = [np.bincount(np.rint(cuboid.sums.sum(axis=0)).astype(np.int64)) for cuboid in lattice]
    totals = np.zeros(max((len(one) for one in found), default=1), np.int64)
    for one in found:
        totals[: len(one)] += one
    return totals


def tail_chance(now: float, before: float, base: float, spread: float) -> float:
    """Two-sided chance of counts as lopsided, where ``spread`` cases are worth one; binomial where it is 1."""
    high = now - (now + before) * base > 0
    a, b, p = (now, before, base) if high else (before, now, 1 - base)
    a, b = a / spread, b / spread
    return min(1.0, 2 * float(betainc(max(a, 1e-9), b + 1, p)))


def interval_of(now: float, before: float, scale: float, spread: float = 1.0) -> tuple[float, float]:
    """95 % interval of now − before · scale; half a case is added to counts of nothing."""
    error = _Z * float(np.sqrt(spread * (max(now, 0.5) + max(before, 0.5) * scale**2)))
    change = now - before * scale
    return change - error, change + error
