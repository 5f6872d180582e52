"""The complaints a figure counts: picked out of the facts by what they have in common, listed, and counted every way.

picked = Picked(where={"unit": "O1", "cause": "服务态度及质量"}, since=…, until=…)
listed(facts, picked, first=0, most=30); breakdown(facts, picked)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc

from tingsu.insight.days import monday_of
from tingsu.insight.facts.engine import ask
from tingsu.insight.facts.figures import ANGRY, OPINIONS, PLEASED, within
from tingsu.insight.facts.scope import facts_for
from tingsu.insight.reports.derived import DERIVED
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.reading import mask

# Columns whose values may be picked, and what each is compared with.
COLUMNS = (
    "topic", "unit", "product", "business", "cause", "channel", "root_cause", "need", "verdict", "satisfaction",
    "ended", "batch", *DERIVED,
)  # fmt: skip
FLAGS = ("regulator", "answered_late", "reopened", "appealed")
SHOWN = (
    "case_id",
    "number",
    "day",
    "unit",
    "product",
    "cause",
    "channel",
    "emotion",
    "regulator",
    "ended",
    "asked",
    "text",
)
COUNTED = ("day", "unit", "branch", "channel", "product", "cause", "emotion", "regulator", "ended", "asked", "paid",
           "satisfaction", "answered_at", "answered_late")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picked:
    """What complaints have in common: values of columns, a phrase in their text, flags, days, a unit and all below it.

    ``angry`` picks emotion 2 and 3; ``under`` is a unit's path. ``times``: only these days, or hours (day, hour).
    """

    where: Mapping[str, str] = field(default_factory=dict)
    since: date | None = None
    until: date | None = None
    phrase: str = ""
    flags: frozenset[str] = frozenset()
    angry: bool = False
    under: str = ""
    times: tuple[tuple[date, int | None], ...] = ()

    @property
    def key(self) -> tuple[Any, ...]:
        """What two equal ones share."""
        said = (self.since, self.until, self.phrase, self.flags, self.angry, self.under, self.times)
        return (tuple(sorted(self.where.items())), *said)


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the complaints, latest first, and how many there are in all."""

    rows: list[dict[str, Any]]
    total: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How many complaints there are, by day and by each column, and counts for shares with their base."""

    total: int
    by_day: Counter[date]
    by: dict[str, Counter[str]]
    by_week: dict[str, Counter[date]]  # unit → Monday → how many
    angry: int
    regulator: int
    open: int
    asked: float
    paid: float
    answered: int
    answered_late: int
    opinions: int
    satisfied: int


def pick(facts: Any, picked: Picked) -> Any:
    """The facts of these complaints, as an Ibis table. Columns that are not to be picked by are passed over."""
    rows = within(facts, picked.since, picked.until)
    for name, value in picked.where.items():
        if name in COLUMNS:
            rows = rows.filter((DERIVED[name](rows) if name in DERIVED else rows[name]) == value)
    for name in sorted(picked.flags & set(FLAGS)):
        rows = rows.filter(rows[name])
    if picked.under:
        rows = rows.filter(rows.unit_path.startswith(picked.under))
    if picked.times:
        rows = rows.filter(ibis.or_(*(_falls_at(rows, day, hour) for day, hour in picked.times)))
    if picked.angry:
        rows = rows.filter(rows.emotion >= ANGRY)
    return rows.filter(rows.text.contains(picked.phrase)) if picked.phrase else rows


def _falls_at(rows: Any, day: date, hour: int | None) -> Any:
    met = rows.day == ibis.date(day)
    return met if hour is None else met & (rows.hour == hour)


def listed(facts: Any, picked: Picked, *, first: int = 0, most: int = 30) -> Listed:
    """Rows ``first`` to ``first + most``, latest first."""
    rows = pick(facts, picked)
    total = ask(rows.aggregate(n=rows.count()))["n"][0].as_py()
    page = rows.order_by(ibis.desc("received_at"), ibis.desc("case_id")).select(*SHOWN).limit(most, offset=first)
    return Listed(ask(page).to_pylist() if total > first else [], total)


def take_listed(picked: Picked, *, by: User, most: int, at: datetime | None = None) -> Listed:
    """The complaints in this person's reach, to leave the house: the access log gets its line first.

    Raises NotAllowed (view_home, export_cases).
    """
    require(by, "export_cases")
    taken = listed(facts_for(by), picked, most=most)
    said = {name: mask(str(value)) for name, value in asdict(picked).items() if value}
    note_access("export", {"file": "insight", "cases": len(taken.rows), "filters": said}, by=by, at=at)
    return taken


def breakdown(
    facts: Any, picked: Picked, columns: Iterable[str] = ("unit", "channel", "product", "cause")
) -> Breakdown:
    """The complaints counted every way a page shows, from one look at the facts."""
    rows = ask(pick(facts, picked).select(*COUNTED))
    by_week: dict[str, Counter[date]] = {}
    for unit, day, n in _counted(rows, "unit", "day"):
        by_week.setdefault(unit, Counter())[monday_of(day)] += n
    answered = pc.is_valid(rows["answered_at"])
    return Breakdown(
        total=len(rows),
        by_day=Counter(dict(_counted(rows, "day"))),
        by={name: Counter({value: n for value, n in _counted(rows, name) if value}) for name in columns},
        by_week=by_week,
        angry=_how_many(pc.greater_equal(rows["emotion"], ANGRY)),
        regulator=_how_many(rows["regulator"]),
        open=_how_many(pc.equal(rows["ended"], "")),
        asked=_yuan(rows["asked"]),
        paid=_yuan(rows["paid"]),
        answered=_how_many(answered),
        answered_late=_how_many(pc.and_(answered, rows["answered_late"])),
        opinions=_how_many(pc.is_in(rows["satisfaction"], value_set=pa.array(OPINIONS))),
        satisfied=_how_many(pc.is_in(rows["satisfaction"], value_set=pa.array(PLEASED))),
    )


def _counted(rows: Any, *names: str) -> Iterator[tuple[Any, ...]]:
    """(values …, how many) of every combination, where every value is known."""
    counted = rows.group_by(list(names)).aggregate([([], "count_all")])
    columns = [counted.column(name).to_pylist() for name in (*names, "count_all")]
    return (row for row in zip(*columns, strict=True) if None not in row)


def _how_many(met: Any) -> int:
    return pc.sum(pc.cast(met, pa.int64())).as_py() or 0


def _yuan(amounts: Any) -> float:
    """The sum; what was not named (null or NaN) adds nothing."""
    named = pc.and_(pc.is_valid(amounts), pc.invert(pc.is_nan(amounts)))
    return round(pc.sum(amounts.filter(pc.fill_null(named, False))).as_py() or 0.0, 2)
