"""Hours counted off: every hour, or those in which an office is open, less the time the clock stood still.

All instants here are in UTC: an hour is an hour also in the night the clocks are changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tingsu.calendars.standstills import DAY, Standstill
from tingsu.calendars.working_days import WorkingCalendar

Stretch = tuple[datetime, datetime]  # [opens, closes)


def count_off(
    left: timedelta, stretches: Iterable[Stretch], standstills: Sequence[Standstill]
) -> tuple[datetime, timedelta]:
    """The instant at which ``left`` has run off within ``stretches``, and the time in them that was not counted.

    ``stretches`` are in order and long enough; ``standstills`` are disjoint and in order. Hours used up at the instant
    a standstill or a closing time begins are used up then.
    """
    lost = timedelta()
    for opens, closes in stretches:
        for start, stop in _running(opens, closes, standstills):
            if stop - start >= left:
                return start + left, lost + (start - opens) - _counted(opens, start, standstills)
            left -= stop - start
        lost += (closes - opens) - _counted(opens, closes, standstills)
    raise AssertionError("stretches end before the hours do")


def every_hour(begin: datetime) -> Iterator[Stretch]:
    """From ``begin`` on without end."""
    yield begin.astimezone(UTC), datetime.max.replace(tzinfo=UTC)


def hours_of_office(
    begin: datetime, hours: tuple[time, time], calendar: WorkingCalendar, zone: ZoneInfo
) -> Iterator[Stretch]:
    """From ``begin`` on, the office's hours of each working day."""
    begin = begin.astimezone(UTC)
    day = begin.astimezone(zone).date()
    while True:
        if calendar.is_working_day(day):
            opens, closes = (datetime.combine(day, at, tzinfo=zone).astimezone(UTC) for at in hours)
            if closes > begin:
                yield max(opens, begin), closes
        day += DAY


def _running(opens: datetime, closes: datetime, standstills: Sequence[Standstill]) -> Iterator[Stretch]:
    """The parts of [opens, closes) in which the clock runs."""
    for still in standstills:
        if still.start >= closes:
            break
        if still.start > opens:
            yield opens, still.start
        opens = max(opens, still.end)
    if opens < closes:
        yield opens, closes


def _counted(opens: datetime, closes: datetime, standstills: Sequence[Standstill]) -> timedelta:
    return sum((stop - start for start, stop in _running(opens, closes, standstills)), timedelta())
