"""One unit beside its like: complaints per thousand customers, with bounds, where sizes are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tingsu.insight.certainty import count_bounds
from tingsu.insight.facts.figures import counts_by, run
from tingsu.insight.facts.scope import facts_for
from tingsu.org.models import Unit, User

PER = 1000  # customers


@dataclass(frozen=True, slots=True)
class UnitRate:
    """Complaints about a unit and all below it, and per thousand customers with 95 % bounds (None: size not known)."""

    code: str
    name: str
    count: int
    customers: int
    rate: float | None
    low: float | None
    high: float | None


def rates_beside(
    unit: Unit, like: Sequence[Unit], counts: Mapping[str, int], customers: Mapping[str, int]
) -> list[UnitRate]:
    """The unit and its like, the highest rate first, those without a size last.

    ``counts``: path → complaints; ``customers``: code → customers, what is not known left out or 0.
    """
    rows = [
        _rate(one, sum(n for path, n in counts.items() if path.startswith(one.path)), customers.get(one.code, 0))
        for one in {unit, *like}
    ]
    return sorted(rows, key=lambda row: (row.rate is None, -(row.rate or 0), row.code))


def like_units(unit: Unit, near: Sequence[Unit]) -> list[Unit]:
    """Those of ``near`` that are of the unit's kind."""
    return [one for one in near if one.kind == unit.kind]


def counts_by_path(*, by: User, since: Any, until: Any) -> dict[str, int]:
    """Complaints of the period by path of the unit they are about, in this person's reach."""
    rows = run(counts_by(facts_for(by), "unit_path", since=since, until=until))
    return {row["unit_path"]: row["n"] for row in rows if row["unit_path"]}


def typical_rate(rows: Sequence[UnitRate]) -> float | None:
    """The rate of all of them together; None where no size is known."""
    known = [row for row in rows if row.customers]
    customers = sum(row.customers for row in known)
    return PER * sum(row.count for row in known) / customers if customers else None


def _rate(unit: Unit, count: int, customers: int) -> UnitRate:
    if not customers:
        return UnitRate(unit.code, unit.name, count, 0, None, None, None)
    low, high = (float(bound[0]) for bound in count_bounds(np.array([float(count)])))
    per = PER / customers
    return UnitRate(unit.code, unit.name, count, customers, count * per, low * per, high * per)
