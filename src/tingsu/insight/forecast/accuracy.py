"""How good a forecast was, beside saying "as last week" (seasonal naive)."""

from __future__ import annotations

import numpy as np

from tingsu.insight.forecast.panel import Flags, Floats

SEASON = 7


def seasonal_naive(counts: Floats, ahead: int, *, season: int = SEASON) -> Floats:
    """The last ``season`` values over and over, series × ahead; fewer where there are fewer."""
    last = counts[:, -min(season, counts.shape[1]) :]
    repeated: Floats = np.tile(last, (1, -(-ahead // last.shape[1])))[:, :ahead]
    return repeated


def scale_of(counts: Floats, *, season: int = SEASON) -> Floats:
    """By how much a count differs from the one a season before, on average, one value a series (MASE's scale)."""
    if counts.shape[1] <= season:
        return np.full(len(counts), np.nan)
    scale: Floats = np.abs(counts[:, season:] - counts[:, :-season]).mean(axis=1)
    return scale


def mase(truth: Floats, said: Floats, history: Floats, *, season: int = SEASON) -> Floats:
    """Mean absolute scaled error a series; NaN where the history never changed."""
    scale = scale_of(history, season=season)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled: Floats = np.where(scale > 0, np.abs(truth - said).mean(axis=1) / scale, np.nan)
    return scaled


def wape(truth: Floats, said: Floats, where: Flags | None = None) -> float:
    """Sum of absolute errors over the sum of counts, on the cells of ``where``; NaN where nothing was counted."""
    cells = np.ones(truth.shape, dtype=bool) if where is None else where
    whole = float(truth[cells].sum())
    return float(np.abs(truth - said)[cells].sum()) / whole if whole else float("nan")


def coverage(truth: Floats, low: Floats, high: Floats) -> float:
    """Share of counts within their band, both ends included; NaN without any."""
    return float(((truth >= low) & (truth <= high)).mean()) if truth.size else float("nan")
