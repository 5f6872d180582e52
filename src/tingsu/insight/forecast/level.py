"""The level of each series: what is left of a count once weekday, season and events are told, weighed by age.

A discounted gamma level: ``a`` is the weighted count seen, ``b`` the weighted count the effects alone would give, each
a factor ``discount`` smaller a day later. The level is a/b, its relative variance 1/a, and that grows each day ahead
as it would under the random walk to which this discount is the steady answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter  # type: ignore[import-untyped]

from tingsu.insight.forecast.panel import Floats

DISCOUNTS = (0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998)  # memory of 10 … 500 days
SLOW = 0.99  # the memory with which the level is taken out while effects are learned
AHEAD = 14  # days ahead by which a discount is judged: the middle of what matters to a roster
PRIOR = 0.5  # cases before any was seen (Jeffreys), so that a series of zeros has a level above zero
MONTH, WEEK = 28, 7
BELIEVED = 6.0  # months' worth of belief in what all series show of restlessness
MOST_RESTLESS = 12.0
BORROWED = 0.15  # share of the neighbours' evidence on the discount that each series takes over


@dataclass(frozen=True, slots=True)
class Level:
    """Where each series stands on its last day. All arrays are one value a series."""

    value: Floats
    relative_variance: Floats
    discount: Floats
    restless: Floats  # by how much the level was missed a month ahead, over what the walk alone would miss; ≥ 1

    def variance_ahead(self, days: int) -> Floats:
        """Relative variance 1 … ``days`` days ahead, series × days."""
        step = (1 - self.discount) / self.discount
        ahead = np.arange(1, days + 1)
        walked: Floats = self.relative_variance[:, None] * (1 + ahead[None, :] * step[:, None])
        return walked * self.restless[:, None]


def smooth(counts: Floats, expected: Floats, weight: Floats, discount: float = SLOW) -> Floats:
    """The level on every day, seen from both sides; all arrays series × days, ``weight`` 0 where not observed."""
    seen, due = weight * counts, weight * expected
    above = discounted(seen, discount) + discounted(seen[:, ::-1], discount)[:, ::-1] - seen
    below = discounted(due, discount) + discounted(due[:, ::-1], discount)[:, ::-1] - due
    return _ratio(above, below, seen, due)


def stand(counts: Floats, expected: Floats, weight: Floats) -> Level:
    """Where each series stands after its last day, with the memory that would have foretold it best."""
    seen, due = weight * counts, weight * expected
    scores = np.stack([_score(counts, expected, weight, seen, due, each) for each in DISCOUNTS])
    scores = scores + BORROWED * scores.mean(axis=1, keepdims=True) * np.sqrt(len(counts))
    chosen = np.argmax(scores, axis=0)
    value, spread = np.empty(len(counts)), np.empty(len(counts))
    missed, mass = np.zeros(len(counts)), np.ones(len(counts))
    for place, discount in enumerate(DISCOUNTS):
        rows = chosen == place
        if rows.any():
            a, b = discounted(seen[rows], discount)[:, -1], discounted(due[rows], discount)[:, -1]
            value[rows] = _ratio(a[:, None], b[:, None], seen[rows], due[rows])[:, 0]
            spread[rows] = 1 / (a + PRIOR)
            missed[rows], mass[rows] = _missed(counts[rows], expected[rows], weight[rows], discount)
    memory = np.array(DISCOUNTS)[chosen]
    walked = spread * (1 + MONTH * (1 - memory) / memory)
    return Level(value, spread, memory, _restless(missed, mass, walked, counts.shape[1]))


def _missed(counts: Floats, expected: Floats, weight: Floats, discount: float) -> tuple[Floats, Floats]:
    """Over all weeks that lay a month ahead of some day: squared misses beyond chance, and squared forecasts."""
    if counts.shape[1] < 2 * MONTH + WEEK:
        return np.zeros(len(counts)), np.ones(len(counts))
    seen, due = weight * counts, weight * expected
    level = _ratio(discounted(seen, discount), discounted(due, discount), seen, due)[:, MONTH : -(MONTH + WEEK)]
    came, foreseen = _in_weeks(counts)[:, 2 * MONTH :], _in_weeks(expected)[:, 2 * MONTH :]
    steps = level.shape[1]
    said = level * foreseen[:, :steps]
    known = _in_weeks((weight > 0).astype(float))[:, 2 * MONTH :][:, :steps] >= WEEK - 0.5
    # Weighted counts are scaled down where the variance exceeds the mean, so this is chance as the fit sees it.
    chance = said / np.maximum(weight.max(axis=1), 1e-9)[:, None]
    return (known * ((came[:, :steps] - said) ** 2 - chance)).sum(axis=1), (known * said**2).sum(axis=1)


def _in_weeks(values: Floats) -> Floats:
    """Sums of seven days in a row, by their first day."""
    running = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    summed: Floats = running[:, WEEK:] - running[:, :-WEEK]
    return summed


def _restless(missed: Floats, mass: Floats, walked: Floats, days: int) -> Floats:
    """Misses a month ahead over the walk's, drawn to what all series show: months are few, and one is a chance."""
    shared = max(float(missed.sum() / max(mass.sum(), 1e-9)), 0.0)
    months = days / MONTH
    own = np.maximum(missed / np.maximum(mass, 1e-9), 0.0)
    drawn = (months * own + BELIEVED * shared) / (months + BELIEVED)
    return np.clip(drawn / np.maximum(walked, 1e-9), 1.0, MOST_RESTLESS)


def discounted(values: Floats, discount: float) -> Floats:
    """Running sums along days in which each day counts ``discount`` times as much as the next."""
    summed: Floats = lfilter([1.0], [1.0, -discount], values, axis=1)
    return summed


def _ratio(a: Floats, b: Floats, seen: Floats, due: Floats) -> Floats:
    """a/b drawn a little (PRIOR cases) towards the series' whole mean, which is itself kept above zero."""
    whole = (seen.sum(axis=1) + PRIOR) / np.maximum(due.sum(axis=1), 1e-9)
    drawn: Floats = (a + PRIOR) / (np.maximum(b, 0) + PRIOR / whole[:, None])
    return drawn


def _score(counts: Floats, expected: Floats, weight: Floats, seen: Floats, due: Floats, discount: float) -> Floats:
    """How well each count was foretold AHEAD days before, as a weighted Poisson log-likelihood a series."""
    if counts.shape[1] <= AHEAD:
        return np.zeros(len(counts))
    a, b = discounted(seen, discount)[:, :-AHEAD], discounted(due, discount)[:, :-AHEAD]
    mean = np.maximum(_ratio(a, b, seen, due) * expected[:, AHEAD:], 1e-9)
    burnt = AHEAD + min(56, counts.shape[1] // 4)  # the beginning favours a short memory
    likelihood = weight[:, AHEAD:] * (counts[:, AHEAD:] * np.log(mean) - mean)
    summed: Floats = likelihood[:, max(burnt - AHEAD, 0) :].sum(axis=1)
    return summed
