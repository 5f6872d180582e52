"""What to fix first: one thing, by a fixed order, so that two managers with the same figures are told the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tingsu.cases import facts
from tingsu.cases.queue import Filters
from tingsu.insight.home import Figure
from tingsu.org.models import User

Kind = Literal["overdue", "alert", "hot", "unknown", "measure", "today", "waiting", "furious", "calm"]


@dataclass(frozen=True, slots=True)
class Pressing:
    """What stands at this moment: how many of each; ``hot`` is None while the hot spots have not been worked out."""

    overdue: int = 0
    alerts: int = 0
    hot: bool | None = False
    measures: int = 0
    today: int = 0
    waiting: int = 0
    furious: int = 0


def first_to_fix(now: Pressing) -> Kind:
    """The one thing that comes first.

    A promise already broken (overdue) before a rise still running (an open alert), before what harms customers most (a
    hot spot beyond chance), before a cure that is late (an overdue measure); then the day's own work. "unknown": the
    hot spots would decide it and are not known yet.
    """
    if now.overdue:
        return "overdue"
    if now.alerts:
        return "alert"
    if now.hot is None:
        return "unknown"
    rest: list[tuple[Kind, int]] = [
        ("hot", int(now.hot)),
        ("measure", now.measures),
        ("today", now.today),
        ("waiting", now.waiting),
        ("furious", now.furious),
    ]
    return next((kind for kind, there in rest if there), "calm")


@dataclass(frozen=True, slots=True)
class Work:
    """The open work that may come first: each count with the filter that lists exactly its cases."""

    open: Figure
    overdue: Figure
    due_today: Figure
    furious_open: Figure


def work_of(*, by: User, at: datetime) -> Work:
    """The open work within this person's reach at this moment."""
    asked = (Filters(), Filters(due="overdue"), Filters(due="today"), Filters(emotion="3"))
    return Work(*(Figure(facts.count(filters, by=by, at=at), filters) for filters in asked))
