"""Where each run of characters lies among the others: what stands near the same neighbours lies in the same direction.

Positive pointwise mutual information of runs within a few characters of each other, cut to a few directions (SVD).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix  # type: ignore[import-untyped]
from sklearn.utils.extmath import randomized_svd

from tingsu.reading.similar.meaning import Floats, runs

WINDOW = 5  # characters within which two runs are neighbours
RUNS, DIRECTIONS = 20_000, 128
_FEWEST = {1: 5, 2: 20}  # texts a run of one or two characters must stand in
_LONGEST = 300  # characters of a text that are counted
_STEP = 5_000  # texts counted at once
_SMOOTHING = 0.75  # of the neighbours' frequencies; keeps rare neighbours from counting too much
Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class Wordings:
    """``names`` most frequent first; ``rarity`` the logarithm of one in how many texts; ``vectors`` one a row."""

    names: list[str]
    rarity: Floats
    vectors: Floats


def learn_wordings(texts: Sequence[str], *, seed: int = 20261122) -> Wordings:
    """The wordings of bare ``texts``; some minutes for ten million characters."""
    found: Counter[str] = Counter()
    for text in texts:
        found.update(set(runs(text)))
    names = [name for name, count in found.most_common() if count >= _FEWEST[len(name)]][:RUNS]
    rarity = np.log((len(texts) + 1) / (np.array([found[name] for name in names]) + 1)).astype(np.float32)
    near = _neighbours(texts, {name: place for place, name in enumerate(names)})
    left, _strengths, _right = randomized_svd(_surprise(near), DIRECTIONS, n_iter=4, random_state=seed)
    lengths = np.linalg.norm(left, axis=1, keepdims=True) + 1e-9
    return Wordings(names, rarity, (left / lengths).astype(np.float32))


def _neighbours(texts: Sequence[str], places: dict[str, int]) -> csr_matrix:
    """How often each two runs stand within the window of each other, in either order."""
    total = csr_matrix((len(places), len(places)), dtype=np.float32)
    for start in range(0, len(texts), _STEP):
        joined = "\0".join(text[:_LONGEST] for text in texts[start : start + _STEP])
        total = total + _count_step(joined, places)
    return total + total.T


def _count_step(joined: str, places: dict[str, int]) -> csr_matrix:
    ones = np.array([places.get(char, -1) for char in joined])
    twos = np.array([places.get(joined[at : at + 2], -1) for at in range(len(joined))])
    text = np.cumsum(np.array([char == "\0" for char in joined]))
    rows, columns = [], []
    for first, length in ((ones, 1), (twos, 2)):
        for second in (ones, twos):
            for distance in range(length, length + WINDOW):  # the second begins after the first has ended
                known = (first[:-distance] >= 0) & (second[distance:] >= 0) & (text[:-distance] == text[distance:])
                rows.append(first[:-distance][known])
                columns.append(second[distance:][known])
    places_met = (np.concatenate(rows), np.concatenate(columns))
    shape = (len(places), len(places))
    return coo_matrix((np.ones(len(places_met[0]), dtype=np.float32), places_met), shape=shape).tocsr()


def _surprise(near: csr_matrix) -> csr_matrix:
    """How much more often two runs meet than chance would have it; what meets less often counts as nothing."""
    often = np.asarray(near.sum(axis=1)).ravel()
    smooth = often**_SMOOTHING
    found = near.tocoo()
    information = np.log(found.data * smooth.sum() / (often[found.row] * smooth[found.col]))
    kept = information > 0
    return csr_matrix((information[kept], (found.row[kept], found.col[kept])), shape=near.shape)
