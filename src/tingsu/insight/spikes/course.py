"""The course of an alert's series: counts, expectation and bound over the last weeks, as the watch saw them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tingsu.base.clock import local
from tingsu.insight.days import day_of
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.forecast.calendar import events_kept, site_calendar
from tingsu.insight.spikes.expect import Bounds, expect
from tingsu.insight.spikes.gathering import Grain, moments_of, one_series
from tingsu.insight.spikes.tables import Alert

SHOWN = {"day": 60, "hour": 72}  # periods
USUAL_ALPHA = 0.001  # where the alert does not say


@dataclass(frozen=True, slots=True)
class Course:
    """The last periods of a series; ``bounds`` and ``counts`` run beside ``moments``."""

    moments: list[date]
    counts: NDArray[np.float64]
    bounds: Bounds


def course_of(alert: Alert, *, at: datetime) -> Course | None:
    """How the series went up to now; None without facts. Whoever may see the alert may see it."""
    table = open_facts()
    table = table.filter(~table.is_repeat)
    grain = cast(Grain, alert.grain)
    moments = moments_of(table, grain, local(at))
    if not moments:
        return None
    counts = one_series(table, alert.where, alert.unit_path, moments, grain)
    here = alert.unit_path.split("/")
    first, last = day_of(moments[0]), day_of(moments[-1])
    events = [event for event in events_kept(first, last) if not event.unit or event.unit in here]
    bounds = expect(
        counts,
        moments,
        alpha=_alpha_of(alert),
        calendar=site_calendar(),
        events=events,
        grain=grain,
        last=SHOWN[grain],
    )
    return Course(moments, counts, bounds)


def _alpha_of(alert: Alert) -> float:
    """The share of false alarms the alert was opened with."""
    told: dict[str, Any] = alert.steps.filter(kind="opened").values_list("data", flat=True).first() or {}
    return float(told.get("alpha", USUAL_ALPHA))
