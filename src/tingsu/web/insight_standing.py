"""Alerts and measures as short lists on other pages: how each stands, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tingsu.insight.measures.verbs import path_of
from tingsu.insight.measures.wording import say_effect
from tingsu.insight.spikes.alerts import path_of as alert_path
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.standing import Standing
from tingsu.web.charts import shown
from tingsu.web.insight_words import Namer


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One measure of a short list; ``level``: late, failed or "" picks the colour, the words say the same."""

    title: str
    href: str
    owner: str
    told: str
    level: str
    effect: str


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One open alert of a short list; ``beyond`` is how many complaints there are beyond the usual."""

    name: str
    href: str
    told: str
    kind: str
    beyond: int


def alert_lines(alerts: Iterable[Alert], namer: Namer) -> list[AlertLine]:
    """The alerts in words, in their order."""
    return [_alert_line(alert, namer) for alert in alerts]


def _alert_line(alert: Alert, namer: Namer) -> AlertLine:
    told = _("%(since)s 起 %(observed)d 件，平时约 %(expected)s 件") % {
        "since": alert.first_day or alert.began.date().isoformat(),
        "observed": alert.observed,
        "expected": shown(round(alert.expected, 1)),
    }
    name = namer.words(alert.where) or _("全部投诉")
    beyond = max(0, round(alert.observed - alert.expected))
    return AlertLine(name, alert_path(alert), told, str(alert.get_kind_display()), beyond)


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
