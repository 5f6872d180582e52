"""Weeks begin on Monday; a record begins where it really does."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tingsu.insight.days import beginning_of, day_of, first_of_record, monday_of


@given(st.dates(date(1990, 1, 8), date(2190, 1, 1)))
def test_the_monday_of_a_week_is_its_first_day(day: date) -> None:
    monday = monday_of(day)
    assert monday.weekday() == 0 and 0 <= (day - monday).days < 7


def test_a_moment_has_a_day_and_a_day_is_its_own() -> None:
    assert day_of(datetime(2026, 3, 1, 23, 59)) == day_of(date(2026, 3, 1)) == date(2026, 3, 1)  # noqa: DTZ001


def test_a_lone_early_case_begins_no_record_and_many_do() -> None:
    first = date(2026, 1, 1)
    record = [(first + timedelta(days=n), 2) for n in range(100)]
    assert beginning_of([*record, (date(1999, 1, 1), 1)]) == first
    assert beginning_of([*record, (date(1999, 1, 1), 5)]) == date(1999, 1, 1)
    assert beginning_of([(first, 1)]) == first
    assert beginning_of([]) is None


def test_a_record_loses_only_what_lies_a_month_before_it() -> None:
    first = date(2026, 1, 1)
    record = [(first + timedelta(days=n), 2) for n in range(100)]
    assert first_of_record(record) == first
    assert first_of_record([*record, (date(2011, 3, 1), 1)]) == first
    assert first_of_record([*record, (date(2011, 3, 1), 1), (date(2012, 3, 1), 1)]) == first
    assert first_of_record([*record, (date(2011, 3, 1), 9)]) == date(2011, 3, 1)
    assert first_of_record([*record, (first - timedelta(days=9), 1)]) == first - timedelta(days=9)
    assert first_of_record([]) is None
