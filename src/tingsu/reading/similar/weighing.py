"""How much each run and each direction counts, learned from pairs of questions that people found the same or not.

The likeness of two texts is the cosine of their summed vectors; weights of runs begin at their rarity, those of
directions at one, and both move only as far as the pairs pull them (L-BFGS on the logistic loss with a ridge).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from tingsu.reading.similar.forms import bare
from tingsu.reading.similar.material import Pair
from tingsu.reading.similar.meaning import Floats, runs, shorten
from tingsu.reading.similar.wordings import Wordings

Doubles = np.ndarray[Any, np.dtype[np.float64]]
_RIDGE = 1e-4
_ROUNDS = 40
_FAR = 3.0  # logarithm of how far a weight may move from its rarity
_LEAST = 1e-3  # of a direction
_FEWEST = 3  # times a run must stand in the pairs to be weighed anew
_STEP = 200_000  # entries worked on at once


class Pairs:
    """Labelled pairs as counts of runs, one matrix a side."""

    def __init__(self, pairs: Sequence[Pair], names: Sequence[str]) -> None:
        places = {name: place for place, name in enumerate(names)}
        self.sides = [_counts([pair.first for pair in pairs], places), _counts([pair.second for pair in pairs], places)]
        self.rows = [np.repeat(np.arange(len(pairs)), np.diff(side.indptr)) for side in self.sides]
        self.same = np.array([pair.same for pair in pairs], dtype=np.float64)


def learn_weights(wordings: Wordings, pairs: Sequence[Pair]) -> tuple[Floats, Floats]:
    """(weight of each run, weight of each direction) that best tell the same questions from others."""
    counted = Pairs(pairs, wordings.names)
    seen = np.asarray((counted.sides[0] + counted.sides[1]).sum(axis=0)).ravel() >= _FEWEST
    task = _Task(wordings, counted, seen)
    many, directions = wordings.vectors.shape
    start = np.concatenate([np.zeros(many), np.ones(directions), [4.0, -3.0]])
    bounds = [(-_FAR, _FAR)] * many + [(_LEAST, None)] * directions + [(None, None)] * 2
    found = minimize(task.loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": _ROUNDS}).x
    weights = wordings.rarity * np.exp(found[:many])
    return weights.astype(np.float32), found[many : many + directions].astype(np.float32)


class _Task:
    """The loss of given weights over the pairs, and its slope."""

    def __init__(self, wordings: Wordings, pairs: Pairs, seen: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        self.wordings, self.pairs, self.seen = wordings, pairs, seen

    def loss(self, point: Doubles) -> tuple[float, Doubles]:
        many, directions = self.wordings.vectors.shape
        moved, metric, (scale, start) = point[:many], point[many : many + directions], point[-2:]
        weights = self.wordings.rarity * np.exp(moved)
        vectors = (self.wordings.vectors * np.sqrt(metric)).astype(np.float32)
        rows = (weights[:, None] * vectors).astype(np.float32)
        sums = [side @ rows for side in self.pairs.sides]
        lengths = [np.linalg.norm(total, axis=1) + 1e-6 for total in sums]
        cosine = (sums[0] * sums[1]).sum(axis=1) / (lengths[0] * lengths[1])
        points = scale * cosine + start
        signs = 2 * self.pairs.same - 1
        value = np.logaddexp(0, -points * signs).mean() + _RIDGE * ((moved**2).sum() + ((metric - 1) ** 2).sum())
        pull = (1 / (1 + np.exp(-points)) - self.pairs.same) / len(points)
        of_weights, of_metric = np.zeros(many), np.zeros(directions)
        for side in (0, 1):
            mine, theirs = sums[side], sums[1 - side]
            slope = (theirs / (lengths[0] * lengths[1])[:, None] - mine * (cosine / lengths[side] ** 2)[:, None]) * (
                pull * scale
            )[:, None]
            of_weights += self._by_run(side, slope, vectors)
            of_metric += (slope * mine).sum(axis=0) / (2 * metric)
        ridge_weights, ridge_metric = 2 * _RIDGE * moved, 2 * _RIDGE * (metric - 1)
        ends = [(pull * cosine).sum(), pull.sum()]
        return float(value), np.concatenate(
            [of_weights * weights * self.seen + ridge_weights, of_metric + ridge_metric, ends]
        )

    def _by_run(self, side: int, slope: Doubles, vectors: Floats) -> Doubles:
        """How the loss changes with each run's weight, through the texts of one side."""
        counts, rows = self.pairs.sides[side], self.pairs.rows[side]
        pulled = np.empty(counts.nnz)
        for at in range(0, counts.nnz, _STEP):
            part = slice(at, at + _STEP)
            met = (slope[rows[part]] * vectors[counts.indices[part]]).sum(axis=1)
            pulled[part] = met * counts.data[part]
        return np.bincount(counts.indices, pulled, minlength=vectors.shape[0]).astype(np.float64)


def _counts(texts: Sequence[str], places: dict[str, int]) -> csr_matrix:
    rows, columns, counts = [], [], []
    for row, text in enumerate(texts):
        for run, count in Counter(runs(shorten(bare(text)))).items():
            if run in places:
                rows.append(row)
                columns.append(places[run])
                counts.append(float(count))
    return csr_matrix((counts, (rows, columns)), shape=(len(texts), len(places)), dtype=np.float32)
