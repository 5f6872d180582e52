"""Alarms, and whether one is but another seen from elsewhere: taken apart by the cases they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tingsu.insight.spikes.expect import Bounds
from tingsu.insight.spikes.gathering import LATEST, Grain, Where, is_of, moment_of

Counts = NDArray[np.float64]
MOST_PARTS = 3
INSIDE = 0.9  # share of a narrower alarm's cases that lie in the wider one


@dataclass(frozen=True, slots=True)
class Point:
    """One alarming period."""

    at: date
    observed: int
    expected: float
    upper: float
    chance: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """The alarming periods of one series, oldest first; ``counts`` of the whole series; ``judge`` says which of the
    latest periods of other counts would alarm."""

    where: Where
    path: str
    grain: Grain
    points: tuple[Point, ...]
    counts: Counts
    moments: Sequence[date]
    judge: partial[Bounds]

    @property
    def chance(self) -> float:
        return min(point.chance for point in self.points)


@dataclass(frozen=True, slots=True)
class Source:
    """What may explain an alarm: a series and, of each period, the share of its cases that was not to be expected."""

    where: Where
    path: str
    surplus: dict[str, float]


def parts_of(alarm: Alarm, others: Sequence[Alarm], rows: list[dict[str, Any]]) -> list[Alarm]:
    """At most three narrower alarms, apart from each other, that together leave nothing alarming of this one.

    None where there are no such: the rise is spread wider than that, and this is its best description.
    """
    whole = cases_of(alarm, rows)
    chosen: list[Alarm] = []
    taken: set[int] = set()
    for other in others:
        cases = cases_of(other, rows)
        if not cases or len(cases) >= len(whole) or len(cases & whole) < INSIDE * len(cases):
            continue
        if len(cases & taken) > 0.5 * len(cases):
            continue
        chosen.append(other)
        taken |= cases
        sources = [Source(each.where, each.path, surplus_of(plain_points(each.points))) for each in chosen]
        if not still_alarms(alarm, sources, rows)[0]:
            return chosen
        if len(chosen) == MOST_PARTS:
            break
    return []


def cases_of(alarm: Alarm, rows: list[dict[str, Any]]) -> set[int]:
    """Places in ``rows`` of the cases of its alarming periods."""
    at = {point.at for point in alarm.points}
    return {
        n for n, row in enumerate(rows) if moment_of(row, alarm.grain) in at and is_of(row, alarm.where, alarm.path)
    }


def late_alarms(alarms: Any, grain: Grain) -> list[int]:
    """The alarming ones of the latest periods."""
    return [at for at in map(int, alarms.nonzero()[0]) if at >= len(alarms) - LATEST[grain]]


def still_alarms(alarm: Alarm, sources: Sequence[Source], rows: list[dict[str, Any]]) -> tuple[bool, list[float]]:
    """Whether it would alarm without the surplus of the sources, and how many cases each takes away.

    A case of several sources counts for the first.
    """
    rest, taken = alarm.counts.copy(), [0.0] * len(sources)
    place = {moment: n for n, moment in enumerate(alarm.moments)}
    for row in rows:
        moment = moment_of(row, alarm.grain)
        if moment not in place or not is_of(row, alarm.where, alarm.path):
            continue
        for n, source in enumerate(sources):
            part = source.surplus.get(moment.isoformat(), 0.0)
            if part and is_of(row, source.where, source.path):
                rest[place[moment]] -= part
                taken[n] += part
                break
    if not any(taken):
        return True, taken
    seen = alarm.judge(np.asarray(np.round(np.maximum(rest, 0.0)), float))
    return bool(late_alarms(seen.alarm, alarm.grain)), taken


def surplus_of(points: Sequence[Sequence[Any]]) -> dict[str, float]:
    """Of each alarming period the share of the cases that was not to be expected."""
    return {point[0]: max(0.0, (point[1] - point[2]) / max(point[1], 1)) for point in points}


def plain_points(points: Sequence[Point]) -> list[list[Any]]:
    """The points as an alert keeps them."""
    return [[p.at.isoformat(), p.observed, p.expected, p.upper, p.chance] for p in points]
