"""A model of one label taught by a site: weights of pieces and named numbers, and chances that mean what they say.

Stored as one ``.npz`` of plain arrays; weights of pieces are whole numbers of one byte.
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
FORM = 1  # of the file; another one is not read
_SHOWN = 6  # pieces named as evidence


@dataclass(frozen=True, slots=True)
class SiteModel:
    """``weights``: a row a piece, a column a label, in units of ``scale``; ``signals``: a row a named number.

    ``starts``: whether the points begin at the shipped reader's logarithms of the labels' chances. ``warmth`` is what
    points are divided by before they become chances.
    """

    name: str
    labels: tuple[str, ...]
    pieces: Sequence[str]
    rows: Mapping[str, int]
    rarity: Floats
    weights: np.ndarray[Any, np.dtype[np.int8]]
    scale: Floats
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
        much = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.rarity[rows]
        much /= math.sqrt(float(much @ much)) or 1.0
        points = (much @ self.weights[rows].astype(np.float32)) * self.scale + self.bias
        known = [(row, value) for name, value in signals.items() if (row := self.signal_rows.get(name)) is not None]
        if known:
            points = (
                points
                + np.array([value for _, value in known], dtype=np.float32) @ self.signals[[row for row, _ in known]]
            )
        if self.starts and start is not None:
            points = points + np.asarray(start, dtype=np.float32)
        return Weighed(self, rows, much, points)


@dataclass(frozen=True, slots=True)
class Weighed:
    """One text as a site's model weighed it."""

    model: SiteModel
    rows: np.ndarray[Any, np.dtype[np.int32]]
    much: Floats
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
        block = self.model.weights[self.rows].astype(np.float32) * self.model.scale
        pull = self.much * (block[:, self.model.labels.index(label)] - block.mean(axis=1))
        best = np.argsort(-pull, kind="stable")[: 3 * _SHOWN]
        spoken = [spoken_form(self.model.pieces[self.rows[i]]) for i in best if pull[i] > 0]
        return [word for word in dict.fromkeys(spoken) if len(word) > 1][:_SHOWN]


def make_model(
    name: str,
    labels: tuple[str, ...],
    pieces: Sequence[str],
    rarity: Floats,
    weights: Floats,
    signals: Mapping[str, Floats],
    bias: Floats,
    *,
    warmth: float,
    starts: bool,
) -> SiteModel:
    """A model with its weights of pieces rounded to one byte; pieces too seldom to weigh are left out."""
    kept: list[int] = np.flatnonzero(rarity > 0).tolist()
    weights = weights[kept]
    largest = np.abs(weights).max(axis=0) if len(kept) else np.zeros(len(labels))
    scale = (largest / 127 + 1e-12).astype(np.float32)
    names = [pieces[row] for row in kept]
    return SiteModel(
        name,
        labels,
        names,
        {piece: row for row, piece in enumerate(names)},
        rarity[kept].astype(np.float16).astype(np.float32),
        np.round(weights / scale).astype(np.int8),
        scale,
        {signal: row for row, signal in enumerate(signals)},
        np.array(list(signals.values()), dtype=np.float32).reshape(len(signals), len(labels)),
        bias.astype(np.float32),
        warmth,
        starts,
    )


def save_model(model: SiteModel, path: Path) -> None:
    """Writes ``model`` to ``path``; the same model gives the same bytes."""
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            form=np.array(FORM),
            name=np.array(model.name),
            labels=np.array("\t".join(model.labels)),
            pieces=np.array("\t".join(model.pieces)),
            rarity=model.rarity.astype(np.float16),
            weights=model.weights,
            scale=model.scale,
            signal_names=np.array("\t".join(model.signal_rows)),
            signals=model.signals,
            bias=model.bias,
            warmth=np.array(model.warmth),
            starts=np.array(model.starts),
        )


def load_model(path: Path) -> SiteModel:
    """The model stored at ``path``; nothing in the file can run. Raises ValueError for a file of another form."""
    with np.load(path, allow_pickle=False) as stored:
        if int(stored["form"]) != FORM:
            raise ValueError(f"form {int(stored['form'])}, not {FORM}")
        pieces = _split(str(stored["pieces"]))
        return SiteModel(
            str(stored["name"]),
            tuple(_split(str(stored["labels"]))),
            pieces,
            {piece: row for row, piece in enumerate(pieces)},
            stored["rarity"].astype(np.float32),
            stored["weights"],
            stored["scale"],
            {name: row for row, name in enumerate(_split(str(stored["signal_names"])))},
            stored["signals"],
            stored["bias"],
            float(stored["warmth"]),
            bool(stored["starts"]),
        )


def _split(joined: str) -> list[str]:
    return joined.split("\t") if joined else []
