"""Makes a model from labelled examples: the same examples give the same model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from tingsu.reading.learned.model import Floats, Head, Model
from tingsu.reading.learned.pieces import cut_runs, is_telling

_ROUNDS = 200
_SELDOM = 3  # a piece met in fewer examples teaches nothing that carries over
Labels = Mapping[str, str | frozenset[str]]


@dataclass(frozen=True, slots=True)
class Example:
    """One text in plain form with its signals and what is known of it.

    ``labels``: facet → the one label, or the set of labels where several may hold. ``author`` groups examples of one
    hand, so that no hand is both taught and tested.
    """

    text: str
    signals: Mapping[str, float]
    labels: Labels
    author: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """How one facet is taught. ``hinge``: by support vectors (best for many labels); otherwise by logistic regression.

    ``strength``: inverse of regularisation. ``evened``: 0–1, how far rare labels are weighed up. ``sharp``: how far
    pieces that tell the facet's labels apart are weighed up beforehand. ``heed``: how much signals weigh beside pieces.
    """

    facet: str
    labels: tuple[str, ...]
    single: bool = True
    hinge: bool = False
    strength: float = 10.0
    evened: float = 0.0
    sharp: float = 1.0
    heed: float = 1.0
    warmth: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Examples as numbers: a row an example, a column a known piece (``pieces``) or a named signal (``signals``)."""

    names: tuple[str, ...]
    rarity: Floats
    signal_names: tuple[str, ...]
    pieces: csr_matrix = field(repr=False)
    signals: csr_matrix = field(repr=False)


def tabulate(examples: Sequence[Example], *, most: int = 150_000, like: Table | None = None) -> Table:
    """``examples`` as numbers, in the pieces they share, or in those of the table they should look ``like``."""
    counted = [Counter(cut_runs(example.text)) for example in examples]
    if like is None:
        met = Counter(piece for counts in counted for piece in counts)
        kept = sorted(piece for piece, times in met.most_common(most) if times >= _SELDOM and is_telling(piece))
        rarity = np.array([math.log((1 + len(examples)) / (1 + met[piece])) + 1 for piece in kept], dtype=np.float32)
        names, signal_names = tuple(kept), tuple(sorted({name for example in examples for name in example.signals}))
    else:
        names, rarity, signal_names = like.names, like.rarity, like.signal_names
    pieces = _piece_cells(counted, {piece: row for row, piece in enumerate(names)}, rarity)
    signals = _signal_cells(examples, {name: row for row, name in enumerate(signal_names)})
    return Table(names, rarity, signal_names, pieces, signals)


def _piece_cells(counted: Sequence[Counter[str]], rows: Mapping[str, int], rarity: Floats) -> csr_matrix:
    ends, places, values = [0], list[int](), list[float]()
    for counts in counted:
        for piece, times in counts.items():
            if (row := rows.get(piece)) is not None:
                places.append(row)
                values.append((1 + math.log(times)) * float(rarity[row]))
        ends.append(len(places))
    return csr_matrix((values, places, ends), shape=(len(counted), len(rows)))


def _signal_cells(examples: Sequence[Example], rows: Mapping[str, int]) -> csr_matrix:
    ends, places, values = [0], list[int](), list[float]()
    for example in examples:
        for name, value in example.signals.items():
            if name in rows:
                places.append(rows[name])
                values.append(value)
        ends.append(len(places))
    return csr_matrix((values, places, ends), shape=(len(examples), len(rows)))


@dataclass(frozen=True, slots=True)
class Taught:
    """Weights of one facet, a column a label; ``reach`` is how far each piece was weighed up beforehand."""

    lesson: Lesson
    reach: Floats
    weights: Floats
    signals: Floats
    bias: Floats

    def points(self, table: Table) -> Floats:
        """A row an example of ``table``, a column a label."""
        cells = _join_cells(table, self.reach, self.lesson.heed)
        return np.asarray(cells @ np.vstack([self.weights, self.signals]) + self.bias, dtype=np.float32)


def _join_cells(table: Table, reach: Floats, heed: float) -> csr_matrix:
    """Pieces times ``reach``, each text's squares adding up to one, beside the signals times ``heed``."""
    pieces = table.pieces @ diags(reach)
    lengths = np.sqrt(np.asarray(pieces.multiply(pieces).sum(axis=1)).ravel())
    return hstack([diags(1 / np.maximum(lengths, 1e-9)) @ pieces, table.signals * heed]).tocsr()


def _find_reach(pieces: csr_matrix, answers: Sequence[frozenset[str]], sharp: float) -> Floats:
    """How far each piece tells any label from the rest: its largest log-odds, to the power of ``sharp``."""
    met = (pieces > 0).astype(np.float32)
    everywhere = np.asarray(met.sum(axis=0)).ravel()
    reach = np.full(pieces.shape[1], 1e-3, dtype=np.float32)
    for label in sorted(frozenset().union(*answers)):
        inside = np.asarray(met[[label in answer for answer in answers]].sum(axis=0)).ravel()
        here, there = 1 + inside, 1 + everywhere - inside
        reach = np.maximum(reach, np.abs(np.log((here / here.sum()) / (there / there.sum()))))
    return np.asarray(reach**sharp, dtype=np.float32)


