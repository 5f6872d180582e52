"""Which tables a backup holds, and their rows as plain JSON and back: the same on every database."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

Model = type[models.Model]

# Beside our own: jobs not done yet, and the record of sign-ins. Sessions and lock-outs do not outlive a restore.
OTHERS = ("django_tasks_database.dbtaskresult", "axes.accesslog", "axes.accessfailurelog")
OURS = "tingsu."
STEP = 2_000  # rows read or written at once
_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.FloatField)


def kept_models() -> list[Model]:
    """Every table that must come back, those pointed at before those that point; a new room's tables by themselves."""
    own = [model for model in apps.get_models(include_auto_created=True) if _is_ours(model)]
    kept = [*own, *(apps.get_model(label) for label in OTHERS)]
    known = set(kept)
    # A link table to something that is not kept (Django's own groups) would point nowhere.
    kept = [model for model in kept if not model._meta.auto_created or _targets(model) <= known]
    return _in_order(kept)


def read_rows(model: Model, alias: str) -> Iterator[str]:
    """One line of JSON a row, oldest first; a step of rows in memory."""
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.using(alias).order_by("pk")
    if model._meta.label_lower == OTHERS[0]:
        rows = rows.filter(finished_at=None)  # what is done need not be done again
    for row in rows.values_list(*names).iterator(chunk_size=STEP):
        yield json.dumps(dict(zip(names, row, strict=True)), default=_plain, separators=(",", ":"))


def insert_rows(model: Model, lines: Iterable[bytes], connection: BaseDatabaseWrapper) -> int:
    """Insert rows as ``read_rows`` wrote them, ids and times unchanged; returns how many.

    Written as plain SQL: the model layer would put its own times into "made at" columns. Raises ValueError for a line
    that does not fit the table, DatabaseError for one the database refuses.
    """
    fields = model._meta.concrete_fields
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
    wanted = {field.attname: _preparer(field, connection) for field in fields}
    count = 0
    with connection.cursor() as cursor:
        for step in _steps(lines):
            cursor.executemany(sql, [_values(line, wanted) for line in step])
            count += len(step)
    return count


def delete_rows(model: Model, connection: BaseDatabaseWrapper) -> None:
    """Empty one table; what points at it is checked when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608


def _values(line: bytes, wanted: dict[str, Callable[[Any], Any]]) -> list[Any]:
    row = json.loads(line)
    if not isinstance(row, dict) or row.keys() != wanted.keys():
        raise ValueError("the row's fields are not the table's")
    return [prepare(row[name]) for name, prepare in wanted.items()]


def _preparer(field: models.Field[Any, Any], connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """JSON value → what the database's cursor wants."""
    adapt_json, adapt_moment = connection.ops.adapt_json_value, connection.ops.adapt_datetimefield_value
    if isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, _PLAIN):
        return lambda value: value
    if isinstance(field, models.JSONField):
        return lambda value: None if value is None else adapt_json(value, field.encoder)
    if isinstance(field, models.DateTimeField):  # the fields' own way in costs more than the database's work
        return lambda value: None if value is None else adapt_moment(datetime.fromisoformat(value))
    if isinstance(field, models.BinaryField):
        return lambda value: None if value is None else base64.b64decode(value)
    return lambda value: field.get_db_prep_save(field.to_python(value), connection)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"no plain form for {type(value).__name__}")


def _is_ours(model: Model) -> bool:
    return model._meta.app_config.name.startswith(OURS) and model._meta.managed and not model._meta.proxy


def _targets(model: Model) -> set[Model]:
    foreign = (field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey))
    return {field.related_model for field in foreign if not isinstance(field.related_model, str)}


def _in_order(kept: list[Model]) -> list[Model]:
    ordered: list[Model] = []

    def place(model: Model, above: tuple[Model, ...]) -> None:
        if model in ordered or model in above or model not in kept:
            return
        for target in sorted(_targets(model) - {model}, key=lambda m: m._meta.label):
            place(target, (*above, model))
        ordered.append(model)

    for model in kept:
        place(model, ())
    return ordered


def _steps(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    step: list[bytes] = []
    for line in lines:
        step.append(line)
        if len(step) == STEP:
            yield step
            step = []
    if step:
        yield step
