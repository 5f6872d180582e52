"""How much leaves stray from their forecast when nothing is the matter.

The change of a leaf is (forecast − real) / the larger of the two: between −1 and 1, the same share for every leaf
below one cause (the generalised ripple effect of Squeeze, Li et al. 2019, on a linear scale), and as likely up as down
where there is only noise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_BINS = 400
_FLOOR = 0.004  # of a spread: an exact forecast must not make a change of half a per cent a cause
_ROUNDS = 60


def change_of(real: Floats, forecast: Floats) -> Floats:
    """(forecast − real) / max, in [−1, 1]; 0 where both are nothing."""
    larger = np.maximum(np.abs(real), np.abs(forecast))
    return np.clip(np.divide(forecast - real, larger, out=np.zeros_like(larger), where=larger > 0), -1.0, 1.0)


class Noise:
    """A mixture of three centred normals over changes."""

    def __init__(self, shares: Floats, spreads: Floats) -> None:
        self.shares, self.spreads = shares, spreads

    def log_density(self, change: Floats) -> Floats:
        """Natural log of the density of each change."""
        grid = np.linspace(0.0, 1.0, 4 * _BINS + 1)
        return np.interp(np.abs(change), grid, self._log_at(grid))

    def _log_at(self, size: Floats) -> Floats:
        terms = np.log(self.shares) - np.log(self.spreads) - 0.5 * np.log(2 * np.pi)
        return np.asarray(np.logaddexp.reduce(terms - 0.5 * (size[:, None] / self.spreads) ** 2, axis=1))


def fit_noise(change: Floats) -> Noise:
    """The noise as the calmer side shows it: causes mostly push one way, noise pushes both.

    Expectation–maximisation on counts in bins of the size of the change.
    """
    up, down = change[change > 0], -change[change < 0]
    calm = min((up, down), key=_reach)
    counts, edges = np.histogram(calm, bins=_BINS, range=(0.0, 1.0))
    size = (edges[1:] + edges[:-1]) / 2
    total = counts.sum()
    if total < 30:
        return Noise(np.ones(1), np.full(1, max(float(np.sqrt((change**2).mean())) if len(change) else 0.1, 0.02)))
    spread = max(float(np.sqrt((counts * size**2).sum() / total)), _FLOOR)
    shares, spreads = np.array([0.6, 0.3, 0.1]), spread * np.array([0.7, 1.2, 2.0])
    for _ in range(_ROUNDS):
        log = np.log(shares) - np.log(spreads) - 0.5 * (size[:, None] / spreads) ** 2
        owed = np.exp(log - np.logaddexp.reduce(log, axis=1)[:, None]) * counts[:, None]
        shares = np.maximum(owed.sum(axis=0) / total, 1e-12)
        spreads = np.maximum(
            np.sqrt((owed * size[:, None] ** 2).sum(axis=0) / np.maximum(owed.sum(axis=0), 1e-9)), _FLOOR
        )
    # A spread known from few leaves may be larger than it looks: its upper end (two standard errors) is taken.
    return Noise(shares, spreads * (1 + 2 / float(np.sqrt(2 * total))))


def _reach(side: Floats) -> float:
    """How far a side strays; one without leaves tells nothing."""
    return float(np.sqrt((side**2).mean())) if len(side) >= 30 else float("inf")
