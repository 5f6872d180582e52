"""A linear model with many heads: weights of pieces and signals, calibrated chances, and the wordings that pulled.

Stored as one ``.npz`` without pickled objects; weights of pieces are whole numbers of one byte.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from tingsu.reading.learned.pieces import cut_runs

Floats = np.ndarray[Any, np.dtype[np.float32]]
_SHOWN = 6  # pieces named as evidence


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
    def _wide(self) -> Floats:
        """Weights and squared reach beside each other, so that one step gathers both; 17 MB in memory."""
        reach = self.reach.astype(np.float32)
        return np.hstack([self.weights.astype(np.float32) * self.scale, reach * reach])

    @cached_property
    def _head_of(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Which head each column belongs to."""
        return np.repeat(np.arange(len(self.heads)), [len(head.labels) for head in self.heads.values()])

    def weigh(self, text: str, signals: Mapping[str, float]) -> Weighed:
        """What the model makes of ``text`` (plain form) and its ``signals``."""
        counts = Counter(map(self.rows.get, cut_runs(text)))
        del counts[None]
        rows = np.fromiter(counts, dtype=np.int64, count=len(counts))
        much = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.rarity[rows]
        wide, columns = self._wide[rows], len(self.bias)
        lengths = np.sqrt(np.maximum((much * much) @ wide[:, columns:], np.float32(1e-12)))
        points = (much @ wide[:, :columns]) / lengths[self._head_of] + self.bias
        known = [(row, value) for name, value in signals.items() if (row := self.signal_rows.get(name)) is not None]
        if known:
            values = np.fromiter((value for _, value in known), dtype=np.float32, count=len(known))
            points += values @ self.signals[[row for row, _ in known]]
        return Weighed(self, wide, rows, much, points.tolist())


@dataclass(frozen=True, slots=True)
class Weighed:
    """One text as the model weighed it."""

    model: Model
    wide: Floats
    rows: np.ndarray[Any, np.dtype[np.int64]]
    much: Floats
    points: list[float]

    def chances(self, facet: str) -> dict[str, float]:
        """Each label's calibrated chance, best first."""
        head = self.model.heads[facet]
        values = [value / head.warmth for value in self.points[head.columns]]
        shares = soften(values) if head.single else [squash(value) for value in values]
        return dict(sorted(zip(head.labels, shares, strict=True), key=lambda item: -item[1]))

    def wordings(self, facet: str, label: str) -> list[str]:
        """The wordings that spoke most for ``label`` against its rivals, strongest first."""
        head = self.model.heads[facet]
        block = self.wide[:, head.columns]
        own = block[:, head.labels.index(label)]
        pull = self.much * (own - block.mean(axis=1) if head.single else own)
        best = np.argsort(-pull)[: 3 * _SHOWN].tolist()
        pulled = [self.model.names[self.rows[i]] for i in best if pull[i] > 0]
        return [piece for piece in pulled if len(piece) > 1][:_SHOWN]


def soften(values: Sequence[float]) -> list[float]:
    """Points as chances that add up to one."""
    top = max(values)
    raised = [math.exp(value - top) for value in values]
    total = sum(raised)
    return [value / total for value in raised]


def squash(points: float) -> float:
    """The logistic curve."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, points))))


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
