"""What a version remembers of the texts it was taught with, without keeping them: so that it is compared fairly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rensa import RMinHash

from tingsu.reading.folding import fold

BANDS, ROWS = 8, 4  # texts that share nine in ten of their triples meet for certain, three in ten seldom
PIECE = 3  # characters
SEED = 20200301
_NOISE = re.compile(r"[\W_\d]+")


def _bare(text: str) -> str:
    """Letters and characters only: what stays the same when a text is sent again with another date or sum."""
    return _NOISE.sub("", fold(text).text)


def mark_of(text: str) -> int:
    """A number that is the same for texts of the same words."""
    return _number(_bare(text).encode("utf-8", "surrogatepass"))


def marks_of(text: str) -> list[int]:
    """Numbers that tell whether a text or a near-copy of it was taught before."""
    bare = _bare(text)
    if len(bare) < PIECE:
        return [_number(bare.encode("utf-8", "surrogatepass"))]
    sketch = RMinHash(num_perm=BANDS * ROWS, seed=SEED)
    sketch.update([bare[start : start + PIECE] for start in range(len(bare) - PIECE + 1)])
    digest = sketch.digest()
    return [_number(repr((band, digest[band * ROWS : (band + 1) * ROWS])).encode()) for band in range(BANDS)]


def _number(body: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(body, digest_size=7).digest(), "big")


@dataclass(frozen=True, slots=True)
class Memory:
    """``marks``: see ``marks_of``. ``held``: mark of a text → what was said of it while it was held out, how surely."""

    marks: frozenset[int] = frozenset()
    held: Mapping[int, tuple[str, float]] = field(default_factory=dict)

    def knows(self, text: str) -> bool:
        """Whether the text, or one very like it, was taught."""
        return bool(self.marks) and not self.marks.isdisjoint(marks_of(text))


def save_memory(memory: Memory, path: Path) -> None:
    """Writes ``memory`` to ``path`` as plain arrays."""
    labels = sorted({label for label, _sure in memory.held.values()})
    place = {label: row for row, label in enumerate(labels)}
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            marks=np.array(sorted(memory.marks), dtype=np.int64),
            labels=np.array("\t".join(labels)),
            texts=np.array(list(memory.held), dtype=np.int64),
            said=np.array([place[label] for label, _sure in memory.held.values()], dtype=np.int16),
            sure=np.array([sure for _label, sure in memory.held.values()], dtype=np.float32),
        )


def load_memory(path: Path) -> Memory:
    """The memory stored at ``path``; without it only comparing suffers, so a broken file is no memory."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            labels = str(stored["labels"]).split("\t")
            answers = zip(stored["said"].tolist(), stored["sure"].tolist(), strict=True)
            said = [(labels[place], sure) for place, sure in answers]
            return Memory(frozenset(stored["marks"].tolist()), dict(zip(stored["texts"].tolist(), said, strict=True)))
    except Exception:
        return Memory()
