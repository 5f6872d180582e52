"""Cases as facts for counting: the only door through which figures see cases, and no personal data passes it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, Func
from django.db.models.sql.compiler import SQLCompiler

from tingsu.base.clock import local
from tingsu.cases.access import visible_cases
from tingsu.cases.fact_rows import (
    Mark,
    batches_since,
    changed_between,
    count_events_since,
    count_facts,
    highest_case,
    is_continued,
    newest_mark,
    rows_for_facts,
)
from tingsu.cases.queue import Filters, first_of_days, narrow
from tingsu.org.models import User

__all__ = [
    "Mark",
    "batches_since",
    "changed_between",
    "count",
    "count_by",
    "count_by_day",
    "count_events_since",
    "count_facts",
    "highest_case",
    "is_continued",
    "newest_mark",
    "rows_for_facts",
    "share_late",
]


class _ChinaDay(Func):
    """The date in China of a moment, by the database's own arithmetic: China keeps no summer time.

    Django's TruncDate calls back into Python for every row on SQLite, which took half of the home page's time.
    """

    output_field = CharField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '+8 hours')", **context)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **context: Any) -> tuple[str, Any]:
        zone = "(%(expressions)s AT TIME ZONE 'Asia/Shanghai')::date"
        return self.as_sql(compiler, connection, template=zone, **context)


def count(filters: Filters, *, by: User, at: datetime) -> int:
    """How many cases this person may see fit the filters."""
    return narrow(visible_cases(by), filters, by=by, at=at).count()


def count_by(*columns: str, filters: Filters, by: User, at: datetime) -> list[tuple[Any, ...]]:
    """(values of the columns …, how many), most first."""
    rows = narrow(visible_cases(by), filters, by=by, at=at).values_list(*columns)
    return list(rows.annotate(n=Count("pk")).order_by("-n", *columns))


def count_by_day(*, days: int, by: User, at: datetime) -> list[tuple[date, int]]:
    """(day of receipt, how many) for the last ``days`` days, days without cases included."""
    cases = visible_cases(by).filter(received_at__gte=first_of_days(at, days))
    counted = cases.annotate(day=_ChinaDay("received_at")).values_list("day").annotate(n=Count("pk")).order_by()
    seen = {str(day): n for day, n in counted}
    first = local(at).date() - timedelta(days=days - 1)
    return [(day, seen.get(day.isoformat(), 0)) for day in (first + timedelta(days=n) for n in range(days))]


def share_late(moment: str, flag: str, *, days: int, by: User, at: datetime) -> tuple[int, int]:
    """(in time, all) of the cases whose ``moment`` fell in the last ``days`` days; ``flag`` says which were late."""
    within = visible_cases(by).filter(**{f"{moment}__gte": first_of_days(at, days)})
    seen = dict(within.values_list(flag).annotate(n=Count("pk")).order_by())
    return seen.get(False, 0), seen.get(False, 0) + seen.get(True, 0)
