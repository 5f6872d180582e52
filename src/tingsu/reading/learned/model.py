"""A linear model with many heads: weights of pieces and signals, calibrated chances, and the wordings that pulled.

Stored as one ``.npz`` without pickled objects; weights of pieces are whole numbers of one byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tingsu.reading.learned.pieces import cut_runs
from tingsu.reading.trie import Ints, Page, Trie

Floats = np.ndarray[Any, np.dtype[np.float32]]
_SHOWN = 6  # pieces named as evidence
_LOOKED_AT = 3 * _SHOWN  # the strongest pieces, among which single characters are passed over


@dataclass(frozen=True, slots=True)
class Head:
    """One question put to a text: its ``labels`` own the columns from ``start`` on.

    ``single``: exactly one label holds (their chances add up to one); otherwise each holds or not by itself.
    ``warmth``: what points are divided by before they become chances, so that chances mean what they say.
    """

    facet: str
    start: int
    labels: tuple[str, ...]
    single: bool
    warmth: float = 1.0

    @property
    def columns(self) -> slice:
        return slice(self.start, self.start + len(self.labels))


@dataclass(frozen=True)
class Model:
    """``weights``: a row a piece, a column a label, in units of ``scale``; ``signals``: a row a named signal.

    ``reach``: a row a piece, a column a head: how far the piece counts in the length of a text under that head.
    """

    names: Sequence[str]
    rows: Mapping[str, int]
    rarity: Floats
    reach: np.ndarray[Any, np.dtype[np.float16]]
    weights: np.ndarray[Any, np.dtype[np.int8]]
    scale: Floats
    signal_rows: Mapping[str, int]
    signals: Floats
    bias: Floats
    heads: Mapping[str, Head]

    @cached_property
    def _full(self) -> Floats:
        """The weights as numbers to reckon with: the rows of a text are taken ten times faster than turned."""
        return self.weights.astype(np.float32)

    @cached_property
    def _reach_squared(self) -> Floats:
        reach = self.reach.astype(np.float32)
        return reach * reach

    @cached_property
    def _leans(self) -> dict[tuple[str, str], Floats]:
        return {}

    def lean(self, facet: str, label: str) -> Floats:
        """How far each piece speaks for ``label``: more than for its rivals on average, where only one label holds."""
        if (facet, label) not in self._leans:
            head = self.heads[facet]
            one = np.eye(len(head.labels), dtype=np.float32)[head.labels.index(label)]
            contrast = (one - head.single / len(head.labels)) * self.scale[head.columns]
            self._leans[facet, label] = self._full[:, head.columns] @ contrast.astype(np.float32)
        return self._leans[facet, label]

    @cached_property
    def _trie(self) -> Trie:
        return Trie(self.names)

    @cached_property
    def _heads(self) -> _Heads:
        return _Heads(self.heads.values())

    def weigh(self, text: str, signals: Mapping[str, float]) -> Weighed:
        """What the model makes of ``text`` (plain form) and its ``signals``."""
        return self.weigh_each([text], [signals])[0]

    def weigh_each(self, texts: Sequence[str], signals: Sequence[Mapping[str, float]]) -> list[Weighed]:
        """What the model makes of each of ``texts`` (plain form) and its signals; bit by bit as one at a time."""
        rows, counts, cuts = self._count(texts)
        much = (1 + np.log(counts.astype(np.float32))) * self.rarity[rows]
        parts = [slice(low, high) for low, high in pairwise(cuts)]
        points = np.empty((len(texts), len(self.bias)))
        for number, part in enumerate(parts):
            points[number] = self._add_up(rows[part], much[part], signals[number])
        scores = Scores(self._heads, points)
        return [Weighed(self, rows[part], much[part], scores, number) for number, part in enumerate(parts)]

    def _count(self, texts: Sequence[str]) -> tuple[Ints, Ints, list[int]]:
        """The pieces of all texts, how often each stands there, and where those of each text begin."""
        if len(texts) == 1:
            return self._count_one(texts[0])
        page = Page(texts)
        places, words = self._trie.find(page.codes)
        size = len(self.names)
        keys, counts = np.unique(page.texts_at(places) * size + words, return_counts=True)
        cuts: list[int] = np.searchsorted(keys, np.arange(len(texts) + 1) * size).tolist()
        return keys % size, counts, cuts

    def _count_one(self, text: str) -> tuple[Ints, Ints, list[int]]:
        """The same for one text, for which a dictionary is quicker than arrays."""
        known = [row for row in map(self.rows.get, cut_runs(text)) if row is not None]
        rows, counts = np.unique(np.array(known, dtype=np.int64), return_counts=True)
        return rows, counts, [0, len(rows)]

    def _add_up(self, rows: Ints, much: Floats, signals: Mapping[str, float]) -> Floats:
        lengths = np.sqrt(np.maximum((much * much) @ self._reach_squared[rows], np.float32(1e-12)))
        said = np.zeros(len(self.signals), dtype=np.float32)
        for name, value in signals.items():
            if (row := self.signal_rows.get(name)) is not None:
                said[row] = value
        points = (
            (much @ self._full[rows]) * self.scale / lengths[self._heads.of_column] + self.bias + said @ self.signals
        )
        return points.astype(np.float32)


class _Heads:
    """The columns of all heads at a glance."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self.all = tuple(heads)
        self.starts = [head.start for head in self.all]
        sizes = [len(head.labels) for head in self.all]
        self.of_column = np.repeat(np.arange(len(self.all)), sizes)
        self.warmth = np.repeat([head.warmth for head in self.all], sizes)
        self.single = np.repeat([head.single for head in self.all], sizes)
        self.named = {head.facet: number for number, head in enumerate(self.all)}


