"""Teaches the second voice from worked examples: ``python -m tingsu.reading.teach``.

A file of examples (``data/lessons*.tsv``) has one complaint a line: business, cause, emotion, need, text, separated by
tabs; ``-`` where an example teaches nothing of a facet. The words of the
lexicon are taught along for business and cause.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression

from tingsu.reading.folding import fold
from tingsu.reading.lexicon import read_facet
from tingsu.reading.voice import Floats, Voice, cut_pieces, plain_form

DATA = Path(__file__).parent / "data"
FACETS = ("business", "cause", "emotion", "need")
_CUE_FROM = 1.3  # weight from which a word of the lexicon is taught along
_CUE_SHARE = 0.1  # of an example's weight, for each unit of the word's own
_STRENGTH = {"business": 20.0, "cause": 20.0, "emotion": 8.0, "need": 8.0}  # inverse regularisation
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Lesson:
    """One text and what it teaches, facet by facet."""

    labels: dict[str, str]
    text: str
    weight: float = 1.0


def read_lessons(path: Path) -> list[Lesson]:
    """The worked examples of one file."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line)
    return [
        Lesson({facet: value for facet, value in zip(FACETS, row[:4], strict=True) if value != "-"}, row[4])
        for row in rows
    ]


def cue_lessons() -> list[Lesson]:
    """The words of the lexicon that name a business or a cause, as very short examples."""
    return [
        Lesson({facet: cue.label}, cue.head + "".join(cue.tail), _CUE_SHARE * cue.weight)
        for facet in ("business", "cause")
        for cue in read_facet(facet)
        if cue.weight >= _CUE_FROM
    ]


def teach(lessons: Sequence[Lesson], *, most: int = 40_000) -> Voice:
    """A voice that has heard ``lessons``; keeps the ``most`` frequent pieces. The same lessons give the same voice."""
    texts = [Counter(cut_pieces(plain_form(fold(lesson.text).text))) for lesson in lessons]
    heard_in = Counter(piece for counts in texts for piece in counts)
    kept = sorted(filter(_tells, heard_in), key=lambda piece: (-heard_in[piece], piece))[:most]
    pieces: dict[str, int | None] = {piece: row for row, piece in enumerate(kept)}
    rarity = np.array([math.log((1 + len(texts)) / (1 + heard_in[piece])) + 1 for piece in kept], dtype=np.float32)
    table = _tabulate(texts, pieces, rarity)
    heads: dict[str, tuple[int, tuple[str, ...]]] = {}
    blocks, biases, start = [], [], 0
    for facet in FACETS:
        chosen = [n for n, lesson in enumerate(lessons) if facet in lesson.labels]
        model = LogisticRegression(C=_STRENGTH[facet], max_iter=_ROUNDS)
        model.fit(
            table[chosen],
            [lessons[n].labels[facet] for n in chosen],
            sample_weight=[lessons[n].weight for n in chosen],
        )
        heads[facet] = (start, tuple(str(label) for label in model.classes_))
        paired = len(model.classes_) == 2  # of two labels only the second has a row of its own
        blocks.append(np.vstack([-model.coef_, model.coef_]).T / 2 if paired else model.coef_.T)
        biases.append(np.hstack([-model.intercept_, model.intercept_]) / 2 if paired else model.intercept_)
        start += len(model.classes_)
    weights, bias = np.hstack(blocks).astype(np.float32), np.concatenate(biases).astype(np.float32)
    return Voice(kept, pieces, rarity, weights, bias, heads)


def _tells(piece: str) -> bool:
    """Digits and blanks tell nothing of the matter; a tab would break the file."""
    return not any(char in "0\t\n " for char in piece)


def _tabulate(texts: Sequence[Counter[str]], pieces: Mapping[str, int | None], rarity: Floats) -> csr_matrix:
    ends: list[int] = [0]
    rows: list[int] = []
    values: list[float] = []
    for counts in texts:
        known = [
            (row, 1 + math.log(count)) for piece, count in counts.items() if (row := pieces.get(piece)) is not None
        ]
        much = np.array([share * rarity[row] for row, share in known])
        length = float(np.sqrt((much * much).sum())) or 1.0
        rows.extend(row for row, _ in known)
        values.extend((much / length).tolist())
        ends.append(len(rows))
    return csr_matrix((values, rows, ends), shape=(len(texts), len(pieces)))


def save(voice: Voice, path: Path) -> None:
    """Writes the voice, its weights as whole numbers of one byte; the least telling pieces are left out."""
    telling = np.abs(voice.weights).max(axis=1)
    keep = np.sort(np.argsort(-telling)[:24_000])
    weights = voice.weights[keep]
    scale = (np.abs(weights).max(axis=0) / 127).astype(np.float32)
    np.savez_compressed(
        path,
        pieces=np.array("\t".join(voice.names[row] for row in keep)),
        rarity=voice.rarity[keep].astype(np.float16),
        weights=np.round(weights / scale).astype(np.int8),
        scale=scale,
        bias=voice.bias,
        heads=np.array("\n".join(f"{f}\t{start}\t{' '.join(labels)}" for f, (start, labels) in voice.heads.items())),
    )


def main(paths: Iterable[Path]) -> None:
    """Teaches from every file of examples and writes ``data/voice.npz``."""
    lessons = [lesson for path in paths for lesson in read_lessons(path)]
    save(teach([*lessons, *cue_lessons()]), DATA / "voice.npz")


if __name__ == "__main__":
    main(sorted(DATA.glob("lessons*.tsv")))
