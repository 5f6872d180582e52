"""The manager's home: the figures that matter, each with the filter that lists its cases."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from tingsu.cases import facts
from tingsu.cases.queue import Filters

if TYPE_CHECKING:
    from tingsu.org.models import User

PERIOD = 30  # days the rates and topics look back
TREND = 56  # days of the daily line
TOPICS = 8
UNITS = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A count and the filter that lists exactly the cases counted."""

    count: int
    filters: Filters


@dataclass(frozen=True, slots=True)
class Rate:
    """``part`` of ``whole`` in the period, and the filter that lists the ones that fell short."""

    part: int
    whole: int
    filters: Filters

    @property
    def share(self) -> float | None:
        """0–1, or None when there is nothing to take a share of."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Topic:
    """A business and cause, how often in this period and in the one before, and the filter that lists this period's."""

    business: str
    cause: str
    count: int
    before: int
    filters: Filters

    @property
    def is_rising(self) -> bool:
        """More than chance would add: over twice the spread of a Poisson count above the period before."""
        return self.count - self.before > 2 * math.sqrt(self.count + self.before)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """What was complained of at one unit in the period, and what is still open there."""

    code: str
    name: str
    received: int
    open: int
    received_filters: Filters
    open_filters: Filters


@dataclass(frozen=True, slots=True)
class Home:
    """Everything the home page shows, as of ``at``, for what one person may see."""

    at: datetime
    open: Figure
    due_today: Figure
    overdue: Figure
    received: Figure
    answered: Rate
    responded: Rate
    closed: Rate
    satisfied: Rate
    topics: list[Topic]
    units: list[UnitRow]
    daily: list[tuple[date, int]]
    furious_open: Figure
    risky_open: Figure


def home_figures(*, by: User, now: datetime) -> Home:
    """The home page's figures over the cases ``by`` may see.

    Counts of open work are of this moment; rates and topics are of the last 30 days.
    """
    in_time, answered = facts.share_late("answered_at", "answered_late", days=PERIOD, by=by, at=now)
    quick, responded = facts.share_late("first_response_at", "responded_late", days=PERIOD, by=by, at=now)
    received = _figure(Filters(state="all", days=str(PERIOD)), by, now)
    still_open = Filters(state="open", days=str(PERIOD))
    return Home(
        at=now,
        open=_figure(Filters(), by, now),
        due_today=_figure(Filters(due="today"), by, now),
        overdue=_figure(Filters(due="overdue"), by, now),
        received=received,
        answered=Rate(in_time, answered, Filters(state="all", answered="late", answered_days=str(PERIOD))),
        responded=Rate(quick, responded, Filters(state="all", responded="late", responded_days=str(PERIOD))),
        closed=Rate(received.count - facts.count(still_open, by=by, at=now), received.count, still_open),
        satisfied=_satisfied(by, now),
        topics=_topics(by, now),
        units=_units(by, now),
        daily=facts.count_by_day(days=TREND, by=by, at=now),
        furious_open=_figure(Filters(emotion="3"), by, now),
        risky_open=_figure(Filters(risk="any"), by, now),
    )


def _figure(filters: Filters, by: User, now: datetime) -> Figure:
    return Figure(facts.count(filters, by=by, at=now), filters)


def _satisfied(by: User, now: datetime) -> Rate:
    asked = Filters(state="all", answered_days=str(PERIOD))
    said = dict(facts.count_by("satisfaction", filters=asked, by=by, at=now))
    pleased = said.get("satisfied", 0) + said.get("accepted", 0)
    displeased = Filters(state="all", answered_days=str(PERIOD), satisfaction="dissatisfied")
    return Rate(pleased, pleased + said.get("dissatisfied", 0), displeased)


def _topics(by: User, now: datetime) -> list[Topic]:
    """The most frequent business and cause of the period, the period before beside them."""
    this = facts.count_by("business", "cause", filters=Filters(state="all", days=str(PERIOD)), by=by, at=now)
    both = facts.count_by("business", "cause", filters=Filters(state="all", days=str(2 * PERIOD)), by=by, at=now)
    whole = {(business, cause): n for business, cause, n in both}
    named = [(business, cause, n) for business, cause, n in this if business or cause]
    return [
        Topic(
            business,
            cause,
            n,
            whole[business, cause] - n,
            Filters(state="all", days=str(PERIOD), business=business or "-", cause=cause or "-"),
        )
        for business, cause, n in named[:TOPICS]
    ]


def _units(by: User, now: datetime) -> list[UnitRow]:
    """The units complained of most in the period."""
    names = ("accused_unit__code", "accused_unit__name")
    received = facts.count_by(*names, filters=Filters(state="all", days=str(PERIOD)), by=by, at=now)
    still = {code: n for code, _, n in facts.count_by(*names, filters=Filters(), by=by, at=now)}
    return [
        UnitRow(
            code,
            name,
            n,
            still.get(code, 0),
            Filters(state="all", days=str(PERIOD), accused=code),
            Filters(accused=code),
        )
        for code, name, n in received
        if code is not None
    ][:UNITS]
