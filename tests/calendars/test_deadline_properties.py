"""What must hold of every due time, checked against a slow day-by-day (or minute-by-minute) count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.base.clock import SHANGHAI
from tingsu.calendars.deadlines import Pause, Rule, compute, extend
from tingsu.calendars.standstills import merge_pauses, whole_days
from tingsu.calendars.working_days import WeekdayCalendar, china

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=SHANGHAI)
STOPS = "appraisal"

first_moment = datetime(2025, 1, 1, tzinfo=SHANGHAI)
moments = st.integers(0, 545 * 24 * 60).map(lambda minutes: first_moment + timedelta(minutes=minutes))
day_units = st.sampled_from(["calendar_day", "business_day", "week"])
all_units = st.sampled_from(["calendar_day", "business_day", "week", "hour", "office_hour", "year"])
OFFICE = (time(9), time(17))
limits = st.integers(1, 8)


@st.composite
def pause_lists(draw: st.DrawFn) -> list[Pause]:
    """Pauses in and around the first weeks after 1 January 2025 + n, often overlapping or on midnights."""
    pauses = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(moments)
        if draw(st.booleans()):
            start = start.replace(hour=0, minute=0)
        length = timedelta(hours=draw(st.integers(0, 240)), minutes=draw(st.sampled_from([0, 0, 30])))
        pauses.append(Pause(start, start + length, STOPS))
    return pauses


@st.composite
def paused_clocks(draw: st.DrawFn) -> tuple[datetime, list[Pause]]:
    """A start and pauses close enough after it to matter."""
    start = draw(moments)
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        begins = start + timedelta(hours=draw(st.integers(-48, 400)))
        if draw(st.booleans()):
            begins = begins.replace(hour=0, minute=0)
        finishes = begins + timedelta(hours=draw(st.integers(0, 150)))
        if draw(st.booleans()):
            finishes = finishes.replace(hour=0, minute=0) + DAY
        pauses.append(Pause(begins, finishes, STOPS))
    return start, pauses


def rule(limit: int, unit: str) -> Rule:
    office = OFFICE if unit == "office_hour" else None
    return Rule("R", limit, unit, pause_on=(STOPS,), office_hours=office)  # type: ignore[arg-type]


def ends(limit: int, unit: str, start: datetime, pauses: list[Pause]) -> tuple[datetime, datetime]:
    due = compute(rule(limit, unit), start=start, calendar=china(), pauses=pauses, now=NOW)
    return due.safe_target, due.lawful_end


def last_day(end: datetime) -> date:
    return (end - timedelta(microseconds=1)).date()


def runs(pauses: list[Pause], moment: datetime) -> bool:
    return not any(p.start <= moment < (p.end or NOW) for p in pauses)


def whole_by_brute_force(pauses: list[Pause], day: date) -> bool:
    """Every minute of the day stood still; the pauses start and end on full minutes."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return all(not runs(pauses, midnight + timedelta(minutes=m)) for m in range(24 * 60))


@given(paused_clocks(), all_units, limits, st.integers(0, 40 * 24))
def test_a_later_start_is_never_due_earlier(
    clock: tuple[datetime, list[Pause]], unit: str, limit: int, later: int
) -> None:
    start, pauses = clock
    early, late = (
        ends(limit, unit, start, pauses),
        ends(limit, unit, start + timedelta(hours=later), pauses),
    )
    assert early[0] <= late[0] and early[1] <= late[1]


@given(paused_clocks(), all_units, limits, st.integers(0, 30))
def test_a_longer_limit_is_never_due_earlier(
    clock: tuple[datetime, list[Pause]], unit: str, limit: int, more: int
) -> None:
    start, pauses = clock
    more = min(more, 2) if unit == "year" else more
    short, long = (
        ends(limit, unit, start, pauses),
        ends(limit + more, unit, start, pauses),
    )
    assert short[0] <= long[0] and short[1] <= long[1]


@given(paused_clocks(), all_units, limits, st.integers(0, 4))
def test_one_more_pause_is_never_due_earlier(
    clock: tuple[datetime, list[Pause]], unit: str, limit: int, kept: int
) -> None:
    start, pauses = clock
    fewer, more = (
        ends(limit, unit, start, pauses[:kept]),
        ends(limit, unit, start, pauses),
    )
    assert fewer[0] <= more[0] and fewer[1] <= more[1]


@given(paused_clocks(), all_units, limits)
def test_the_lawful_end_is_never_before_the_safe_target(
    clock: tuple[datetime, list[Pause]], unit: str, limit: int
) -> None:
    start, pauses = clock
    safe, lawful = ends(limit, unit, start, pauses)
    assert start < safe <= lawful


@given(paused_clocks(), day_units, limits)
def test_no_period_of_days_ends_on_a_rest_day_or_standing_still(
    clock: tuple[datetime, list[Pause]], unit: str, limit: int
) -> None:
    start, pauses = clock
    safe, lawful = ends(limit, unit, start, pauses)
    assert china().is_working_day(last_day(lawful))
    for end in (safe, lawful):
        assert runs(pauses, end - timedelta(microseconds=1))


