"""RiskLoc (Kalander 2022, arXiv:2205.10004) coded from its description, as the baseline of root causes.

Parameters are the published ones: risk threshold .5, proportional explanatory power .02, five outliers left out of
the cutoff, elements of the first layer pruned. Its decisions are those of the authors' code; arrays instead of data
frames make it faster than that.
"""

from __future__ import annotations

from itertools import combinations
from math import copysign, prod

import numpy as np
from numpy.typing import NDArray

from benchmarks.root_cause_cases import Combination

Floats = NDArray[np.float64]
RISK, POWER, LEFT_OUT = 0.5, 0.02, 5


class _Leaves:
    """The leaves still unexplained, with all that RiskLoc keeps of each."""

    def __init__(self, codes: NDArray[np.int32], real: Floats, forecast: Floats) -> None:
        self.codes, self.real, self.forecast = codes, real, forecast
        with np.errstate(invalid="ignore", divide="ignore"):
            self.deviation = np.nan_to_num(2 * (forecast - real) / (forecast + real), nan=0.0)
        self.power = (real - forecast) / (real.sum() - forecast.sum())
        cutoff = _find_cutoff(self.deviation)
        right = copysign(1, cutoff) > 0
        self.odd = self.deviation > cutoff if right else self.deviation < cutoff
        weight = np.abs(cutoff - self.deviation)
        weight[(real == 0) & (forecast == 0)] = 0
        self.weight = np.minimum(np.where(self.odd, np.abs(self.deviation), weight), 1.0)
        if self.power[self.odd].sum() < 0:
            self.power = -self.power
        self.gain = np.maximum(self.power, 0.0)

    def keep(self, rows: NDArray[np.bool_]) -> None:
        for name in ("codes", "real", "forecast", "deviation", "power", "odd", "weight", "gain"):
            setattr(self, name, getattr(self, name)[rows])


def _find_cutoff(deviation: Floats) -> float:
    values = np.unique(deviation)
    low, high = values[: LEFT_OUT + 1].max(), values[-(LEFT_OUT + 1) :].min()
    return -float(min(low, high, key=abs))


def find_by_riskloc(
    codes: NDArray[np.int32], sizes: tuple[int, ...], real: Floats, forecast: Floats
) -> set[Combination]:
    """The combinations RiskLoc names."""
    leaves = _Leaves(codes, real, forecast)
    least = leaves.power[leaves.odd].sum() * POWER
    pruned: dict[int, set[int]] = {dim: set() for dim in range(len(sizes))}
    found: set[Combination] = set()
    while leaves.power[leaves.odd].sum() >= least:
        cause = _search(leaves, sizes, least, pruned)
        if cause is None:
            break
        found.add(cause)
        leaves.keep(~np.logical_and.reduce([leaves.codes[:, dim] == value for dim, value in cause]))
    return found


def _search(leaves: _Leaves, sizes: tuple[int, ...], least: float, pruned: dict[int, set[int]]) -> Combination | None:
    for layer in range(1, len(sizes) + 1):
        best: Combination | None = None
        best_power = least
        for dims in combinations(range(len(sizes)), layer):
            got = _search_cuboid(leaves, sizes, dims, best_power, least, pruned)
            if got is not None:
                best, best_power = got
        if best is not None:
            return best
    return None


def _search_cuboid(
    leaves: _Leaves,
    sizes: tuple[int, ...],
    dims: tuple[int, ...],
    best_power: float,
    least: float,
    pruned: dict[int, set[int]],
) -> tuple[Combination, float] | None:
    rows = _unpruned(leaves, dims, pruned)
    shape = [sizes[dim] for dim in dims]
    cells = np.ravel_multi_index([leaves.codes[rows, dim] for dim in dims], shape)
    size = prod(shape)
    power = np.bincount(cells, leaves.power[rows], size)
    odd = np.bincount(cells, leaves.odd[rows], size)
    if len(dims) == 1:
        low = np.bincount(cells, leaves.gain[rows], size) < least
        pruned[dims[0]].update(np.flatnonzero((low | (odd == 0)) & (np.bincount(cells, minlength=size) > 0)).tolist())
    tried = np.flatnonzero((odd > 0) & (power > best_power))
    order = np.argsort(cells, kind="stable")
    starts = np.searchsorted(cells[order], tried)
    ends = np.searchsorted(cells[order], tried, side="right")
    for at in np.argsort(-power[tried]):
        below = rows[order[starts[at] : ends[at]]]
        if _risk(leaves, below) >= RISK:
            values = np.unravel_index(tried[at], shape)
            return tuple((dim, int(v)) for dim, v in zip(dims, values, strict=True)), float(power[tried[at]])
    return None


def _unpruned(leaves: _Leaves, dims: tuple[int, ...], pruned: dict[int, set[int]]) -> NDArray[np.intp]:
    keep = np.ones(len(leaves.codes), bool)
    for dim in dims:
        if pruned[dim]:
            keep &= ~np.isin(leaves.codes[:, dim], list(pruned[dim]))
    return np.flatnonzero(keep)


def _risk(leaves: _Leaves, rows: NDArray[np.intp]) -> float:
    weight, odd = leaves.weight[rows], leaves.odd[rows]
    strange, usual = weight[odd].sum(), weight[~odd].sum() + 1
    return float(strange / (strange + usual)) - _ripple_risk(leaves, rows)


def _ripple_risk(leaves: _Leaves, rows: NDArray[np.intp]) -> float:
    """How far the leaves are from having all changed by the same share."""
    rows = rows[(leaves.real[rows] != 0) & (leaves.forecast[rows] != 0)]
    if not len(rows):
        return 0.0
    real, forecast = leaves.real[rows], leaves.forecast[rows]
    even = forecast * real.sum() / forecast.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        left = np.nan_to_num(2 * (even - real) / (even + real), nan=0.0)
    all_of_it = np.abs(leaves.deviation[rows]).mean()
    return float(np.abs(left).mean() / all_of_it) if all_of_it else 0.0
