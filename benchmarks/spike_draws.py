"""The simulation spike detection is measured on: Noufaily et al. 2013 (Statistics in Medicine 32, 1206–1222), as drawn.

Weekly counts over 624 weeks, negative binomial with mean μ(t) and variance φ·μ(t); 7 parameter rows × trend or none ×
0, 1 or 2 harmonics = 42 scenarios. Four past outbreaks and one current one. What the paper leaves open is chosen here
and said in docs/insight.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEEKS = 624
LAST = 49  # weeks measured
PAST = (313, 575)  # weeks (from 1) in which a past outbreak may start
PAST_SIZES = (2, 3, 5, 10)
# θ, φ, β, γ1, γ2
ROWS = (
    (0.1, 1.5, 0.0025, 0.6, 0.6),
    (-2.0, 2.0, 0.005, 0.1, 0.3),
    (1.5, 1.0, 0.003, 0.2, -0.4),
    (0.5, 5.0, 0.002, 0.5, 0.5),
    (2.5, 3.0, 0.001, 1.0, 0.1),
    (3.75, 1.1, 0.001, 0.1, -0.1),
    (5.0, 1.2, 0.0001, 0.05, 0.01),
)
SCENARIOS = [(row, trend, m) for row in ROWS for trend in (0, 1) for m in (0, 1, 2)]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Draws:
    """``past``: counts without the current outbreak (series, weeks). ``extra``: cases of the current one
    (k, series, last weeks). ``starts``: its first week, 0 … 48 (k, series). ``mean``, ``phi``: the truth."""

    past: Ints
    extra: Ints
    starts: Ints
    mean: Floats
    phi: Floats
    scenario: Ints


def draw(seed: int, *, each: int = 100, sizes: tuple[int, ...] = tuple(range(1, 11))) -> Draws:
    """``each`` series a scenario; the same series carries, one at a time, a current outbreak of every size."""
    rng = np.random.default_rng(seed)
    means = np.stack([mean_of(*scenario) for scenario in SCENARIOS])
    mean = np.repeat(means, each, axis=0)
    phi = np.repeat([row[1] for row, _trend, _m in SCENARIOS], each)
    counts = draw_counts(rng, mean, phi)
    for k in PAST_SIZES:
        start = rng.integers(PAST[0] - 1, PAST[1], size=len(mean))
        counts += outbreak(rng, k, mean, phi, start)
    starts = rng.integers(0, LAST, size=(len(sizes), len(mean)))
    extra = np.stack(
        [outbreak(rng, k, mean, phi, WEEKS - LAST + start)[:, -LAST:] for k, start in zip(sizes, starts, strict=True)]
    )
    return Draws(counts, extra, starts, mean, phi, np.repeat(np.arange(len(SCENARIOS)), each))


def mean_of(row: tuple[float, ...], trend: int, m: int) -> Floats:
    """μ(t) for t = 1 … 624."""
    theta, _phi, beta, gamma1, gamma2 = row
    t = np.arange(1, WEEKS + 1)
    season = sum((gamma1 * np.cos(2 * np.pi * j * t / 52) + gamma2 * np.sin(2 * np.pi * j * t / 52))
                 for j in range(1, m + 1))  # fmt: skip
    return np.asarray(np.exp(theta + beta * trend * t + season), float)


def draw_counts(rng: np.random.Generator, mean: Floats, phi: Floats) -> Ints:
    """Negative binomial counts with this mean and variance φ·mean; Poisson where φ is 1."""
    spread = np.broadcast_to(phi[:, None], mean.shape)
    shape = mean / np.maximum(spread - 1, 1e-9)
    rate = np.where(spread > 1, rng.gamma(shape, np.maximum(spread - 1, 1e-9)), mean)
    return rng.poisson(rate)


def outbreak(rng: np.random.Generator, k: float, mean: Floats, phi: Floats, start: Ints) -> Ints:
    """Cases of one outbreak a series: Poisson(k · sd at its start), each ⌊LogNormal(0, 0.5²)⌋ weeks later."""
    series = np.arange(len(mean))
    size = rng.poisson(k * np.sqrt(phi * mean[series, start]))
    owner = np.repeat(series, size)
    week = start[owner] + np.floor(rng.lognormal(0.0, 0.5, size=len(owner))).astype(int)
    cases = np.zeros(mean.shape, int)
    inside = week < mean.shape[1]
    np.add.at(cases, (owner[inside], week[inside]), 1)
    return cases


@dataclass(frozen=True)
class Score:
    """Shares over all draws; ``f1`` over weeks."""

    fpr: float
    pod: float
    first_week: float
    f1: float


def score(alarms: NDArray[np.bool_], draws: Draws) -> Score:
    """``alarms`` (k, series, last weeks). An outbreak without a single case inside the weeks is still one missed."""
    truth = draws.extra > 0
    clean, hit = alarms & ~truth, alarms & truth
    k, series = np.indices(draws.starts.shape)
    caught, both = hit.any(axis=2), 2 * hit.sum()
    first = alarms[k, series, draws.starts] & truth[k, series, draws.starts]
    missed = (truth & ~alarms).sum()
    return Score(clean.sum() / (~truth).sum(), caught.mean(), first.mean(), both / max(both + clean.sum() + missed, 1))