class Scores:
    """The calibrated chances of many texts."""

    def __init__(self, heads: _Heads, points: np.ndarray[Any, np.dtype[np.float64]]) -> None:
        """``points``: a row a text, a column a label."""
        self._heads = heads
        warm = points / heads.warmth
        raised = np.exp(warm - np.maximum.reduceat(warm, heads.starts, axis=1)[:, heads.of_column])
        shares = raised / np.add.reduceat(raised, heads.starts, axis=1)[:, heads.of_column]
        chances = np.where(heads.single, shares, 1 / (1 + np.exp(-np.clip(warm, -30.0, 30.0))))
        self._chances: list[list[float]] = np.round(chances, 4).tolist()
        self._orders: list[list[list[int]]] = [
            np.argsort(-chances[:, head.columns], axis=1, kind="stable").tolist() for head in heads.all
        ]

    def ranked(self, text: int, facet: str, most: int | None = None) -> tuple[tuple[str, float], ...]:
        """The ``most`` likeliest labels of a facet with their chances to four places, best first."""
        number = self._heads.named[facet]
        head, chances = self._heads.all[number], self._chances[text]
        labels, start = head.labels, head.start
        return tuple([(labels[place], chances[start + place]) for place in self._orders[number][text][:most]])

    def likely(self, text: int, facet: str, least: float) -> list[tuple[str, float]]:
        """The labels of a facet at least so likely, best first."""
        number = self._heads.named[facet]
        head, chances = self._heads.all[number], self._chances[text]
        labels, start = head.labels, head.start
        order = self._orders[number][text]
        return [(labels[place], chance) for place in order if (chance := chances[start + place]) >= least]


@dataclass(frozen=True, slots=True)
class Weighed:
    """One text as the model weighed it."""

    model: Model
    rows: Ints
    much: Floats
    scores: Scores
    number: int

    def ranked(self, facet: str, most: int | None = None) -> tuple[tuple[str, float], ...]:
        """Each label with its calibrated chance to four places, best first; at most ``most``."""
        return self.scores.ranked(self.number, facet, most)

    def likely(self, facet: str, least: float) -> list[tuple[str, float]]:
        """Each label at least so likely with its calibrated chance to four places, best first."""
        return self.scores.likely(self.number, facet, least)

    def wordings(self, facet: str, label: str, most: int = _SHOWN) -> list[str]:
        """The wordings that spoke most for ``label`` against its rivals, strongest first; at most ``most``, or 6."""
        pull = self.much * self.model.lean(facet, label)[self.rows]
        least = float(np.partition(pull, -_LOOKED_AT)[-_LOOKED_AT]) if len(pull) > _LOOKED_AT else 0.0
        strong = ((pull >= least) & (pull > 0)).nonzero()[0]
        best = strong[np.argsort(-pull[strong], kind="stable")][:_LOOKED_AT]
        names = map(self.model.names.__getitem__, self.rows[best].tolist())
        return list(islice((name for name in names if len(name) > 1), min(most, _SHOWN)))


def save_model(model: Model, path: Path) -> None:
    """Writes ``model`` as one ``.npz``."""
    heads = "\n".join(
        "\t".join((head.facet, str(head.start), "1" if head.single else "0", repr(head.warmth), *head.labels))
        for head in model.heads.values()
    )
    np.savez_compressed(
        path,
        pieces=np.array("\t".join(model.names)),
        rarity=model.rarity.astype(np.float16),
        reach=model.reach,
        weights=model.weights,
        scale=model.scale,
        signal_names=np.array("\t".join(model.signal_rows)),
        signals=model.signals,
        bias=model.bias,
        heads=np.array(heads),
    )


def load_model(path: Path) -> Model:
    """The model stored at ``path``; nothing in the file can run."""
    with np.load(path, allow_pickle=False) as stored:
        names = str(stored["pieces"]).split("\t")
        return Model(
            names,
            {piece: row for row, piece in enumerate(names)},
            stored["rarity"].astype(np.float32),
            stored["reach"],
            stored["weights"],
            stored["scale"],
            {name: row for row, name in enumerate(str(stored["signal_names"]).split("\t"))},
            stored["signals"],
            stored["bias"],
            {head.facet: head for head in map(_read_head, str(stored["heads"]).split("\n"))},
        )


def _read_head(line: str) -> Head:
    facet, start, single, warmth, *labels = line.split("\t")
    return Head(facet, int(start), tuple(labels), single == "1", float(warmth))
