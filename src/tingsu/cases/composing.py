"""Queries composed once: what every request asks costs more to compose than to run.

Django composes a statement anew for each question; with the sixty columns of a case and its neighbours that takes
milliseconds. Here the statement and the way back from its row to the object are kept, and only the values change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]

Row = TypeVar("Row", bound=Model)
PLACE = -1_000_003  # stands in the query for a whole number to come …
WORD = "\ue000place\ue000"  # … and this for a text


class Composed(Generic[Row]):
    """A query over one table and what is selected with it; asked with values for its places, in their order.

    ``make`` builds the query with PLACE or WORD where a value will stand. Rows are locked if it says select_for_update,
    which needs a transaction as ever. No signals are sent, which nobody hears.
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
        with database.cursor() as cursor:
            cursor.execute(plan.sql, _placed(plan.params, values))
            rows = cursor.fetchall()
        return [plan.read(row) for row in rows]

    def first(self, *values: Any) -> Row | None:
        """The first row; None where there is none."""
        rows = self.all(*values)
        return rows[0] if rows else None

    def last(self, *values: Any) -> Row | None:
        """The last row; None where there is none."""
        rows = self.all(*values)
        return rows[-1] if rows else None


class Change:
    """An UPDATE composed once: the named columns of the rows that ``make`` selects, from one table alone."""

    def __init__(self, make: Callable[[], QuerySet[Any]], *names: str) -> None:
        self._make, self._names = make, names
        self._plans: dict[str, tuple[str, Sequence[Any], list[Field[Any, Any]]]] = {}

    def run(self, said: Sequence[Any], *values: Any) -> int:
        """Set the columns to ``said``, in their order; ``values`` for the places. Returns how many rows changed."""
        database = connections[DEFAULT_DB_ALIAS]
        if database.vendor not in self._plans:
            self._plans[database.vendor] = self._plan()
        sql, params, fields = self._plans[database.vendor]
        set_to = [field.get_db_prep_save(value, database) for field, value in zip(fields, said, strict=True)]
        with database.cursor() as cursor:
            cursor.execute(sql, [*set_to, *_placed(params, values)])
            return int(cursor.rowcount)

    def _plan(self) -> tuple[str, Sequence[Any], list[Field[Any, Any]]]:
        rows = self._make().order_by().values("pk")
        selecting, params = rows.query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        where = selecting.partition(" WHERE ")[2]
        quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
        fields: list[Field[Any, Any]] = [rows.model._meta.get_field(name) for name in self._names]
        columns = ", ".join(f"{quote(field.column)} = %s" for field in fields)
        return f"UPDATE {quote(rows.model._meta.db_table)} SET {columns} WHERE {where}", params, fields  # noqa: S608


def _placed(params: Sequence[Any], values: Sequence[Any]) -> list[Any]:
    given = iter(values)
    return [next(given) if param in (PLACE, WORD) else param for param in params]


class _Plan:
    """The statement and how a row of its answer becomes an object."""

    def __init__(self, query: QuerySet[Any]) -> None:
        self.compiler = query.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.params = self.compiler.as_sql()
        select, info = self.compiler.select, self.compiler.klass_info
        converters = self.compiler.get_converters([one[0] for one in select])
        self.converters = [(place, list(some), expression) for place, (some, expression) in converters.items()]
        self.database = self.compiler.connection
        self.start, self.end = info["select_fields"][0], info["select_fields"][-1] + 1
        self.model = info["model"]
        self.names = [one[0].target.attname for one in select[self.start : self.end]]
        self.related = [_Neighbour(one) for one in get_related_populators(info, select, DEFAULT_DB_ALIAS)]

    def read(self, row: Sequence[Any]) -> Any:
        """One row as an object with what was selected with it."""
        values = list(row)
        database = connections[DEFAULT_DB_ALIAS]
        for place, converters, expression in self.converters:
            if (value := values[place]) is not None or converters:
                for convert in converters:
                    value = convert(value, expression, database)
                values[place] = value
        made = _made(self.model, self.names, values[self.start : self.end])
        for neighbour in self.related:
            neighbour.put(values, made)
        return made


class _Neighbour:
    """What is selected with a row, as Django's own populator places it, and what is selected with that."""

    def __init__(self, populator: Any) -> None:
        self.model, self.names = populator.model_cls, populator.init_list
        self.start, self.end, self.key = populator.cols_start, populator.cols_end, populator.pk_idx
        self.set_there, self.set_here = populator.local_setter, populator.remote_setter
        self.related = [_Neighbour(one) for one in populator.related_populators]

    def put(self, row: Sequence[Any], by: Model) -> None:
        values = row[self.start : self.end]
        found = None if values[self.key] is None else _made(self.model, self.names, values)
        if found is not None:
            for neighbour in self.related:
                neighbour.put(row, found)
        self.set_there(by, found)
        if found is not None:
            self.set_here(found, by)


def _made(model: type[Model], names: Sequence[str], values: Sequence[Any]) -> Any:
    """The object of a row: what ``from_db`` makes, without asking each field what it would begin with."""
    made = model.__new__(model)
    made.__dict__.update(zip(names, values, strict=False))
    made._state = state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    return made
