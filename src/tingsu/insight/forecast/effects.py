"""Effects of the columns on every series at once: negative binomial regressions that lend one another strength.

Each series has effects of its own, drawn to a shared mean as far as the series differ from each other (partial
pooling): both the mean and the spread between series are learned. One round is a Newton step of all series (one
matrix product for every normal equation), the exact step of the shared means, a step of the spreads, of the
dispersions and of the levels. With one series the spreads stay near what is laid down in ``design``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tingsu.insight.forecast.design import Design
from tingsu.insight.forecast.level import Level, smooth, stand
from tingsu.insight.forecast.panel import Floats, Panel

ROUNDS = 6
ROUNDS_AGAIN = 3  # from an earlier fit
FURTHEST = 12.0  # log scale; e^12 cases a day is no unit's count
STEP = 1.5  # the furthest an effect moves in a round
ODD = 4.0  # Pearson residuals beyond this lose weight: a batch of one day is no weekday's habit
BELIEF = 4.0  # series' worth of belief in the spreads laid down
DISPERSION = (0.05, 10.0)  # variance over mean² before anything was seen, worth this many series' days of events
AT_ONCE = 200  # series a matrix product: bounds memory, not the result
WORTH_KEEPING = 8  # series that share a table, for which its pairwise products are kept (5 MB a table)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned. Arrays by series first; ``means`` and ``spreads`` are those shared by all series."""

    design: Design  # of the history only
    effects: Floats  # series × columns, log scale
    covariance: Floats  # series × columns × columns
    means: Floats
    spreads: Floats
    level: Level
    dispersion: Floats  # variance = mean + dispersion · mean²

    def ahead(self, design: Design) -> tuple[Floats, Floats]:
        """(mean, relative variance of the mean by effects and level), series × days, on the days of ``design``."""
        mean = self.level.value[:, None] * np.exp(linear(design, self.effects))
        spread = self.level.variance_ahead(design.days)
        for rows, table in design.groups():
            spread[rows] += np.einsum("tp,spt->st", table, self.covariance[rows] @ table.T)
        return mean, spread


def fit(panel: Panel, design: Design, *, start: Fitted | None = None) -> Fitted:
    """Learn from the panel's days; ``design`` covers exactly these. Nothing here knows of a later day.

    ``start``: an earlier fit of the same series to begin from, where its columns are the same; it saves rounds.
    """
    counts, seen = panel.counts, panel.observed.astype(float)
    series, columns = len(counts), len(design.columns)
    size = np.array([column.size for column in design.columns])
    laid_down = np.array([column.spread for column in design.columns]) ** 2
    effects, means, spreads = np.zeros((series, columns)), np.zeros(columns), laid_down.copy()
    rounds = ROUNDS
    if start is not None and start.design.columns == design.columns:
        effects, means, spreads, rounds = start.effects, start.means, start.spreads, ROUNDS_AGAIN
    covariance = np.zeros((series, columns, columns))
    dispersion = np.full(series, DISPERSION[0])
    shape = np.exp(linear(design, effects))
    weight = seen / (1 + dispersion[:, None] * np.maximum(counts.mean(axis=1), 0.01)[:, None])
    products = _pairs(design)
    for _ in range(rounds):
        level = smooth(counts, shape, weight)
        mean = np.maximum(level * shape, 1e-9)
        dispersion = _dispersion(counts, mean, seen)
        weight = _weights(counts, mean, dispersion, seen)
        step, covariance, precision = _newton(counts, mean, weight, design, products, effects - means, spreads)
        effects = effects + np.clip(step, -STEP, STEP)
        moved = _shared_step(effects - means, precision, spreads, size, means)
        effects = effects + np.einsum("spq,q->sp", covariance, moved / spreads)
        means = means + moved
        spreads = _spreads(effects - means, covariance, laid_down)
        shape = np.exp(linear(design, effects))
    return Fitted(design, effects, covariance, means, spreads, stand(counts, shape, weight), dispersion)


def linear(design: Design, effects: Floats) -> Floats:
    """What the columns add up to on the log scale, series × days."""
    summed = np.empty((len(effects), design.days))
    for rows, table in design.groups():
        summed[rows] = effects[rows] @ table.T
    return np.clip(summed, -FURTHEST, FURTHEST)


