"""What a count depends on beside chance: trend, season, weekday, holidays with 调休, and the events of the site.

Every column comes with how large its coefficient is thought to be (a standard deviation on the log scale) before the
counts are seen; that keeps short series from finding effects in noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tingsu.calendars.working_days import WorkingCalendar
from tingsu.insight.days import day_of
from tingsu.insight.forecast.events import EventDay

Grain = Literal["hour", "day", "week"]
Floats = NDArray[np.float64]
DAY = timedelta(days=1)
TREND_A_YEAR = 0.2
HARMONICS = (0.5, 0.3)  # first and second of the year
WEEKDAY, HOLIDAY, EVENT, HOUR = 1.0, 1.5, 1.0, 1.5
A_YEAR = {"hour": 8766, "day": 365, "week": 52}  # periods
SEASON_FROM = 365  # days of history from which a season of the year can be told


@dataclass(frozen=True, slots=True)
class Covariates:
    """``columns`` (periods, p) with the constant first; ``prior`` (p,); ``unknown`` years without a known calendar."""

    columns: Floats
    prior: Floats
    names: tuple[str, ...]
    unknown: tuple[int, ...]


def covariates_of(
    moments: Sequence[date],
    grain: Grain,
    calendar: WorkingCalendar,
    events: Sequence[EventDay] = (),
    *,
    days_known: int | None = None,
) -> Covariates:
    """The columns for periods that begin at these moments; ``days_known`` of history decide whether there is a season.

    Events of a unit are meant for that unit's series: hand over only those that apply.
    """
    days = [day_of(moment) for moment in moments]
    known = days_known if days_known is not None else (days[-1] - days[0]).days if days else 0
    made: list[tuple[str, Floats, float]] = [("constant", np.ones(len(days)), np.inf)]
    made += _slow(days, known)
    made += {"week": _weekly, "day": _daily, "hour": _hourly}[grain](moments, calendar)
    made += _of_events(days, grain, events)
    # A column that never changes tells nothing and would only take weight from the constant.
    kept = [made[0]] + [each for each in made[1:] if np.ptp(each[1]) > 0]
    unknown = tuple(sorted({day.year for day in _edges(days, grain) if not calendar.is_known(day)}))
    return Covariates(
        np.stack([column for _name, column, _prior in kept], axis=1),
        np.array([prior for _name, _column, prior in kept]),
        tuple(name for name, _column, _prior in kept),
        unknown,
    )


def _slow(days: list[date], known: int) -> list[tuple[str, Floats, float]]:
    ordinal = np.array([day.toordinal() for day in days], float)
    made = [("trend", (ordinal - (ordinal[-1] if days else 0)) / 365.25, TREND_A_YEAR)]
    if known < SEASON_FROM:
        return made
    for n, prior in enumerate(HARMONICS, start=1):
        angle = 2 * np.pi * n * ordinal / 365.25
        made += [(f"cos{n}", np.cos(angle), prior), (f"sin{n}", np.sin(angle), prior)]
    return made


def _edges(days: list[date], grain: Grain) -> list[date]:
    return [day + n * DAY for day in days for n in ((0, 6) if grain == "week" else (0,))]


def _weekly(moments: Sequence[date], calendar: WorkingCalendar) -> list[tuple[str, Floats, float]]:
    worked = [sum(calendar.is_working_day(day_of(m) + n * DAY) for n in range(7)) for m in moments]
    return [("worked", (np.array(worked, float) - 5) / 5, HOLIDAY)]


def _daily(moments: Sequence[date], calendar: WorkingCalendar) -> list[tuple[str, Floats, float]]:
    days = [day_of(moment) for moment in moments]
    weekday = np.array([day.weekday() for day in days])
    works = _is_worked(days, calendar)
    made = [(f"weekday{n}", (weekday == n).astype(float), WEEKDAY) for n in range(7)]
    made.append(("holiday", ((weekday < 5) & ~works).astype(float), HOLIDAY))
    made.append(("make-up", ((weekday >= 5) & works).astype(float), HOLIDAY))
    made.append(("long rest", _in_long_rest(days, calendar), HOLIDAY))
    made.append(("after rest", _after_rest(days, calendar), WEEKDAY))
    return made


def _hourly(moments: Sequence[date], calendar: WorkingCalendar) -> list[tuple[str, Floats, float]]:
    hour = np.array([m.hour if isinstance(m, datetime) else 0 for m in moments])
    works = _is_worked([day_of(m) for m in moments], calendar)
    made = [(f"hour{n}", (hour == n).astype(float), HOUR) for n in range(24)]
    made += [(f"rest{n}", ((hour // 3 == n) & ~works).astype(float), HOLIDAY) for n in range(8)]
    return made + _daily(moments, calendar)


def _is_worked(days: Sequence[date], calendar: WorkingCalendar) -> NDArray[np.bool_]:
    told = {day: calendar.is_working_day(day) for day in set(days)}
    return np.array([told[day] for day in days], bool)


def _in_long_rest(days: Sequence[date], calendar: WorkingCalendar) -> Floats:
    """1 on the days of a rest of five days and more."""
    told = {day: _rest_length(day, calendar) >= 5 for day in set(days)}
    return np.array([told[day] for day in days], float)


def _rest_length(day: date, calendar: WorkingCalendar) -> int:
    if calendar.is_working_day(day):
        return 0
    begin = end = day
    while (day - begin).days < 12 and not calendar.is_working_day(begin - DAY):
        begin -= DAY
    while (end - day).days < 12 and not calendar.is_working_day(end + DAY):
        end += DAY
    return (end - begin).days + 1


def _after_rest(days: Sequence[date], calendar: WorkingCalendar) -> Floats:
    """1 on the first worked day after a rest of three days and more, a half on the second."""
    told = {day: _distance_from_rest(day, calendar) for day in set(days)}
    return np.array([told[day] for day in days], float)


def _distance_from_rest(day: date, calendar: WorkingCalendar) -> float:
    if not calendar.is_working_day(day):
        return 0.0
    for back, value in ((1, 1.0), (2, 0.5)):
        if _rest_length(day - back * DAY, calendar) >= 3:
            return value
        if not calendar.is_working_day(day - back * DAY):
            return 0.0
    return 0.0


def _of_events(days: list[date], grain: Grain, events: Sequence[EventDay]) -> list[tuple[str, Floats, float]]:
    """Of every kind the day itself and the one after; of weeks how many such days they hold."""
    made: list[tuple[str, Floats, float]] = []
    for kind in sorted({event.kind for event in events}):
        amounts: dict[date, float] = {}
        for event in (event for event in events if event.kind == kind):
            amounts[event.day] = max(event.amount, amounts.get(event.day, event.amount), key=abs)
        largest = max(map(abs, amounts.values())) or 1.0
        scaled = {day: amount / largest for day, amount in amounts.items()}
        if grain == "week":
            made.append((kind, np.array([sum(scaled.get(d + n * DAY, 0.0) for n in range(7)) for d in days]), EVENT))
            continue
        made.append((kind, np.array([scaled.get(day, 0.0) for day in days]), EVENT))
        made.append((f"{kind}+1", np.array([scaled.get(day - DAY, 0.0) for day in days]), EVENT))
    return made
