"""A quarter for management and the regulator: how many, by what, per thousand outlets and ten million customers.

``build_quarter`` asks nobody's permission; whoever hands it out does (``verbs``). Repeats are merged before counting
and their number is kept beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tingsu.base.clock import local
from tingsu.insight.facts.figures import counts_by, growth_by, run, within
from tingsu.insight.facts.figures import span as days_of
from tingsu.insight.reports.derived import DERIVED
from tingsu.insight.reports.facets import FACETS, WORDS
from tingsu.insight.reports.monthly import MonthFigures, month_figures
from tingsu.insight.reports.responses import NAMES, count_responses
from tingsu.insight.reports.scope import Scope
from tingsu.insight.reports.spans import Span
from tingsu.insight.topics.hot import Size
from tingsu.insight.topics.sizes import size_of, sizes_on
from tingsu.org.models import Unit

PER_OUTLETS, PER_CUSTOMERS = 1_000, 10_000_000
NO_SIZE = Size()


@dataclass(frozen=True, slots=True)
class RegionLine:
    """One branch (of a branch: one unit): this quarter, the one before, and its size (0: not known).

    ``below``: ``code`` stands for all below it too; ``listed``: lists of complaints can be narrowed to it.
    """

    code: str
    n: int
    before: int
    size: Size
    below: bool
    listed: bool


@dataclass(frozen=True, slots=True)
class QuarterView:
    """``facets``: facet → word → (this quarter, the one before), every word of the standard; ``responses``: category →
    count; ``every``: complaints with repeats. ``size``: of the whole scope."""

    scope: Scope
    span: Span
    made_at: datetime
    over: bool
    since_when: date | None
    now: MonthFigures
    before: MonthFigures
    year_before: MonthFigures
    size: Size
    regions: list[RegionLine]
    facets: dict[str, dict[str, tuple[int, int]]]
    responses: dict[str, int]
    sources: list[tuple[str, int]]

    @property
    def every(self) -> int:
        return self.now.n + self.now.merged


def build_quarter(scope: Scope, span: Span, *, at: datetime) -> QuarterView:
    """Make the view of a quarter. An empty quarter gives one that says so."""
    facts = scope.facts()
    sizes = sizes_on(span.until)
    return QuarterView(
        scope=scope,
        span=span,
        made_at=at,
        over=local(at).date() > span.until,
        since_when=run(days_of(facts))[0]["first"],
        now=month_figures(scope, span),
        before=month_figures(scope, span.before),
        year_before=month_figures(scope, span.year_before),
        size=size_of(scope.path, sizes),
        regions=_regions(scope, span, sizes),
        facets={facet: _facet(facts, span, facet) for facet in FACETS},
        responses=_responses(facts, span),
        sources=_sources(facts, span),
    )


def per(n: int, size: int, of: int) -> float | None:
    """Complaints per so many; None where the size is not known."""
    return round(n * of / size, 2) if size > 0 else None


def _regions(scope: Scope, span: Span, sizes: Mapping[str, Size]) -> list[RegionLine]:
    """By branch over the whole house or its root, by unit below that."""
    depth = scope.path.count("/")
    column = "branch" if depth <= 2 else "unit"
    before = (span.before.since, span.before.until)
    rows = run(growth_by(scope.facts(), column, since=span.since, until=span.until, before=before))
    units = {unit.code: unit for unit in Unit.objects.all()}
    lines = []
    for row in rows:
        code = row[column] or ""
        unit = units.get(code)
        size = size_of(unit.path, sizes) if unit and column == "branch" else sizes.get(code, NO_SIZE)
        lines.append(
            RegionLine(code, row["n"], row["before"], size, column == "branch", _is_listed(code, unit, column))
        )
    return lines


def _is_listed(code: str, unit: Unit | None, column: str) -> bool:
    """A unit itself by its code; a branch with all below it only while it is in use."""
    return bool(code) and (column == "unit" or (unit is not None and unit.active))


def _facet(facts: Any, span: Span, facet: str) -> dict[str, tuple[int, int]]:
    name = f"facet_{facet}"
    told = facts.mutate(**{name: DERIVED[name](facts)})
    before = (span.before.since, span.before.until)
    rows = run(growth_by(told, name, since=span.since, until=span.until, before=before))
    counted = {row[name]: (row["n"], row["before"]) for row in rows}
    return {word: counted.get(word, (0, 0)) for word in WORDS[facet]}


def _responses(facts: Any, span: Span) -> dict[str, int]:
    counted = {row["response"]: row["n"] for row in run(count_responses(within(facts, span.since, span.until)))}
    return {category: counted.get(category, 0) for category in NAMES}


def _sources(facts: Any, span: Span) -> list[tuple[str, int]]:
    rows = run(counts_by(facts, "channel", since=span.since, until=span.until))
    return [(row["channel"] or "", row["n"]) for row in rows]
