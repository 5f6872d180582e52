"""The cells hot spots are made of: one Ibis expression a set of columns, counted where the facts lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np

from tingsu.insight.facts.engine import ask
from tingsu.insight.topics.certainty import Array

if TYPE_CHECKING:
    from tingsu.insight.topics.hot import Harm

ANGRY = 2  # emotion from here on
FIRST_DAY = date(2000, 1, 1)  # an earlier date is a slip of the pen
NO_VALUE = ("", "其他")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``since`` to ``until``, both included."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise ValueError(f"{self.until} lies before {self.since}")

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def earlier(self, n: int) -> Period:
        """The stretch of the same length ``n`` stretches before."""
        back = timedelta(days=self.days * n)
        return Period(self.since - back, self.until - back)


@dataclass(frozen=True, slots=True)
class Span:
    """What the facts cover: first believable day, complaints inside the period, undated ones, ones astray."""

    first: date | None
    inside: int
    undated: int
    astray: int

    def windows(self, period: Period) -> int:
        """How many whole stretches of the period's length lie between the first day and the period."""
        return 0 if self.first is None else max(0, (period.since - self.first).days // period.days)


def read_span(facts: Any, period: Period) -> Span | None:
    """What the facts cover up to the period's end; None where the facts have no day at all."""
    if "day" not in facts.columns:
        return None
    day = facts.day.cast("date")
    known = day >= ibis.date(FIRST_DAY)
    row = facts.aggregate(
        first=day.min(where=known & (day <= ibis.date(period.until))),
        inside=((day >= ibis.date(period.since)) & (day <= ibis.date(period.until))).sum(),
        undated=day.isnull().sum(),
        astray=((day < ibis.date(FIRST_DAY)) | (day > ibis.date(period.until))).sum(),
    )
    seen = ask(row).to_pylist()[0]
    return Span(seen["first"], seen["inside"] or 0, seen["undated"] or 0, seen["astray"] or 0)


@dataclass(frozen=True, slots=True)
class Cells:
    """Counted cells: ``history`` m × k with the latest stretch first; harm and its squares summed over complaints."""

    where: list[dict[str, str]]
    now: Array
    history: Array
    angry: Array
    regulator: Array
    asked: Array
    paid: Array
    harm: Array
    harm_squares: Array

    def __len__(self) -> int:
        return len(self.where)

    @classmethod
    def join(cls, parts: Sequence[Cells]) -> Cells:
        """All cells of several tables, in order."""
        arrays = ("now", "history", "angry", "regulator", "asked", "paid", "harm", "harm_squares")
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays}
        return cls(where=[where for part in parts for where in part.where], **joined)


def count_cells(facts: Any, period: Period, names: Sequence[str], windows: int, weights: Harm, *, fewest: int) -> Cells:
    """Cells of the columns ``names`` with at least ``fewest`` complaints in the period, with their history."""
    rows = _within(facts, period, windows)
    for name in names:
        rows = rows.filter(rows[name].notnull() & ~rows[name].isin(NO_VALUE))
    counted = rows.group_by(list(names)).agg(**_measures(rows, period, windows, weights))
    found = ask(counted.filter(counted.now >= fewest))
    column = {name: found.column(name).to_pylist() for name in names}
    where = [dict(zip(names, values, strict=True)) for values in zip(*column.values(), strict=True)]
    past = [_numbers(found, f"before_{n}") for n in range(1, windows + 1)]
    history = np.column_stack(past) if past else np.zeros((len(where), 0))
    measured = ("now", "angry", "regulator", "asked", "paid", "harm", "harm_squares")
    return Cells(where, history=history, **{name: _numbers(found, name) for name in measured})


def count_units(facts: Any, period: Period) -> dict[str, int]:
    """Complaints of each unit in the period."""
    counted = ask(within(facts, period).group_by("unit").agg(n=lambda rows: rows.count())).to_pylist()
    return {row["unit"]: row["n"] for row in counted}


def within(facts: Any, period: Period) -> Any:
    """The facts of the period."""
    day = facts.day.cast("date")
    return facts.filter((day >= ibis.date(period.since)) & (day <= ibis.date(period.until)))


def narrow(facts: Any, where: Mapping[str, str]) -> Any:
    """The facts that have all values of ``where``."""
    for name, value in where.items():
        facts = facts.filter(facts[name] == value)
    return facts


def _within(facts: Any, period: Period, windows: int) -> Any:
    return within(facts, Period(period.earlier(windows).since, period.until))


def _measures(rows: Any, period: Period, windows: int, weights: Harm) -> dict[str, Any]:
    inside = _is_in(rows, period)
    angry = _held(rows, "emotion", 0) >= ANGRY
    regulator = _held(rows, "regulator", False)
    asked, paid = _money(rows, "asked"), _money(rows, "paid")
    harm = (
        weights.complaint
        + angry.cast("float64") * weights.angry
        + regulator.cast("float64") * weights.regulator
        + asked * weights.asked
        + paid * weights.paid
    )
    measures = {
        "now": inside.cast("int64").sum(),
        "angry": (inside & angry).cast("int64").sum(),
        "regulator": (inside & regulator).cast("int64").sum(),
        "asked": asked.sum(where=inside),
        "paid": paid.sum(where=inside),
        "harm": harm.sum(where=inside),
        "harm_squares": (harm * harm).sum(where=inside),
    }
    for n in range(1, windows + 1):
        measures[f"before_{n}"] = _is_in(rows, period.earlier(n)).cast("int64").sum()
    return measures


def _is_in(rows: Any, period: Period) -> Any:
    day = rows.day.cast("date")
    return (day >= ibis.date(period.since)) & (day <= ibis.date(period.until))


def _held(rows: Any, name: str, missing: Any) -> Any:
    return rows[name].fill_null(missing) if name in rows.columns else ibis.literal(missing)


def _money(rows: Any, name: str) -> Any:
    """Yuan, 0 where none was named (NaN or null)."""
    if name not in rows.columns:
        return ibis.literal(0.0)
    amount = rows[name].cast("float64")
    return ibis.ifelse(amount.isnull() | amount.isnan(), 0.0, amount)


def _numbers(found: Any, name: str) -> Array:
    numbers: Array = np.nan_to_num(np.asarray(found.column(name).to_pylist(), dtype=float))
    return numbers
