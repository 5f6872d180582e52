"""Makes a model from labelled examples: the same examples give the same model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from tingsu.reading.learned.model import Floats, Head, Model
from tingsu.reading.learned.pieces import count_pieces, is_telling

_ROUNDS = 200
_SELDOM = 2  # a piece met in fewer examples teaches nothing that carries over
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
    """How one facet is taught: ``strength`` is the inverse of regularisation; ``evened``: rare labels weigh more."""

    facet: str
    labels: tuple[str, ...]
    single: bool = True
    strength: float = 30.0
    evened: float = 0.0
    warmth: float = 1.0


@dataclass(frozen=True, slots=True)
class Table:
    """Examples as numbers: a row an example, first the known pieces, then the named signals."""

    names: tuple[str, ...]
    rarity: Floats
    signal_names: tuple[str, ...]
    cells: csr_matrix = field(repr=False)


def tabulate(examples: Sequence[Example], *, most: int = 150_000, like: Table | None = None) -> Table:
    """``examples`` as numbers, in the pieces they share, or in those of the table they should look ``like``."""
    counted = [count_pieces(example.text) for example in examples]
    if like is None:
        met = Counter(piece for counts in counted for piece in counts)
        kept = sorted(piece for piece, times in met.most_common(most) if times >= _SELDOM and is_telling(piece))
        rarity = np.array([math.log((1 + len(examples)) / (1 + met[piece])) + 1 for piece in kept], dtype=np.float32)
        names, signal_names = tuple(kept), tuple(sorted({name for example in examples for name in example.signals}))
    else:
        names, rarity, signal_names = like.names, like.rarity, like.signal_names
    pieces = _piece_cells(counted, {piece: row for row, piece in enumerate(names)}, rarity)
    signals = _signal_cells(examples, {name: row for row, name in enumerate(signal_names)})
    return Table(names, rarity, signal_names, hstack([pieces, signals]).tocsr())


def _piece_cells(counted: Sequence[Counter[str]], rows: Mapping[str, int], rarity: Floats) -> csr_matrix:
    ends, places, values = [0], list[int](), list[float]()
    for counts in counted:
        known = [(row, times) for piece, times in counts.items() if (row := rows.get(piece)) is not None]
        much = np.array([(1 + math.log(times)) * rarity[row] for row, times in known])
        places.extend(row for row, _ in known)
        values.extend((much / (math.sqrt(float(much @ much)) or 1.0)).tolist())
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
    """Weights of one facet: a row a piece or signal, a column a label."""

    lesson: Lesson
    weights: Floats
    bias: Floats

    def points(self, cells: csr_matrix) -> Floats:
        return np.asarray(cells @ self.weights + self.bias, dtype=np.float32)


def teach_facet(lesson: Lesson, cells: csr_matrix, examples: Sequence[Example]) -> Taught:
    """Weights for one facet, from the examples that know something of it."""
    chosen = [place for place, example in enumerate(examples) if lesson.facet in example.labels]
    told = [examples[place] for place in chosen]
    cells = cells[chosen]
    if lesson.single:
        return _teach_single(lesson, cells, told)
    columns = [_teach_yes_no(lesson, cells, told, label) for label in lesson.labels]
    return Taught(lesson, np.column_stack([w for w, _ in columns]), np.array([b for _, b in columns]))


def _fit(lesson: Lesson, cells: csr_matrix, answers: Sequence[Any], examples: Sequence[Example]) -> LogisticRegression:
    often = Counter(answers)
    mean = len(answers) / len(often)
    weights = [
        example.weight * (mean / often[answer]) ** lesson.evened
        for example, answer in zip(examples, answers, strict=True)
    ]
    model = LogisticRegression(C=lesson.strength, max_iter=_ROUNDS)
    return model.fit(cells, answers, sample_weight=weights)


def _teach_single(lesson: Lesson, cells: csr_matrix, examples: Sequence[Example]) -> Taught:
    answers = [str(example.labels[lesson.facet]) for example in examples]
    weights = np.zeros((cells.shape[1], len(lesson.labels)), dtype=np.float32)
    bias = np.full(len(lesson.labels), -12.0, dtype=np.float32)  # a label never met is never chosen
    met = sorted(set(answers))
    if len(met) < 2:
        bias[[lesson.labels.index(label) for label in met]] = 0.0
        return Taught(lesson, weights, bias)
    model = _fit(lesson, cells, answers, examples)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # of two labels only the second has a row of its own
        coefficients, intercepts = (
            np.vstack([-coefficients, coefficients]) / 2,
            np.hstack([-intercepts, intercepts]) / 2,
        )
    columns = [lesson.labels.index(str(label)) for label in model.classes_]
    weights[:, columns], bias[columns] = coefficients.T, intercepts
    return Taught(lesson, weights, bias)


def _teach_yes_no(lesson: Lesson, cells: csr_matrix, examples: Sequence[Example], label: str) -> tuple[Floats, float]:
    answers = [label in example.labels[lesson.facet] for example in examples]
    if len(set(answers)) < 2:
        return np.zeros(cells.shape[1], dtype=np.float32), 12.0 if all(answers) else -12.0
    model = _fit(lesson, cells, answers, examples)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def teach(lessons: Sequence[Lesson], examples: Sequence[Example], *, keep: int = 60_000) -> Model:
    """A model that has heard ``examples``; only the ``keep`` most telling pieces stay."""
    table = tabulate(examples)
    return assemble(table, [teach_facet(lesson, table.cells, examples) for lesson in lessons], keep=keep)


def assemble(table: Table, taught: Sequence[Taught], *, keep: int) -> Model:
    """One model of all that was taught, its weights of pieces rounded to one byte."""
    weights = np.hstack([one.weights for one in taught]).astype(np.float32)
    pieces, signals = weights[: len(table.names)], weights[len(table.names) :]
    telling = (np.abs(pieces) / (np.abs(pieces).max(axis=0) + 1e-9)).max(axis=1)
    chosen = np.sort(np.argsort(-telling, kind="stable")[:keep])
    pieces = pieces[chosen]
    scale = (np.abs(pieces).max(axis=0) / 127 + 1e-12).astype(np.float32)
    names = [table.names[row] for row in chosen]
    return Model(
        names,
        {piece: row for row, piece in enumerate(names)},
        table.rarity[chosen].astype(np.float16).astype(np.float32),
        np.round(pieces / scale).astype(np.int8),
        scale,
        {name: row for row, name in enumerate(table.signal_names)},
        signals,
        np.concatenate([one.bias for one in taught]).astype(np.float32),
        {head.facet: head for head in _number_heads(one.lesson for one in taught)},
    )


def _number_heads(lessons: Iterable[Lesson]) -> Iterable[Head]:
    start = 0
    for lesson in lessons:
        yield Head(lesson.facet, start, lesson.labels, lesson.single, lesson.warmth)
        start += len(lesson.labels)


def held_out_points(lesson: Lesson, examples: Sequence[Example], folds: Sequence[Sequence[int]]) -> Floats:
    """Points of every example by a model that never saw its fold; a row an example, NaN where it was in no fold."""
    points = np.full((len(examples), len(lesson.labels)), np.nan, dtype=np.float32)
    for fold in folds:
        left_out = set(fold)
        told = [example for place, example in enumerate(examples) if place not in left_out]
        table = tabulate(told)
        taught = teach_facet(lesson, table.cells, told)
        points[list(fold)] = taught.points(tabulate([examples[place] for place in fold], like=table).cells)
    return points


def folds_by_author(examples: Sequence[Example], authors: Sequence[str]) -> list[list[int]]:
    """One fold an author: the places of his examples."""
    return [[place for place, example in enumerate(examples) if example.author == author] for author in authors]
