"""The database as rows: everything a change may touch, for comparing before and after, and for changing by force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection

Dump = dict[str, list[tuple[Any, ...]]]


def tables() -> list[str]:
    """Every table of the cases room, the search rows and the job queue."""
    models = [*apps.get_app_config("cases").get_models(include_auto_created=True)]
    models += apps.get_app_config("django_tasks_database").get_models()
    return sorted({m._meta.db_table for m in models} | {"cases_search"})


def dump() -> Dump:
    """All rows of all those tables, as text, in a fixed order."""
    with connection.cursor() as cursor:
        return {table: _rows(cursor, table) for table in tables()}


def _rows(cursor: Any, table: str) -> list[tuple[Any, ...]]:
    columns = "rowid, tokens" if table == "cases_search" and connection.vendor == "sqlite" else "*"
    cursor.execute(f"SELECT {columns} FROM {table} ORDER BY 1")
    return [tuple(str(value) for value in row) for row in cursor.fetchall()]


def force(sql: str, *params: Any) -> int:
    """Run SQL behind the product's back; the number of rows it met."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


@contextmanager
def without_foreign_keys() -> Iterator[None]:
    """What someone with the database's password can do: the constraints are put aside."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = DEFAULT")
            else:
                cursor.execute("PRAGMA foreign_keys = ON")
