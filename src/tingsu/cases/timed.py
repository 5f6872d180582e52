"""A case as what was known when: plain values without a database, handed out by ``timed_rows``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class TimedClock:
    """One clock of a case: until when, and when it stopped (None: it runs); ``promise``: one given to the customer."""

    started_at: datetime
    due: datetime
    stopped_at: datetime | None
    promise: bool


@dataclass(frozen=True, slots=True)
class OtherCase:
    """Another case of the same customer, or one tied as the same complaint (``same``)."""

    case_id: int
    received_at: datetime
    regulator: bool
    business: str
    cause: str
    same: bool
    reopened: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class TimedCase:
    """One case with everything dated. ``steps``: (moment, what) in order; what is answered, reopened, closed,
    reviewed (the customer had the answer looked at again) or dissatisfied (said so when asked).

    ``held`` is what is taken as true of the text now; ``corrections``: (moment, what was held before it).
    """

    case_id: int
    number: str
    customer: int
    unit: str
    channel: str
    received_at: datetime
    first_response_at: datetime | None
    open: bool
    repeat: bool  # merged into another: it lives on there
    asked: float | None  # yuan
    held: Mapping[str, Any]
    corrections: tuple[tuple[datetime, Mapping[str, Any]], ...] = ()
    steps: tuple[tuple[datetime, str], ...] = ()
    clocks: tuple[TimedClock, ...] = ()
    others: tuple[OtherCase, ...] = field(default=())

    def held_at(self, at: datetime) -> dict[str, Any]:
        """What was taken as true at a moment: later corrections are undone."""
        held = dict(self.held)
        for moment, before in reversed(self.corrections):
            if moment > at:
                held.update({name: value for name, value in before.items() if name in held})
        return held
