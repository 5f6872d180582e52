"""One label taught from material: even-handed linear models of its own, or a correction on top of the shipped one."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize, minimize_scalar  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix, diags, hstack  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from tingsu.reading.learned.figures import macro_f1
from tingsu.reading.learned.material import (
    Floats,
    Material,
    Whole,
    all_cells,
    presence_of,
    pull_of,
    rarity_of,
)
from tingsu.reading.learned.site_model import SiteModel, Weights, make_model

SEED = 20200301
MOST_TRIED = 3_000  # examples on which settings are tried
INNER = 3  # folds for choosing settings
_BIAS = 0.3  # of a unit: how dearly a label's general level is moved on top of the shipped model
_ROUNDS = 3_000
NEVER = -12.0  # the level of a label never met, so that it is never chosen


@dataclass(frozen=True, slots=True)
class Settings:
    """``smooth`` and ``power``: see ``rarity_of``. ``strength``: the inverse of regularisation.

    ``share``: what the shipped reader's chances weigh beside the pieces. ``evened``: rare labels weigh more.
    ``apart``: each label weighs the pieces by how they tell its own texts from the others (see ``pull_of``), instead
    of one rarity for all labels.
    """

    smooth: float = 1.0
    power: float = 0.3
    share: float = 0.0
    strength: float = 0.6
    evened: float = 1.0
    apart: bool = False


PLAIN = Settings(power=0.0, strength=1.0, evened=0.0)  # TF-IDF and a linear SVC as they come
OWN = (
    *(Settings(smooth, power, share) for smooth, power in ((1.0, 0.3), (0.01, 1.0)) for share in (0.0, 0.3)),
    *(
        Settings(share=share, strength=1.0, evened=evened, apart=True)
        for share, evened in ((0.0, 0.5), (0.0, 0.0), (0.3, 0.5))
    ),
    PLAIN,
)
ON_TOP = tuple(Settings(1.0, power, 0.0, 4.0, 0.5) for power in (0.0, 0.5))
OTHER_STRENGTHS = (1 / 3, 3.0)  # times the strength first tried
LESS_EVEN = 0.5
TOGETHER = 3  # models of a label of the site's own that answer together: different kinds err in different places
NEARLY = 0.03  # less good than the best by more than this, a model has nothing to add to it


@dataclass(frozen=True, slots=True)
class Chosen:
    """Settings that answer together, best first. ``warmths``: what each one's points are divided by before they are
    added up; ``warmth``: what the sum is divided by to become honest chances.
    """

    settings: tuple[Settings, ...]
    warmths: tuple[float, ...]
    warmth: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """A model of one label as matrices: fast for many texts at once."""

    material: Material
    settings: Settings
    rarity: Floats
    weights: Floats
    bias: Floats

    def points(self, rows: Whole) -> Floats:
        """A row a text, a column a label; what is taught on top is added to the shipped reader's."""
        cells = all_cells(self.material, rows, self.rarity, self.settings.share)
        points = np.asarray(cells @ self.weights + self.bias, dtype=np.float32)
        return points if self.material.start is None else points + self.material.start[rows]


@dataclass(frozen=True, slots=True)
class Together:
    """Models of one label that answer together; ``to_model`` gives what is kept."""

    fitted: tuple[Fitted, ...]
    chosen: Chosen

    def points(self, rows: Whole) -> Floats:
        """A row a text, a column a label."""
        each = zip(self.fitted, self.chosen.warmths, strict=True)
        return np.asarray(sum(one.points(rows) / warmth for one, warmth in each), dtype=np.float32)

    def to_model(self) -> SiteModel:
        """The model to keep: pieces and signals that weigh something, by name."""
        told, each = self.fitted[0].material, tuple(zip(self.fitted, self.chosen.warmths, strict=True))
        count = len(told.pieces)
        signals = sum(one.weights[count:] * (one.settings.share / warmth) for one, warmth in each)
        heard = any(one.settings.share for one in self.fitted)
        return make_model(
            told.name,
            told.labels,
            told.pieces,
            [Weights(one.rarity, one.weights[:count] / warmth) for one, warmth in each],
            dict(zip(told.signal_names, np.asarray(signals), strict=True)) if heard else {},
            np.asarray(sum(one.bias / warmth for one, warmth in each)),
            warmth=self.chosen.warmth,
            starts=told.start is not None,
        )


def fit_together(material: Material, rows: Whole, chosen: Chosen) -> Together:
    """The models chosen, each having heard ``rows`` of the material."""
    return Together(tuple(fit(material, rows, settings) for settings in chosen.settings), chosen)