def _weights(counts: Floats, mean: Floats, dispersion: Floats, seen: Floats) -> Floats:
    """By which a day counts: less where the variance exceeds the mean, and less the odder it is."""
    spread = 1 + dispersion[:, None] * mean
    odd = np.abs(counts - mean) / np.sqrt(mean * spread)
    weights: Floats = seen / spread * np.minimum(1, (ODD / np.maximum(odd, 1e-9)) ** 2)
    return weights


def _dispersion(counts: Floats, mean: Floats, seen: Floats) -> Floats:
    """By moments, drawn to what all series show together; the oddest days are held back as in the weights."""
    room = ODD**2 * mean * (1 + DISPERSION[0] * mean)
    excess = (seen * (np.minimum((counts - mean) ** 2, room) - mean)).sum(axis=1)
    square = (seen * mean**2).sum(axis=1)
    prior, worth = DISPERSION
    shared = max((excess.sum() + prior * worth) / (square.sum() + worth), 1e-4)
    drawn: Floats = np.clip((excess + shared * 30) / (square + 30), 1e-4, 5.0)
    return drawn


def _newton(
    counts: Floats,
    mean: Floats,
    weight: Floats,
    design: Design,
    products: list[Floats | None],
    own: Floats,
    spreads: Floats,
) -> tuple[Floats, Floats, Floats]:
    """(step, covariance, summed precision left after pooling) of one Newton step of every series."""
    columns = len(design.columns)
    step, covariance = np.empty_like(own), np.empty((len(own), columns, columns))
    residual, weight = weight * (counts - mean), weight * mean
    for (rows, table), pairs in zip(design.groups(), products, strict=True):
        for start in range(0, len(rows), AT_ONCE):
            here = rows[start : start + AT_ONCE]
            score, information = _equations(residual[here], weight[here], table, pairs)
            information[:, range(columns), range(columns)] += 1 / spreads
            covariance[here] = np.linalg.inv(information)
            step[here] = np.einsum("spq,sq->sp", covariance[here], score - own[here] / spreads)
    held = covariance.sum(axis=0) / np.outer(spreads, spreads)
    return step, covariance, len(own) * np.diag(1 / spreads) - held


def _pairs(design: Design) -> list[Floats | None]:
    """Each table's pairwise products, pairs × days; None where too few series share a table to be worth keeping."""
    kept: list[Floats | None] = []
    for rows, table in design.groups():
        one, other = np.triu_indices(table.shape[1])
        turned = np.ascontiguousarray(table.T)
        kept.append(turned[one] * turned[other] if len(rows) >= WORTH_KEEPING else None)
    return kept


def _equations(residual: Floats, weight: Floats, table: Floats, pairs: Floats | None) -> tuple[Floats, Floats]:
    """Score and information of the columns, the level taken out: what a column shares with it teaches nothing."""
    if pairs is None:
        information = (weight[:, None, :] * table.T) @ table
    else:
        one, other = np.triu_indices(table.shape[1])
        packed = weight @ pairs.T
        information = np.empty((len(weight), table.shape[1], table.shape[1]))
        information[:, one, other] = packed
        information[:, other, one] = packed
    summed, whole = weight @ table, np.maximum(weight.sum(axis=1), 1e-9)
    information -= summed[:, :, None] * summed[:, None, :] / whole[:, None, None]
    return residual @ table - summed * (residual.sum(axis=1) / whole)[:, None], information


def _shared_step(own: Floats, precision: Floats, spreads: Floats, size: Floats, means: Floats) -> Floats:
    """The exact step of the shared means, given what the series together leave undrawn."""
    information = precision + np.diag(1 / size**2)
    step: Floats = np.linalg.solve(information, own.sum(axis=0) / spreads - means / size**2)
    return np.clip(step, -STEP, STEP)


def _spreads(own: Floats, covariance: Floats, laid_down: Floats) -> Floats:
    """Between series: what they differ by plus what is not known of each, with some belief in what was laid down."""
    unknown = np.einsum("spp->sp", covariance)
    learned: Floats = ((own**2 + unknown).sum(axis=0) + BELIEF * laid_down) / (len(own) + BELIEF)
    return np.maximum(learned, 1e-5)
