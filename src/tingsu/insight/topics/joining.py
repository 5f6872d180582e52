"""Joining groups that are one matter: those whose members are about as alike across as within.

An average-linkage tree asks the same likeness of every group; people who write long and freely are never that alike,
though they tell of one thing. Two groups are joined where the mean likeness across them is a fair part of the mean
likeness inside the looser one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

Array = NDArray[np.float64]
PART = 0.5  # of the likeness inside that must be found across
LEAST = 0.04  # likeness across, however loose the groups


def join_groups(
    near: csr_matrix, groups: Sequence[Sequence[int]], *, part: float = PART, least: float = LEAST
) -> list[list[int]]:
    """The groups with those joined that tell of one matter, the best fitting pair first."""
    if len(groups) < 2:
        return [list(group) for group in groups]
    across, size = _sums(near, groups)
    parent = _Joined(across, size, least)
    while True:
        one, other, fit = parent.best()
        if fit < part:
            return [sorted(place for at in held for place in groups[at]) for held in parent.held if held]
        parent.join(one, other)


def take_in(near: csr_matrix, groups: Sequence[Sequence[int]], *, part: float, least: float) -> list[list[int]]:
    """The groups with single messages added that are nearly as like a group's members as these are to each other."""
    if not groups:
        return []
    table = _membership(near.shape[0], groups)
    size = np.array([len(group) for group in groups], float)
    inside = np.asarray((near @ table).multiply(table).sum(axis=0)).ravel() / np.maximum(size * (size - 1), 1)
    grouped = np.asarray(table.sum(axis=1)).ravel() > 0
    single = np.flatnonzero(~grouped)
    likeness = (near[single] @ table).multiply(1 / size).tocsr()
    grown = [list(group) for group in groups]
    for row, place in enumerate(single.tolist()):
        begin, end = likeness.indptr[row], likeness.indptr[row + 1]
        if begin == end:
            continue
        columns, values = likeness.indices[begin:end], likeness.data[begin:end]
        fits = np.where(values >= least, values / inside[columns], 0.0)
        best = int(fits.argmax())
        if fits[best] >= part:
            grown[columns[best]].append(place)
    return [sorted(group) for group in grown]


def _membership(many: int, groups: Sequence[Sequence[int]]) -> csr_matrix:
    rows = np.concatenate([np.asarray(group, np.int64) for group in groups])
    cols = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return csr_matrix((np.ones(len(rows), np.float32), (rows, cols)), shape=(many, len(groups)))


def _sums(near: csr_matrix, groups: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    table = _membership(near.shape[0], groups)
    return (table.T @ near @ table).toarray().astype(float), np.array([len(group) for group in groups], float)


class _Joined:
    """Groups being joined: sums of likeness between all pairs, and the best partner of each."""

    def __init__(self, across: Array, size: Array, least: float) -> None:
        self.across, self.size, self.least = across, size, least
        self.held: list[list[int]] = [[at] for at in range(len(size))]
        self.fit = np.array([self._fits(at) for at in range(len(size))])

    def _fits(self, at: int) -> Array:
        """How well each other group fits ``at``; 0 for itself and for groups that are gone."""
        inside = np.diag(self.across) / np.maximum(self.size * (self.size - 1), 1)
        mean = self.across[at] / np.maximum(self.size * self.size[at], 1)
        fit = np.where(mean >= self.least, mean / np.maximum(np.minimum(inside, inside[at]), 1e-9), 0.0)
        fit[at] = 0.0
        fit[self.size == 0] = 0.0
        return fit

    def best(self) -> tuple[int, int, float]:
        at = int(self.fit.argmax())
        one, other = divmod(at, len(self.size))
        return one, other, float(self.fit[one, other])

    def join(self, one: int, other: int) -> None:
        """``other`` goes into ``one``; its sums are added and its row is cleared."""
        self.across[one] += self.across[other]
        self.across[:, one] += self.across[:, other]
        self.across[other], self.across[:, other] = 0.0, 0.0
        self.size[one] += self.size[other]
        self.size[other] = 0.0
        self.held[one] += self.held[other]
        self.held[other] = []
        self.fit[other], self.fit[:, other] = 0.0, 0.0
        fits = self._fits(one)
        self.fit[one], self.fit[:, one] = fits, fits
