"""Holiday notices from files: what is read, what is refused with its line, and what a calendar makes of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.calendars.notices import NoticeDay, NoticeMistake, notices_at, put_together, read_notice, write_notice
from tingsu.calendars.places import PLACES
from tingsu.calendars.working_days import CalendarMistake, calendar_of

NOTICE = """\ufeff日期,类型,说明
# 国务院办公厅通知
2027-01-01..2027-01-03,休,元旦
2027-02-05..2027-02-11, rest ,春节

2027-02-14,班,"春节调休"
2027/10/01,放假
2026-12-25,rest,UK,Christmas Day
"""
ICS = """BEGIN:VCALENDAR\r
VERSION:2.0\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20270205\r
DTEND;VALUE=DATE:20270212\r
SUMMARY:春节 假期\r
END:VEVENT\r
BEGIN:VEVENT\r
DTSTART;VALUE=DATE:20270214\r
SUMMARY:春节 补\r
 班\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_a_csv_notice_makes_the_year_known() -> None:
    days = read_notice(NOTICE)
    calendar = calendar_of("CN", days)
    assert calendar.is_known(date(2027, 6, 1))
    assert not calendar.is_working_day(date(2027, 2, 8)) and calendar.is_working_day(date(2027, 2, 14))
    assert NoticeDay("UK", date(2026, 12, 25), False, "Christmas Day") in days
    assert calendar_of("UK", days).is_working_day(date(2026, 12, 28))
    assert not calendar_of("UK", days).is_working_day(date(2026, 12, 25))


def test_an_icalendar_notice_says_the_same() -> None:
    days = read_notice(ICS)
    assert [d.day for d in days if not d.worked] == [date(2027, 2, n) for n in range(5, 12)]
    assert [d.day for d in days if d.worked] == [date(2027, 2, 14)]


def test_an_official_list_of_another_place() -> None:
    bank_holidays = ICS.replace("春节 假期", "Good Friday").replace("补\r\n 班", "Easter Monday")
    assert {(d.place, d.worked) for d in read_notice(bank_holidays, place="UK")} == {("UK", False)}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("2027-01-01,rest\n2027-13-01,rest", 2, "2027-13-01"),
        ("2027-01-01,holiday", 1, "rest（休）或 work（班）"),
        ("2027-01-01", 1, "rest（休）或 work（班）"),
        ("2027-01-01,rest\n\n2027-01-01,work", 3, "前面已写成休"),
        ("2027-02-11..2027-02-05,rest", 1, "从早到晚"),
        ("2027-01-01..2027-12-31,rest", 1, "不超过"),
        ("1027-01-01,rest", 1, "年份"),
        ("", 1, "没有任何日期"),
        ("date,kind\n# nothing", 1, "没有任何日期"),
        (ICS.replace("SUMMARY:春节 假期", "RRULE:FREQ=YEARLY"), 7, "RRULE"),
        (ICS.replace("20270205", "spring"), 7, "日期"),
    ],
)
def test_what_is_no_day_is_named_by_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(NoticeMistake, match=f"第 {line} 行") as caught:
        read_notice(text)
    assert [row[0] for row in caught.value.rows] == [line]
    assert said in caught.value.rows[0][1]


def test_the_newer_notice_is_right_and_the_rest_stays() -> None:
    old = read_notice("2027-01-01,rest\n2027-01-02,rest")
    new = read_notice("2027-01-02,work\n2027-01-02,rest,UK")
    assert [(d.place, d.day.day, d.worked) for d in put_together(old, new)] == [
        ("CN", 1, False), ("CN", 2, True), ("UK", 2, False),
    ]  # fmt: skip
    with pytest.raises(CalendarMistake):
        calendar_of("CN", [*old, *new])


def test_the_sites_file(tmp_path: Path) -> None:
    assert notices_at(tmp_path) == []
    (tmp_path / "calendar.csv").write_text("2027-01-01,rest", encoding="utf-8")
    assert [d.day for d in notices_at(tmp_path)] == [date(2027, 1, 1)]
    (tmp_path / "calendar.csv").write_bytes("2027-01-01,休".encode("gb18030"))
    with pytest.raises(NoticeMistake, match="UTF-8"):
        notices_at(tmp_path)


names = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20).filter(
    lambda name: name.upper() not in PLACES
)
notice_days = st.builds(
    NoticeDay, st.sampled_from(sorted(PLACES)), st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.booleans(), names
)


@given(st.lists(notice_days, min_size=1, unique_by=lambda d: (d.place, d.day)))
def test_what_is_written_is_read_back(days: list[NoticeDay]) -> None:
    assert read_notice(write_notice(days)) == sorted(days)


@given(st.text(max_size=200))
def test_nothing_typed_breaks_the_reader(text: str) -> None:
    try:
        assert read_notice(text)
    except NoticeMistake as error:
        assert error.rows
