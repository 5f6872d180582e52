"""Whether a count of the last period is more than the earlier ones can explain.

The earlier counts give a rate per day. Counts of complaints vary more than Poisson, so the tail probability is taken
from a negative binomial whose spread is the larger of what the earlier periods show and what their small number
leaves open (the Gamma–Poisson predictive). Many topics are tried at once; Benjamini–Hochberg keeps the share of
false alarms among those named at 5 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tingsu.insight.certainty import FALSE_SHARE, adjusted, overdispersed

FEWEST_PERIODS = 3  # earlier ones
FEWEST_CASES = 5  # in the last period, merged
LEAST_RATIO = 1.5
EXCEEDED = 0.05  # of usual periods lie above ``upper``


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
    law = overdispersed(np.asarray(expected), np.asarray(variance))
    return Change(
        last=int(counts[-1]),
        expected=float(total / covered * ahead),
        upper=int(law.ppf(1 - EXCEEDED)),
        chance=float(law.sf(counts[-1] - 1)),
    )


def _seen_variance(past: np.ndarray, exposure: np.ndarray, ahead: float) -> float:
    """Variance of a period's count as the earlier periods show it, scaled to ``ahead`` days."""
    rate = past.sum() / exposure.sum()
    mean = rate * exposure
    extra = float(((past - mean) ** 2 - mean).sum() / max((mean**2).sum(), 1e-9))  # of the relative rate
    expected = rate * ahead
    return float(expected + max(extra, 0.0) * expected**2)


def pick_rising(changes: Sequence[Change | None]) -> list[int]:
    """Indices of the changes worth naming, strongest first: enough cases, clearly more, and not by chance."""
    tried = [(index, change) for index, change in enumerate(changes) if change is not None]
    q = adjusted(np.array([change.chance for _index, change in tried], float))
    passed = [pair for pair, value in zip(tried, q.tolist(), strict=True) if value <= FALSE_SHARE]
    named = [(index, c) for index, c in passed if c.last >= FEWEST_CASES and c.ratio >= LEAST_RATIO]
    return [index for index, change in sorted(named, key=lambda pair: pair[1].chance)]
