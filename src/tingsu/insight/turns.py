"""What insight does by itself from time to time: put into the queue of jobs by whichever worker's turn it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tingsu.base.clock import now
from tingsu.cases.sweeping import take_turn
from tingsu.insight.escalation.jobs import learn_risks, look_at_open_cases
from tingsu.insight.forecast.jobs import forecast_week
from tingsu.insight.reports.jobs import send_reports
from tingsu.insight.spikes.jobs import watch_for_rises
from tingsu.insight.topics.jobs import assign_daily, search_weekly


@dataclass(frozen=True, slots=True)
class Recurring:
    """A job and how often one of the workers queues it; ``name`` has at most 20 characters."""

    name: str
    every: timedelta
    queue: Callable[[], Any]


RECURRING = (
    Recurring("forecast", timedelta(days=7), lambda: forecast_week.enqueue()),
    Recurring("risk-learn", timedelta(days=7), lambda: learn_risks.enqueue()),
    Recurring("topics-search", timedelta(days=7), lambda: search_weekly.enqueue()),
    Recurring("topics-assign", timedelta(days=1), lambda: assign_daily.enqueue()),
    Recurring("reports", timedelta(minutes=10), lambda: send_reports.enqueue()),
    Recurring("risk-look", timedelta(hours=1), lambda: look_at_open_cases.enqueue()),
    Recurring("spikes", timedelta(hours=1), lambda: watch_for_rises.enqueue()),
)


def queue_in_turn(at: datetime | None = None) -> list[str]:
    """Queue the jobs whose time has come, each by one of many workers; returns their names."""
    moment = at or now()
    due = [each for each in RECURRING if take_turn(each.name, every=each.every, at=moment)]
    for each in due:
        each.queue()
    return [each.name for each in due]
