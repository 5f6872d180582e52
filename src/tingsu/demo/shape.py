"""When complaints come and when the bank works: the year's shape, and a clock that counts business minutes only."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any

from tingsu.base.clock import SHANGHAI
from tingsu.demo.people import read_content

WEEKDAY_WEIGHTS = (1.3, 1.1, 1.0, 1.0, 1.05, 0.5, 0.35)
SPANS = ((time(8, 45), 195), (time(13, 30), 240))  # business hours: start and length in minutes
DAY_MINUTES = sum(length for _, length in SPANS)
OFFICE_HOURS = {9: 4, 10: 6, 11: 4, 13: 1, 14: 4, 15: 5, 16: 4}
PHONE_HOURS = {8: 2, 9: 5, 10: 6, 11: 4, 12: 3, 13: 3, 14: 4, 15: 5, 16: 4, 17: 3, 18: 2, 19: 3, 20: 2, 21: 1}
ONLINE_HOURS = {0: 1, 8: 4, 9: 4, 10: 4, 11: 3, 12: 4, 14: 5, 16: 3, 18: 3, 19: 4, 20: 5, 21: 5, 22: 4, 23: 2}
HOURS = {"counter": OFFICE_HOURS, "lobby": OFFICE_HOURS, "letter": OFFICE_HOURS, "regulator": OFFICE_HOURS}
OFFICE_CHANNELS = ("letter", "regulator", "head_office", "outside")
OUTLET_CHANNELS = ("counter", "lobby", "phone")


@cache
def load_days() -> dict[str, Any]:
    """The named days of ``content/days.yaml``."""
    days: dict[str, Any] = read_content("days.yaml")
    return days


def is_working_day(day: date) -> bool:
    """Whether head office works on ``day``; beyond the listed years weekdays count as worked."""
    days = load_days()
    if day in days["worked_weekends"]:
        return True
    return day.weekday() < 5 and not any(first <= day <= last for first, last in days["closed"])


def is_pension_day(day: date) -> bool:
    """Whether pensions are fetched on ``day``: the payday, or the first working day after one at rest."""
    paydays = load_days()["pension_days"]
    if day.day in paydays:
        return is_working_day(day)
    back = day - timedelta(days=1)
    while is_working_day(day) and not is_working_day(back):
        if back.day in paydays:
            return True
        back -= timedelta(days=1)
    return False


def is_bond_day(day: date) -> bool:
    """Whether savings bonds go on sale on ``day``."""
    days = load_days()
    return day.day == days["bond_day"] and day.month in days["bond_months"]


def weigh_day(day: date) -> float:
    """How many complaints ``day`` draws beside an ordinary Wednesday's 1."""
    weight = WEEKDAY_WEIGHTS[day.weekday()] if is_working_day(day) else min(0.4, WEEKDAY_WEIGHTS[day.weekday()])
    if is_pension_day(day):
        weight *= 1.8
    if is_bond_day(day):
        weight *= 1.5
    if not is_working_day(day - timedelta(days=1)) and is_working_day(day):
        weight *= 1.15
    return weight * _festival(day)


def _festival(day: date) -> float:
    for festival in load_days()["spring_festivals"]:
        gap = (day - festival).days
        if -3 <= gap <= 6:
            return 0.25
        if -12 <= gap < -3:
            return 0.7
        if 6 < gap <= 11:
            return 1.3
    return 1.0


def draw_moment(rng: Random, day: date, *, channel: str) -> datetime:
    """A moment on ``day`` at an hour that suits the channel; a channel shut that day falls back to the day before."""
    while not _is_open(channel, day):
        day -= timedelta(days=1)
    hours = HOURS.get(channel, PHONE_HOURS if channel in ("hotline", "phone") else ONLINE_HOURS)
    hour = rng.choices(list(hours), weights=list(hours.values()))[0]
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), SHANGHAI)


def _is_open(channel: str, day: date) -> bool:
    if is_working_day(day):
        return True
    return channel not in OFFICE_CHANNELS and (channel not in OUTLET_CHANNELS or day.weekday() == 5)


def duty_moment(rng: Random, after: datetime) -> datetime:
    """When the desk first looks at what came in at ``after``: that day or the next; someone is on duty every day."""
    first = after + timedelta(minutes=rng.randrange(9, 150), seconds=rng.randrange(60))
    if time(8, 50) <= first.time() <= time(17, 20) and first.date() == after.date():
        return first
    day = after.date() if after.time() < time(8, 50) else after.date() + timedelta(days=1)
    early = datetime.combine(day, time(8, 50, rng.randrange(60)), SHANGHAI) + timedelta(minutes=rng.randrange(70))
    return max(early, after + timedelta(minutes=3))


@dataclass(frozen=True, slots=True)
class WorkClock:
    """Business minutes from ``days[0]`` on: any moment becomes a count, any count a moment within business hours."""

    days: tuple[date, ...]

    @classmethod
    def between(cls, first: date, last: date) -> WorkClock:
        every = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return cls(tuple(day for day in every if is_working_day(day)))

    def minutes_at(self, moment: datetime) -> int:
        """Business minutes passed at ``moment``."""
        index = bisect_right(self.days, moment.date())
        if index and self.days[index - 1] == moment.date():
            return (index - 1) * DAY_MINUTES + _minutes_of_day(moment.time())
        return index * DAY_MINUTES

    def moment_at(self, minutes: int) -> datetime:
        """The moment at which ``minutes`` business minutes have passed."""
        index, rest = divmod(minutes, DAY_MINUTES)
        for start, length in SPANS:
            if rest < length:
                return datetime.combine(self.days[index], start, SHANGHAI) + timedelta(minutes=rest)
            rest -= length
        raise AssertionError("a remainder is shorter than a day")


def _minutes_of_day(at: time) -> int:
    passed = 0
    for start, length in SPANS:
        since = (at.hour - start.hour) * 60 + at.minute - start.minute
        passed += max(0, min(length, since))
    return passed
