"""Why complaints changed between two periods, or differ between two units, asked of the facts in a person's reach.

told = compare_sides(a, b, by=person)
told = explain_rise({"topic": "T12"}, by=person, since=…, until=…)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError
from tingsu.insight.causes.compare import Basis, Difference, compare
from tingsu.insight.causes.explain import Cells, Column, Explanation, explain_change
from tingsu.insight.facts.figures import counts_by, run, span, with_values
from tingsu.insight.facts.scope import facts_for
from tingsu.insight.kept import keep
from tingsu.insight.picked import Picked, pick
from tingsu.insight.report.phrases import contrast, count_units, find_units
from tingsu.org.models import User

DIMENSIONS = ("branch", "unit", "business", "product", "cause", "channel", "topic")
SAMPLED = 250  # texts a part and its contrast are looked at in
BEFORE = 4  # times as long as the rise: what was usual before it
LEAST_BEFORE = 28  # days of it: of the few days before a day nothing can be said
PHRASES = 4


class NothingToCompare(TingsuError):
    """One of the two sides lies wholly before the first complaint on record; ``first`` None: there is none at all."""

    code = "nothing_to_compare"

    def __init__(self, first: date | None) -> None:
        self.first = first
        late = _("要比的时间在最早一件投诉之前，无从比较。请选晚一些的时间。")
        super().__init__(late if first else _("还没有可以对比的投诉。"))


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two groups: days of receipt (both included), a unit and all below it, and values of columns."""

    since: date
    until: date
    under: str = ""
    unit: str = ""
    where: tuple[tuple[str, str], ...] = ()
    customers: int = 0

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def picked(self) -> Picked:
        return Picked(where=dict(self.where), since=self.since, until=self.until, under=self.under)


@dataclass(frozen=True, slots=True)
class Compared:
    """A beside B. ``basis``: days (two periods), customers (two units of known size), or share of each one's total."""

    a: Side
    b: Side
    n_a: int
    n_b: int
    basis: str
    explanation: Explanation
    differences: list[Difference] = field(default_factory=list)


def compare_sides(a: Side, b: Side, *, by: User) -> Compared:
    """Both the parts that account for the difference and every value beside its like. Raises NotAllowed,
    NothingToCompare.

    Worked out once while the facts stand. Sides of one unit are compared per day; of two units, per customer where
    both sizes are known, else by what share of each one's complaints something makes up.
    """
    return keep("compared", a, b, by=by, make=lambda: _compare(a, b, by))


def explain_rise(where: Mapping[str, str], *, by: User, since: date, until: date, under: str = "") -> Compared:
    """Where a rise of one topic, unit or combination from ``since`` to ``until`` comes from, against the time before it
    (``before_rise``). Raises NotAllowed, NothingToCompare.
    """
    now = Side(since, until, under, where=tuple(sorted(where.items())))
    return compare_sides(now, before_rise(now), by=by)


def before_rise(side: Side) -> Side:
    """What a rise is held against: four times as long before it, and four weeks at least."""
    days = max(BEFORE * side.days, LEAST_BEFORE)
    return replace(side, since=side.since - timedelta(days=days), until=side.since - timedelta(days=1))


def _compare(a: Side, b: Side, by: User) -> Compared:
    facts = facts_for(by)
    a, b = _covered(facts, a), _covered(facts, b)
    basis = _basis(a, b)
    cells = cells_of(facts, a, b, basis)
    kind: Basis = "share" if basis == "share" else "over"
    said = explain_change(cells, phrases=lambda where: phrases_of(facts, a, b, where))
    n_a, n_b = round(float(cells.now.sum())), round(float(cells.before.sum()))
    return Compared(a, b, n_a, n_b, basis, said, _without_echoes(compare(cells, basis=kind, uneven=said.uneven)))


def _without_echoes(found: list[Difference]) -> list[Difference]:
    """Without branches whose complaints are all their own and none of a unit below: the unit says the same."""
    units = {(one.value, one.a, one.b) for one in found if one.dimension == "unit"}
    return [one for one in found if one.dimension != "branch" or (one.value, one.a, one.b) not in units]


def _basis(a: Side, b: Side) -> str:
    if a.under == b.under and a.where == b.where:
        return "days"
    return "customers" if a.customers and b.customers else "share"


def _covered(facts: Any, side: Side) -> Side:
    """The side without the days before the first complaint on record: nothing was counted then."""
    first = run(span(facts))[0]["first"]
    if first is None or side.until < first:
        raise NothingToCompare(first)
    return replace(side, since=max(side.since, first))


def cells_of(facts: Any, a: Side, b: Side, basis: str) -> Cells:
    """Both sides counted by every combination of the dimensions that tell cases apart."""
    names = [name for name in DIMENSIONS if name not in dict(a.where)]
    tables = [counts_by(pick(facts, side.picked), *names).to_pyarrow() for side in (a, b)]
    sizes = [len(table) for table in tables]
    both = pa.concat_tables(tables)
    counts = both.column("n").to_numpy().astype(float)
    numbers = np.zeros((len(counts), 2))
    numbers[: sizes[0], 0], numbers[sizes[0] :, 1] = counts[: sizes[0]], counts[sizes[0] :]
    values = {name: _column(both.column(name)) for name in names}
    if basis == "share":
        over = (max(float(numbers[:, 0].sum()), 1.0), max(float(numbers[:, 1].sum()), 1.0))
    else:
        over = (float(a.days * (a.customers or 1)), float(b.days * (b.customers or 1)))
        if basis == "days":
            over = (float(a.days), float(b.days))
    return Cells(_telling(values, basis), numbers[:, 0], numbers[:, 1], *over)


def _column(values: Any) -> Column:
    """A column of the facts, coded; what is not said is ""."""
    told = pc.fill_null(values.combine_chunks(), "").dictionary_encode()
    return Column(told.dictionary.to_pylist(), told.indices.to_numpy(zero_copy_only=False).astype(np.int64))


def _telling(values: Mapping[str, Column], basis: str) -> dict[str, Column]:
    """The dimensions of more than one value; of two units, not those that only say which unit it is."""
    own = () if basis == "days" else ("branch", "unit")
    return {name: column for name, column in values.items() if len(column.words) > 1 and name not in own}


def phrases_of(facts: Any, a: Side, b: Side, where: Mapping[str, str]) -> list[str]:
    """What is said in a part's complaints of A more than elsewhere in A and in the same part of B."""
    inside = _texts(with_values(pick(facts, a.picked), where))
    part_before = _texts(with_values(pick(facts, b.picked), where))
    elsewhere = {pk: text for pk, text in _texts(pick(facts, a.picked)).items() if pk not in inside}
    mine = [find_units(text) for text in inside.values()]
    others = [find_units(text) for text in (part_before | elsewhere).values()]
    found = contrast(count_units(mine), len(mine), count_units([*mine, *others]), len(mine) + len(others), most=PHRASES)
    return [phrase.text for phrase in found]


def _texts(table: Any) -> dict[int, str]:
    """Case → masked text of the newest cases."""
    newest = table.select("case_id", "text").order_by(ibis.desc("case_id")).limit(SAMPLED)
    return {row["case_id"]: row["text"] or "" for row in run(newest)}
