"""Days, weeks and the beginning of a record: what every count over time asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise

LEAST_SHARE = 0.01  # of all cases: so few before it are slips of the pen
STRAY_DAYS = 30  # between slips of the pen and the record they do not belong to


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def day_of(moment: date) -> date:
    """The day of a moment; a day stands for itself."""
    return moment.date() if isinstance(moment, datetime) else moment


def beginning_of(counted: Iterable[tuple[date, int]]) -> date | None:
    """The day a record of (day, cases) begins: where its first hundredth is past. None of nothing.

    A lone case long before the others is a slip of the pen and begins nothing.
    """
    days = sorted(counted)
    whole, seen = sum(n for _day, n in days), 0
    for day, n in days:
        seen += n
        if seen > LEAST_SHARE * whole:
            return day
    return None


def first_of_record(counted: Iterable[tuple[date, int]]) -> date | None:
    """The first day of a record of (day, cases), up to a hundredth of them left out where a month lies behind them.

    Unlike ``beginning_of`` it leaves nothing out of a record without a gap. None of nothing.
    """
    days = sorted(counted)
    whole, seen = sum(n for _day, n in days), 0
    first = days[0][0] if days else None
    for (day, n), (following, _n) in pairwise(days):
        seen += n
        if seen > LEAST_SHARE * whole:
            break
        if (following - day).days > STRAY_DAYS:
            first = following
    return first
