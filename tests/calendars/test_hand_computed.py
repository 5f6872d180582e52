"""Due times around holidays, year ends, leap days and changes of the clock, each worked out by hand.

Every row is checked twice: against the engine, and against ``count``, a loop over days that shares nothing with it. It
knows the holidays as the State Council's notices print them, typed in here, not those of the library the engine uses.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.calendars.deadlines import Pause, Rule, compute
from tingsu.calendars.working_days import WeekdayCalendar, china

DAY = timedelta(days=1)
REST = """
2024-01-01  2024-02-10..17  2024-04-04..06  2024-05-01..05  2024-06-10  2024-09-15..17  2024-10-01..07
2025-01-01  2025-01-28..31  2025-02-01..04  2025-04-04..06  2025-05-01..05  2025-05-31  2025-06-01..02  2025-10-01..08
2026-01-01..03  2026-02-15..23  2026-04-04..06  2026-05-01..05  2026-06-19..21  2026-09-25..27  2026-10-01..07
"""
WORK = """
2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12
2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11
2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10
"""


def typed(text: str) -> set[date]:
    days = set()
    for word in text.split():
        first, _, last = word.partition("..")
        day = date.fromisoformat(first)
        while True:
            days.add(day)
            if not last or day.day == int(last):
                break
            day += DAY
    return days


RESTED, WORKED = typed(REST), typed(WORK)


def works(day: date) -> bool:
    return day in WORKED or (day not in RESTED and day.isoweekday() <= 5)


def count(limit: int, unit: str, start: date) -> tuple[date, date]:
    """(lawful, safe) last days, by walking."""
    day, left = start, limit
    while left:
        day += DAY
        if unit == "calendar_day" or works(day):
            left -= 1
    safe = day
    while not works(day):
        day += DAY
    return day, safe


# limit, unit, day of the event, lawful last day, safe last day (both end at 24:00)
DAYS = [
    # 春节 2024 (10–17 February; 4 and 18 February worked; New Year's Eve, the 9th, a working day that year)
    (15, "calendar_day", "2024-01-25", "2024-02-09", "2024-02-09"),
    (15, "calendar_day", "2024-01-26", "2024-02-18", "2024-02-10"),  # onto a worked Sunday
    (15, "calendar_day", "2024-02-02", "2024-02-18", "2024-02-17"),
    (15, "calendar_day", "2024-02-03", "2024-02-18", "2024-02-18"),
    (7, "business_day", "2024-02-08", "2024-02-23", "2024-02-23"),
    (2, "business_day", "2024-02-02", "2024-02-05", "2024-02-05"),  # Sunday the 4th is worked
    # 春节 2025 (28 January – 4 February; 26 January and 8 February worked)
    (15, "calendar_day", "2025-01-12", "2025-01-27", "2025-01-27"),
    (15, "calendar_day", "2025-01-13", "2025-02-05", "2025-01-28"),
    (15, "calendar_day", "2025-01-20", "2025-02-05", "2025-02-04"),
    (15, "calendar_day", "2025-01-24", "2025-02-08", "2025-02-08"),  # a worked Saturday
    (15, "calendar_day", "2025-01-25", "2025-02-10", "2025-02-09"),  # the Sunday after it is not
    (7, "business_day", "2025-01-24", "2025-02-10", "2025-02-10"),  # 26, 27 January, 5, 6, 7, 8, 10 February
    # 春节 2026 (15–23 February; 14 and 28 February worked)
    (15, "calendar_day", "2026-01-30", "2026-02-14", "2026-02-14"),
    (15, "calendar_day", "2026-02-08", "2026-02-24", "2026-02-23"),
    (30, "calendar_day", "2026-01-17", "2026-02-24", "2026-02-16"),
    (60, "calendar_day", "2025-12-17", "2026-02-24", "2026-02-15"),
    (2, "business_day", "2026-02-13", "2026-02-24", "2026-02-24"),  # the worked Saturday, then after the feast
    # 国庆 2024 (1–7 October; 29 September and 12 October worked)
    (15, "calendar_day", "2024-09-14", "2024-09-29", "2024-09-29"),
    (15, "calendar_day", "2024-09-16", "2024-10-08", "2024-10-01"),
    (15, "calendar_day", "2024-09-27", "2024-10-12", "2024-10-12"),
    (15, "calendar_day", "2024-09-28", "2024-10-14", "2024-10-13"),
    (7, "business_day", "2024-09-27", "2024-10-12", "2024-10-12"),
    # 国庆 and 中秋 2025 (1–8 October; 28 September and 11 October worked)
    (15, "calendar_day", "2025-09-16", "2025-10-09", "2025-10-01"),
    (15, "calendar_day", "2025-09-23", "2025-10-09", "2025-10-08"),
    (15, "calendar_day", "2025-09-26", "2025-10-11", "2025-10-11"),
    (2, "business_day", "2025-09-26", "2025-09-29", "2025-09-29"),
    (2, "business_day", "2025-09-30", "2025-10-10", "2025-10-10"),
    # 中秋 and 国庆 2026 (25–27 September, 1–7 October; 20 September and 10 October worked)
    (15, "calendar_day", "2026-09-10", "2026-09-28", "2026-09-25"),
    (15, "calendar_day", "2026-09-20", "2026-10-08", "2026-10-05"),
    (15, "calendar_day", "2026-09-25", "2026-10-10", "2026-10-10"),
    (7, "business_day", "2026-09-24", "2026-10-12", "2026-10-12"),  # 28–30 September, 8, 9, 10, 12 October
    # year ends
    (15, "calendar_day", "2024-12-17", "2025-01-02", "2025-01-01"),
    (15, "calendar_day", "2024-12-16", "2024-12-31", "2024-12-31"),
    (15, "calendar_day", "2025-12-17", "2026-01-04", "2026-01-01"),  # Sunday 4 January 2026 is worked
    (7, "business_day", "2025-12-29", "2026-01-08", "2026-01-08"),
    (60, "calendar_day", "2024-11-03", "2025-01-02", "2025-01-02"),
    # leap days
    (15, "calendar_day", "2024-02-14", "2024-02-29", "2024-02-29"),
    (15, "calendar_day", "2024-02-15", "2024-03-01", "2024-03-01"),
    (15, "calendar_day", "2024-02-29", "2024-03-15", "2024-03-15"),
    (15, "calendar_day", "2025-02-14", "2025-03-03", "2025-03-01"),
]


@pytest.mark.parametrize(("limit", "unit", "event", "lawful", "safe"), DAYS)
def test_days_in_china(limit: int, unit: str, event: str, lawful: str, safe: str) -> None:
    wanted = date.fromisoformat(lawful), date.fromisoformat(safe)
    assert count(limit, unit, date.fromisoformat(event)) == wanted
    rule = Rule("R", limit, unit)  # type: ignore[arg-type]
    for moment in ("T00:00", "T10:00", "T23:59"):
        due = compute(rule, start=datetime.fromisoformat(event + moment), calendar=china())
        assert due.lawful_end.isoformat() == f"{wanted[0] + DAY}T00:00:00+08:00"
        assert due.safe_target.isoformat() == f"{wanted[1] + DAY}T00:00:00+08:00"
        assert due.calendar_known


@given(
    st.dates(date(2024, 1, 1), date(2026, 10, 1)), st.sampled_from(["calendar_day", "business_day"]), st.integers(1, 60)
)
def test_any_day_and_limit_by_the_same_loop(event: date, unit: str, limit: int) -> None:
    due = compute(Rule("R", limit, unit), start=datetime.combine(event, time(10)), calendar=china())  # type: ignore[arg-type]
    assert ((due.lawful_end - DAY).date(), (due.safe_target - DAY).date()) == count(limit, unit, event)


def test_the_typed_holidays_and_the_librarys_are_the_same() -> None:
    days = [date(2024, 1, 1) + n * DAY for n in range((date(2027, 1, 1) - date(2024, 1, 1)).days)]
    assert [day for day in days if works(day) != china().is_working_day(day)] == []


@pytest.mark.parametrize(
    ("closed", "lawful", "safe"),
    [
        ("2021-02-28", "2024-02-28", "2024-02-28"),
        ("2023-03-01", "2026-03-02", "2026-03-01"),  # a Sunday
        ("2021-10-01", "2024-10-08", "2024-10-01"),
        ("2024-02-29", "2027-03-01", "2027-02-28"),  # no 29 February in 2027, and the 28th is a Sunday
    ],
)
def test_years(closed: str, lawful: str, safe: str) -> None:
    due = compute(Rule("R", 3, "year"), start=datetime.fromisoformat(closed), calendar=china())
    assert due.lawful_end.date() - DAY == date.fromisoformat(lawful)
    assert due.safe_target.date() - DAY == date.fromisoformat(safe)


@pytest.mark.parametrize(
    ("hours", "start", "end"),
    [
        (72, "2026-09-30T18:00", "2026-10-03T18:00"),  # through the holiday
        (72, "2024-12-30T23:30", "2025-01-02T23:30"),
        (72, "2024-02-27T12:00", "2024-03-01T12:00"),  # over a leap day
        (72, "2025-02-27T12:00", "2025-03-02T12:00"),
        (24, "2024-02-28T23:59", "2024-02-29T23:59"),
        (24, "2026-12-31T00:00", "2027-01-01T00:00"),
    ],
)
def test_hours_in_china(hours: int, start: str, end: str) -> None:
    due = compute(Rule("R", hours, "hour"), start=datetime.fromisoformat(start), calendar=china())
    assert due.lawful_end.isoformat() == f"{end}:00+08:00" == due.safe_target.isoformat()
    assert due.calendar_known


LONDON, BRUSSELS, NEW_YORK = "UK", "EU", "US"


@pytest.mark.parametrize(
    ("limit", "unit", "place", "start", "end"),
    [
        # London puts its clocks on on 29 March 2026 and back on 25 October
        (3, "business_day", LONDON, "2026-03-26T10:00", "2026-04-01T00:00:00+01:00"),
        (3, "business_day", LONDON, "2026-03-24T10:00", "2026-03-28T00:00:00+00:00"),
        (8, "week", LONDON, "2026-02-10T09:00", "2026-04-08T00:00:00+01:00"),
        (8, "week", LONDON, "2026-09-01T09:00", "2026-10-28T00:00:00+00:00"),
        (15, "business_day", BRUSSELS, "2026-10-16T10:00", "2026-11-07T00:00:00+01:00"),
        (35, "business_day", BRUSSELS, "2026-02-27T10:00", "2026-04-18T00:00:00+02:00"),
        # New York on 8 March and 1 November 2026
        (15, "calendar_day", NEW_YORK, "2026-03-01T10:00", "2026-03-17T00:00:00-04:00"),
        (60, "calendar_day", NEW_YORK, "2026-09-15T10:00", "2026-11-15T00:00:00-05:00"),
        (10, "business_day", NEW_YORK, "2024-02-16T10:00", "2024-03-02T00:00:00-05:00"),  # over a leap day
        # a day is the place's own: 3:00 in London is still the evening before in New York
        (15, "calendar_day", NEW_YORK, "2026-03-02T03:00+00:00", "2026-03-17T00:00:00-04:00"),
        (3, "business_day", LONDON, "2026-07-06T07:00+08:00", "2026-07-10T00:00:00+01:00"),  # Monday 0:00 in London
        (3, "business_day", LONDON, "2026-07-06T06:59+08:00", "2026-07-09T00:00:00+01:00"),  # Sunday 23:59
        # an hour is an hour, whatever the wall clock shows
        (24, "hour", NEW_YORK, "2026-03-07T12:00", "2026-03-08T13:00:00-04:00"),
        (24, "hour", LONDON, "2026-10-24T12:00", "2026-10-25T11:00:00+00:00"),
        (1, "hour", NEW_YORK, "2026-11-01T01:30", "2026-11-01T01:30:00-05:00"),
    ],
)
def test_other_places_by_their_own_clock(limit: int, unit: str, place: str, start: str, end: str) -> None:
    rule = Rule("R", limit, unit, jurisdiction=place)  # type: ignore[arg-type]
    due = compute(rule, start=datetime.fromisoformat(start), calendar=WeekdayCalendar())
    assert due.lawful_end.isoformat() == end == due.safe_target.isoformat()
    assert due.calendar_known is (unit != "business_day")
    assert any("当地时间" in step for step in due.steps)
    assert any("公众假日尚未载入" in step for step in due.steps) is (unit == "business_day")


def test_a_pause_in_another_place_is_cut_at_its_own_midnight() -> None:
    rule = Rule("R", 5, "calendar_day", jurisdiction="US", pause_on=("appraisal",))
    zone = ZoneInfo("America/New_York")
    # 7 March 0:00 to 9 March 0:00 in New York: two whole days, although only 47 hours
    pause = Pause(datetime(2026, 3, 7, tzinfo=zone), datetime(2026, 3, 9, tzinfo=zone), "appraisal")
    due = compute(rule, start=datetime(2026, 3, 5, 10, 0), calendar=WeekdayCalendar(), pauses=[pause])  # noqa: DTZ001
    assert due.paused == 2 * DAY
    assert due.safe_target.isoformat() == "2026-03-13T00:00:00-04:00"
    hours = Rule("R", 72, "hour", jurisdiction="US", pause_on=("appraisal",))
    due = compute(hours, start=datetime(2026, 3, 6, 0, 0), calendar=WeekdayCalendar(), pauses=[pause])  # noqa: DTZ001
    assert due.paused == timedelta(hours=47)
    assert due.safe_target.astimezone(UTC) - due.start.astimezone(UTC) == timedelta(hours=72 + 47)


def test_holidays_a_site_gives_are_counted_elsewhere_too() -> None:
    easter = frozenset({date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 25)})
    rule = Rule("UK-1", 3, "business_day", jurisdiction="UK")
    due = compute(rule, start=datetime(2026, 4, 1, 10, 0), calendar=WeekdayCalendar(easter))  # noqa: DTZ001
    assert due.lawful_end.isoformat() == "2026-04-09T00:00:00+01:00"  # Thursday 2, Tuesday 7, Wednesday 8
    assert due.calendar_known


OFFICE = Rule("O", 8, "office_hour", trigger="received", office_hours=(time(9), time(17)), pause_on=("appraisal",))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-18T09:00", "2026-11-18T17:00"),
        ("2026-11-18T06:00", "2026-11-18T17:00"),  # before it opens
        ("2026-11-18T13:00", "2026-11-19T13:00"),
        ("2026-11-18T17:00", "2026-11-19T17:00"),  # as it closes
        ("2026-11-20T16:30", "2026-11-23T16:30"),  # Friday to Monday
        ("2026-02-13T15:00", "2026-02-14T15:00"),  # to the worked Saturday before 春节
        ("2026-02-14T16:00", "2026-02-24T16:00"),  # and from it over the feast
        ("2026-09-30T20:00", "2026-10-08T17:00"),
        ("2025-12-31T12:00", "2026-01-04T12:00"),  # to the worked Sunday
        ("2024-02-28T10:15", "2024-02-29T10:15"),
    ],
)
def test_office_hours(start: str, end: str) -> None:
    moment, left = datetime.fromisoformat(start), 8 * 60
    while left:  # minute by minute
        left -= works(moment.date()) and 9 <= moment.hour < 17
        moment += timedelta(minutes=1)
    assert moment == datetime.fromisoformat(end)
    due = compute(OFFICE, start=datetime.fromisoformat(start), calendar=china())
    assert due.lawful_end.isoformat() == f"{end}:00+08:00" == due.safe_target.isoformat()
    assert "8个办公小时（O），只计工作日09:00至17:00" in due.steps[0]


def test_a_pause_takes_only_the_office_hours_in_it() -> None:
    def paused(first: str, last: str) -> tuple[str, timedelta]:
        stop = Pause(datetime.fromisoformat(first), datetime.fromisoformat(last), "appraisal")
        due = compute(OFFICE, start=datetime(2026, 11, 18, 13, 0), calendar=china(), pauses=[stop])  # noqa: DTZ001
        return due.lawful_end.strftime("%d %H:%M"), due.paused

    assert paused("2026-11-18T14:00", "2026-11-18T15:30") == ("19 14:30", timedelta(hours=1.5))
    assert paused("2026-11-18T18:00", "2026-11-19T08:00") == ("19 13:00", timedelta())  # overnight
    assert paused("2026-11-18T16:00", "2026-11-20T10:00") == ("20 15:00", timedelta(hours=1 + 8 + 1))


def test_office_hours_beyond_the_known_years_say_so() -> None:
    due = compute(OFFICE, start=datetime(2026, 12, 31, 16, 0), calendar=china())  # noqa: DTZ001
    assert due.lawful_end.isoformat() == "2027-01-01T16:00:00+08:00"  # 1 January as a plain Friday
    assert not due.calendar_known and any("2027年放假安排尚未载入" in step for step in due.steps)
