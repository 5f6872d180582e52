"""A logistic model that begins with stated rules and moves as far as a site's history carries it.

The weights have a normal prior around the rules; with little history they stay there, with much they are the site's
own. Probabilities are set right on predictions made for customers left out of the fit (Platt), so that "30 %" is
what three of ten such cases came to here. Pure arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tingsu.insight.escalation.signs import SIGNS, Floats

USUAL = -3.0  # log-odds of a case without any sign: about 5 in 100
BUSINESS_SPREAD = 0.3
FOLDS = 5
ROUNDS = 30
ENOUGH_CASES, ENOUGH_FURTHER = 300, 30  # below either, the rules stand and nothing is called calibrated
BINS = 10


@dataclass(frozen=True, slots=True)
class Weights:
    """What a score is made of: ``intercept`` + rows · ``weights``, then ``scale`` · that + ``shift`` (Platt).

    ``centre`` is the usual value of every column at this site: a sign counts as a reason by how far it lies above.
    """

    intercept: float
    weights: Floats
    centre: Floats
    scale: float = 1.0
    shift: float = 0.0

    def logits(self, rows: Floats) -> Floats:
        """Log-odds as they leave the model, set right."""
        logits: Floats = self.scale * (self.intercept + rows @ self.weights) + self.shift
        return logits

    def chances(self, rows: Floats) -> Floats:
        """Probability of going further, a row each."""
        return expit(self.logits(rows))

    def shares(self, rows: Floats) -> Floats:
        """How much each column adds to the log-odds above the site's usual case."""
        shares: Floats = self.scale * (rows - self.centre) * self.weights
        return shares


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the chances are: area under the ROC curve, Brier score beside that of saying the base rate, and the
    mean gap between said and seen over tenths of the cases (ECE). ``cases`` rows, of which ``further`` went further."""

    cases: int
    further: int
    auc: float
    brier: float
    brier_base: float
    ece: float


def expit(logits: Floats) -> Floats:
    """1 / (1 + e^-x), without overflow."""
    chances: Floats = 0.5 * (1 + np.tanh(0.5 * logits))
    return chances


def rules(columns: int) -> Weights:
    """The stated rules, for rows with this many columns; businesses weigh nothing."""
    weights = np.zeros(columns)
    weights[: len(SIGNS)] = [sign.weight for sign in SIGNS]
    return Weights(USUAL, weights, np.zeros(columns))


def is_enough(*, cases: int, further: int) -> bool:
    """Whether there is history enough to call anything calibrated: different cases, not looks."""
    return cases >= ENOUGH_CASES and further >= ENOUGH_FURTHER


def learn(
    rows: Floats, further: Floats, counted: Floats, customers: Floats, *, start: Weights | None = None
) -> Weights:
    """The site's weights. ``further`` 0/1, ``counted`` the weight of each row (a case's looks share 1), ``customers``
    numbers by which folds are made, so that nobody's other case tells on him."""
    prior = start or rules(rows.shape[1])
    left_out = out_of_fold(rows, further, counted, customers, prior)
    scale, shift = _set_right(left_out, further, counted)
    intercept, weights = _fit(rows, further, counted, prior)
    centre = np.average(rows, axis=0, weights=counted)
    return Weights(intercept, weights, centre, scale, shift)


def out_of_fold(rows: Floats, further: Floats, counted: Floats, customers: Floats, prior: Weights) -> Floats:
    """Log-odds of each row by a model that saw no case of the same customer; not set right."""
    fold = (customers.astype(np.int64) * 2654435761 % 4294967296) % FOLDS  # a customer stays in one fold
    logits = np.zeros(len(rows))
    for each in range(FOLDS):
        held, rest = fold == each, fold != each
        intercept, weights = _fit(rows[rest], further[rest], counted[rest], prior)
        logits[held] = intercept + rows[held] @ weights
    return logits


def _fit(rows: Floats, further: Floats, counted: Floats, prior: Weights) -> tuple[float, Floats]:
    """The most likely weights under the prior, by Newton's method; the intercept is nearly free."""
    table = np.column_stack([np.ones(len(rows)), rows])
    middle = np.concatenate([[prior.intercept], prior.weights])
    spread = np.full(len(middle), BUSINESS_SPREAD)
    spread[0] = 2.0
    spread[1 : len(SIGNS) + 1] = [sign.spread for sign in SIGNS]
    found = middle.copy()
    for _ in range(ROUNDS):
        chance = expit(table @ found)
        score = table.T @ (counted * (further - chance)) - (found - middle) / spread**2
        information = (table * (counted * chance * (1 - chance))[:, None]).T @ table + np.diag(1 / spread**2)
        step = np.linalg.solve(information, score)
        found = found + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    return float(found[0]), found[1:]


def _set_right(logits: Floats, further: Floats, counted: Floats) -> tuple[float, float]:
    """Slope and shift (Platt) that make the left-out chances come true; the slope is drawn a little to 1."""
    found, middle, spread = np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.array([0.5, 2.0])
    table = np.column_stack([logits, np.ones(len(logits))])
    for _ in range(ROUNDS):
        chance = expit(table @ found)
        score = table.T @ (counted * (further - chance)) - (found - middle) / spread**2
        information = (table * (counted * chance * (1 - chance))[:, None]).T @ table + np.diag(1 / spread**2)
        found = found + np.clip(np.linalg.solve(information, score), -1, 1)
    return float(max(found[0], 0.05)), float(found[1])


def judge(chances: Floats, further: Floats, counted: Floats | None = None) -> Quality:
    """How good the chances were. AUC is NaN where all or none went further."""
    weight = np.ones(len(chances)) if counted is None else counted
    whole = weight.sum()
    base = float((weight * further).sum() / whole) if whole else float("nan")
    brier = float((weight * (chances - further) ** 2).sum() / whole) if whole else float("nan")
    return Quality(
        len(chances),
        int(further.sum()),
        _auc(chances, further, weight),
        brier,
        base * (1 - base),
        sum(abs(said - seen) * share for said, seen, share in reliability(chances, further, weight)),
    )


def reliability(chances: Floats, further: Floats, counted: Floats) -> list[tuple[float, float, float]]:
    """(said, seen, share of the cases) in BINS groups of rising chance, of equal size."""
    order = np.argsort(chances, kind="stable")
    groups = [group for group in np.array_split(order, BINS) if len(group)]
    told = []
    for group in groups:
        weight = counted[group]
        said = float((chances[group] * weight).sum() / weight.sum())
        seen = float((further[group] * weight).sum() / weight.sum())
        told.append((said, seen, float(weight.sum() / counted.sum())))
    return told


def _auc(chances: Floats, further: Floats, weight: Floats) -> float:
    """The chance that one that went further was ranked above one that did not; ties count half."""
    yes, no = further > 0.5, further <= 0.5
    if not yes.any() or not no.any():
        return float("nan")
    values, place = np.unique(chances, return_inverse=True)
    no_weight = np.bincount(place[no], weight[no], len(values))
    below = np.concatenate([[0.0], np.cumsum(no_weight)[:-1]]) + no_weight / 2
    return float((weight[yes] * below[place[yes]]).sum() / (weight[yes].sum() * no_weight.sum()))
