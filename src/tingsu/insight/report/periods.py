"""Days, weeks or months: which of them a span of dates is best counted in, and where each begins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from tingsu.insight.days import monday_of

STRAY_DAYS = 30


@dataclass(frozen=True, slots=True)
class Period:
    """One stretch of days, both ends included; ``days`` are those the data really covers."""

    start: date
    end: date
    unit: str
    days: int

    @property
    def label(self) -> str:
        """2020年1月, 1月6日起一周, 1月6日."""
        if self.unit == "month":
            return _("{y}年{m}月").format(y=self.start.year, m=self.start.month)
        if self.unit == "week":
            return _("{m}月{d}日起一周").format(m=self.start.month, d=self.start.day)
        return _("{m}月{d}日").format(m=self.start.month, d=self.start.day)


def choose_unit(first: date, last: date) -> str:
    """month from four months on, week from four weeks on, else day."""
    span = (last - first).days + 1
    if span >= 120:
        return "month"
    return "week" if span >= 28 else "day"


def period_start(day: date, unit: str) -> date:
    """First day of the period ``day`` is in; weeks begin on Monday."""
    if unit == "month":
        return day.replace(day=1)
    return monday_of(day) if unit == "week" else day


def next_start(start: date, unit: str) -> date:
    """First day of the following period."""
    if unit == "month":
        return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if unit == "week" else 1)


def find_span(days: Iterable[date]) -> tuple[date, date] | None:
    """First and last day, a few stray dates left out: a lone typo of 2002 must not stretch the picture.

    Up to 1 % of the dates at either end are left out where more than STRAY_DAYS lie between them and the rest.
    """
    ordered = sorted(days)
    if not ordered:
        return None
    spare = len(ordered) // 100
    first = last = 0
    for cut in range(1, spare + 1):
        if (ordered[cut] - ordered[cut - 1]).days > STRAY_DAYS:
            first = cut
        if (ordered[-cut] - ordered[-cut - 1]).days > STRAY_DAYS:
            last = cut
    return ordered[first], ordered[-1 - last]


def list_periods(first: date, last: date, unit: str | None = None) -> list[Period]:
    """All periods from ``first`` to ``last``; the outer ones cover only the days inside."""
    unit = unit or choose_unit(first, last)
    periods = []
    start = period_start(first, unit)
    while start <= last:
        following = next_start(start, unit)
        end = following - timedelta(days=1)
        days = (min(end, last) - max(start, first)).days + 1
        periods.append(Period(start, end, unit, days))
        start = following
    return periods
