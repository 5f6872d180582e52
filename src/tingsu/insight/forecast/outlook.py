"""The forecast itself: means and intervals by day and by week, their width checked against the panel's own past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from tingsu.insight.certainty import overdispersed
from tingsu.insight.forecast.design import Design, Surroundings, lay_out
from tingsu.insight.forecast.effects import Fitted, fit
from tingsu.insight.forecast.panel import SHORTEST, Floats, Panel, TooLittle, weekly

AHEAD = 56  # days: eight weeks
LEVELS = (0.8, 0.95)  # how much of the truth the two bands should hold
TRUSTED = 5.0  # series' worth of trust in the model's own width
WIDENINGS = np.round(np.geomspace(0.25, 8, 41), 3)  # tried on the past; 1 leaves the model's own width


@dataclass(frozen=True, slots=True)
class Band:
    """Means and the two bands of one grain (days or weeks). Arrays series × steps; ``low``/``high`` by level."""

    mean: Floats
    variance: Floats
    low: dict[float, Floats]
    high: dict[float, Floats]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected on the days from ``first`` on, and how sure.

    ``checked`` is False where the history was too short for the bands to be held against it; ``design`` says which
    events were used and what is not known ahead.
    """

    first: date
    daily: Band
    weekly: Band
    design: Design
    fitted: Fitted
    widening: tuple[float, float]  # by day, by week: learned from the past
    checked: bool


def look_ahead(panel: Panel, around: Surroundings, *, days: int = AHEAD, check: bool = True) -> Outlook:
    """Forecast every series ``days`` days on (whole weeks).

    ``check``: the model is first fitted without the last ``days`` days, and its bands there are widened or narrowed,
    for all series together, until they hold as much as they claim. Raises TooLittle for a panel too short or empty.
    """
    if panel.days < SHORTEST or panel.counts.sum() < 1:
        raise TooLittle(panel.days, int(panel.counts.sum()))
    whole = lay_out(panel.first, panel.days, days, around, series=len(panel.names))
    learned = _learn_widening(panel, around, days) if check else None
    fitted = fit(panel, whole.span(0, panel.days), start=learned[0] if learned else None)
    mean, spread = fitted.ahead(whole.span(panel.days, panel.days + days))
    factors = learned[1] if learned else (1.0, 1.0)
    by_day, by_week = _moments(mean, spread, fitted.dispersion)
    daily, weeks = _band(*by_day, factors[0]), _band(*by_week, factors[1])
    return Outlook(panel.after, daily, weeks, whole, fitted, factors, learned is not None)


Moments = tuple[Floats, Floats]  # mean, variance


def _moments(mean: Floats, spread: Floats, dispersion: Floats) -> tuple[Moments, Moments]:
    """By day: chance of the day plus what is not known of the mean. By week the latter does not average out."""
    chance = mean + dispersion[:, None] * mean**2
    sums, unsure = weekly(mean), weekly(mean * np.sqrt(spread))
    return (mean, chance + spread * mean**2), (sums, weekly(chance) + unsure**2)


def _band(mean: Floats, variance: Floats, widening: float) -> Band:
    wide = mean + (variance - mean) * widening
    low = {level: quantile(mean, wide, (1 - level) / 2) for level in LEVELS}
    high = {level: quantile(mean, wide, (1 + level) / 2) for level in LEVELS}
    return Band(mean, wide, low, high)


def quantile(mean: Floats, variance: Floats, level: float) -> Floats:
    """The smallest count that is not exceeded with probability ``level``; 0 where the mean is 0."""
    found: Floats = overdispersed(np.maximum(mean, 1e-9), variance).ppf(level)
    return found


def _learn_widening(panel: Panel, around: Surroundings, days: int) -> tuple[Fitted, tuple[float, float]] | None:
    """The fit and the widening that would have been right ``days`` days ago; None with too little to fit then."""
    before = panel.until(panel.days - days)
    if before.days < 2 * SHORTEST or before.counts.sum() < 1:
        return None
    design = lay_out(before.first, before.days, days, around, series=len(panel.names))
    fitted = fit(before, design.span(0, before.days))
    mean, spread = fitted.ahead(design.span(before.days, before.days + days))
    (mean, variance), (sums, variances) = _moments(mean, spread, fitted.dispersion)
    truth = panel.counts[:, -days:]
    return fitted, (_right_widening(truth, mean, variance), _right_widening(weekly(truth), sums, variances))


def _right_widening(truth: Floats, mean: Floats, variance: Floats) -> float:
    """With which as many well-filled cells fall into the 80 % band as should, drawn to 1 for few series.

    The days and weeks of one series are wrong together, so eight weeks of a single one say little about its width.
    """
    useful = mean >= 1
    if useful.sum() < 30:
        return 1.0
    miss, plain = (truth - mean)[useful] ** 2, mean[useful]
    excess = np.maximum(variance[useful] - plain, 1e-9)
    # An 80 % interval of a normal is ±1.2816 standard deviations.
    held = np.array([np.mean(miss <= 1.2816**2 * (plain + excess * each)) for each in WIDENINGS])
    series = int(useful.any(axis=1).sum())
    return float(WIDENINGS[int(np.argmin(np.abs(held - LEVELS[0])))] ** (series / (series + TRUSTED)))
