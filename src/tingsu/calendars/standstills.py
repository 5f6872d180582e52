"""Pauses made countable: overlaps merged, an open pause closed at the present moment, whole dates listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tingsu.base.clock import SHANGHAI, local
from tingsu.calendars.rules import Pause

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Standstill:
    """One unbroken stretch [start, end) without a running clock, in China time; several pauses may lie in it.

    ``is_open`` when it has not ended yet and ``end`` is the present moment instead.
    """

    start: datetime
    end: datetime
    reasons: tuple[str, ...]
    is_open: bool

    def covers_end(self, moment: datetime) -> bool:
        """Whether the clock stood still as ``moment`` arrived."""
        return self.start < moment <= self.end

    def whole_days(self) -> Iterator[date]:
        """The dates it covers from 0:00 to 24:00; a date touched only in part is not among them."""
        day = self.start.date() if self.start.time() == time.min else self.start.date() + DAY
        while day < self.end.date():
            yield day
            day += DAY


def merge_pauses(pauses: Iterable[Pause], *, now: datetime) -> tuple[Standstill, ...]:
    """The pauses as disjoint standstills in order; touching ones become one. An open pause lasts until ``now``.

    An open pause that starts after ``now`` and pauses of no length stop nothing and are left out.
    """
    merged: list[Standstill] = []
    for item in sorted((_close(pause, now) for pause in pauses), key=lambda s: (s.start, s.end)):
        if item.end <= item.start:
            continue
        if merged and item.start <= merged[-1].end:
            item = _join(merged.pop(), item)
        merged.append(item)
    return tuple(merged)


def whole_days(standstills: Sequence[Standstill]) -> frozenset[date]:
    """Every date on which the clock stood still from 0:00 to 24:00."""
    return frozenset(day for standstill in standstills for day in standstill.whole_days())


def midnight_after(day: date) -> datetime:
    """24:00 of ``day`` in China, as an instant."""
    return datetime.combine(day + DAY, time.min, tzinfo=SHANGHAI)


def _close(pause: Pause, now: datetime) -> Standstill:
    end = now if pause.end is None else pause.end
    return Standstill(local(pause.start), local(end), (pause.told,), pause.end is None)


def _join(one: Standstill, other: Standstill) -> Standstill:
    reasons = tuple(dict.fromkeys(one.reasons + other.reasons))
    return Standstill(one.start, max(one.end, other.end), reasons, one.is_open or other.is_open)
