"""Case numbers: year, month and a serial of the month (source 001.7), never repeated, never blocked by overflow."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from tingsu.base.clock import local
from tingsu.cases.models import NumberSeries
from tingsu.packs.schema import Numbering


def take_number(pack: str, numbering: Numbering, *, at: datetime) -> str:
    """The next number of the month of ``at``, taken under the series' row lock until the transaction ends.

    Must run inside a transaction: a rolled-back case gives its number back, so the numbers have no gaps.
    """
    month = f"{local(at):%y%m}"
    rows = NumberSeries.objects.filter(pack=pack, month=month)
    if not rows.update(last=F("last") + 1):
        NumberSeries.objects.get_or_create(pack=pack, month=month)
        rows.update(last=F("last") + 1)
    return format_number(numbering, month, rows.values_list("last", flat=True).get())


def format_number(numbering: Numbering, month: str, serial: int) -> str:
    """``serial`` of ``month`` as the pack writes it; a serial wider than the width keeps all its digits."""
    return f"{numbering.prefix}{month}{serial:0{numbering.width}d}"
