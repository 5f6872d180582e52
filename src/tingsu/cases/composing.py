"""Queries composed once: what every request asks costs more to compose than to run.

Django composes a statement anew for each question; with the sixty columns of a case and its neighbours that takes
milliseconds. Here the statement and the way back from its row to the object are kept, and only the values change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]

Row = TypeVar("Row", bound=Model)
PLACE = -1_000_003  # stands in the query for a whole number to come …
WORD = "\ue000place\ue000"  # … and this for a text


class Composed(Generic[Row]):
    """A query over one table and what is selected with it; asked with values for its places, in their order.

    ``make`` builds the query with PLACE or WORD where a value will stand. Rows are locked if it says select_for_update,
    which needs a transaction as ever.
    """

    def __init__(self, make: Callable[[], QuerySet[Row]]) -> None:
        self._make = make
        self._plans: dict[str, _Plan] = {}

    def all(self, *values: Any) -> list[Row]:
        """Every row."""
        database = connections[DEFAULT_DB_ALIAS]
        plan = self._plans.get(database.vendor)
        if plan is None:
            plan = self._plans[database.vendor] = _Plan(self._make())
        given = iter(values)
        params = [next(given) if param in (PLACE, WORD) else param for param in plan.params]
        with database.cursor() as cursor:
            cursor.execute(plan.sql, params)
            rows = cursor.fetchall()
        return [plan.read(row) for row in rows]

    def first(self, *values: Any) -> Row | None:
        """The first row; None where there is none."""
        rows = self.all(*values)
        return rows[0] if rows else None


class _Plan:
    """The statement and how a row of its answer becomes an object."""

    def __init__(self, query: QuerySet[Any]) -> None:
        self.compiler = query.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.params = self.compiler.as_sql()
        select, info = self.compiler.select, self.compiler.klass_info
        self.converters = self.compiler.get_converters([one[0] for one in select])
        self.start, self.end = info["select_fields"][0], info["select_fields"][-1] + 1
        self.model = info["model"]
        self.names = [one[0].target.attname for one in select[self.start : self.end]]
        self.related = get_related_populators(info, select, DEFAULT_DB_ALIAS)

    def read(self, row: Sequence[Any]) -> Any:
        """One row as an object with what was selected with it."""
        if self.converters:
            [row] = self.compiler.apply_converters([row], self.converters)
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.start : self.end])
        for related in self.related:
            related.populate(row, made)
        return made
