"""What became of a case after a moment, and at which moments a case teaches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from tingsu.cases.timed import OtherCase, TimedCase

AHEAD = timedelta(days=90)  # whether it goes further within these days is what is estimated
LOOKS = tuple(timedelta(days=days) for days in (0.1, 2, 7, 15, 30, 60))  # after receipt


def goes_further(case: TimedCase, at: datetime) -> bool:
    """Whether within AHEAD after ``at`` it reopens, is reviewed at the customer's wish, comes back, or comes by an
    authority: another case of the same complaint, of the same customer on the same business and cause, or of the same
    customer by an authority."""
    until = at + AHEAD
    if any(at < moment <= until and what in ("reopened", "reviewed") for moment, what in case.steps):
        return True
    return any(at < other.received_at <= until and _is_return(case, other) for other in case.others)


def _is_return(case: TimedCase, other: OtherCase) -> bool:
    alike = bool(other.business) and (other.business, other.cause) == (case.held["business"], case.held["cause"])
    return other.same or other.regulator or alike


def looks(case: TimedCase, until: datetime) -> Iterator[datetime]:
    """The moments at which the case was open and what became of it is known at ``until``."""
    for after in LOOKS:
        at = case.received_at + after
        if at + AHEAD <= until and is_open_at(case, at):
            yield at


def is_open_at(case: TimedCase, at: datetime) -> bool:
    """Whether it was received and not closed, or open again, at a moment."""
    last = next((what for moment, what in reversed(case.steps) if moment <= at and what in ("closed", "reopened")), "")
    return case.received_at <= at and last != "closed"
