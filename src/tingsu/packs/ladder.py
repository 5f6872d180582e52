"""When each step of the reaction to a clock comes (逾期反应), counted from its ends by the hour or by working hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tingsu.base.clock import SHANGHAI
from tingsu.calendars.hours import count_off, hours_of_office
from tingsu.calendars.working_days import WorkingCalendar
from tingsu.packs.schema import Ladder, Rung, TimeOfDay

DAY = timedelta(days=1)
FARTHEST = 4_000  # days looked back for working hours; a calendar without working days ends the search


@dataclass(frozen=True, slots=True)
class Ends:
    """A clock's course: when it began, the safe target that reactions go by, and the lawful end."""

    started_at: datetime
    safe_target: datetime
    lawful_end: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A rung and the moment from which it is due."""

    at: datetime
    rung: Rung


def rungs_of(ladder: Ladder, kind: str, ends: Ends, calendar: WorkingCalendar) -> list[Due]:
    """The rungs a clock of this kind has, the earliest first.

    A rung that would come before the clock began does not exist for it: nobody is warned of a promise for this
    afternoon three days ahead.
    """
    about = [r for r in ladder.rungs if kind in r.kinds or (not r.kinds and kind not in r.except_kinds)]
    due = [Due(_moment(rung, ends, ladder.office_hours, calendar), rung) for rung in about]
    return sorted((one for one in due if one.at > ends.started_at), key=lambda one: one.at)


def _moment(rung: Rung, ends: Ends, office: tuple[TimeOfDay, TimeOfDay], calendar: WorkingCalendar) -> datetime:
    end = ends.safe_target if rung.of == "safe_target" else ends.lawful_end
    hours = timedelta(hours=rung.before or rung.after)
    if not hours:
        return end
    if rung.unit == "hour":
        return end - hours if rung.before else end + hours
    if rung.before:
        return _count_back(end, hours, office, calendar)
    return count_off(hours, hours_of_office(end, office, calendar, SHANGHAI), ())[0]


def _count_back(end: datetime, left: timedelta, office: Sequence[TimeOfDay], calendar: WorkingCalendar) -> datetime:
    """The moment from which ``left`` office hours remain until ``end``."""
    end = end.astimezone(UTC)
    day = end.astimezone(SHANGHAI).date()
    for _ in range(FARTHEST):
        if calendar.is_working_day(day):
            opens, closes = (datetime.combine(day, at, tzinfo=SHANGHAI).astimezone(UTC) for at in office)
            closes = min(closes, end)
            if closes - opens >= left:
                return closes - left
            left -= max(closes - opens, timedelta())
        day -= DAY
    return end
