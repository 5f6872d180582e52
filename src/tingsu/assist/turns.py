"""What the help at the elbow does by itself from time to time: queued by whichever worker's turn it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from tingsu.assist.scripts.jobs import tell_due
from tingsu.base.clock import now
from tingsu.cases.sweeping import take_turn

EVERY = timedelta(hours=1)  # the day changes at midnight, and a day set to today is told of the same day


def queue_in_turn(at: datetime | None = None) -> list[str]:
    """Queue the jobs whose time has come, each by one of many workers; returns their names."""
    if not take_turn("scripts-review", every=EVERY, at=at or now()):
        return []
    tell_due.enqueue()
    return ["scripts-review"]
