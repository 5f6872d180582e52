"""Sums over every combination of attributes, from integer-coded leaves.

A cuboid is a set of attributes; a cell of it is one combination of their values. The leaves are read for the richest
cuboids only; each poorer one's sums are taken from the smallest cuboid one attribute richer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer]
Floats = NDArray[np.float64]
_DENSE = 4  # a cuboid is kept as a full array up to so many cells a leaf


@dataclass(slots=True)
class Cuboid:
    """``sums`` (statistic × cell) for the attributes ``dims``; ``keys`` names the cells where they are not all kept."""

    dims: tuple[int, ...]
    shape: tuple[int, ...]
    keys: NDArray[np.int64] | None
    sums: Floats

    @property
    def cells(self) -> int:
        return int(self.sums.shape[1])

    def place(self, codes: Codes) -> NDArray[np.int64]:
        """The cell of each leaf; every leaf must have been among those the cuboid was built from."""
        key = _mix([codes[:, dim] for dim in self.dims], self.shape)
        return key if self.keys is None else np.searchsorted(self.keys, key)

    def values(self, cell: int) -> tuple[tuple[int, int], ...]:
        """((attribute, value code), …) of a cell."""
        key = cell if self.keys is None else int(self.keys[cell])
        found: list[tuple[int, int]] = []
        for dim, size in zip(reversed(self.dims), reversed(self.shape), strict=True):
            key, value = divmod(key, size)
            found.append((dim, value))
        return tuple(reversed(found))


def build_lattice(
    codes: Codes, sizes: tuple[int, ...], statistics: Floats, *, layers: int | None = None
) -> list[Cuboid]:
    """Every cuboid of at most ``layers`` attributes, fewest first; ``statistics`` is statistic × leaf.

    Raises ValueError where the attributes have more combinations than can be counted (2⁶²).
    """
    if prod(sizes) >= 2**62:
        raise ValueError("too many combinations of attributes")
    whole = tuple(range(len(sizes)))
    top = min(layers or len(sizes), len(sizes))
    built = {}
    for dims in combinations(whole, top):
        shape = tuple(sizes[dim] for dim in dims)
        built[dims] = _gather(_mix([codes[:, dim] for dim in dims], shape), dims, shape, statistics)
    for layer in range(top - 1, 0, -1):
        for dims in combinations(whole, layer):
            richer = [built[tuple(sorted((*dims, dim)))] for dim in whole if dim not in dims]
            built[dims] = _fold(min(richer, key=lambda cuboid: cuboid.cells), dims)
    return sorted(built.values(), key=lambda cuboid: (len(cuboid.dims), cuboid.dims))


def _fold(parent: Cuboid, dims: tuple[int, ...]) -> Cuboid:
    """Leave one attribute of ``parent`` out."""
    (gone,) = set(parent.dims) - set(dims)
    at = parent.dims.index(gone)
    shape = parent.shape[:at] + parent.shape[at + 1 :]
    if parent.keys is None:
        sums = parent.sums.reshape(len(parent.sums), *parent.shape).sum(axis=at + 1).reshape(len(parent.sums), -1)
        return Cuboid(dims, shape, None, sums)
    below = prod(parent.shape[at + 1 :])
    key = parent.keys // (below * parent.shape[at]) * below + parent.keys % below
    return _gather(key, dims, shape, parent.sums)


def _gather(key: NDArray[np.int64], dims: tuple[int, ...], shape: tuple[int, ...], statistics: Floats) -> Cuboid:
    size = prod(shape)
    keys = None
    if size > _DENSE * max(len(key), 1):
        keys, key = np.unique(key, return_inverse=True)
        size = len(keys)
    sums: Floats = np.stack([np.bincount(key, row, size) for row in statistics]).astype(float)
    return Cuboid(dims, shape, keys, sums)


def _mix(columns: list[Codes], sizes: tuple[int, ...]) -> NDArray[np.int64]:
    key = np.zeros(len(columns[0]), np.int64)
    for column, size in zip(columns, sizes, strict=True):
        key *= size
        key += column
    return key
