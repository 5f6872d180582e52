"""Whether a heap of complaints is one text sent many times: the largest share of them in one wording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tingsu.reading.folding import fold

MOST = 300  # texts compared; of more the first ones
RUN = 4  # characters compared at once
ALIKE = 0.6  # shared runs, of all runs of either, from which two texts count as one wording
SHORTEST = 12  # characters: shorter texts are alike by accident


def share_alike(texts: Sequence[str]) -> float:
    """The share of the texts that belong to the largest group of near copies; 0 for fewer than three texts.

    A text joins the first group whose first text it resembles: copies of one original, with names and numbers changed,
    all resemble it.
    """
    taken = list(texts[:MOST])
    if len(taken) < 3:
        return 0.0
    heads: list[set[str]] = []
    sizes: Counter[int] = Counter()
    for text in taken:
        runs = _runs(text)
        if not runs:
            continue
        at = next((n for n, head in enumerate(heads) if _resemble(head, runs)), len(heads))
        if at == len(heads):
            heads.append(runs)
        sizes[at] += 1
    largest = max(sizes.values(), default=0)
    return largest / len(taken) if largest > 1 else 0.0


def _runs(text: str) -> set[str]:
    plain = "".join(mark for mark in fold(text).text if mark.isalnum())
    if len(plain) < SHORTEST:
        return set()
    return {plain[n : n + RUN] for n in range(len(plain) - RUN + 1)}


def _resemble(one: set[str], other: set[str]) -> bool:
    shared = len(one & other)
    return shared >= ALIKE * (len(one) + len(other) - shared)
