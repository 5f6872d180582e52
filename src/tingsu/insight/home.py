"""The manager's home: the figures that matter, each with the filter that lists its cases.

What is open, due and overdue is counted from the cases at the moment of asking. What a period holds (rates, topics,
units, days) is counted from the facts where they are fresh and the person sees every case, else from the cases: the
two agree (``tests/insight/test_home.py``), and facts are many times faster over years of cases.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from tingsu.cases import facts
from tingsu.cases.queue import Filters
from tingsu.insight.facts import period
from tingsu.insight.facts.period import PERIOD, TREND, PeriodCounts
from tingsu.org.models import Unit

if TYPE_CHECKING:
    from tingsu.org.models import User

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
    """Everything the home page shows, as of ``at``, for what one person may see; the period's figures ``as_of``."""

    at: datetime
    as_of: datetime
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

    Counts of open work are of this moment; rates and topics are of the last 30 days, up to ``as_of``.
    """
    counts = period.counts_from_facts(by=by, at=now) or _counts_from_cases(by, now)
    still_open = Filters(state="open", days=str(PERIOD))
    displeased = Filters(state="all", answered_days=str(PERIOD), satisfaction="dissatisfied")
    return Home(
        at=now,
        as_of=counts.as_of,
        open=_figure(Filters(), by, now),
        due_today=_figure(Filters(due="today"), by, now),
        overdue=_figure(Filters(due="overdue"), by, now),
        received=Figure(counts.received, Filters(state="all", days=str(PERIOD))),
        answered=Rate(*counts.answered, Filters(state="all", answered="late", answered_days=str(PERIOD))),
        responded=Rate(*counts.responded, Filters(state="all", responded="late", responded_days=str(PERIOD))),
        closed=Rate(counts.received - counts.still_open, counts.received, still_open),
        satisfied=Rate(*counts.satisfied, displeased),
        topics=_topics(counts),
        units=_units(counts, by, now),
        daily=counts.daily,
        furious_open=_figure(Filters(emotion="3"), by, now),
        risky_open=_figure(Filters(risk="any"), by, now),
    )


def _figure(filters: Filters, by: User, now: datetime) -> Figure:
    return Figure(facts.count(filters, by=by, at=now), filters)


def _counts_from_cases(by: User, now: datetime) -> PeriodCounts:
    """The period's counts from the cases themselves, as of now."""
    this = Filters(state="all", days=str(PERIOD))
    said = dict(facts.count_by("satisfaction", filters=Filters(state="all", answered_days=str(PERIOD)), by=by, at=now))
    pleased = said.get("satisfied", 0) + said.get("accepted", 0)
    both = facts.count_by("business", "cause", filters=Filters(state="all", days=str(2 * PERIOD)), by=by, at=now)
    whole = {(business, cause): n for business, cause, n in both}
    matters = facts.count_by("business", "cause", filters=this, by=by, at=now)
    return PeriodCounts(
        as_of=now,
        received=facts.count(this, by=by, at=now),
        still_open=facts.count(Filters(state="open", days=str(PERIOD)), by=by, at=now),
        answered=facts.share_late("answered_at", "answered_late", days=PERIOD, by=by, at=now),
        responded=facts.share_late("first_response_at", "responded_late", days=PERIOD, by=by, at=now),
        satisfied=(pleased, pleased + said.get("dissatisfied", 0)),
        matters=[(business, cause, n, whole[business, cause] - n) for business, cause, n in matters],
        units=facts.count_by("accused_unit__code", filters=this, by=by, at=now),
        daily=facts.count_by_day(days=TREND, by=by, at=now),
    )


def _topics(counts: PeriodCounts) -> list[Topic]:
    """The most frequent business and cause of the period, the period before beside them."""
    named = [matter for matter in counts.matters if matter[0] or matter[1]]
    return [
        Topic(
            business,
            cause,
            n,
            before,
            Filters(state="all", days=str(PERIOD), business=business or "-", cause=cause or "-"),
        )
        for business, cause, n, before in named[:TOPICS]
    ]


def _units(counts: PeriodCounts, by: User, now: datetime) -> list[UnitRow]:
    """The units complained of most in the period."""
    most = [(code, n) for code, n in counts.units if code][:UNITS]
    names = dict(Unit.objects.filter(code__in=[code for code, _n in most]).values_list("code", "name"))
    still = dict(facts.count_by("accused_unit__code", filters=Filters(), by=by, at=now))
    return [
        UnitRow(
            code,
            names.get(code, code),
            n,
            still.get(code, 0),
            Filters(state="all", days=str(PERIOD), accused=code),
            Filters(accused=code),
        )
        for code, n in most
    ]
