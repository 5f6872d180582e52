"""A rise shared by several series, too small in each: what the others of a pool say raises or lowers the bar for one.

Weighted p-values (Genovese, Roeder & Wasserman 2006): a series alarms where its chance is at most alpha times its
weight. The weight comes from the *other* series of its pools only and has mean one while nothing rises, so that the
false alarms of all series together stay where alpha put them. The evidence of a pool is a likelihood ratio over the
sum of its members' normal scores, for rises of one, two and three periods.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

from tingsu.insight.spikes.scan import LENGTHS, NEARLY_POISSON

Floats = NDArray[np.float64]
SHIFT = 3.0  # standard deviations the pool's score is shifted by a rise
OWN = 0.5  # share of the weight that needs no pool
MOST = 25.0  # a weight is at most this


def normal_scores(counts: Floats, mean: Floats, phi: Floats) -> Floats:
    """How unusual the sums of the last 1, 2 and 3 periods are: (…, REACH) windows to (…, 3) normal scores.

    Mid-chances, so that small counts lean to neither side.
    """
    scores = []
    for length in LENGTHS:
        total, expected = counts[..., -length:].sum(-1), np.maximum(mean[..., -length:].sum(-1), 1e-6)
        spread = (mean[..., -length:] * phi[..., -length:]).sum(-1) / expected
        middle = (upper_tail(total, expected, spread) + upper_tail(total + 1, expected, spread)) / 2
        scores.append(-special.ndtri(np.clip(middle, 1e-12, 1 - 1e-12)))
    return np.stack(scores, axis=-1)


def upper_tail(count: Floats, mean: Floats, phi: Floats) -> Floats:
    """P(at least ``count``) under a negative binomial with variance phi · mean; Poisson where phi is 1."""
    over = phi > NEARLY_POISSON
    safe = np.where(over, phi, 2.0)
    # betainc(count, size, 1 − 1/phi) is that tail for count ≥ 1
    nb = special.betainc(np.maximum(count, 1e-9), mean / (safe - 1), 1 - 1 / safe)
    poisson = special.gammainc(np.maximum(count, 1e-9), mean)
    return np.asarray(np.where(count <= 0, 1.0, np.where(over, nb, poisson)))


def pool_ratio(score: Floats) -> Floats:
    """Likelihood ratio that a pool rises, from the standardised sums (…, 3) of its members' scores; mean one."""
    return np.asarray(np.exp(np.minimum(SHIFT * score - SHIFT**2 / 2, 50)).mean(-1))


def weights(scores: Floats, pools: Sequence[Sequence[int]]) -> Floats:
    """The weight of each series: (series, …, 3) scores and pools of series numbers to (series, …).

    A pool of one says nothing. Each series shares its pooled part evenly among the pools it is in.
    """
    shape = scores.shape[:-1]
    gained, belongs = np.zeros(shape), np.zeros(shape[0])
    for pool in pools:
        members = np.asarray(pool)
        if len(members) < 2:
            continue
        others = (scores[members].sum(axis=0) - scores[members]) / np.sqrt(len(members) - 1)
        gained[members] += np.minimum(pool_ratio(others), 1e6)
        belongs[members] += 1
    spread = np.maximum(belongs, 1).reshape(-1, *[1] * (len(shape) - 1))
    share = np.where(belongs > 0, 1 - OWN, 0.0).reshape(spread.shape)
    return np.asarray(np.minimum((1 - share) + share * gained / spread, MOST))
