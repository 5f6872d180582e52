"""How often chance alone lifts the scan statistic so high: a table drawn once, read by interpolation.

``chances.csv`` holds, for an expected count and a dispersion, the statistic that a share alpha of normal periods
reaches. It is drawn by ``python -m tingsu.insight.spikes.chances`` (300,000 periods a cell; the expected count and
dispersion jittered over the cell, since thresholds of small counts jump). A period whose count is not above its
expected one counts as no rise at all.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tingsu.insight.spikes.scan import REACH, statistic

Floats = NDArray[np.float64]
FILE = Path(__file__).with_name("chances.csv")
MEANS = np.geomspace(0.02, 2000, 18)
PHIS = np.array([1.0, 1.15, 1.35, 1.7, 2.2, 3.0, 5.0, 8.0, 14.0, 30.0])
ALPHAS = np.array([0.3, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.001, 0.0005, 0.0002, 0.0001])
_NONE = -30.0  # the statistic of a period that is not above its expected count


def gated(counts: Floats, mean: Floats, phi: Floats) -> Floats:
    """The scan statistic of windows (…, REACH), none where the last count is not above the expected one."""
    return np.where(counts[..., -1] > mean[..., -1], statistic(counts, mean, phi), _NONE)


def chance_of(score: Floats, mean: Floats, phi: Floats) -> Floats:
    """The share of normal periods whose statistic is at least ``score``; at most 1, falling as the score grows."""
    levels = _levels(mean, phi)
    logs = np.log(ALPHAS)
    out = np.zeros(score.shape)
    below = score < levels[..., 0]
    for n in range(len(ALPHAS) - 1):
        low, high = levels[..., n], levels[..., n + 1]
        part = np.clip((score - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
        out += part * (logs[n + 1] - logs[n])
    beyond = np.maximum(score - levels[..., -1], 0.0)  # the tail falls as the exponential of the ratio's logarithm
    return np.where(below, 1.0, np.exp(np.maximum(logs[0] + out - beyond, -700)))


def level_of(alpha: Floats, mean: Floats, phi: Floats) -> Floats:
    """The statistic that a share ``alpha`` of normal periods reaches: the inverse of ``chance_of`` for alpha ≤ 0.3."""
    levels, logs = _levels(mean, phi), np.log(ALPHAS)
    asked = np.broadcast_to(np.log(alpha), mean.shape)
    at = np.clip(np.searchsorted(-logs, -asked), 1, len(logs) - 1)
    low = np.take_along_axis(levels, (at - 1)[..., None], -1)[..., 0]
    high = np.take_along_axis(levels, at[..., None], -1)[..., 0]
    part = np.clip((asked - logs[at - 1]) / (logs[at] - logs[at - 1]), 0.0, 1.0)
    return np.asarray(low + part * (high - low) + np.maximum(logs[-1] - asked, 0.0))


def _levels(mean: Floats, phi: Floats) -> Floats:
    """Table read between its cells: (…, alphas)."""
    table = _table()
    row, down = _place(np.log(mean), np.log(MEANS))
    column, right = _place(np.log(phi), np.log(PHIS))
    top = table[row, column] * (1 - right) + table[row, column + 1] * right
    bottom = table[row + 1, column] * (1 - right) + table[row + 1, column + 1] * right
    return np.asarray(top * (1 - down) + bottom * down)


def _place(value: Floats, grid: Floats) -> tuple[NDArray[np.int64], Floats]:
    held = np.clip(value, grid[0], grid[-1])
    at = np.clip(np.searchsorted(grid, held, side="right") - 1, 0, len(grid) - 2)
    return at, ((held - grid[at]) / (grid[at + 1] - grid[at]))[..., None]


@cache
def _table() -> Floats:
    return np.loadtxt(FILE, delimiter=",").reshape(len(MEANS), len(PHIS), len(ALPHAS))


def draw_table(seed: int = 20130301, each: int = 300_000) -> Floats:
    """The table, (means · dispersions, alphas)."""
    rng = np.random.default_rng(seed)
    return np.stack([_draw_cell(rng, i, j, each) for i in range(len(MEANS)) for j in range(len(PHIS))])


def _draw_cell(rng: np.random.Generator, i: int, j: int, each: int) -> Floats:
    mean, phi = _jittered(rng, MEANS, i, each), _jittered(rng, PHIS, j, each)
    if j == 0:
        phi = np.ones(each)
    mean3, phi3 = (np.repeat(a[:, None], REACH, axis=1) for a in (mean, phi))
    rate = mean3 if j == 0 else rng.gamma(mean3 / np.maximum(phi3 - 1, 1e-9), np.maximum(phi3 - 1, 1e-9))
    score = gated(rng.poisson(rate).astype(float), mean3, phi3)
    return np.asarray(np.quantile(score, 1 - ALPHAS))


def _jittered(rng: np.random.Generator, grid: Floats, at: int, each: int) -> Floats:
    logs = np.log(grid)
    low = (logs[at] + logs[max(at - 1, 0)]) / 2
    high = (logs[at] + logs[min(at + 1, len(grid) - 1)]) / 2
    return np.asarray(np.exp(rng.uniform(low, high, each)))


if __name__ == "__main__":
    np.savetxt(FILE, draw_table(), delimiter=",", fmt="%.3f")
