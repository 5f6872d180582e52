"""Measures as short lists on other pages: how each stands, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tingsu.insight.measures.verbs import path_of
from tingsu.insight.measures.wording import say_effect
from tingsu.insight.standing import Standing


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One measure of a short list; ``level``: late, failed or "" picks the colour, the words say the same."""

    title: str
    href: str
    owner: str
    told: str
    level: str
    effect: str


def measure_lines(rows: Iterable[Standing], today: date) -> list[MeasureLine]:
    """The measures in words, in their order."""
    return [_line(row, today) for row in rows]


def _line(row: Standing, today: date) -> MeasureLine:
    measure = row.measure
    days = (today - measure.due).days
    told = _("已超 %(days)d 天") % {"days": days} if row.late else str(measure.get_state_display())
    if not row.late and measure.due >= today and row.effect is None:
        told = _("%(state)s，%(due)s 到期") % {"state": told, "due": measure.due.isoformat()}
    return MeasureLine(
        title=measure.title,
        href=path_of(measure),
        owner=measure.owner.name or measure.owner.username,
        told=told,
        level="late" if row.late else "failed" if row.failed else "",
        effect=say_effect(row.effect) if row.effect else "",
    )
