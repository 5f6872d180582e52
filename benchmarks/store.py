"""A store of any size: the demo bank played once, then copied row by row inside the database."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Max, Model

from tingsu.cases.models import Approval, Case, Customer, Deadline, Event, FollowUp, Option

COPIED: tuple[type[Model], ...] = (Customer, Case, Event, Deadline, Option, Approval, FollowUp)
# Copies' clocks react no more: of a million copies of six hundred moments thousands would fall due in one second.
EMPTIED_IN_COPIES = {"external_id": "''", "next_rung_at": "NULL"}


def grow(to: int) -> int:
    """Copy the store's cases with all that hangs on them until there are ``to``; returns how many there are.

    Copies share the originals' moments, so every count grows in proportion. Their seals do not verify.
    """
    have = Case.objects.count()
    while have < to:
        have += _copy_all(min(have, to - have))
    _analyse()
    return have


def _copy_all(count: int) -> int:
    """Copy the first ``count`` cases once; identities are shifted by the highest one of each table."""
    shifts = {model: _highest(model) for model in COPIED}
    cases = list(Case.objects.order_by("pk").values_list("pk", flat=True)[:count])
    with transaction.atomic(), connection.cursor() as cursor:
        for model in COPIED:
            cursor.execute(_copy_statement(model, shifts, cases[-1]))
        cursor.execute(_search_statement(shifts[Case], cases[-1]))
    _advance_sequences()
    return count


def _highest(model: type[Model]) -> int:
    return int(model._default_manager.aggregate(top=Max("pk"))["top"] or 0)


def _copy_statement(model: type[Model], shifts: dict[type[Model], int], last_case: int) -> str:
    quote = connection.ops.quote_name
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = quote(field.column)
        columns.append(column)
        shift = shifts.get(model if field.primary_key else field.related_model)  # type: ignore[arg-type]
        value = EMPTIED_IN_COPIES.get(field.column, column)
        values.append(f"{column} + {shift}" if shift is not None else value)
        if model is Case and field.column == "number":
            values[-1] = f"'C' || (id + {shifts[Case]})"
    table = quote(model._meta.db_table)
    where = _of_cases(model, last_case)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} WHERE {where}"


def _of_cases(model: type[Model], last_case: int) -> str:
    if model is Case:
        return f"id <= {last_case}"
    if model is Customer:
        return f"id IN (SELECT customer_id FROM cases_case WHERE id <= {last_case})"
    return f"case_id <= {last_case}"


def _search_statement(shift: int, last_case: int) -> str:
    if connection.vendor == "postgresql":
        return (
            f"INSERT INTO cases_search (id, part, doc) SELECT id + {shift}, part, doc FROM cases_search"
            f" WHERE id <= {last_case}"
        )
    return (
        f"INSERT INTO cases_search (rowid, tokens) SELECT rowid + {shift}, tokens FROM cases_search"
        f" WHERE rowid <= {last_case}"
    )


def _advance_sequences() -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for model in COPIED:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def _analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "sqlite":
            # A store that grew over years has no gigabyte of unmerged log in front of it.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
