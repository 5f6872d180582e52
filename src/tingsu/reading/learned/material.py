"""Examples of one label as numbers: what a site's model is taught from, fold by fold, without counting twice."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack  # type: ignore[import-untyped]

from tingsu.reading.engine import read
from tingsu.reading.learned.described import Described, Told, describe, start_from
from tingsu.reading.learned.pieces import count_pieces, is_telling

Floats = np.ndarray[Any, np.dtype[np.float32]]
Whole = np.ndarray[Any, np.dtype[np.int64]]
SELDOM = 2  # a piece met in fewer texts teaches nothing that carries over
MOST_PIECES = 120_000
MOST_WEIGHTS = 2_000_000  # pieces times labels, so that a model of many labels stays a few megabytes
Step = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Material:
    """``counts``: a row a text, a column a piece, damped counts. ``start``: a row a text, a column a label, the
    shipped reader's logarithms where the model is taught on top of it, else None.
    """

    name: str
    labels: tuple[str, ...]
    told: Sequence[Told]
    answers: Whole
    weights: Floats
    pieces: tuple[str, ...]
    counts: csr_matrix = field(repr=False)
    signal_names: tuple[str, ...]
    signals: csr_matrix = field(repr=False)
    start: Floats | None = field(repr=False)
    groups: Whole = field(repr=False)

    def __len__(self) -> int:
        return len(self.told)


def describe_all(told: Sequence[Told], *, on_read: Step = lambda done: None) -> list[Described]:
    """Every text read once. ``on_read`` hears how many are done."""
    described = []
    for place, one in enumerate(told, start=1):
        described.append(describe(read(one.text)))
        on_read(place)
    return described


def gather_material(
    name: str,
    told: Sequence[Told],
    described: Sequence[Described],
    labels: Sequence[str],
    groups: Sequence[int],
    *,
    on_top: bool,
) -> Material:
    """The pieces of every text counted, once for all folds."""
    most = min(MOST_PIECES, MOST_WEIGHTS // max(1, len(labels)))
    pieces, counts = _count((one.plain for one in described), most)
    named = [one.named() for one in described]
    signal_names = tuple(sorted({key for signals in named for key in signals}))
    place_of = {label: place for place, label in enumerate(labels)}
    start = np.array([start_from(one, name, labels) for one in described], dtype=np.float32) if on_top else None
    return Material(
        name,
        tuple(labels),
        told,
        np.array([place_of[one.label] for one in told], dtype=np.int64),
        np.array([one.weight for one in told], dtype=np.float32),
        pieces,
        counts,
        signal_names,
        _signal_cells(named, signal_names),
        start,
        np.asarray(groups, dtype=np.int64),
    )


def _count(texts: Iterable[str], most: int) -> tuple[tuple[str, ...], csr_matrix]:
    """The ``most`` frequent pieces met in at least two texts, and each text's damped counts of them."""
    numbers: dict[str, int] = {}
    ends, places, values = [0], list[int](), list[float]()
    for text in texts:
        for piece, times in count_pieces(text).items():
            if is_telling(piece):
                places.append(numbers.setdefault(piece, len(numbers)))
                values.append(1 + math.log(times))
        ends.append(len(places))
    met = Counter(places)
    kept = sorted(piece for piece, number in numbers.items() if met[number] >= SELDOM)
    if len(kept) > most:
        kept = sorted(sorted(kept, key=lambda piece: (-met[numbers[piece]], piece))[:most])
    cells = csr_matrix((values, places, ends), shape=(len(ends) - 1, len(numbers)), dtype=np.float32)
    return tuple(kept), cells[:, [numbers[piece] for piece in kept]]


def _signal_cells(named: Sequence[Mapping[str, float]], names: Sequence[str]) -> csr_matrix:
    column = {name: place for place, name in enumerate(names)}
    ends, places, values = [0], list[int](), list[float]()
    for signals in named:
        places.extend(column[name] for name in signals)
        values.extend(signals.values())
        ends.append(len(places))
    return csr_matrix((values, places, ends), shape=(len(named), len(names)), dtype=np.float32)


def rarity_of(material: Material, rows: Whole, smooth: float, power: float) -> Floats:
    """What each piece weighs when only ``rows`` are known: rare pieces more, those of one label's texts more still.

    ``smooth`` and ``power`` set how much more: the difference of a piece's share in one label's texts and in the
    others', as a logarithm (Wang & Manning 2012, NB-SVM). A piece ``rows`` hardly know weighs nothing.
    """
    counts = material.counts[rows]
    met = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.where(met >= SELDOM, np.log((1 + len(rows)) / (1 + met)) + 1, 0.0)
    cells, answers = weigh_cells(counts, rarity.astype(np.float32)), material.answers[rows]
    total = np.asarray(cells.sum(axis=0)).ravel()
    pull = np.zeros(len(rarity))
    for label in np.unique(answers):
        own = np.asarray(cells[answers == label].sum(axis=0)).ravel()
        ours, theirs = own + smooth, total - own + smooth
        pull = np.maximum(pull, np.abs(np.log((ours / ours.sum()) / (theirs / theirs.sum()))))
    return (rarity * pull**power).astype(np.float32)


def presence_of(material: Material, rows: Whole) -> Floats:
    """One for every piece that ``rows`` know, nought for the others."""
    met = np.asarray((material.counts[rows] > 0).sum(axis=0)).ravel()
    return np.asarray(met >= SELDOM, dtype=np.float32)


def pull_of(material: Material, rows: Whole, answer: int, known: Floats) -> Floats:
    """How much oftener each ``known`` piece stands in the texts of one label than in the others, as a logarithm.

    Texts are counted, not repeats; of ``rows`` only; one on average (root mean square).
    """
    own = material.answers[rows] == answer
    ours, theirs = (np.asarray((material.counts[rows[part]] > 0).sum(axis=0)).ravel() + 1.0 for part in (own, ~own))
    pull = np.log((ours / ours.sum()) / (theirs / theirs.sum())) * known
    mean = math.sqrt(float(pull @ pull) / max(1.0, float(known.sum())))
    return np.asarray(pull / (mean or 1.0), dtype=np.float32)


def weigh_cells(counts: csr_matrix, rarity: Floats) -> csr_matrix:
    """Counts times rarity, each row of length one."""
    cells = counts @ diags(rarity)
    lengths = np.sqrt(np.asarray(cells.multiply(cells).sum(axis=1)).ravel())
    return (diags(1 / np.where(lengths > 0, lengths, 1)) @ cells).tocsr()


def all_cells(material: Material, rows: Whole, rarity: Floats, share: float) -> csr_matrix:
    """Pieces, then signals times ``share``."""
    pieces = weigh_cells(material.counts[rows], rarity)
    return hstack([pieces, material.signals[rows] * share]).tocsr()
