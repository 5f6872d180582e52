"""Farrington's algorithm as Noufaily et al. 2013 made it flexible, for many weekly series at once.

A port of ``farringtonFlexible`` of R's ``surveillance`` (1.2x), kept to its defaults where they matter: quasi-Poisson
with a factor of the season and a trend, refitted with Anscombe residuals weighing past outbreaks down, the trend kept
only where it is significant and foretells no more than was ever seen, the bound a negative binomial quantile
(``nbPlugin``). With one period and weights from 1 on it is the algorithm of Farrington et al. 1996 (``original``).

Seen from the week judged, the reference weeks always stand in the same places; so one design serves every week of
every series. The factor's levels are profiled out, which leaves one unknown a fit: the slope.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
YEAR = 52
_CHUNK = 4000  # fits at once: what fits the cache


@dataclass(frozen=True, slots=True)
class Settings:
    """The names of R's control list; ``years`` is b, ``half_window`` w, ``periods`` noPeriods."""

    alpha: float = 0.01
    years: int = 5
    half_window: int = 3
    periods: int = 10
    left_out: int = 26  # pastWeeksNotIncluded
    weights_threshold: float = 2.58
    fewest_cases: int = 5  # limit54: ignored with fewer cases …
    fewest_weeks: int = 4  # … in so many weeks, this one included
    trend_chance: float = 0.05
    negative_binomial: bool = True  # nbPlugin; else the 2/3 power ("delta")

    @property
    def history(self) -> int:
        return self.years * YEAR + self.half_window


FLEXIBLE = Settings()
ORIGINAL = Settings(periods=1, weights_threshold=1.0, left_out=3, negative_binomial=False)


@dataclass(frozen=True, slots=True)
class Design:
    """Lags of the reference weeks (oldest first), their level of the factor, and time (the judged week is 0)."""

    lags: NDArray[np.int64]
    level: NDArray[np.int64]
    time: Floats

    @property
    def indicator(self) -> Floats:
        return np.eye(self.level.max() + 1)[self.level]


@dataclass(frozen=True, slots=True)
class Fit:
    mean: Floats
    hat: Floats
    slope: Floats
    slope_information: Floats
    now: Floats  # expected in the judged week
    phi: Floats
    rough: Floats  # Σ ω ((y−μ)/μ)² / df: what summary.glm takes as dispersion once its weights were overwritten
    now_leverage: Floats


def design_of(settings: Settings) -> Design:
    """The reference weeks; levels are numbered from 0, the window around the same week of the year is the last."""
    w, p = settings.half_window, settings.periods
    level: dict[int, int] = {}
    for year in range(1, settings.years + 1):
        centre = year * YEAR
        level |= dict.fromkeys(range(centre - w, centre + w + 1), p - 1)
        if p > 1:
            level |= _blocks(centre, w, p)
    lags = np.array(sorted((lag for lag in level if lag > settings.left_out), reverse=True))
    return Design(lags, np.array([level[int(lag)] for lag in lags]), -lags.astype(float))


def _blocks(centre: int, w: int, p: int) -> dict[int, int]:
    """The weeks between two windows cut into p − 1 blocks, the first ones longer by what is left over."""
    length, rest = divmod(YEAR - 2 * w - 1, p - 1)
    levels = [j for j in range(p - 1) for _ in range(length + (j < rest))]
    return {centre - w - 1 - offset: level for offset, level in enumerate(levels)}


def bounds(counts: Floats, weeks: NDArray[np.int64], settings: Settings = FLEXIBLE) -> tuple[Floats, Floats, Floats]:
    """(expected, upper, chance) of each (series, week) pair.

    ``counts`` (pairs, weeks) or (series, weeks) with ``weeks`` one column index a row. Raises ValueError where a week
    has less than ``settings.history`` weeks before it.
    """
    if len(weeks) and int(weeks.min()) < settings.history:
        raise ValueError(f"each week needs {settings.history} weeks before it")
    design = design_of(settings)
    parts = []
    for begin in range(0, len(weeks), _CHUNK):
        part = slice(begin, begin + _CHUNK)
        rows = np.arange(begin, begin + len(weeks[part]))[:, None]
        past = counts[rows, weeks[part][:, None] - design.lags]
        parts.append(_judge(past, counts[rows[:, 0], weeks[part]], design, settings))
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))  # type: ignore[return-value]


def alarms(counts: Floats, weeks: NDArray[np.int64], upper: Floats, settings: Settings = FLEXIBLE) -> NDArray[np.bool_]:
    """More than the bound, and not fewer than five cases in four weeks."""
    rows = np.arange(len(weeks))
    recent = sum(counts[rows, weeks - lag] for lag in range(settings.fewest_weeks))
    return np.asarray((counts[rows, weeks] > upper) & (recent >= settings.fewest_cases))


