"""What quality does by itself from time to time: put into the queue of jobs by whichever worker's turn it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from tingsu.base.clock import now
from tingsu.cases.sweeping import take_turn
from tingsu.quality.conversations.jobs import purge_old, score_left_over

RECURRING = (
    ("quality-score", timedelta(minutes=10), score_left_over),
    ("quality-purge", timedelta(days=1), purge_old),
)


def queue_in_turn(at: datetime | None = None) -> list[str]:
    """Queue the jobs whose time has come, each by one of many workers; returns their names."""
    moment = at or now()
    due = [(name, job) for name, every, job in RECURRING if take_turn(name, every=every, at=moment)]
    for _name, job in due:
        job.enqueue()
    return [name for name, _job in due]
