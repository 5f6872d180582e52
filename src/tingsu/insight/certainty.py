"""How sure a count is: intervals, what history explains, and false discoveries held down; all over whole arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

Array = NDArray[np.float64]
LEVEL = 0.95
FALSE_SHARE = 0.05  # of the things named
FEWEST_WINDOWS = 3
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Normal:
    """What the earlier stretches make of the last one, a row a thing; ``chance`` of so many or more."""

    expected: Array
    low: Array
    high: Array
    chance: Array
    ratio_low: Array
    ratio_high: Array


def share_bounds(count: Array, base: Array | float) -> tuple[Array, Array]:
    """95 % bounds of shares (Wilson 1927); 0–1 where the base is nothing."""
    known = np.asarray(base, dtype=float)
    of = np.maximum(known, 1.0)
    share, square = count / of, _Z * _Z
    middle = share + square / (2 * of)
    spread = _Z * np.sqrt(share * (1 - share) / of + square / (4 * of * of))
    low, high = (middle - spread) / (1 + square / of), (middle + spread) / (1 + square / of)
    low, high = np.clip(low, 0, 1), np.clip(high, 0, 1)
    return np.where(known > 0, low, 0.0), np.where(known > 0, high, 1.0)


def count_bounds(count: Array) -> tuple[Array, Array]:
    """95 % bounds of the mean behind a count (Garwood 1936)."""
    tail = (1 - LEVEL) / 2
    low = np.where(count > 0, stats.chi2.ppf(tail, 2 * np.maximum(count, 0.5)) / 2, 0.0)
    return low, np.asarray(stats.chi2.ppf(1 - tail, 2 * count + 2) / 2)


def held_against_history(now: Array, history: Array) -> Normal:
    """The last counts (m) against ``history`` (m × k stretches of the same length, k ≥ 3).

    Counts of complaints vary more than Poisson: the spread is the largest of what the thing's own history shows, what
    all things together show, and what so few stretches leave open (negative binomial, as in the report's ``rising``).
    """
    k = history.shape[1]
    total = history.sum(axis=1)
    rate = (total + 0.5) / k
    variance = np.maximum(rate + _own_extra(history, rate), rate * (1 + 1 / k) + _shared_extra(history) * rate**2)
    law = overdispersed(rate, variance)
    spread = variance / rate  # how much less each complaint counts as evidence than under Poisson
    ratio = stats.betaprime((now + 0.5) / spread, (total + 0.5) / spread)
    tail = (1 - LEVEL) / 2
    return Normal(
        expected=total / k,
        low=law.ppf(tail),
        high=law.ppf(1 - tail),
        chance=np.where(now > 0, law.sf(now - 1), 1.0),
        ratio_low=ratio.ppf(tail) * k,
        ratio_high=ratio.ppf(1 - tail) * k,
    )


def overdispersed(mean: Array, variance: Array) -> Any:
    """The law of counts of this mean and variance: a negative binomial, Poisson where the variance is no more."""
    excess = np.maximum(variance - mean, 1e-6 * np.maximum(mean, 1e-6))
    size = np.minimum(mean**2 / excess, 1e6)
    return stats.nbinom(size, size / (size + mean))


def _own_extra(history: Array, rate: Array) -> Array:
    """Variance beyond Poisson as each row shows it."""
    seen = ((history - rate[:, None]) ** 2).sum(axis=1) / (history.shape[1] - 1)
    return np.asarray(np.maximum(seen - rate, 0.0))


def _shared_extra(history: Array) -> float:
    """The relative variance beyond Poisson that all rows show together."""
    mean = history.mean(axis=1, keepdims=True)
    k = history.shape[1]
    excess = ((history - mean) ** 2).sum() * k / (k - 1) - history.sum()
    return float(max(excess / max((mean**2).sum() * k, 1e-9), 0.0))


def adjusted(chance: Array) -> Array:
    """q-values of Benjamini and Hochberg (1995): the least false share at which each would still be named."""
    m = len(chance)
    order = np.argsort(chance)
    scaled = chance[order] * m / np.arange(1, m + 1)
    q: Array = np.empty(m)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def excess_chance(count: Array, expected: Array) -> Array:
    """Chance of so many or more where so many are expected (Poisson)."""
    return np.asarray(np.where(count > 0, stats.poisson.sf(count - 1, np.maximum(expected, 1e-12)), 1.0))
