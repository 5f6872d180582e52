"""Which days are worked, and arithmetic on them: weekends, public holidays and 调休 make-up days."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

from chinese_calendar import holidays, workdays  # type: ignore[import-untyped]

from tingsu.base.errors import TingsuError
from tingsu.calendars.notices import NoticeDay

DAY = timedelta(days=1)
DayKind = Literal["休", "班"]

_HOLIDAYS: frozenset[date] = frozenset(holidays)
_MAKE_UP_DAYS: frozenset[date] = frozenset(workdays)
_KNOWN_YEARS: frozenset[int] = frozenset(range(min(_HOLIDAYS).year, max(_HOLIDAYS).year + 1))


class CalendarMistake(TingsuError):
    """A list of extra days contradicts itself or says something other than 休 or 班; ``days`` are the culprits."""

    code = "calendar_mistake"

    def __init__(self, message: str, days: tuple[date, ...]) -> None:
        super().__init__(message)
        self.days = days


class WorkingCalendar(ABC):
    """Any calendar that can tell working days from rest days, and says when it is only guessing."""

    @abstractmethod
    def is_working_day(self, day: date) -> bool:
        """True when ``day`` is worked; beyond what is known, Monday to Friday are."""

    @abstractmethod
    def is_known(self, day: date) -> bool:
        """False when the answer for ``day`` is the weekday fallback, not a published calendar."""

    def next_working_day(self, day: date) -> date:
        """The first working day strictly after ``day``."""
        day += DAY
        while not self.is_working_day(day):
            day += DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``, which is itself not counted; ``day`` when count is 0.

        Raises ValueError for a negative count.
        """
        if count < 0:
            raise ValueError(f"count must not be negative: {count}")
        for _ in range(count):
            day = self.next_working_day(day)
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie in (after, until]; negative when ``until`` is the earlier one."""
        if until < after:
            return -self.working_days_between(until, after)
        days = (until - after).days
        return sum(self.is_working_day(after + timedelta(days=n)) for n in range(1, days + 1))


@dataclass(frozen=True, slots=True)
class WeekdayCalendar(WorkingCalendar):
    """Monday to Friday with the exceptions given, for places whose public holidays are not shipped.

    A year counts as known once ``extra_rest`` has a day in its January and one in its December, as every list of
    public holidays does; the 1st itself may be a Sunday that such lists leave out.
    """

    extra_rest: frozenset[date] = frozenset()
    extra_work: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        return day in self.extra_work or (day.weekday() < 5 and day not in self.extra_rest)

    def is_known(self, day: date) -> bool:
        return {1, 12} <= {rest.month for rest in self.extra_rest if rest.year == day.year}


@dataclass(frozen=True, slots=True)
class ChinaCalendar(WorkingCalendar):
    """China's statutory rest days, 调休 included, as the State Council's yearly notices give them.

    Years come from chinesecalendar (2004–2026 in 1.11); later years and corrections from ``extra_rest`` (休) and
    ``extra_work`` (班), which win over it. A later year counts as known once ``extra_rest`` holds both its 1 January
    and its 1 October, as every yearly notice does: half a notice is not a calendar.

    Raises CalendarMistake when a day is in both sets.
    """

    extra_rest: frozenset[date] = frozenset()
    extra_work: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        both = tuple(sorted(self.extra_rest & self.extra_work))
        if both:
            listed = "、".join(day.isoformat() for day in both)
            raise CalendarMistake(f"这些日期同时标为休和班，请只保留一种：{listed}。", both)

    @classmethod
    def from_days(cls, days: Mapping[date, DayKind]) -> ChinaCalendar:
        """A calendar with extra days given as date → 休 or 班; CalendarMistake for any other word."""
        odd = tuple(sorted(day for day, kind in days.items() if kind not in ("休", "班")))
        if odd:
            listed = "、".join(day.isoformat() for day in odd)
            raise CalendarMistake(f"放假安排只能写“休”或“班”，请更正：{listed}。", odd)
        rest = frozenset(day for day, kind in days.items() if kind == "休")
        return cls(extra_rest=rest, extra_work=frozenset(days) - rest)

    def is_working_day(self, day: date) -> bool:
        if day in self.extra_work or day in self.extra_rest:
            return day in self.extra_work
        return day in _MAKE_UP_DAYS or (day.weekday() < 5 and day not in _HOLIDAYS)

    def is_known(self, day: date) -> bool:
        return day.year in _KNOWN_YEARS or self.extra_rest.issuperset((date(day.year, 1, 1), date(day.year, 10, 1)))


@cache
def china() -> ChinaCalendar:
    """China's calendar as shipped, without extra years."""
    return ChinaCalendar()


def calendar_of(place: str, notices: Iterable[NoticeDay] = ()) -> WorkingCalendar:
    """The calendar of a place (``places.PLACES``) with what the site's notices say of it.

    Raises CalendarMistake when the notices call one day both.
    """
    days = [notice for notice in notices if notice.place == place]
    rest = frozenset(notice.day for notice in days if not notice.worked)
    work = frozenset(notice.day for notice in days if notice.worked)
    return ChinaCalendar(rest, work) if place == "CN" else WeekdayCalendar(rest, work)
