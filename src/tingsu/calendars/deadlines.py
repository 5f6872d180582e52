"""When something is due, and why: pure arithmetic over a rule, a calendar and the pauses of the clock.

How days are counted (民法典 201–203): the day of the event is not counted; hours run from the moment, office hours only
while the office is open; a period of years ends on the same date, or the month's last day where there is none; a
period ends at 24:00 of its last day; a last day that is a statutory rest day gives way to the first working day after
it. Every due time carries the lawful end and the safe target, which makes no such shift. A rule of another place is
counted by that place's clock and without the shift.

Our choice where the law is silent, in the customer's favour: units of days skip only the dates on which the clock
stood still from 0:00 to 24:00. A period never runs out while the clock stands still: if it would, it ends with the
date on which the clock runs again.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from tingsu.base import clock
from tingsu.base.clock import local
from tingsu.calendars import explain
from tingsu.calendars.hours import count_off, every_hour, hours_of_office
from tingsu.calendars.places import in_zone
from tingsu.calendars.rules import HOURS, Pause, Rule, RuleMistake, rule_in_force
from tingsu.calendars.standstills import (
    DAY,
    Standstill,
    merge_pauses,
    midnight_after,
    whole_days,
)
from tingsu.calendars.working_days import WorkingCalendar

__all__ = [
    "DueTime",
    "Pause",
    "Rule",
    "RuleMistake",
    "State",
    "compute",
    "extend",
    "format_end",
    "remaining",
    "rule_in_force",
    "state",
]

State = Literal["running", "due_today", "near", "overdue", "met", "late"]
NEAR_AT_MOST = timedelta(days=3)
NEAR_SHARE = 4  # "near" begins when a quarter of the whole span is left, or NEAR_AT_MOST if that is shorter

format_end = explain.format_end


@dataclass(frozen=True, slots=True)
class DueTime:
    """When one clock runs out, and every step that led there.

    ``safe_target`` ≤ ``lawful_end``; both are exclusive instants in the rule's time zone, so 24:00 is kept as the
    following midnight (``format_end`` writes it the Chinese way). ``shifted``: the lawful end gave way to a rest day.
    ``calendar_known`` is False when a day it depends on was judged by the weekday fallback. ``paused`` is the time
    not counted: whole days for units of days, exact for hours. ``standing_still``: the clock is stopped now, and the
    ends are those of a clock that resumes this moment.
    """

    rule_id: str
    start: datetime
    lawful_end: datetime
    safe_target: datetime
    shifted: bool
    calendar_known: bool
    paused: timedelta
    standing_still: bool
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """A period of days laid on the calendar."""

    last: date  # the last day counted
    safe: date  # the same, or the day the clock runs again
    lawful: date
    skipped: tuple[date, ...]  # would have counted, but for a standstill
    unknown: date | None  # the first day that mattered and was judged by the weekday fallback


def compute(
    rule: Rule,
    *,
    start: datetime,
    calendar: WorkingCalendar,
    pauses: Sequence[Pause] = (),
    extra_days: int = 0,
    now: datetime | None = None,
) -> DueTime:
    """When ``rule``, started by an event at ``start``, runs out, with the explanation an auditor asks for.

    Pauses whose reason is not in ``rule.pause_on`` do not stop this clock; the steps say so. ``extra_days`` lengthen
    the limit: business days for a rule of business days, 24 hours each for hours, the office's whole day for office
    hours, else calendar days. ``now`` (the clock's time when left out) only matters while a pause is open. Naive
    moments are taken as the wall clock of the rule's place, whose ``calendar`` it must be.

    Raises RuleMistake for negative ``extra_days``.
    """
    if extra_days < 0:
        raise RuleMistake(f"时限只能延长，不能用负数缩短（{rule.id}）。", rule.id)
    begin, present = in_zone(start, rule.zone), in_zone(now or clock.now(), rule.zone)
    merged = merge_pauses((p for p in pauses if p.reason in rule.pause_on), now=present, zone=rule.zone)
    standstills = tuple(s for s in merged if s.end > begin.astimezone(UTC))
    ignored = tuple(dict.fromkeys(p.told for p in pauses if p.reason not in rule.pause_on))
    opening = [*explain.opening(rule, begin, extra_days), *explain.ignored(ignored)]
    measure = _measure_hours if rule.unit in HOURS else _measure_days
    return measure(rule, begin, calendar, standstills, extra_days, opening)


def extend(
    base: Rule,
    longer: Rule,
    *,
    start: datetime,
    calendar: WorkingCalendar,
    pauses: Sequence[Pause] = (),
    now: datetime | None = None,
) -> DueTime:
    """The due time once ``base`` has been extended to ``longer``: the same start, ``longer``'s whole limit.

    Who may approve it and whether the customer must be told stand on ``longer``; checking that is the caller's.
    Raises RuleMistake unless ``longer`` extends ``base`` by a longer limit, in the same unit or (Reg E: 10 business
    days, then 45 calendar days) to a later end in another.
    """
    if longer.extends != base.id or (longer.unit == base.unit and longer.limit <= base.limit):
        raise RuleMistake(f"{longer.id} 不是 {base.id} 的延长规则，不能据此延期。", longer.id)
    due = compute(longer, start=start, calendar=calendar, pauses=pauses, now=now)
    if longer.unit != base.unit:
        before = compute(base, start=start, calendar=calendar, pauses=pauses, now=now)
        if due.safe_target <= before.safe_target:
            raise RuleMistake(f"{longer.id} 并不比 {base.id} 晚到期，不能据此延期。", longer.id)
    return due


def remaining(due: DueTime, now: datetime) -> timedelta:
    """Time left until the safe target, on which warnings run; negative once it has passed."""
    return due.safe_target.astimezone(UTC) - local(now).astimezone(UTC)


def state(due: DueTime, now: datetime, met_at: datetime | None = None) -> State:
    """How a clock stands at ``now``, or how it ended at ``met_at``.

    Lateness is judged by the lawful end: "overdue" from that instant on, "late" when met at or after it. "due_today"
    from 0:00 of the safe target's last day until the lawful end; "near" when a quarter of the span, at most three
    days, is left to the safe target.
    """
    if met_at is not None:
        return "met" if local(met_at) < due.lawful_end else "late"
    moment = local(now).astimezone(UTC)
    if moment >= due.lawful_end:
        return "overdue"
    if moment.astimezone(due.safe_target.tzinfo).date() >= explain.last_moment(due.safe_target).date():
        return "due_today"
    near = min(NEAR_AT_MOST, (due.safe_target - due.start) / NEAR_SHARE)
    return "near" if remaining(due, moment) <= near else "running"


def _measure_hours(
    rule: Rule,
    begin: datetime,
    calendar: WorkingCalendar,
    standstills: Sequence[Standstill],
    extra_days: int,
    opening: list[str],
) -> DueTime:
    """Hours never shift over rest days: plain hours run through them, office hours have none there."""
    in_office = rule.office_hours if rule.unit == "office_hour" else None
    stretches = hours_of_office(begin, in_office, calendar, rule.zone) if in_office else every_hour(begin)
    instant, paused = count_off(_hours(rule, extra_days), stretches, standstills)
    end = instant.astimezone(rule.zone)
    met = _standstills_before(standstills, end)
    unknown = _first_unknown(calendar, begin.date() if in_office else None, explain.last_moment(end).date())
    steps = (*opening, *explain.hours_paused(met), *explain.fallback(rule, unknown), explain.hours_end(end))
    return DueTime(rule.id, begin, end, end, False, unknown is None, paused, _is_open(met), steps)


def _hours(rule: Rule, extra_days: int) -> timedelta:
    day = DAY
    if rule.office_hours:
        opens, closes = (datetime.combine(date.min, at) for at in rule.office_hours)
        day = closes - opens
    return timedelta(hours=rule.limit) + extra_days * day


def _measure_days(
    rule: Rule,
    begin: datetime,
    calendar: WorkingCalendar,
    standstills: Sequence[Standstill],
    extra_days: int,
    opening: list[str],
) -> DueTime:
    span = _lay_out(rule, begin.date(), calendar, standstills, extra_days)
    lawful_end, safe_target = _closing(rule, span.lawful), _closing(rule, span.safe)
    touched = _standstills_before(standstills, lawful_end)
    steps = (
        *opening,
        *explain.days_paused(touched, span.skipped),
        *explain.last_day(rule, extra_days, span.last, span.safe, _closing(rule, span.last)),
        *explain.shift(span.safe, span.lawful, safe_target),
        *explain.fallback(rule, span.unknown),
        explain.days_end(lawful_end, safe_target),
    )
    return DueTime(
        rule_id=rule.id,
        start=begin,
        lawful_end=lawful_end,
        safe_target=safe_target,
        shifted=span.lawful > span.safe,
        calendar_known=span.unknown is None,
        paused=len(span.skipped) * DAY,
        standing_still=_is_open(touched),
        steps=steps,
    )


def _lay_out(
    rule: Rule,
    first: date,
    calendar: WorkingCalendar,
    standstills: Sequence[Standstill],
    extra_days: int,
) -> _Span:
    """``first`` is the day of the event, which is not counted."""
    by_business_day = rule.unit == "business_day"
    counts = calendar.is_working_day if by_business_day else _every_day
    last, skipped = _count_off(first, _days(rule, first) + extra_days, counts, whole_days(standstills))

    def runs_at_close(day: date) -> bool:
        return not any(still.covers_end(_closing(rule, day)) for still in standstills)

    safe = _first_day(last, lambda day: runs_at_close(day) and counts(day))
    lawful = safe
    if rule.ends_on_working_day:
        lawful = _first_day(safe, lambda day: runs_at_close(day) and calendar.is_working_day(day))
    judged = first + DAY if by_business_day else safe if rule.ends_on_working_day else None
    return _Span(last, safe, lawful, skipped, _first_unknown(calendar, judged, lawful))


def _days(rule: Rule, first: date) -> int:
    if rule.unit == "year":
        return (_years_on(first, rule.limit) - first).days
    return rule.limit * 7 if rule.unit == "week" else rule.limit


def _years_on(day: date, years: int) -> date:
    """The same date ``years`` later, or the month's last day where there is none (民法典 202)."""
    year = day.year + years
    return day.replace(year=year, day=min(day.day, months.monthrange(year, day.month)[1]))


def _count_off(
    day: date, count: int, counts: Callable[[date], bool], resting: frozenset[date]
) -> tuple[date, tuple[date, ...]]:
    """The ``count``-th day after ``day`` that counts and is not ``resting``, and the days lost to rest on the way."""
    skipped = []
    while count:
        day += DAY
        if counts(day):
            if day in resting:
                skipped.append(day)
            else:
                count -= 1
    return day, tuple(skipped)


def _first_day(day: date, fits: Callable[[date], bool]) -> date:
    while not fits(day):
        day += DAY
    return day


def _every_day(day: date) -> bool:
    return True


def _closing(rule: Rule, day: date) -> datetime:
    """The instant a period ending on ``day`` ends: 24:00, or closing time where there are office hours."""
    if rule.office_hours:
        return datetime.combine(day, rule.office_hours[1], tzinfo=rule.zone)
    return midnight_after(day, rule.zone)


def _first_unknown(calendar: WorkingCalendar, judged_from: date | None, until: date) -> date | None:
    """The first day in [judged_from, until] no published calendar covers; None when there is none to judge."""
    if judged_from is None:
        return None
    days = (judged_from + n * DAY for n in range((until - judged_from).days + 1))
    return next((day for day in days if not calendar.is_known(day)), None)


def _standstills_before(standstills: Sequence[Standstill], end: datetime) -> tuple[Standstill, ...]:
    return tuple(still for still in standstills if still.start < end)


def _is_open(standstills: Sequence[Standstill]) -> bool:
    return any(still.is_open for still in standstills)
