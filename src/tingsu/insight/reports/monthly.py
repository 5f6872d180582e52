"""The monthly case-review pack as figures: one object, made from the facts, the alerts and the measures of a scope.

``build_pack`` asks nobody's permission; whoever hands it out does (``verbs``). Repeats are merged before counting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from tingsu.base.clock import local
from tingsu.insight.causes.asking import Side, cells_of, phrases_of
from tingsu.insight.causes.explain import Explanation, explain_change
from tingsu.insight.effects.estimate import Effect
from tingsu.insight.facts.figures import counts_by, filled_series, growth_by, money_by, rates_by, run, series, within
from tingsu.insight.facts.figures import span as days_of
from tingsu.insight.measures.tables import Measure
from tingsu.insight.measures.wording import current_effect
from tingsu.insight.reports.chosen import ChosenCase, choose_cases
from tingsu.insight.reports.scope import Scope
from tingsu.insight.reports.spans import Span
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.topics.hot import HotBoard, Period, hot_board

TREND = 13  # months shown
BEFORE = 3  # months the explanation holds the month against
SPREADS = ("cause", "business", "channel", "unit", "root_cause")
MOST_SPREAD, MOST_HOT = 10, 8


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month's counts (``figures.rates_by``) and money in yuan; ``merged``: repeats left out of ``n``."""

    span: Span
    rates: dict[str, int]
    money: dict[str, Any]
    merged: int

    @property
    def n(self) -> int:
        return self.rates["n"]


@dataclass(frozen=True, slots=True)
class Spread:
    """One column's values with this month's count and last month's, most first."""

    column: str
    rows: list[tuple[str, int, int]]
    values: int  # how many different ones there are


@dataclass(frozen=True, slots=True)
class MeasureState:
    """One measure with its latest recorded effect (None: not looked at since it began)."""

    measure: Measure
    units: tuple[str, ...]
    effect: Effect | None
    late: bool


@dataclass(frozen=True, slots=True)
class MonthlyPack:
    """Everything the pack says, as figures; ``explanation`` is None where there is nothing to hold the month against.

    ``since_when``: first day on record. ``uncaused``: closed cases of the month without a root cause.
    ``over``: whether the month was over when the pack was made.
    """

    scope: Scope
    span: Span
    made_at: datetime
    over: bool
    since_when: date | None
    now: MonthFigures
    before: MonthFigures
    year_before: MonthFigures
    trend: list[tuple[str, int]]
    spreads: list[Spread]
    hot: HotBoard
    growing: HotBoard
    alerts: list[Alert]
    explanation: Explanation | None
    usual: tuple[date, date] | None
    cases: list[ChosenCase]
    measures: list[MeasureState]
    uncaused: int


def build_pack(scope: Scope, span: Span, *, at: datetime) -> MonthlyPack:
    """Make the pack of a month. An empty month gives a pack that says so."""
    facts = scope.facts()
    covered = run(days_of(facts))[0]["first"]
    now = month_figures(scope, span)
    period = Period(span.since, span.until)
    known = within(facts, until=span.until)  # what came later is no future of this month's
    hot = hot_board(known, period, rank="volume", most=MOST_HOT, samples=1)
    growing = hot_board(known, period, rank="growth", most=MOST_HOT, samples=1)
    spreads = [_spread(facts, span, column) for column in SPREADS]
    explanation, usual = _explain(scope, span, covered)
    causes = next(one.rows for one in spreads if one.column == "cause")
    return MonthlyPack(
        scope=scope,
        span=span,
        made_at=at,
        over=local(at).date() > span.until,
        since_when=covered,
        now=now,
        before=month_figures(scope, span.before),
        year_before=month_figures(scope, span.year_before),
        trend=_trend(facts, span, covered),
        spreads=spreads,
        hot=hot,
        growing=growing,
        alerts=_alerts(scope, span),
        explanation=explanation,
        usual=usual,
        cases=choose_cases(facts, span.since, span.until, top_cause=causes[0][0] if causes else ""),
        measures=_measures(scope, span, at),
        uncaused=_uncaused(facts, span),
    )


def month_figures(scope: Scope, span: Span) -> MonthFigures:
    """The counts of one month or quarter, repeats merged, and how many were."""
    facts = scope.facts()
    rates = run(rates_by(facts, since=span.since, until=span.until))[0]
    money = run(money_by(facts, since=span.since, until=span.until))[0]
    every = run(counts_by(scope.facts(counted=False), since=span.since, until=span.until))[0]["n"]
    return MonthFigures(span, rates, money, every - rates["n"])


def _spread(facts: Any, span: Span, column: str) -> Spread:
    before = (span.before.since, span.before.until)
    rows = run(growth_by(facts, column, since=span.since, until=span.until, before=before))
    told = [(row[column] or "", row["n"], row["before"]) for row in rows if row["n"]]
    if column == "root_cause":  # most cases have none yet: not a value
        told = [row for row in told if row[0]]
    return Spread(column, told[:MOST_SPREAD], len(told))


def _trend(facts: Any, span: Span, covered: date | None) -> list[tuple[str, int]]:
    """(month, complaints) of the last months, none before the first on record."""
    first = span.back(TREND - 1).since
    if covered is not None:
        first = max(first, covered.replace(day=1))
    rows = run(series(facts, grain="month", since=first, until=span.until))
    filled = filled_series(rows, grain="month", since=first, until=span.until)[()]
    return [(f"{month:%Y-%m}", n) for month, n in filled]


def _uncaused(facts: Any, span: Span) -> int:
    closed = facts.filter((facts.ended == "closed") & (facts.root_cause.fill_null("") == ""))
    return int(run(counts_by(closed, since=span.since, until=span.until))[0]["n"])


def _alerts(scope: Scope, span: Span) -> list[Alert]:
    """Rises that ran in the month, most complaints beyond the usual first."""
    met = Q(unit_path__startswith=scope.path) if scope.path else Q()
    ran = Alert.objects.filter(met, began__date__lte=span.until, last__date__gte=span.since).prefetch_related(
        "steps__by"
    )
    return sorted(ran, key=lambda alert: (alert.expected - alert.observed, alert.pk))


def _explain(scope: Scope, span: Span, covered: date | None) -> tuple[Explanation | None, tuple[date, date] | None]:
    """The month held against the three before it, without days before the first on record."""
    if covered is None or covered >= span.since:
        return None, None
    facts, usual = scope.facts(), span.back(BEFORE)
    first, last = max(usual.since, covered), span.since - timedelta(days=1)
    a = Side(span.since, span.until, scope.path)
    b = Side(first, last, scope.path)
    cells = cells_of(facts, a, b, "days")
    if not cells.now.sum():
        return None, (first, last)
    return explain_change(cells, phrases=lambda where: phrases_of(facts, a, b, where)), (first, last)


def _measures(scope: Scope, span: Span, at: datetime) -> list[MeasureState]:
    """Measures open in the month or closed in it, the late ones first."""
    found = Measure.objects.exclude(closed_at__date__lt=span.since).filter(made_at__date__lte=span.until)
    if scope.path:
        found = found.filter(Q(pk__in=Measure.objects.filter(units__path__startswith=scope.path).values("pk")))
    today = local(at).date()
    rows = []
    for measure in found.select_related("owner").prefetch_related("units", "checks").order_by("due", "pk"):
        units = tuple(unit.name for unit in measure.units.all())
        rows.append(MeasureState(measure, units, current_effect(measure), measure.is_late(today)))
    return sorted(rows, key=lambda row: not row.late)
