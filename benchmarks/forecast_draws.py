"""Simulated units whose true mean is known: what the forecasts are measured on (`--forecasts`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tingsu.calendars.working_days import china
from tingsu.insight.forecast.events import EventDay, monthly_days
from tingsu.insight.forecast.festivals import lunar_new_year
from tingsu.insight.forecast.panel import Floats, Panel

FIRST = date(2023, 7, 3)
DAYS = 1022 + 56  # 2 years 42 weeks of history, then eight weeks
PENSION, BOND, STORM = "养老金发放", "国债发行", "暴雨"


@dataclass(frozen=True, slots=True)
class Draw:
    """A panel over history and future, its true means, the events, and for each series the units it lies in."""

    panel: Panel
    truth: Floats
    events: list[EventDay]
    units: list[frozenset[str]]
    event_day: np.ndarray  # series × days


def draw(seed: int, *, series: int = 240, branches: int = 12, usual: float = 3.0) -> Draw:
    """Units of ``branches`` branches; ``usual``: the middle unit's cases a day.

    Every number below is a parameter stated in docs/insight.md.
    """
    rng = np.random.default_rng(seed)
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    branch = np.arange(series) % branches
    units = [frozenset({"HO", f"B{b:02}", f"U{n:03}"}) for n, b in enumerate(branch)]
    log = np.log(np.clip(rng.lognormal(np.log(usual), 1.0, series), 0.1, 20 * usual))[:, None] + np.zeros(
        (series, DAYS)
    )
    log += np.cumsum(rng.normal(0, 0.01, (series, DAYS)), axis=1)
    log += rng.normal(0, 0.08, series)[:, None] * np.arange(DAYS) / 365
    for n in np.flatnonzero(rng.random(series) < 0.2):
        log[n, rng.integers(100, DAYS - 90) :] += rng.normal(0, 0.5)
    log += _weekdays(rng, series, days) + _season(rng, series, days) + _feasts(rng, series, days)
    events = list(_events(rng, days, branches))
    moved, event_day = _moved(rng, events, units, days)
    log += moved
    mean = np.exp(log)
    size = 1 / rng.uniform(0.02, 0.12, series)[:, None]
    counts = rng.negative_binomial(size, size / (size + mean)).astype(float)
    names = tuple(f"U{n:03}" for n in range(series))
    return Draw(Panel(names, FIRST, counts, np.ones(counts.shape, dtype=bool)), mean, events, units, event_day)


def _weekdays(rng: np.random.Generator, series: int, days: list[date]) -> Floats:
    shared = np.array([0.25, 0.12, 0.05, 0.0, 0.08, -0.35, -0.6])
    own = shared + rng.normal(0, 0.15, (series, 7))
    table: Floats = own[:, [day.weekday() for day in days]]
    return table


def _season(rng: np.random.Generator, series: int, days: list[date]) -> Floats:
    turn = 2 * np.pi * np.array([day.timetuple().tm_yday for day in days]) / 365.25
    size, phase = rng.normal(0.15, 0.07, series)[:, None], rng.normal(0.5, 0.5, series)[:, None]
    wave: Floats = size * np.cos(turn[None, :] - phase)
    return wave


def _feasts(rng: np.random.Generator, series: int, days: list[date]) -> Floats:
    """Days off, make-up days, the run-up to the lunar new year and its weeks after."""
    calendar = china()
    rest = np.array([not calendar.is_working_day(d) and d.weekday() < 5 for d in days])
    makeup = np.array([calendar.is_working_day(d) and d.weekday() >= 5 for d in days])
    offset = np.array([(d - (lunar_new_year(d.year) or d)).days for d in days])
    back = np.array([calendar.is_working_day(d) and not calendar.is_working_day(d - timedelta(days=1)) for d in days])
    monday = np.array([d.weekday() == 0 for d in days])
    shape = [
        (rest, -0.8, 0.2),
        (makeup, 0.4, 0.15),
        (back & ~monday, 0.3, 0.1),
        ((offset >= -1) & (offset <= 6), -0.5, 0.2),
        (((offset >= -14) & (offset < -1)) * (offset + 15) / 13, 0.4, 0.15),
        (((offset > 6) & (offset <= 20)) * (21 - offset) / 14, -0.2, 0.1),
    ]
    return sum(rng.normal(size, spread, series)[:, None] * where[None, :] for where, size, spread in shape)


def _events(rng: np.random.Generator, days: list[date], branches: int) -> Iterator[EventDay]:
    """Pension day by branch (10th or 15th), ten bond issues a year, storms by branch with millimetres of rain."""
    inside, years = set(days), sorted({day.year for day in days})
    for b in range(branches):
        for day in monthly_days(10 if b % 2 else 15, years):
            if day in inside:
                yield EventDay(PENSION, day, f"B{b:02}")
        for day in rng.choice(len(days), size=len(days) // 40, replace=False):
            yield EventDay(STORM, days[day], f"B{b:02}", float(np.round(rng.lognormal(3.0, 0.7), 1)))
    for day in monthly_days(10, years):
        if day in inside and day.month not in (1, 2):
            yield EventDay(BOND, day)


def _moved(
    rng: np.random.Generator, events: list[EventDay], units: list[frozenset[str]], days: list[date]
) -> tuple[Floats, np.ndarray]:
    series = len(units)
    own = {
        PENSION: (rng.normal(1.0, 0.35, series), rng.normal(0.3, 0.15, series)),
        BOND: (rng.normal(1.3, 0.4, series), rng.normal(0.2, 0.15, series)),
        STORM: (rng.normal(0.25, 0.1, series), rng.normal(0.1, 0.05, series)),
    }
    moved, marked = np.zeros((series, len(days))), np.zeros((series, len(days)), dtype=bool)
    for event in events:
        place = (event.day - days[0]).days
        rows = np.array([not event.unit or event.unit in unit for unit in units])
        strength = np.log1p(event.amount) if event.kind == STORM else 1.0
        moved[rows, place] += own[event.kind][0][rows] * strength * (1 if event.kind != STORM else 0.8)
        marked[rows, place] = True
        if place + 1 < len(days):
            moved[rows, place + 1] += own[event.kind][1][rows]
    return moved, marked
