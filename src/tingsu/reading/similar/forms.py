"""The form in which texts are compared: letters, digits and characters only, with every place known in the original."""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import add

from tingsu.reading.folding import Folded, fold

_NOISE = re.compile(r"[\W_]+")
_KEPT = re.compile(r"[^\W_]")
LONGEST = 4_000  # characters compared; copies differ early or not at all


def bare(text: str) -> str:
    """Letters, digits and characters only, folded; a text of pure punctuation keeps its signs."""
    folded = fold(text).text
    return _NOISE.sub("", folded) or folded.strip()


@dataclass(frozen=True, slots=True)
class Placed:
    """A bare text that remembers where it stood."""

    text: str
    kept: list[int]
    folded: Folded

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that ``text[start:end]`` came from (``end > start``), with what stands inside."""
        return self.folded.origin(self.kept[start], self.kept[end - 1] + 1)


def place_bare(text: str, most: int) -> Placed:
    """The bare form of the first ``most`` characters of ``text``, with places."""
    folded = fold(text[:most])
    kept = [match.start() for match in _KEPT.finditer(folded.text)]
    return Placed("".join([folded.text[place] for place in kept]), kept, folded)


def shingles(bare_text: str) -> set[str]:
    """Every run of three characters of a bare text; none where it is shorter."""
    head = bare_text[:LONGEST]
    return set(map(add, map(add, head, head[1:]), head[2:]))


def jaccard(first: set[str], second: set[str], *, at_least: float = 0.0) -> float:
    """The share of pieces that two texts have in common; 0 where ``at_least`` cannot be reached."""
    small, large = sorted((len(first), len(second)))
    if not large or small < at_least * large:
        return 0.0
    shared = len(first & second)
    return shared / (small + large - shared)
