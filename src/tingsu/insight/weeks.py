"""A count week by week beside what is normal for it, each week held against the twelve before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tingsu.insight.certainty import held_against_history
from tingsu.insight.days import monday_of

SHOWN = 26  # weeks of a picture
HISTORY = 12  # weeks each is held against
FALSE_ALARM = 0.005  # chance of so many or more at which a week is marked
FEWEST = 3  # complaints a marked week has at least


@dataclass(frozen=True, slots=True)
class Weeks:
    """Whole weeks, oldest first, by their Mondays; bounds and expectation are None where history is too short.

    ``marked``: weeks clearly above what is normal. The last week ends with the period; where it is not over yet it is
    left out.
    """

    mondays: list[date]
    counts: list[int]
    expected: list[float | None]
    low: list[float | None]
    high: list[float | None]
    marked: list[date]


def weeks_of(by_day: Mapping[date, int], *, first: date, until: date, shown: int = SHOWN) -> Weeks:
    """The last ``shown`` whole weeks up to ``until``; ``first`` is the first day the facts cover."""
    start = monday_of(first) if first == monday_of(first) else monday_of(first) + timedelta(days=7)
    end = monday_of(until + timedelta(days=1)) - timedelta(days=7)  # Monday of the last week that is over
    known = max(0, (end - start).days // 7 + 1)
    counts = [0] * known
    for day, n in by_day.items():
        at = (monday_of(day) - start).days // 7
        if 0 <= at < known:
            counts[at] += n
    mondays = [start + timedelta(days=7 * n) for n in range(known)]
    bounds = _bounds(counts)
    begin = max(0, known - shown)
    marked = [mondays[at] for at in range(begin, known) if _stands_out(counts[at], bounds[at])]
    usual, low, high = ([None if one is None else one[n] for one in bounds[begin:]] for n in range(3))
    return Weeks(mondays[begin:], counts[begin:], usual, low, high, marked)


def _bounds(counts: list[int]) -> list[tuple[float, float, float, float] | None]:
    """(expected, low, high, chance) of each week, None for the first ones."""
    if len(counts) <= HISTORY:
        return [None] * len(counts)
    series = np.asarray(counts, dtype=float)
    past = np.lib.stride_tricks.sliding_window_view(series, HISTORY)[:-1]
    normal = held_against_history(series[HISTORY:], past)
    rows = zip(normal.expected, normal.low, normal.high, normal.chance, strict=True)
    told: list[tuple[float, float, float, float] | None] = [
        (float(e), float(a), float(b), float(c)) for e, a, b, c in rows
    ]
    return [*([None] * HISTORY), *told]


def _stands_out(count: int, bound: tuple[float, float, float, float] | None) -> bool:
    return bound is not None and count >= FEWEST and count > bound[2] and bound[3] <= FALSE_ALARM
