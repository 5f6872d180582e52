"""The smallest set of attribute combinations that accounts for a change of a forecast number.

Each combination is weighed by the evidence that all leaves below it moved by one common share, against the noise of
this table: a Bayes factor in closed form over an unknown share and how closely leaves keep to it. What it costs to name
the combination among all others (layer, attributes, values) is taken off, so the shortest true account wins. The best
is taken, its leaves are set aside, and the rest is weighed again until nothing pays its cost.

Built on the ripple effect of HotSpot and Squeeze and on the layered search of RiskLoc; the weighing is our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, log

import numpy as np
from numpy.typing import NDArray

from tingsu.insight.causes.lattice import Codes, Cuboid, build_lattice
from tingsu.insight.causes.noise import Floats, change_of, fit_noise

_SPREADS = np.array([0.005, 0.01, 0.02, 0.04, 0.07, 0.11])  # how closely leaves keep to the common share
_COUNT, _SUM, _SQUARES, _NOISE = range(4)


@dataclass(frozen=True, slots=True)
class Cause:
    """``where``: ((attribute, value code), …). ``change`` is real − forecast below it; ``share`` of the whole change.

    ``evidence``: natural log of the odds for it, its cost taken off; ``moved``: the common share (.3: 30 % less).
    """

    where: tuple[tuple[int, int], ...]
    change: float
    share: float
    moved: float
    evidence: float


def locate(
    codes: Codes,
    sizes: Sequence[int],
    real: Floats,
    forecast: Floats,
    *,
    least_move: float = 0.1,
    least_evidence: float = 3.0,
    least_share: float = 0.0,
    most: int = 20,
) -> list[Cause]:
    """The causes of Σreal − Σforecast, strongest evidence first; no leaf belongs to two.

    ``codes``: leaf × attribute, each below its ``sizes``. ``least_move``: smaller common shares are no cause;
    ``least_share`` of the whole change a cause must make up. An empty list: the change is not of any few combinations.
    """
    told = (real != 0) | (forecast != 0)
    codes, real, forecast = codes[told], real[told].astype(float), forecast[told].astype(float)
    if not len(codes):
        return []
    change = change_of(real, forecast)
    statistics = np.stack([np.ones(len(change)), change, change**2, fit_noise(change).log_density(change)])
    search = _Search(codes, tuple(sizes), statistics, least_move)
    gap, total = real - forecast, float((real - forecast).sum())
    found: list[Cause] = []
    while len(found) < most and (best := search.find_best(least_evidence)):
        rows = search.rows_of(best)
        part = float(gap[rows].sum())
        share = part / total if total else 0.0
        if abs(share) >= least_share:
            found.append(Cause(best.where, part, share, float(change[rows].mean()), best.evidence))
        search.set_aside(rows)
    return found


@dataclass(frozen=True, slots=True)
class _Candidate:
    where: tuple[tuple[int, int], ...]
    evidence: float


class _Search:
    """The lattice with its evidence, kept up to date as leaves are set aside."""

    def __init__(self, codes: Codes, sizes: tuple[int, ...], statistics: Floats, least_move: float) -> None:
        self.codes, self.statistics, self.least_move = codes, statistics, least_move
        self.free = np.ones(len(codes), bool)
        self.cuboids = build_lattice(codes, sizes, statistics)
        self.costs = [_cost(cuboid, len(sizes)) for cuboid in self.cuboids]
        self.evidence = [weigh(cuboid.sums, least_move) for cuboid in self.cuboids]

    def find_best(self, least: float) -> _Candidate | None:
        """The combination with most evidence after its cost; None where none has ``least``."""
        tops = [int(np.argmax(evidence)) for evidence in self.evidence]
        worth = [e[top] - cost for e, top, cost in zip(self.evidence, tops, self.costs, strict=True)]
        at = int(np.argmax(worth))
        if worth[at] < least:
            return None
        return _Candidate(self.cuboids[at].values(tops[at]), float(worth[at]))

    def rows_of(self, candidate: _Candidate) -> NDArray[np.intp]:
        """The leaves below it that are not set aside."""
        mask = self.free.copy()
        for dim, value in candidate.where:
            mask &= self.codes[:, dim] == value
        return np.flatnonzero(mask)

    def set_aside(self, rows: NDArray[np.intp]) -> None:
        """Take leaves out of all sums, and weigh again the cells they were in."""
        self.free[rows] = False
        codes, statistics = self.codes[rows], self.statistics[:, rows]
        for cuboid, evidence in zip(self.cuboids, self.evidence, strict=True):
            _take_out(cuboid, evidence, codes, statistics, self.least_move)


def _take_out(cuboid: Cuboid, evidence: Floats, codes: Codes, statistics: Floats, least_move: float) -> None:
    cells, place = np.unique(cuboid.place(codes), return_inverse=True)
    gone = np.stack([np.bincount(place, row, len(cells)) for row in statistics])
    left = cuboid.sums[:, cells] - gone
    left[:, np.rint(left[_COUNT]) < 1] = 0.0
    cuboid.sums[:, cells] = left
    evidence[cells] = weigh(left, least_move)


def weigh(sums: Floats, least_move: float) -> Floats:
    """Log Bayes factor per cell: all its leaves moved by one share, against noise."""
    count = np.maximum(sums[_COUNT], 1.0)
    mean = sums[_SUM] / count
    within = np.maximum(sums[_SQUARES] - count * mean**2, 0.0)
    result = np.full(sums.shape[1], -np.inf)
    told = np.flatnonzero((sums[_COUNT] > 0.5) & (np.abs(mean) >= least_move))
    if len(told):
        n, spread = count[told, None], _SPREADS
        terms = -(n - 1) * np.log(spread) - 0.5 * within[told, None] / spread**2
        close = np.logaddexp.reduce(terms, axis=1) - log(len(_SPREADS))
        # The share itself is taken as uniform over [−1, 1]: density ½.
        factor = close - 0.5 * (n[:, 0] - 1) * log(2 * np.pi) - 0.5 * np.log(n[:, 0]) - log(2)
        result[told] = factor - sums[_NOISE][told]
    return result


def _cost(cuboid: Cuboid, attributes: int) -> float:
    """Nats to say which combination is meant: its layer, its attributes, its values."""
    layer = len(cuboid.dims)
    present = int((cuboid.sums[_COUNT] > 0.5).sum())
    return log(attributes) + log(comb(attributes, layer)) + log(max(present, 1))
