"""The cells hot spots are made of: one Ibis expression a set of columns, counted where the facts lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np

from tingsu.base.clock import today
from tingsu.insight.certainty import Array
from tingsu.insight.days import first_of_record
from tingsu.insight.facts.engine import ask, laid_aside
from tingsu.insight.facts.figures import ANGRY

if TYPE_CHECKING:
    from tingsu.insight.topics.hot import Harm

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
    """What the facts cover: the day the record begins, complaints inside the period, undated ones, ones astray."""

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
    latest = max(period.until, today())
    rows = ask(facts.group_by(day=facts.day.cast("date")).agg(n=lambda rows: rows.count())).to_pylist()
    days = [(row["day"], row["n"]) for row in rows if row["day"] is not None]
    known = [(day, n) for day, n in days if FIRST_DAY <= day <= period.until]
    return Span(
        first=first_of_record(known),
        inside=sum(n for day, n in known if day >= period.since),
        undated=sum(row["n"] for row in rows if row["day"] is None),
        astray=sum(n for day, n in days if not FIRST_DAY <= day <= latest),
    )


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


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is counted many times, laid aside once: ``inside`` the period with all it weighs, ``past`` with its age.

    ``past`` holds the columns and ``age``: 1 for the latest stretch before the period, up to ``windows``.
    """

    inside: Any
    past: Any
    windows: int


@contextmanager
def gather(facts: Any, period: Period, names: Sequence[str], windows: int, weights: Harm) -> Iterator[Gathered]:
    """The columns ``names`` of the period and of the stretches before it, in the engine's memory while it is asked.

    Seventeen tables of cells are counted from them; each reading of millions of facts costs more than all the counting.
    """
    inside, before = within(facts, period), _within(facts, period, windows)
    day = before.day.cast("date")
    age = (ibis.date(period.until).delta(day, unit="day") // period.days).cast("int8")
    past = before.filter(day < ibis.date(period.since)).select(*names, age=age)
    told = [name for name in ("case_id",) if name in facts.columns]
    with laid_aside(inside.select(*names, *told, **_weighed(inside, weights))) as near, laid_aside(past) as far:
        yield Gathered(near, far, windows)


def count_cells(gathered: Gathered, names: Sequence[str], *, fewest: int) -> Cells:
    """Cells of the columns ``names`` with at least ``fewest`` complaints in the period, with their history."""
    rows = gathered.inside
    said = [rows[name].notnull() & ~rows[name].isin(NO_VALUE) for name in names]
    rows = rows.filter(said)
    found = rows.group_by(list(names)).agg(**_measures(rows))
    found = found.filter(found.now >= fewest)
    told = found.left_join(_history(gathered, found, names), list(names)).to_pyarrow()
    column = {name: told.column(name).to_pylist() for name in names}
    where = [dict(zip(names, values, strict=True)) for values in zip(*column.values(), strict=True)]
    past = [_numbers(told, f"before_{n}") for n in range(1, gathered.windows + 1)]
    history = np.column_stack(past) if past else np.zeros((len(where), 0))
    measured = ("now", "angry", "regulator", "asked", "paid", "harm", "harm_squares")
    return Cells(where, history=history, **{name: _numbers(told, name) for name in measured})


def _history(gathered: Gathered, found: Any, names: Sequence[str]) -> Any:
    """How many complaints the cells found had in each earlier stretch; a cell that had none is not there."""
    counted = gathered.past.semi_join(found, list(names)).group_by([*names, "age"]).agg(n=lambda rows: rows.count())
    stretches = {f"before_{n}": counted.n.sum(where=counted.age == n) for n in range(1, gathered.windows + 1)}
    return counted.group_by(list(names)).agg(**stretches)


def cases_of(facts: Any, gathered: Gathered, period: Period, where: Mapping[str, str]) -> Array:
    """The cases of a cell in the period, in order; none where they have no numbers or nobody told them apart."""
    if "case_id" not in facts.columns:
        return np.zeros(0)
    rows = narrow(within(facts, period) if "phrase" in where else gathered.inside, where)
    return np.sort(rows.select("case_id").to_pyarrow()[0].to_numpy())


def count_units(facts: Any, period: Period) -> dict[str, int]:
    """Complaints of each unit in the period."""
    counted = ask(within(facts, period).group_by("unit").agg(n=lambda rows: rows.count())).to_pylist()
    return {row["unit"]: row["n"] for row in counted}


def within(facts: Any, period: Period) -> Any:
    """The facts of the period."""
    day = facts.day.cast("date")
    return facts.filter((day >= ibis.date(period.since)) & (day <= ibis.date(period.until)))


def narrow(facts: Any, where: Mapping[str, str]) -> Any:
    """The facts that have all values of ``where``; a ``phrase`` is looked for in the text."""
    for name, value in where.items():
        facts = facts.filter(facts.text.contains(value) if name == "phrase" else facts[name] == value)
    return facts


def _within(facts: Any, period: Period, windows: int) -> Any:
    return within(facts, Period(period.earlier(windows).since, period.until))


def _weighed(rows: Any, weights: Harm) -> dict[str, Any]:
    """What each complaint of the period weighs."""
    angry, regulator = _held(rows, "emotion", 0) >= ANGRY, _held(rows, "regulator", False)
    asked, paid = _money(rows, "asked"), _money(rows, "paid")
    harm = (
        weights.complaint
        + angry.cast("float64") * weights.angry
        + regulator.cast("float64") * weights.regulator
        + asked * weights.asked
        + paid * weights.paid
    )
    return {"angry": angry, "regulator": regulator, "asked": asked, "paid": paid, "harm": harm}


def _measures(rows: Any) -> dict[str, Any]:
    return {
        "now": rows.count(),
        "angry": rows.angry.cast("int64").sum(),
        "regulator": rows.regulator.cast("int64").sum(),
        "asked": rows.asked.sum(),
        "paid": rows.paid.sum(),
        "harm": rows.harm.sum(),
        "harm_squares": (rows.harm * rows.harm).sum(),
    }


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
