"""Whether a count of the last period is more than the earlier ones can explain.

The earlier counts give a rate per day. Counts of complaints vary more than Poisson, so the tail probability is taken
from a negative binomial whose spread is the larger of what the earlier periods show and what their small number
leaves open (the Gamma–Poisson predictive). Many topics are tried at once; Benjamini–Hochberg keeps the share of
false alarms among those named at 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FEWEST_PERIODS = 3  # earlier ones
FEWEST_CASES = 5  # in the last period, merged
LEAST_RATIO = 1.5
FALSE_ALARMS = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """The last period against the earlier ones: ``expected`` and ``upper`` (95 %) are counts of that period."""

    last: int
    expected: float
    upper: int
    chance: float

    @property
    def ratio(self) -> float:
        return self.last / self.expected if self.expected > 0 else float(self.last)


def compare_last(counts: Sequence[int], days: Sequence[int]) -> Change | None:
    """The last count against the earlier ones, each over its covered days; None with fewer than three earlier."""
    if len(counts) - 1 < FEWEST_PERIODS:
        return None
    past, exposure = np.asarray(counts[:-1], float), np.asarray(days[:-1], float)
    total, covered, ahead = past.sum(), exposure.sum(), float(days[-1])
    expected = (total + 0.5) / covered * ahead
    variance = max(_seen_variance(past, exposure, ahead), expected * (1 + ahead / covered))
    size = expected**2 / (variance - expected)
    return Change(
        last=int(counts[-1]),
        expected=float(total / covered * ahead),
        upper=upper_count(expected, size),
        chance=tail_chance(int(counts[-1]), expected, size),
    )


def tail_chance(count: int, mean: float, size: float) -> float:
    """Chance of ``count`` or more under a negative binomial of this mean and size (variance mean + mean²/size)."""
    if count <= 0:
        return 1.0
    fail = mean / (mean + size)
    log_term = math.lgamma(count + size) - math.lgamma(size) - math.lgamma(count + 1)
    term = math.exp(log_term + size * math.log1p(-fail) + count * math.log(fail))
    total, at = 0.0, count
    while at < mean or term > 1e-12 * total:
        total += term
        term *= (at + size) / (at + 1) * fail
        at += 1
    return min(total, 1.0)


def upper_count(mean: float, size: float, chance: float = 0.05) -> int:
    """The count that only ``chance`` of periods exceed."""
    low, high = 0, 1
    while tail_chance(high + 1, mean, size) > chance:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if tail_chance(middle + 1, mean, size) > chance else (low, middle)
    return low


def _seen_variance(past: np.ndarray, exposure: np.ndarray, ahead: float) -> float:
    """Variance of a period's count as the earlier periods show it, scaled to ``ahead`` days."""
    rate = past.sum() / exposure.sum()
    mean = rate * exposure
    extra = float(((past - mean) ** 2 - mean).sum() / max((mean**2).sum(), 1e-9))  # of the relative rate
    expected = rate * ahead
    return float(expected + max(extra, 0.0) * expected**2)


def pick_rising(changes: Sequence[Change | None]) -> list[int]:
    """Indices of the changes worth naming, strongest first: enough cases, clearly more, and not by chance."""
    tried = sorted((change.chance, index) for index, change in enumerate(changes) if change is not None)
    limit = 0
    for rank, (chance, _index) in enumerate(tried, start=1):
        if chance <= FALSE_ALARMS * rank / len(tried):
            limit = rank
    passed = [(index, changes[index]) for _chance, index in tried[:limit]]
    named = [(index, c) for index, c in passed if c and c.last >= FEWEST_CASES and c.ratio >= LEAST_RATIO]
    return [index for index, change in sorted(named, key=lambda pair: pair[1].chance)]
