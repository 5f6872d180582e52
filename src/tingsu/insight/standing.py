"""What stands that a person should know of: rises nobody has explained, and measures late, in vain or due next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from tingsu.insight.effects.estimate import Effect
from tingsu.insight.measures.seeing import visible_measures
from tingsu.insight.measures.tables import AT_WORK, Measure
from tingsu.insight.measures.wording import current_effect
from tingsu.insight.spikes.alerts import visible_alerts
from tingsu.insight.spikes.tables import Alert
from tingsu.org.models import User


@dataclass(frozen=True, slots=True)
class Standing:
    """One open measure: whether it is past its day, and its effect (None: not looked at since it began)."""

    measure: Measure
    late: bool
    effect: Effect | None

    @property
    def failed(self) -> bool:
        """Whether it was looked at and did not show that it worked."""
        return self.effect is not None and self.effect.verdict != "worked"


def late_measures(*, by: User, today: date) -> QuerySet[Measure]:
    """Measures within reach whose day has passed and that are still to be carried out, the longest late first."""
    return visible_measures(by).filter(state__in=AT_WORK, due__lt=today).order_by("due", "pk")


def standing_measures(
    *, by: User, today: date, most: int, topic: str = "", unit: str = "", also: Sequence[str] = (), alert: str = ""
) -> list[Standing]:
    """Open measures: the late ones first, then those that did not work, then by day.

    ``topic`` and ``unit`` narrow to what is against a topic, or stands at a unit or one of ``also``; ``alert`` to what
    was made because of it.
    """
    found = visible_measures(by).exclude(state=Measure.State.CLOSED).select_related("owner").prefetch_related("checks")
    if topic:
        found = found.filter(scope__topic=topic)
    if alert:
        found = found.filter(origin__alert=alert)
    if unit:
        found = found.filter(Q(pk__in=Measure.objects.filter(units__code__in=[unit, *also]).values("pk")))
    rows = [Standing(one, one.is_late(today), current_effect(one)) for one in found.order_by("due", "pk")]
    return sorted(rows, key=lambda row: (not row.late, not row.failed, row.measure.due))[:most]


def open_alerts(*, by: User, topic: str = "", under: str = "") -> QuerySet[Alert]:
    """Rises within reach that nobody has explained, the one with most complaints beyond the usual first.

    ``topic`` narrows to a topic's own, ``under`` to those of the unit with this path and everything below it.
    """
    found = visible_alerts(by).filter(state=Alert.State.OPEN)
    if topic:
        found = found.filter(where__topic=topic)
    if under:
        found = found.filter(unit_path__startswith=under)
    return found.order_by(F("expected") - F("observed"), "pk")