def _judge(past: Floats, now: Floats, design: Design, settings: Settings) -> tuple[Floats, Floats, Floats]:
    with_trend = _fit_reweighted(past, design, settings, trend=True)
    keep = (_trend_chance(with_trend, design) < settings.trend_chance) & (with_trend.now <= past.max(axis=1))
    keep &= settings.years >= 3
    flat = _fit_reweighted(past, design, settings, trend=False)
    expected = np.where(keep, with_trend.now, flat.now)
    phi = np.where(keep, with_trend.phi, flat.phi)
    if settings.negative_binomial:
        return expected, *_nb_bound(expected, phi, now, settings.alpha)
    error = np.where(keep, _error_of_now(with_trend), _error_of_now(flat))
    return expected, *_power_bound(expected, phi, error, now, settings.alpha)


def _fit_reweighted(past: Floats, design: Design, settings: Settings, *, trend: bool) -> Fit:
    first = _fit(past, np.ones_like(past), design, trend=trend)
    raw = 1.5 * (np.cbrt(past) ** 2 * np.maximum(first.mean, 1e-12) ** (-1 / 6) - np.sqrt(first.mean))
    residual = raw / np.sqrt(first.phi[:, None] * np.maximum(1 - first.hat, 1e-9))
    high = residual > settings.weights_threshold
    weight = np.where(high, np.maximum(residual, 1e-9) ** -2.0, 1.0)
    weight *= past.shape[1] / weight.sum(axis=1, keepdims=True)
    return _fit(past, weight, design, trend=trend)


def _fit(past: Floats, weight: Floats, design: Design, *, trend: bool) -> Fit:
    levels, time = design.indicator, design.time
    counted = (past * weight) @ levels
    seen = (past * weight) @ time
    slope = np.zeros(len(past))
    for _ in range(30 if trend else 0):
        s0, s1, s2 = _moments(weight * np.exp(np.clip(slope[:, None] * time, -30, 30)), levels, time)
        mean_time = s1 / s0
        gain = (seen - (counted * mean_time).sum(1)) / np.maximum((counted * (s2 / s0 - mean_time**2)).sum(1), 1e-9)
        slope += np.clip(gain, -0.05, 0.05)
        if np.abs(gain).max() < 1e-9:
            break
    growth = np.exp(np.clip(slope[:, None] * time, -30, 30))
    s0, s1, s2 = _moments(weight * growth, levels, time)
    height = counted / s0
    mean = height[:, design.level] * growth
    information = (counted * (s2 / s0 - (s1 / s0) ** 2)).sum(1)
    safe = np.maximum(information, 1e-12)
    centred = time - (s1 / s0)[:, design.level]
    share = weight * growth / s0[:, design.level]
    hat = share + (weight * mean * centred**2 / safe[:, None] if trend else 0.0)
    residual = past - mean
    freedom = past.shape[1] - levels.shape[1] - trend
    flawed = np.where(mean > 1e-12, residual / np.maximum(mean, 1e-12), -1.0)
    last = levels.shape[1] - 1
    leverage = 1 / np.maximum(counted[:, last], 1e-12)
    if trend:
        leverage = leverage + (s1 / s0)[:, last] ** 2 / safe
    return Fit(
        mean=mean,
        hat=hat,
        slope=slope,
        slope_information=safe,
        now=height[:, last],
        phi=np.maximum((weight * residual**2 / np.maximum(mean, 1e-12)).sum(1) / freedom, 1.0),
        rough=(weight * flawed**2).sum(1) / freedom,
        now_leverage=leverage,
    )


def _moments(values: Floats, levels: Floats, time: Floats) -> tuple[Floats, Floats, Floats]:
    return values @ levels, (values * time) @ levels, (values * time**2) @ levels


def _trend_chance(fit: Fit, design: Design) -> Floats:
    error = np.sqrt(np.maximum(fit.rough, 1e-12) / fit.slope_information)
    freedom = len(design.lags) - design.level.max() - 2
    return np.asarray(2 * stats.t.sf(np.abs(fit.slope) / error, freedom))


def _error_of_now(fit: Fit) -> Floats:
    return np.asarray(fit.now * np.sqrt(fit.rough * fit.now_leverage))


def _nb_bound(expected: Floats, phi: Floats, now: Floats, alpha: float) -> tuple[Floats, Floats]:
    mean, over = np.maximum(expected, 1e-12), phi > 1
    size = mean / np.where(over, phi - 1, 1.0)
    upper = np.where(over, stats.nbinom.ppf(1 - alpha, size, 1 / phi), stats.poisson.ppf(1 - alpha, mean))
    chance = np.where(over, stats.nbinom.sf(now - 1, size, 1 / phi), stats.poisson.sf(now - 1, mean))
    return upper, chance


def _power_bound(expected: Floats, phi: Floats, error: Floats, now: Floats, alpha: float) -> tuple[Floats, Floats]:
    mean = np.maximum(expected, 1e-12)
    spread = np.sqrt(4 / 9 * np.cbrt(mean) * (phi + error**2 / mean))
    upper = (mean ** (2 / 3) + stats.norm.ppf(1 - alpha / 2) * spread) ** 1.5
    return upper, np.asarray(stats.norm.sf(now ** (2 / 3), mean ** (2 / 3), spread))
