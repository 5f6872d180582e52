"""Many count series over the same days, side by side: what a forecast is fitted to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from tingsu.base.errors import TingsuError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DAY = timedelta(days=1)
SHORTEST = 28  # days of history below which nothing is said: not even each weekday four times
FEWEST = 5  # cases in all below which nothing is said
LATEST_START = 90  # a series whose first case comes this many days into the panel began with that case


class TooLittle(TingsuError):
    """There is not enough history for any forecast; ``days`` and ``cases`` are what there is."""

    code = "too_little_history"

    def __init__(self, days: int, cases: int) -> None:
        self.days = days
        self.cases = cases
        super().__init__(
            f"现有 {days} 天、{cases} 件，还不足以预测：至少要有 {SHORTEST} 天的记录和 {FEWEST} 件投诉。"
            "系统会随着登记自动积累，无需另作设置。"
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts of ``names`` (series) on ``len(counts[0])`` consecutive days from ``first`` on.

    ``counts`` is series × days; ``observed`` is False before a series began, and such days teach nothing.
    """

    names: tuple[str, ...]
    first: date
    counts: Floats
    observed: Flags

    @property
    def days(self) -> int:
        return int(self.counts.shape[1])

    @property
    def after(self) -> date:
        """The first day not in the panel."""
        return self.first + self.days * DAY

    def until(self, days: int) -> Panel:
        """The same series as they stood after ``days`` days: nothing later is in it."""
        return Panel(self.names, self.first, self.counts[:, :days], self.observed[:, :days])

    def only(self, rows: Sequence[int]) -> Panel:
        """Some of the series."""
        chosen = list(rows)
        names = tuple(self.names[row] for row in chosen)
        return Panel(names, self.first, self.counts[chosen], self.observed[chosen])


def panel_of(
    rows: Iterable[tuple[str, date, int]], *, since: date, until: date, names: Sequence[str] | None = None
) -> Panel:
    """Rows of (series, day, how many) as a panel of the days ``since`` … ``until``, both included.

    Rows outside the days, and of series not named, are passed over (dates in 1900 or the future are slips of the
    pen); several rows of one day add up. ``names`` None: every series that has a row, in order of its name.
    """
    kept = [(name, day, n) for name, day, n in rows if since <= day <= until]
    listed = tuple(names) if names is not None else tuple(sorted({name for name, _, _ in kept}))
    place = {name: row for row, name in enumerate(listed)}
    counts = np.zeros((len(listed), max((until - since).days + 1, 0)))
    for name, day, n in kept:
        if name in place:
            counts[place[name], (day - since).days] += n
    return Panel(listed, since, counts, _begun(counts))


def _begun(counts: Floats) -> Flags:
    """From its first case on, where that came late; else all days. A series without a case counts as begun."""
    began = np.argmax(counts > 0, axis=1) if counts.size else np.zeros(len(counts), dtype=int)
    began = np.where(began > LATEST_START, began, 0)
    flags: Flags = np.arange(counts.shape[1])[None, :] >= began[:, None]
    return flags


def weekly(values: Floats) -> Floats:
    """Days added up by sevens from the last day back; an incomplete week at the beginning is left out."""
    days = values.shape[-1] // 7 * 7
    whole = values[..., values.shape[-1] - days :]
    summed: Floats = whole.reshape(*values.shape[:-1], days // 7, 7).sum(axis=-1)
    return summed