def fit(material: Material, rows: Whole, settings: Settings) -> Fitted:
    """A model that has heard ``rows`` of the material; the same rows give the same model."""
    if settings.apart:
        rarity = presence_of(material, rows)
    else:
        rarity = rarity_of(material, rows, settings.smooth, settings.power)
    cells = all_cells(material, rows, rarity, settings.share)
    if material.start is not None:
        weights, bias = _teach_on_top(material, rows, cells, settings)
    elif settings.apart:
        weights, bias = _teach_apart(material, rows, cells, rarity, settings)
    else:
        weights, bias = _teach_own(material, rows, cells, settings)
    return Fitted(material, settings, rarity, weights, bias)


def _even_weights(material: Material, rows: Whole, evened: float) -> Floats:
    """Rare labels weigh more, so that they are not drowned."""
    answers = material.answers[rows]
    often = Counter(answers.tolist())
    mean = len(answers) / len(often)
    even = np.array([(mean / often[answer]) ** evened for answer in answers.tolist()], dtype=np.float32)
    return even * material.weights[rows]


def _teach_own(material: Material, rows: Whole, cells: csr_matrix, settings: Settings) -> tuple[Floats, Floats]:
    """One against the rest with a squared hinge, each label's texts weighing the same together."""
    answers = material.answers[rows]
    weights = np.zeros((cells.shape[1], len(material.labels)), dtype=np.float32)
    bias = np.full(len(material.labels), NEVER, dtype=np.float32)
    met = np.unique(answers)
    if len(met) < 2:
        bias[met] = 0.0
        return weights, bias
    model = _separate(cells, answers, _even_weights(material, rows, settings.evened), settings.strength)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(met) == 2:  # of two labels only the second has a row of its own
        coefficients, intercepts = np.vstack([-coefficients, coefficients]), np.hstack([-intercepts, intercepts])
    weights[:, met], bias[met] = coefficients.T, intercepts
    return weights, bias


def _teach_apart(
    material: Material, rows: Whole, cells: csr_matrix, known: Floats, settings: Settings
) -> tuple[Floats, Floats]:
    """Each label against the rest on pieces weighed for it alone (Wang & Manning 2012, one against the rest)."""
    answers = material.answers[rows]
    weights = np.zeros((cells.shape[1], len(material.labels)), dtype=np.float32)
    bias = np.full(len(material.labels), NEVER, dtype=np.float32)
    met = np.unique(answers)
    if len(met) < 2:
        bias[met] = 0.0
        return weights, bias
    for label in met.tolist():
        own = answers == label
        pull = np.ones(cells.shape[1], dtype=np.float32)
        pull[: len(known)] = pull_of(material, rows, label, known)
        even = np.where(own, len(rows) / 2 / own.sum(), len(rows) / 2 / (~own).sum()) ** settings.evened
        model = _separate(cells @ diags(pull), own, even * material.weights[rows], settings.strength)
        weights[:, label], bias[label] = model.coef_[0] * pull, model.intercept_[0]
    return weights, bias


