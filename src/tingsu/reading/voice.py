"""The second voice: a small linear model over runs of one to three characters, taught with our own worked examples.

The lexicon knows words that name a label; the voice knows which wordings usually go with it, and so reads complaints
that name nothing outright. Its weights are ``data/voice.npz``; ``python -m tingsu.reading.teach`` makes them anew.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from operator import add
from typing import Any

import numpy as np

SHORTEST = 24  # characters; below this the lexicon speaks alone
FULL = 44  # characters from which the voice speaks at full strength
_FAINT = 16
WHY = "措辞与已标注的例句相近"
_HEAD, _TAIL = 1500, 500  # characters of a long text that are heard
_SHOWN = 5  # pieces named as evidence
_DIGITS = re.compile(r"[0-9]")
Floats = np.ndarray[Any, np.dtype[np.float32]]


def plain_form(folded: str) -> str:
    """Folded text with every digit as 0, place by place: sums and dates teach nothing."""
    return _DIGITS.sub("0", folded)


def cut_pieces(text: str) -> list[str]:
    """Every run of one to three characters."""
    pairs = list(map(add, text, text[1:]))
    return [*text, *pairs, *map(add, pairs, text[2:])]


@dataclass(frozen=True, slots=True)
class Voice:
    """``weights`` has one row a piece, one column a label; ``heads`` tells which columns belong to which facet."""

    names: Sequence[str]
    pieces: Mapping[str, int | None]
    rarity: Floats
    weights: Floats
    bias: Floats
    heads: Mapping[str, tuple[int, tuple[str, ...]]]

    def hear(self, folded: str) -> Heard | None:
        """What the voice makes of ``folded`` text; None when it is too short or wholly unfamiliar."""
        text = plain_form(folded)
        if len(text) < SHORTEST:
            return None
        if len(text) > _HEAD + _TAIL:
            text = f"{text[:_HEAD]}\n{text[-_TAIL:]}"
        known = [row for row in map(self.pieces.get, cut_pieces(text)) if row is not None]
        if not known:
            return None
        rows, counts = np.unique(np.array(known, dtype=np.int32), return_counts=True)
        much = (1 + np.log(counts, dtype=np.float32)) * self.rarity[rows]
        much /= math.sqrt(float(much @ much))
        return Heard(
            self, rows, much, much @ self.weights[rows] + self.bias, min(1.0, (len(text) - _FAINT) / (FULL - _FAINT))
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """One text as the voice heard it; ``weight`` 0–1 tells how far a text of that length may be judged by it."""

    voice: Voice
    rows: np.ndarray[Any, np.dtype[np.int32]]
    much: Floats
    points: Floats
    weight: float

    def chances(self, facet: str) -> dict[str, float]:
        """Logarithm of each label's probability, times ``weight``."""
        start, labels = self.voice.heads[facet]
        points: list[float] = self.points[start : start + len(labels)].tolist()
        top = max(points)
        floor = top + math.log(sum(math.exp(value - top) for value in points))
        return {label: self.weight * (value - floor) for label, value in zip(labels, points, strict=True)}

    def places(self, facet: str, label: str, folded: str) -> list[tuple[int, int]]:
        """Where in ``folded`` the pieces stand that spoke most for ``label``, neighbours joined, in order."""
        start, labels = self.voice.heads[facet]
        block = self.voice.weights[self.rows, start : start + len(labels)]
        pull = self.much * (block[:, labels.index(label)] - block.mean(axis=1))
        best = [self.voice.names[self.rows[i]] for i in np.argsort(pull)[: -_SHOWN - 1 : -1] if pull[i] > 0]
        text = plain_form(folded)
        found = [(text.find(piece), len(piece)) for piece in best]
        joined = _join(sorted((at, at + size) for at, size in found if at >= 0))
        return [(start, end) for start, end in joined if end - start > 1]  # a single character tells a reader nothing


def _join(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@lru_cache(maxsize=1)
def voice() -> Voice:
    """The shipped voice, read once per process."""
    with as_file(files("tingsu.reading").joinpath("data", "voice.npz")) as path, np.load(path) as stored:
        names = str(stored["pieces"]).split("\t")
        pieces: dict[str, int | None] = {piece: row for row, piece in enumerate(names)}
        heads: dict[str, tuple[int, tuple[str, ...]]] = {}
        for line in str(stored["heads"]).split("\n"):
            facet, start, labels = line.split("\t")
            heads[facet] = (int(start), tuple(labels.split(" ")))
        weights = stored["weights"].astype(np.float32) * stored["scale"]
        return Voice(names, pieces, stored["rarity"].astype(np.float32), weights, stored["bias"], heads)
