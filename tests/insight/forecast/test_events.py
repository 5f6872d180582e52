"""Files of events: everything understood or nothing taken."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.calendars.working_days import china
from tingsu.insight.forecast.events import EventDay, EventMistake, monthly_days, read_events
from tingsu.insight.forecast.festivals import days_from_new_year, is_rest, lunar_new_year


def test_reads_days_stretches_and_every_month() -> None:
    text = "日期,事件,机构,数值,备注\n# 说明\n2026-12-10,国债发行\n2026/12/1..2026/12/3,暴雪,B01,15,预警\n每月15日,养老金发放,B02\n"
    found = read_events(text, years=[2026])
    assert EventDay("国债发行", date(2026, 12, 10)) in found
    assert [e.day.day for e in found if e.kind == "暴雪"] == [1, 2, 3]
    assert {(e.unit, e.amount, e.note) for e in found if e.kind == "暴雪"} == {("B01", 15.0, "预警")}
    assert len([e for e in found if e.kind == "养老金发放"]) == 12


def test_every_line_that_cannot_be_meant_is_told_and_nothing_taken() -> None:
    with pytest.raises(EventMistake) as told:
        read_events(
            "2026-12-10,国债发行\n明天,搬迁\n2026-12-11,\n2026-12-12,降雨,,很大\n2026-12-01..2027-12-01,施工",
            years=[2026],
        )
    assert [line for line, _ in told.value.rows] == [2, 3, 4, 5]
    with pytest.raises(EventMistake):
        read_events("", years=[2026])


def test_a_heading_in_english_and_a_byte_order_mark_are_passed_over() -> None:
    assert len(read_events("\ufeffdate,kind\n2026-12-10,bond issue\n", years=[])) == 1


@given(st.integers(1, 31), st.integers(2000, 2098))
def test_a_day_of_every_month_is_twelve_days_each_in_its_month(number: int, year: int) -> None:
    days = list(monthly_days(number, [year]))
    assert [day.month for day in days] == list(range(1, 13))
    assert all(
        day.day == number
        or (
            day.day < number
            and (day.toordinal() + 1) == date.fromordinal(day.toordinal() + 1).replace(day=1).toordinal()
        )
        for day in days
    )


def test_the_lunar_new_year_agrees_with_the_notices_of_known_years() -> None:
    calendar = china()
    for year in range(2015, 2027):
        day = lunar_new_year(year)
        assert day is not None and not calendar.is_working_day(day)
        assert days_from_new_year(day) == 0


def test_a_year_without_notice_rests_on_its_feasts() -> None:
    assert not china().is_known(date(2027, 2, 6))
    assert is_rest(date(2027, 2, 8), china())  # a Monday in the week of the new year
    assert is_rest(date(2027, 1, 1), china())
    assert not is_rest(date(2027, 3, 3), china())
