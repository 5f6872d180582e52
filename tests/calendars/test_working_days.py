"""China's working days around the holidays of 2025–2026, extra years, and the fallback beyond what is known."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.calendars.working_days import (
    CalendarMistake,
    ChinaCalendar,
    WeekdayCalendar,
    china,
)

known_days = st.dates(date(2004, 1, 1), date(2026, 12, 31))
any_days = st.dates(date(2000, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2025-01-26", True),  # Sunday made up before 春节
        ("2025-01-28", False),  # 除夕, a Tuesday
        ("2025-02-04", False),  # last day of 春节
        ("2025-02-05", True),
        ("2025-02-08", True),  # Saturday made up after it
        ("2025-10-08", False),  # 国庆 and 中秋 together: eight days
        ("2025-10-09", True),
        ("2025-10-11", True),  # Saturday made up
        ("2025-10-12", False),  # an ordinary Sunday
        ("2026-02-14", True),  # Saturday made up before 春节
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-02-28", True),  # Saturday made up after it
        ("2026-09-20", True),  # Sunday made up before 国庆
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # Saturday made up after it
        ("2026-11-21", False),  # an ordinary Saturday
        ("2026-12-31", True),
    ],
)
def test_published_days(day: str, worked: bool) -> None:
    assert china().is_working_day(date.fromisoformat(day)) is worked
    assert china().is_known(date.fromisoformat(day))


def test_beyond_the_published_years_weekdays_stand_in_and_say_so() -> None:
    friday, saturday = date(2027, 1, 1), date(2027, 1, 2)
    assert china().is_working_day(friday) and not china().is_working_day(saturday)
    assert not china().is_known(friday) and not china().is_known(saturday)
    assert not china().is_known(date(2003, 12, 31))


def test_the_first_working_day_after_spring_festival() -> None:
    assert china().next_working_day(date(2026, 2, 14)) == date(2026, 2, 24)
    assert china().add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)  # 8, 9, made-up Saturday 10


def test_a_pack_brings_a_later_year() -> None:
    rest = {date(2027, 1, d): "休" for d in (1, 2, 3)} | {date(2027, 10, d): "休" for d in range(1, 8)}
    calendar = ChinaCalendar.from_days(rest | {date(2027, 1, 9): "班"})  # type: ignore[arg-type]
    assert calendar.is_known(date(2027, 6, 15))
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.is_working_day(date(2027, 1, 9))
    assert calendar.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 4)


def test_half_a_notice_does_not_make_a_year_known() -> None:
    assert not ChinaCalendar(extra_rest=frozenset({date(2027, 1, 1)})).is_known(date(2027, 1, 1))


def test_extra_days_win_over_the_published_ones() -> None:
    made_up, ordinary = date(2026, 10, 10), date(2026, 11, 23)
    calendar = ChinaCalendar(
        extra_rest=frozenset({made_up, ordinary}),
        extra_work=frozenset({date(2026, 11, 22)}),
    )
    assert not calendar.is_working_day(made_up)
    assert not calendar.is_working_day(ordinary)
    assert calendar.is_working_day(date(2026, 11, 22))


def test_a_day_both_worked_and_rested_is_refused() -> None:
    day = date(2027, 1, 1)
    with pytest.raises(CalendarMistake, match="2027-01-01") as caught:
        ChinaCalendar(frozenset({day}), frozenset({day}))
    assert caught.value.days == (day,)
    with pytest.raises(CalendarMistake, match="2027-01-01"):
        ChinaCalendar.from_days({day: "假"})  # type: ignore[dict-item]


def test_a_weekday_calendar_never_claims_to_be_known() -> None:
    christmas = date(2026, 12, 25)
    calendar = WeekdayCalendar(extra_rest=frozenset({christmas}))
    assert calendar.next_working_day(date(2026, 12, 24)) == date(2026, 12, 28)
    assert not calendar.is_known(christmas)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        china().add_working_days(date(2026, 11, 20), -1)


@given(known_days)
def test_known_days_agree_with_the_library(day: date) -> None:
    from chinese_calendar import is_workday

    assert china().is_working_day(day) is is_workday(day)


@given(any_days, st.integers(0, 60))
def test_adding_and_counting_undo_each_other(day: date, count: int) -> None:
    reached = china().add_working_days(day, count)
    assert china().working_days_between(day, reached) == count
    assert count == 0 or china().is_working_day(reached)


@given(any_days, st.integers(-90, 90))
def test_counting_backwards_is_the_same_with_a_minus(day: date, apart: int) -> None:
    other = day + timedelta(days=apart)
    assert china().working_days_between(day, other) == -china().working_days_between(other, day)


@given(any_days)
def test_the_next_working_day_is_the_first_one_after(day: date) -> None:
    following = china().next_working_day(day)
    between = [day + timedelta(days=n) for n in range(1, (following - day).days)]
    assert china().is_working_day(following)
    assert not any(china().is_working_day(d) for d in between)
