"""How much a unit's count changes by itself, learnt from units without the measure; and what is left over for it.

Given a unit's total, the count that fell after the start is binomial, and its log odds are the ratio of the rates
after and before: the unit's size drops out, as it does from a Poisson regression with unit and period effects, whose
estimate for two groups is exactly this ratio of ratios. What the season, a trend or a shock did to every unit is the
common change ``gamma``; what makes one unit change unlike another (its own trend, autocorrelation, over-dispersion) is
the spread ``sigma``. Both are learnt from the units without the measure and held as a distribution, so that few of them
make a wide interval instead of a bold one. Collapsing the weeks is what keeps autocorrelation from feigning
certainty (Bertrand, Duflo, Mullainathan 2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, expit, gammaln, ndtr  # type: ignore[import-untyped]

from tingsu.insight.effects.panel import Windows

Floats = NDArray[np.float64]

SPREADS = np.geomspace(0.02, 1.5, 24)  # standard deviations of the log change of a unit
PRIOR = 0.2  # scale of the half-Cauchy prior of the spread: units of one organisation differ by about so much
GRID = 61
REACH = 6.0  # standard errors of gamma covered
FINE = 241
EARLIER = 0.5  # what weeks before any measure tell of the spread counts half: units drift further apart with time
NEGLIGIBLE = 1e-5  # of the likeliest


@dataclass(frozen=True, slots=True)
class Unaided:
    """The log odds of falling after, for units that did nothing: values and how likely each is (they sum to 1)."""

    logit: Floats
    weight: Floats


def learn_unaided(controls: Windows, sizes: Floats, *, also: Windows | None = None) -> Unaided:
    """What would have become of treated units with these total ``sizes`` without the measure.

    ``also`` are the same and other units over weeks before any measure: what they tell of the spread counts too.
    """
    centre, reach = _rough_change(controls)
    gammas = np.linspace(centre - REACH * reach, centre + REACH * reach, GRID)
    joint = _log_likelihood(controls, gammas) - np.log1p((SPREADS / PRIOR) ** 2)[:, None] + np.log(SPREADS)[:, None]
    if also is not None:
        joint = joint + EARLIER * _spread_likelihood(also)[:, None]
    weight = np.exp(joint - joint.max())
    weight /= weight.sum()
    share = sizes / sizes.sum()
    return _spread_out(gammas, weight, float((share**2).sum()))


def chance_below(count: int, total: int, unaided: Unaided, effect: float) -> float:
    """P(fewer than ``count`` fall after) plus half of P(exactly ``count``), with a log rate ratio of ``effect``."""
    p = expit(unaided.logit + effect)
    return float(unaided.weight @ (0.5 * (_cdf(count, total, p) + _cdf(count - 1, total, p))))


def effect_at(chance: float, count: int, total: int, unaided: Unaided) -> float:
    """The log rate ratio under which ``chance_below`` is ``chance``; it falls as the ratio grows."""
    low, high = -8.0, 8.0
    for _ in range(40):
        middle = (low + high) / 2
        if chance_below(count, total, unaided, middle) > chance:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _cdf(count: int, total: int, p: Floats) -> Floats:
    """P(binomial ≤ count)."""
    if count < 0:
        return np.zeros_like(p)
    if count >= total:
        return np.ones_like(p)
    found: Floats = betainc(total - count, count + 1, 1 - p)
    return found


def _rough_change(windows: Windows) -> tuple[float, float]:
    """The pooled log odds of falling after, and a generous standard error."""
    before, after = float(windows.before.sum()), float(windows.after.sum())
    spread = np.sqrt(1 / (before + 0.5) + 1 / (after + 0.5) + 0.3 / len(windows.before))
    return float(np.log((after + 0.5) / (before + 0.5))), float(spread)


def _log_likelihood(windows: Windows, gammas: Floats) -> Floats:
    """[spread, gamma]: beta-binomial log likelihood whose share has the spread on the log-odds scale."""
    n = (windows.before + windows.after).astype(float)
    known = n > 0
    y, n = windows.after[known].astype(float), n[known]
    mean = expit(gammas)[None, :, None]
    size = np.maximum(1 / (mean * (1 - mean) * SPREADS[:, None, None] ** 2) - 1, 1e-3)
    a, b = mean * size, (1 - mean) * size
    found: Floats = (
        gammaln(y + a) + gammaln(n - y + b) - gammaln(n + size) + gammaln(size) - gammaln(a) - gammaln(b)
    ).sum(axis=2)
    return found


def _spread_likelihood(windows: Windows) -> Floats:
    """[spread]: the likelihood with the common change summed out."""
    centre, reach = _rough_change(windows)
    each = _log_likelihood(windows, np.linspace(centre - REACH * reach, centre + REACH * reach, GRID))
    top = each.max()
    summed = np.log(np.exp(each - top).sum(axis=1) + 1e-300)
    found: Floats = summed - summed.max()
    return found


def _spread_out(gammas: Floats, weight: Floats, share: float) -> Unaided:
    """The distribution of a new unit's own log odds: gamma, and on top the unit's own deviation."""
    deviation = SPREADS * np.sqrt(share)
    middle = float((weight.sum(axis=0) * gammas).sum())
    wide = float(np.sqrt((weight.sum(axis=0) * (gammas - middle) ** 2).sum() + weight.sum(axis=1) @ deviation**2))
    edges = middle + 7 * wide * np.sinh(np.linspace(-2.5, 2.5, FINE + 1)) / np.sinh(2.5)
    which, where = np.nonzero(weight > weight.max() * NEGLIGIBLE)
    below = ndtr((edges[None, :] - gammas[where, None]) / deviation[which, None])
    mass = np.diff(weight[which, where] @ below)
    return Unaided((edges[1:] + edges[:-1]) / 2, mass / mass.sum())
