"""Received, answered and satisfied, week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis

from tingsu.insight.days import monday_of
from tingsu.insight.facts.figures import OPINIONS, PLEASED, filled_series, run, series


@dataclass(frozen=True, slots=True)
class Week:
    """One week by its Monday; of the ``answered`` in it ``opinions`` said how satisfied they are, ``pleased`` were."""

    monday: date
    received: int
    answered: int
    opinions: int
    pleased: int

    @property
    def share(self) -> float | None:
        """Satisfied of those who said so; None where nobody did."""
        return self.pleased / self.opinions if self.opinions else None


def weekly_trend(facts: Any, *, until: date, weeks: int) -> list[Week]:
    """The last ``weeks`` weeks up to ``until``, oldest first; the last one may not be over."""
    since = monday_of(until) - timedelta(days=7 * (weeks - 1))
    received = filled_series(
        run(series(facts, grain="week", since=since, until=until)), grain="week", since=since, until=until
    )[()]
    answered = {row["at"]: row for row in run(_answered(facts, since, until))}
    none = {"answered": 0, "opinions": 0, "pleased": 0}
    return [Week(monday, n, **{name: (answered.get(monday) or none)[name] for name in none}) for monday, n in received]


def _answered(facts: Any, since: date, until: date) -> Any:
    """(at, answered, opinions, pleased) by the week of the answer."""
    rows = facts.filter(facts.answered_at.notnull()).mutate(on=facts.answered_at.cast("date"))
    rows = rows.filter((rows.on >= ibis.literal(since)) & (rows.on <= ibis.literal(until)))
    rows = rows.mutate(at=rows.on.truncate("W").cast("date"))
    return rows.group_by("at").aggregate(
        answered=ibis._.count(),
        opinions=ibis._.satisfaction.isin(OPINIONS).cast("int64").sum().coalesce(0),
        pleased=ibis._.satisfaction.isin(PLEASED).cast("int64").sum().coalesce(0),
    )
