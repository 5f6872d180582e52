"""Weekly counts of units with and without a measure, cut into what came before it and what came after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]

LONGEST_BEFORE = 104  # weeks: what lies further back says little about today


@dataclass(frozen=True, slots=True)
class Panel:
    """Counts of complaints, ``counts[unit, week]``; ``treated[unit]`` says who took the measure.

    ``start`` is the first whole week with the measure in force. ``weeks`` are the Mondays, or empty where only order
    matters.
    """

    counts: Counts
    treated: NDArray[np.bool_]
    start: int
    weeks: tuple[date, ...] = ()
    units: tuple[str, ...] = ()

    @property
    def n_after(self) -> int:
        return int(self.counts.shape[1]) - self.start


@dataclass(frozen=True, slots=True)
class Windows:
    """The totals of each unit before and after, and how many weeks each total spans."""

    before: Counts
    after: Counts
    weeks_before: int
    weeks_after: int

    def only(self, wanted: NDArray[np.bool_]) -> Windows:
        """The same windows of some of the units."""
        return Windows(self.before[wanted], self.after[wanted], self.weeks_before, self.weeks_after)

    @property
    def offset(self) -> float:
        """The log odds of a complaint falling after, where nothing changed."""
        return float(np.log(self.weeks_after / self.weeks_before))


def cut_windows(panel: Panel, *, skip: int) -> Windows:
    """Totals before and after the start.

    The last ``skip`` weeks before the start are left out: a measure is decided when complaints run high, and a
    chance high comes down by itself. At most two years count as before.
    """
    last = max(panel.start - skip, 0)
    first = max(last - LONGEST_BEFORE, 0)
    before = panel.counts[:, first:last].sum(axis=1)
    after = panel.counts[:, panel.start :].sum(axis=1)
    return Windows(before, after, last - first, panel.n_after)


def windows_without(panel: Panel, *, skip: int) -> Windows:
    """The weeks before the measure cut as if it had begun earlier by as many weeks as it has run, or in their middle.

    So the later stretch is as long as the one after the measure, where there are weeks enough: what a unit changes by
    itself depends on how long it is looked at.
    """
    last = max(panel.start - skip, 0)
    first = max(last - LONGEST_BEFORE, 0)
    cut = last - min(panel.n_after, (last - first) // 2)
    early = panel.counts[:, first:cut].sum(axis=1)
    late = panel.counts[:, cut:last].sum(axis=1)
    return Windows(early, late, cut - first, last - cut)