@given(moments, limits)
def test_business_days_by_brute_force(start: datetime, limit: int) -> None:
    safe, lawful = ends(limit, "business_day", start, [])
    day, left = start.date(), limit
    while left:
        day += DAY
        left -= china().is_working_day(day)
    assert safe == lawful
    assert last_day(lawful) == day


@settings(max_examples=30)
@given(paused_clocks(), st.sampled_from(["calendar_day", "business_day"]), limits)
def test_pauses_day_by_day(clock: tuple[datetime, list[Pause]], unit: str, limit: int) -> None:
    start, pauses = clock
    day, left, lost = start.date(), limit, 0
    while left:
        day += DAY
        if unit == "business_day" and not china().is_working_day(day):
            continue
        if whole_by_brute_force(pauses, day):
            lost += 1
        else:
            left -= 1
    while not runs(pauses, datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=SHANGHAI)) or (
        unit == "business_day" and not china().is_working_day(day)
    ):
        day += DAY
    due = compute(rule(limit, unit), start=start, calendar=china(), pauses=pauses, now=NOW)
    assert (last_day(due.safe_target), due.paused) == (day, lost * DAY)


@settings(max_examples=30)
@given(paused_clocks(), limits)
def test_hours_minute_by_minute(clock: tuple[datetime, list[Pause]], limit: int) -> None:
    start, pauses = clock
    moment, left, lost = start, limit * 60, 0
    while left:
        if runs(pauses, moment):
            left -= 1
        else:
            lost += 1
        moment += timedelta(minutes=1)
    due = compute(rule(limit, "hour"), start=start, calendar=china(), pauses=pauses, now=NOW)
    assert (due.lawful_end, due.paused) == (moment, timedelta(minutes=lost))


@settings(max_examples=30)
@given(paused_clocks(), st.integers(1, 30))
def test_office_hours_minute_by_minute(clock: tuple[datetime, list[Pause]], limit: int) -> None:
    start, pauses = clock
    moment, left, lost = start, limit * 60, 0
    while left:
        open_now = china().is_working_day(moment.date()) and OFFICE[0] <= moment.time() < OFFICE[1]
        if open_now and runs(pauses, moment):
            left -= 1
        else:
            lost += open_now
        moment += timedelta(minutes=1)
    due = compute(rule(limit, "office_hour"), start=start, calendar=china(), pauses=pauses, now=NOW)
    assert (due.lawful_end, due.safe_target, due.paused) == (moment, moment, timedelta(minutes=lost))


@given(paused_clocks(), st.sampled_from(["UK", "EU", "US"]), all_units, limits)
def test_in_other_places_safe_is_lawful_and_ends_at_a_midnight_of_theirs(
    clock: tuple[datetime, list[Pause]], place: str, unit: str, limit: int
) -> None:
    start, pauses = clock
    abroad = replace(rule(limit, unit), jurisdiction=place)
    due = compute(abroad, start=start, calendar=WeekdayCalendar(), pauses=pauses, now=NOW)
    assert start < due.safe_target == due.lawful_end
    later = compute(abroad, start=start + DAY, calendar=WeekdayCalendar(), pauses=pauses, now=NOW)
    assert later.safe_target >= due.safe_target
    if unit not in ("hour", "office_hour"):
        assert due.safe_target.time() == time.min
    if unit == "hour":
        assert due.safe_target - start.astimezone(UTC) == timedelta(hours=limit) + due.paused


@settings(max_examples=25)
@given(pause_lists())
def test_merged_pauses_cover_the_same_whole_days(pauses: list[Pause]) -> None:
    merged = merge_pauses(pauses, now=NOW)
    assert all(one.end < other.start for one, other in pairwise(merged))
    candidates = {p.start.date() + n * DAY for p in pauses for n in range(-1, 12)}
    assert whole_days(merged) == {day for day in candidates if whole_by_brute_force(pauses, day)}


@given(paused_clocks(), day_units, limits, st.integers(1, 30))
def test_an_extension_is_never_earlier_and_starts_where_the_rule_did(
    clock: tuple[datetime, list[Pause]], unit: str, limit: int, more: int
) -> None:
    start, pauses = clock
    longer = Rule("L", limit + more, unit, extends="R", pause_on=(STOPS,))  # type: ignore[arg-type]
    before = compute(rule(limit, unit), start=start, calendar=china(), pauses=pauses, now=NOW)
    after = extend(rule(limit, unit), longer, start=start, calendar=china(), pauses=pauses, now=NOW)
    assert before.start == after.start
    assert before.lawful_end <= after.lawful_end and before.safe_target <= after.safe_target


@given(moments, all_units, limits, st.integers(0, 400), st.integers(0, 400))
def test_while_a_pause_is_open_the_due_time_never_moves_back(
    start: datetime, unit: str, limit: int, wait: int, more: int
) -> None:
    opened = Pause(start + timedelta(hours=7), None, STOPS)
    earlier, later = (
        compute(rule(limit, unit), start=start, calendar=china(), pauses=[opened], now=now)
        for now in (
            opened.start + timedelta(hours=wait),
            opened.start + timedelta(hours=wait + more),
        )
    )
    assert earlier.lawful_end <= later.lawful_end
    if later.standing_still:
        assert later.lawful_end > opened.start + timedelta(hours=wait + more)
