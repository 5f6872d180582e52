"""Pauses made countable: overlaps merged, an open pause closed at the present moment, whole dates listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tingsu.base.clock import SHANGHAI
from tingsu.calendars.places import in_zone
from tingsu.calendars.rules import Pause

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standstill:
    """One unbroken stretch [start, end) without a running clock; several pauses may lie in it.

    ``start`` and ``end`` are kept in UTC, since wall clocks of one zone cannot be compared over a change to summer
    time; ``begins`` and ``resumes`` are the same instants on the wall clock of ``zone``.
    ``is_open`` when it has not ended yet and ``end`` is the present moment instead.
    """

    start: datetime
    end: datetime
    reasons: tuple[str, ...]
    is_open: bool
    zone: ZoneInfo = SHANGHAI

    @property
    def begins(self) -> datetime:
        return self.start.astimezone(self.zone)

    @property
    def resumes(self) -> datetime:
        return self.end.astimezone(self.zone)

    def covers_end(self, moment: datetime) -> bool:
        """Whether the clock stood still as ``moment`` arrived."""
        return self.start < moment <= self.end

    def whole_days(self) -> Iterator[date]:
        """The dates it covers from 0:00 to 24:00; a date touched only in part is not among them."""
        first, last = self.begins, self.resumes.date()
        day = first.date() if first.time() == time.min else first.date() + DAY
        while day < last:
            yield day
            day += DAY


def merge_pauses(pauses: Iterable[Pause], *, now: datetime, zone: ZoneInfo = SHANGHAI) -> tuple[Standstill, ...]:
    """The pauses as disjoint standstills in order; touching ones become one. An open pause lasts until ``now``.

    Moments without offset are the wall clock of ``zone``, whose dates ``whole_days`` then lists. An open pause that
    starts after ``now`` and pauses of no length stop nothing and are left out.
    """
    merged: list[Standstill] = []
    for item in sorted((_close(pause, now, zone) for pause in pauses), key=lambda s: (s.start, s.end)):
        if item.end <= item.start:
            continue
        if merged and item.start <= merged[-1].end:
            item = _join(merged.pop(), item)
        merged.append(item)
    return tuple(merged)


def whole_days(standstills: Sequence[Standstill]) -> frozenset[date]:
    """Every date on which the clock stood still from 0:00 to 24:00."""
    return frozenset(day for standstill in standstills for day in standstill.whole_days())


def midnight_after(day: date, zone: ZoneInfo = SHANGHAI) -> datetime:
    """24:00 of ``day`` in ``zone``, as an instant."""
    return datetime.combine(day + DAY, time.min, tzinfo=zone)


def _close(pause: Pause, now: datetime, zone: ZoneInfo) -> Standstill:
    start, end = (in_zone(moment, zone).astimezone(UTC) for moment in (pause.start, pause.end or now))
    return Standstill(start, end, (pause.told,), pause.end is None, zone)


def _join(one: Standstill, other: Standstill) -> Standstill:
    reasons = tuple(dict.fromkeys(one.reasons + other.reasons))
    return Standstill(one.start, max(one.end, other.end), reasons, one.is_open or other.is_open, one.zone)