def _separate(cells: csr_matrix, answers: Any, weights: Any, strength: float) -> LinearSVC:
    model = LinearSVC(C=strength, max_iter=_ROUNDS, random_state=SEED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last few steps change no answer
        model.fit(cells, answers, sample_weight=weights)
    return model


def _teach_on_top(material: Material, rows: Whole, cells: csr_matrix, settings: Settings) -> tuple[Floats, Floats]:
    """What to add to the shipped reader's logarithms: nothing where nobody corrected it, more the more it was.

    A softmax regression whose points begin at the shipped reader's, so that weights of nought give its answers.
    """
    assert material.start is not None
    begin, answers = material.start[rows].astype(np.float64), material.answers[rows]
    weight = _even_weights(material, rows, settings.evened).astype(np.float64)
    count, kinds, strength = cells.shape[0], len(material.labels), settings.strength
    cells = hstack([cells, csr_matrix(np.full((count, 1), _BIAS))]).tocsr().astype(np.float64)
    turned = cells.T.tocsr()
    truth = np.zeros((count, kinds))
    truth[np.arange(count), answers] = 1.0

    def cost(flat: Any) -> tuple[float, Any]:
        grid = flat.reshape(cells.shape[1], kinds)
        points = begin + cells @ grid
        points -= points.max(axis=1, keepdims=True)
        total = np.log(np.exp(points).sum(axis=1, keepdims=True))
        gap = (np.exp(points - total) - truth) * weight[:, None]
        loss = -float((weight * (points - total)[np.arange(count), answers]).sum())
        return loss + float(flat @ flat) / (2 * strength), (turned @ gap + grid / strength).ravel()

    solved = minimize(cost, np.zeros(cells.shape[1] * kinds), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    grid = solved.x.reshape(cells.shape[1], kinds)
    return grid[:-1].astype(np.float32), (grid[-1] * _BIAS).astype(np.float32)


def fold_rows(material: Material, rows: Whole, folds: int, seed: int = SEED) -> list[Whole]:
    """``rows`` in ``folds`` parts: copies together in one part, each label spread evenly over all of them.

    The same material and seed give the same parts.
    """
    shuffled = np.random.default_rng(seed).permutation(rows)
    grouped: dict[int, list[int]] = {}
    for row in shuffled.tolist():
        grouped.setdefault(int(material.groups[row]), []).append(row)
    parts: list[list[int]] = [[] for _ in range(folds)]
    held = np.zeros((folds, len(material.labels)))
    # The largest groups first, so that the small ones even out what they leave uneven.
    for members in sorted(grouped.values(), key=lambda group: -len(group)):
        label = int(material.answers[members[0]])
        best = min(range(folds), key=lambda part: (held[part, label], len(parts[part])))
        parts[best].extend(members)
        for row in members:
            held[best, material.answers[row]] += 1
    return [np.array(sorted(part), dtype=np.int64) for part in parts]


def held_out(material: Material, rows: Whole, settings: Settings, parts: Sequence[Whole]) -> Floats:
    """Points of ``rows`` (in their order) by models that never saw the part they stand in."""
    place = {int(row): at for at, row in enumerate(rows)}
    points = np.zeros((len(rows), len(material.labels)), dtype=np.float32)
    for part in parts:
        if len(part):
            told = np.setdiff1d(rows, part)
            points[[place[int(row)] for row in part]] = fit(material, told, settings).points(part)
    return points


def choose(material: Material, rows: Whole) -> Chosen:
    """Settings that do best on ``rows`` held out in turn, and the warmths that make their chances honest."""
    if len(rows) > MOST_TRIED:
        rows = np.sort(np.random.default_rng(SEED).choice(rows, MOST_TRIED, replace=False))
    parts, answers = fold_rows(material, rows, INNER), material.answers[rows]
    tried: dict[Settings, Floats] = {}
    goodness: dict[Settings, float] = {}

    def try_out(settings: Settings) -> None:
        if settings not in tried:
            tried[settings] = held_out(material, rows, settings, parts)
            goodness[settings] = _goodness(answers, tried[settings])

    def ranked() -> list[Settings]:
        return sorted(tried, key=lambda settings: -goodness[settings])

    for settings in OWN if material.start is None else ON_TOP:
        try_out(settings)
    first = ranked()[0]
    for times in OTHER_STRENGTHS:
        try_out(replace(first, strength=first.strength * times))
    try_out(replace(ranked()[0], evened=LESS_EVEN if material.start is None else 0.0))
    best = _pick(ranked(), goodness, TOGETHER if material.start is None else 1)
    return _weigh_up(best, [tried[settings] for settings in best], answers)


def _pick(ranked: Sequence[Settings], goodness: Mapping[Settings, float], most: int) -> list[Settings]:
    """The best one of each kind, as long as it comes near the best of all."""
    kinds: dict[tuple[float, float, bool], Settings] = {}
    for settings in ranked:
        if goodness[settings] >= goodness[ranked[0]] - NEARLY:
            kinds.setdefault((settings.power, settings.share, settings.apart), settings)
    return list(kinds.values())[:most]


def _weigh_up(settings: Sequence[Settings], points: Sequence[Floats], answers: Whole) -> Chosen:
    """One alone keeps its points as they are; several are brought to one warmth before they are added up."""
    if len(settings) == 1:
        return Chosen(tuple(settings), (1.0,), find_warmth(points[0], answers))
    warmths = tuple(find_warmth(one, answers) for one in points)
    total = sum(one / warmth for one, warmth in zip(points, warmths, strict=True))
    return Chosen(tuple(settings), warmths, find_warmth(np.asarray(total), answers))


def _goodness(answers: Whole, points: Floats) -> float:
    """Halfway between doing well by every label and doing well by every text."""
    said = points.argmax(axis=1)
    each = macro_f1([str(answer) for answer in answers], [str(one) for one in said])
    return (each + float((said == answers).mean())) / 2


def find_warmth(points: Floats, answers: Whole) -> float:
    """What points are divided by so that the chances of the true labels are as likely as can be."""

    def unlikely(logarithm: float) -> float:
        warm = points.astype(np.float64) / np.exp(logarithm)
        warm -= warm.max(axis=1, keepdims=True)
        chosen = warm[np.arange(len(answers)), answers]
        return float((np.log(np.exp(warm).sum(axis=1)) - chosen).sum())

    return float(np.exp(minimize_scalar(unlikely, bounds=(-4.0, 3.0), method="bounded").x))
