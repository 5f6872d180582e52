"""Days a Chinese counter feels before any notice of the State Council is out: the lunar new year and the fixed feasts.

Where a year's notice is not known yet, its rest days are laid down by law (全国年节及纪念日放假办法, 2024) and only the
make-up days are open; ``WorkingCalendar.is_known`` tells such years.
"""

from __future__ import annotations

from datetime import date, timedelta

from tingsu.calendars.working_days import WorkingCalendar

DAY = timedelta(days=1)
# First day of the first lunar month (Purple Mountain Observatory's calendar).
_NEW_YEARS = {
    2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16), 2019: (2, 5), 2020: (1, 25), 2021: (2, 12),
    2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26),
    2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11), 2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip
_FIXED = ((1, 1, 1), (5, 1, 5), (10, 1, 7))  # month, day, how many days are usually rested


def lunar_new_year(year: int) -> date | None:
    """The first day of the lunar year that begins in ``year``; None outside 2015–2035."""
    found = _NEW_YEARS.get(year)
    return date(year, *found) if found else None


def days_from_new_year(day: date) -> int | None:
    """How many days after the lunar new year (negative: before it) of the same solar year; None where unknown."""
    new_year = lunar_new_year(day.year)
    return (day - new_year).days if new_year else None


def is_rest(day: date, calendar: WorkingCalendar) -> bool:
    """Whether offices rest; in a year without a notice, weekends, the fixed feasts and the new year's week do."""
    if calendar.is_known(day):
        return not calendar.is_working_day(day)
    return day.weekday() >= 5 or _usually_rested(day)


def _usually_rested(day: date) -> bool:
    offset = days_from_new_year(day)
    if offset is not None and -1 <= offset <= 6:
        return True
    return any(0 <= (day - date(day.year, month, first)).days < long for month, first, long in _FIXED)