def teach_facet(lesson: Lesson, table: Table, examples: Sequence[Example]) -> Taught:
    """Weights for one facet, from the examples (the rows of ``table``) that know something of it."""
    chosen = [place for place, example in enumerate(examples) if lesson.facet in example.labels]
    answers = [_as_set(examples[place].labels[lesson.facet]) for place in chosen]
    share = [examples[place].weight for place in chosen]
    part = Table(table.names, table.rarity, table.signal_names, table.pieces[chosen], table.signals[chosen])
    reach = _find_reach(part.pieces, answers, lesson.sharp)
    cells = _join_cells(part, reach, lesson.heed)
    weights, bias = (_teach_single if lesson.single else _teach_each)(lesson, cells, answers, share)
    size = len(table.names)
    return Taught(lesson, reach, weights[:size], weights[size:], bias)


def _as_set(labels: str | frozenset[str]) -> frozenset[str]:
    return frozenset((labels,)) if isinstance(labels, str) else labels


def _fit(lesson: Lesson, cells: csr_matrix, answers: Sequence[Any], share: Sequence[float]) -> Any:
    often = Counter(answers)
    mean = len(answers) / len(often)
    weights = [own * (mean / often[answer]) ** lesson.evened for own, answer in zip(share, answers, strict=True)]
    if lesson.hinge:
        model: Any = LinearSVC(C=lesson.strength, random_state=0, max_iter=3_000)
    else:
        model = LogisticRegression(C=lesson.strength, max_iter=_ROUNDS)
    return model.fit(cells, answers, sample_weight=weights)


def _teach_single(
    lesson: Lesson, cells: csr_matrix, answers: Sequence[frozenset[str]], share: Sequence[float]
) -> tuple[Floats, Floats]:
    told = [next(iter(answer)) for answer in answers]
    weights = np.zeros((cells.shape[1], len(lesson.labels)), dtype=np.float32)
    bias = np.full(len(lesson.labels), -12.0, dtype=np.float32)  # a label never met is never chosen
    met = sorted(set(told))
    if len(met) < 2:
        bias[[lesson.labels.index(label) for label in met]] = 0.0
        return weights, bias
    model = _fit(lesson, cells, told, share)
    rows, starts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # of two labels only the second has a row of its own
        rows, starts = np.vstack([-rows, rows]) / 2, np.hstack([-starts, starts]) / 2
    columns = [lesson.labels.index(str(label)) for label in model.classes_]
    weights[:, columns], bias[columns] = rows.T, starts
    return weights, bias


def _teach_each(
    lesson: Lesson, cells: csr_matrix, answers: Sequence[frozenset[str]], share: Sequence[float]
) -> tuple[Floats, Floats]:
    weights = np.zeros((cells.shape[1], len(lesson.labels)), dtype=np.float32)
    bias = np.full(len(lesson.labels), -12.0, dtype=np.float32)
    for column, label in enumerate(lesson.labels):
        told = [label in answer for answer in answers]
        if len(set(told)) == 2:
            model = _fit(lesson, cells, told, share)
            weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
    return weights, bias


def teach(lessons: Sequence[Lesson], examples: Sequence[Example], *, keep: int = 60_000) -> Model:
    """A model that has heard ``examples``; only the ``keep`` most telling pieces stay."""
    table = tabulate(examples)
    return assemble(table, [teach_facet(lesson, table, examples) for lesson in lessons], keep=keep)


def assemble(table: Table, taught: Sequence[Taught], *, keep: int) -> Model:
    """One model of all that was taught, its weights of pieces rounded to one byte."""
    pieces = np.hstack([one.reach[:, None] * one.weights for one in taught])
    telling = (np.abs(pieces) / (np.abs(pieces).max(axis=0) + 1e-9)).max(axis=1)
    chosen = np.sort(np.argsort(-telling, kind="stable")[:keep])
    pieces = pieces[chosen]
    scale = (np.abs(pieces).max(axis=0) / 127 + 1e-12).astype(np.float32)
    names = [table.names[row] for row in chosen]
    return Model(
        names=names,
        rows={piece: row for row, piece in enumerate(names)},
        rarity=table.rarity[chosen].astype(np.float16).astype(np.float32),
        reach=np.column_stack([one.reach[chosen] for one in taught]).astype(np.float16),
        weights=np.round(pieces / scale).astype(np.int8),
        scale=scale,
        signal_rows={name: row for row, name in enumerate(table.signal_names)},
        signals=np.hstack([one.lesson.heed * one.signals for one in taught]).astype(np.float32),
        bias=np.concatenate([one.bias for one in taught]).astype(np.float32),
        heads={head.facet: head for head in _number_heads(one.lesson for one in taught)},
    )


def _number_heads(lessons: Iterable[Lesson]) -> Iterable[Head]:
    start = 0
    for lesson in lessons:
        yield Head(lesson.facet, start, lesson.labels, lesson.single, lesson.warmth)
        start += len(lesson.labels)


def held_out_points(
    lessons: Sequence[Lesson], examples: Sequence[Example], folds: Sequence[Sequence[int]]
) -> dict[str, Floats]:
    """By facet, points of every example by a model that never saw its fold: a row an example, NaN in no fold."""
    shape = len(examples)
    points = {lesson.facet: np.full((shape, len(lesson.labels)), np.nan, dtype=np.float32) for lesson in lessons}
    for fold in folds:
        left_out = set(fold)
        told = [example for place, example in enumerate(examples) if place not in left_out]
        table = tabulate(told)
        asked = tabulate([examples[place] for place in fold], like=table)
        for lesson in lessons:
            points[lesson.facet][list(fold)] = teach_facet(lesson, table, told).points(asked)
    return points


def folds_by_author(examples: Sequence[Example], authors: Sequence[str]) -> list[list[int]]:
    """One fold an author: the places of his examples."""
    return [[place for place, example in enumerate(examples) if example.author == author] for author in authors]
