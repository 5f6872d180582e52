"""A model of one label taught by a site: weights of pieces and named numbers, and chances that mean what they say.

Several sets of weights may answer together; their points are added up. Stored as one ``.npz`` of plain arrays; weights
of pieces are whole numbers of one byte.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tingsu.reading.learned.pieces import cut_pieces, spoken_form

Floats = np.ndarray[Any, np.dtype[np.float32]]
Bytes = np.ndarray[Any, np.dtype[np.int8]]
FORM = 2  # of the file; 1 had one set of weights; another one is not read
_SHOWN = 6  # pieces named as evidence


@dataclass(frozen=True, slots=True)
class Weights:
    """One set as it was taught: what each piece weighs in a text, and a row a piece, a column a label."""

    rarity: Floats
    weights: Floats


@dataclass(frozen=True, slots=True)
class Part:
    """One set as it is kept: ``weights``, a row a piece, a column a label, in units of ``scale``."""

    rarity: Floats
    weights: Bytes
    scale: Floats

    def weigh(self, rows: Any, much: Floats) -> Floats:
        """What each of the pieces weighs in a text that holds them so ``much``; a text's weights have length one."""
        weighed = np.asarray(much * self.rarity[rows])
        weighed /= math.sqrt(float(weighed @ weighed)) or 1.0
        return weighed


@dataclass(frozen=True, slots=True)
class SiteModel:
    """``rows``: the row of a piece in every part; ``signals``: a row a named number, a column a label.

    ``starts``: whether the points begin at the shipped reader's logarithms of the labels' chances. ``warmth`` is what
    points are divided by before they become chances.
    """

    name: str
    labels: tuple[str, ...]
    pieces: Sequence[str]
    rows: Mapping[str, int]
    parts: tuple[Part, ...]
    signal_rows: Mapping[str, int]
    signals: Floats
    bias: Floats
    warmth: float
    starts: bool

    def weigh(self, plain: str, signals: Mapping[str, float], start: Sequence[float] | None = None) -> Weighed:
        """What the model makes of a text in its plain form, its named numbers and the points it starts from."""
        counts: dict[int, int] = {}
        for row in map(self.rows.get, cut_pieces(plain)):
            if row is not None:
                counts[row] = counts.get(row, 0) + 1
        rows = np.fromiter(counts, dtype=np.int32, count=len(counts))
        much = 1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
        weighed = tuple(part.weigh(rows, much) for part in self.parts)
        points = self.bias
        for part, shares in zip(self.parts, weighed, strict=True):
            points = points + (shares @ part.weights[rows].astype(np.float32)) * part.scale
        known = [(row, value) for name, value in signals.items() if (row := self.signal_rows.get(name)) is not None]
        if known:
            heard = np.array([value for _, value in known], dtype=np.float32)
            points = points + heard @ self.signals[[row for row, _ in known]]
        if self.starts and start is not None:
            points = points + np.asarray(start, dtype=np.float32)
        return Weighed(self, rows, weighed, points)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One text as a site's model weighed it; ``shares``: for each part, what each piece weighs in the text."""

    model: SiteModel
    rows: np.ndarray[Any, np.dtype[np.int32]]
    shares: tuple[Floats, ...]
    points: Floats

    def chances(self) -> list[tuple[str, float]]:
        """Each label's chance, best first."""
        values = [float(value) / self.model.warmth for value in self.points]
        top = max(values)
        raised = [math.exp(value - top) for value in values]
        total = sum(raised)
        shares = zip(self.model.labels, raised, strict=True)
        return sorted(((label, value / total) for label, value in shares), key=lambda item: -item[1])

    def wordings(self, label: str) -> list[str]:
        """The wordings that spoke most for ``label`` against its rivals, strongest first."""
        column = self.model.labels.index(label)
        pull = np.zeros(len(self.rows), dtype=np.float32)
        for part, shares in zip(self.model.parts, self.shares, strict=True):
            block = part.weights[self.rows].astype(np.float32) * part.scale
            pull += shares * (block[:, column] - block.mean(axis=1))
        best = np.argsort(-pull, kind="stable")[: 3 * _SHOWN]
        spoken = [spoken_form(self.model.pieces[self.rows[i]]) for i in best if pull[i] > 0]
        return [word for word in dict.fromkeys(spoken) if len(word) > 1][:_SHOWN]


def make_model(
    name: str,
    labels: tuple[str, ...],
    pieces: Sequence[str],
    parts: Sequence[Weights],
    signals: Mapping[str, Floats],
    bias: Floats,
    *,
    warmth: float,
    starts: bool,
) -> SiteModel:
    """A model with its weights of pieces rounded to one byte; pieces too seldom to weigh are left out."""
    weighing = np.any([part.rarity > 0 for part in parts], axis=0)
    kept: list[int] = np.flatnonzero(weighing).tolist()
    names = [pieces[row] for row in kept]
    return SiteModel(
        name,
        labels,
        names,
        {piece: row for row, piece in enumerate(names)},
        tuple(_round(part.rarity[kept], part.weights[kept]) for part in parts),
        {signal: row for row, signal in enumerate(signals)},
        np.array(list(signals.values()), dtype=np.float32).reshape(len(signals), len(labels)),
        bias.astype(np.float32),
        warmth,
        starts,
    )


def _round(rarity: Floats, weights: Floats) -> Part:
    largest = np.abs(weights).max(axis=0) if len(weights) else np.zeros(weights.shape[1])
    scale = (largest / 127 + 1e-12).astype(np.float32)
    return Part(rarity.astype(np.float16).astype(np.float32), np.round(weights / scale).astype(np.int8), scale)


def save_model(model: SiteModel, path: Path) -> None:
    """Writes ``model`` to ``path``; the same model gives the same bytes."""
    arrays: dict[str, Any] = {}
    for number, part in enumerate(model.parts):
        arrays |= {
            f"rarity{number}": part.rarity.astype(np.float16),
            f"weights{number}": part.weights,
            f"scale{number}": part.scale,
        }
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            form=np.array(FORM),
            name=np.array(model.name),
            labels=np.array("\t".join(model.labels)),
            pieces=np.array("\t".join(model.pieces)),
            parts=np.array(len(model.parts)),
            **arrays,
            signal_names=np.array("\t".join(model.signal_rows)),
            signals=model.signals,
            bias=model.bias,
            warmth=np.array(model.warmth),
            starts=np.array(model.starts),
        )


def load_model(path: Path) -> SiteModel:
    """The model stored at ``path``; nothing in the file can run. Raises ValueError for a file of another form."""
    with np.load(path, allow_pickle=False) as stored:
        pieces = _split(str(stored["pieces"]))
        return SiteModel(
            str(stored["name"]),
            tuple(_split(str(stored["labels"]))),
            pieces,
            {piece: row for row, piece in enumerate(pieces)},
            _load_parts(stored),
            {name: row for row, name in enumerate(_split(str(stored["signal_names"])))},
            stored["signals"],
            stored["bias"],
            float(stored["warmth"]),
            bool(stored["starts"]),
        )


def _load_parts(stored: Mapping[str, Any]) -> tuple[Part, ...]:
    form = int(stored["form"])
    if form not in (1, FORM):
        raise ValueError(f"form {form}, not {FORM}")
    numbers = [""] if form == 1 else [str(number) for number in range(int(stored["parts"]))]
    return tuple(
        Part(stored[f"rarity{n}"].astype(np.float32), stored[f"weights{n}"], stored[f"scale{n}"]) for n in numbers
    )


def _split(joined: str) -> list[str]:
    return joined.split("\t") if joined else []
