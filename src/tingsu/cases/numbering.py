"""Case numbers: year, month and a serial of the month (source 001.7), never repeated, never blocked by overflow."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from tingsu.base.clock import local
from tingsu.cases.models import NumberSeries
from tingsu.packs.schema import Numbering

# One statement where the ORM would need two; it stands inside the write lock of every registration.
_TAKE = (
    f"INSERT INTO {NumberSeries._meta.db_table} (prefix, month, last) VALUES (%s, %s, 1)"  # noqa: S608 - no input in it
    " ON CONFLICT (prefix, month) DO UPDATE SET last = cases_numberseries.last + 1 RETURNING last"
)


def take_number(numbering: Numbering, *, at: datetime) -> str:
    """The next number of the month of ``at``, taken under the series' row lock until the transaction ends.

    Must run inside a transaction: a rolled-back case gives its number back, so the numbers have no gaps.
    """
    month = f"{local(at):%y%m}"
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [numbering.prefix, month])
        return format_number(numbering, month, cursor.fetchone()[0])


def format_number(numbering: Numbering, month: str, serial: int) -> str:
    """``serial`` of ``month`` as the pack writes it; a serial wider than the width keeps all its digits."""
    return f"{numbering.prefix}{month}{serial:0{numbering.width}d}"
