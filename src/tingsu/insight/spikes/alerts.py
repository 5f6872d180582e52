"""Which alerts a person sees, and what is done with one: explained, closed, opened again; and how alert the site is.

Every verb is one transaction: the alert is held and its version compared, the step kept, the access log gets a sealed
line. Errors: NotAllowed, AlertNotFound, AlertChanged, Incomplete, NotPossible.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.cases.access import sees_all
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.insight.reach import MANAGING, manages, require_managing
from tingsu.insight.spikes.tables import AlarmRate, Alert, AlertStep
from tingsu.org.access_log import note_access
from tingsu.org.models import RoleGrant, User
from tingsu.org.pack import packs_in_force
from tingsu.org.permissions import grants_of, require

USUAL_RATE = 12.0  # false alarms a year, the whole site together
LEAST_RATE, MOST_RATE = 1.0, 365.0
LONGEST_WORDS = 2000


class AlertNotFound(TingsuError):
    """There is no such alert, or it is not this person's to see."""

    code = "not_found"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__("没有这条苗头，或它不在您可查看的范围内。请回到苗头列表再找一次。")


class AlertChanged(TingsuError):
    """Someone else, or the watch, changed the alert since this person opened it."""

    code = "conflict"

    def __init__(self, number: int, version: int) -> None:
        self.number = number
        self.version = version
        super().__init__("这条苗头在您打开之后有了变化。请刷新页面看过变化，再提交您的内容。")


class BadRate(TingsuError):
    """The number of false alarms a year is out of range."""

    code = "bad_rate"

    def __init__(self, a_year: float) -> None:
        self.a_year = a_year
        super().__init__(f"每年误报次数请写 {LEAST_RATE:.0f} 到 {MOST_RATE:.0f} 之间的数。")


def path_of(alert: Alert) -> str:
    """The address of an alert's page."""
    return f"/insight/alerts/{alert.pk}/"


def visible_alerts(by: User) -> QuerySet[Alert]:
    """The alerts of units in this person's reach; those of the whole house for who sees every case.

    Raises NotAllowed (view_home).
    """
    require(by, "view_home")
    if sees_all(by):
        return Alert.objects.all()
    near = Q(pk__in=[])
    for grant in grants_of(by):
        if grant.reach == "subtree":
            near |= Q(unit_path__startswith=grant.unit_path)
        elif grant.reach == "unit":
            near |= Q(unit_path=grant.unit_path)
    return Alert.objects.filter(near)


def find_alert(number: int, *, by: User) -> Alert:
    """The alert with this number. Raises NotAllowed, AlertNotFound."""
    found = visible_alerts(by).filter(pk=number).first()
    if found is None:
        raise AlertNotFound(number)
    return found


def explain_alert(alert: Alert, why: str, *, by: User, version: int, at: datetime | None = None) -> Alert:
    """Say what the rise comes from; it stays listed until it is closed."""
    if alert.state == Alert.State.CLOSED:
        raise NotPossible("已关闭的苗头要先重新打开，才能再解释。")
    return _change(alert, Alert.State.EXPLAINED, "explained", why, by=by, version=version, at=at)


def close_alert(alert: Alert, why: str, *, by: User, version: int, at: datetime | None = None) -> Alert:
    """Close the alert with the reason; a rise that goes on still adds to it, a new one opens another."""
    if alert.state == Alert.State.CLOSED:
        raise NotPossible("这条苗头已经关闭。")
    return _change(alert, Alert.State.CLOSED, "closed", why, by=by, version=version, at=at)


def reopen_alert(alert: Alert, why: str, *, by: User, version: int, at: datetime | None = None) -> Alert:
    """Open an explained or closed alert again, with the reason."""
    if alert.state == Alert.State.OPEN:
        raise NotPossible("这条苗头还没有解释，不必重新打开。")
    return _change(alert, Alert.State.OPEN, "reopened", why, by=by, version=version, at=at)


def _change(alert: Alert, state: str, kind: str, why: str, *, by: User, version: int, at: datetime | None) -> Alert:
    require(by, "manage_insight")
    words = why.strip()
    if not words:
        raise Incomplete({"why": "请写明理由"})
    if len(words) > LONGEST_WORDS:
        raise Incomplete({"why": f"请不超过 {LONGEST_WORDS} 个字"})
    moment = at or now()
    with transaction.atomic():
        held = visible_alerts(by).select_for_update().filter(pk=alert.pk).first()
        if held is None:
            raise AlertNotFound(alert.pk)
        require_managing(by, held.unit_path)
        if held.version != version:
            raise AlertChanged(held.pk, held.version)
        before, held.state, held.version = held.state, state, held.version + 1
        held.save(update_fields=["state", "version"])
        AlertStep.objects.create(alert=held, kind=kind, words=words, by=by, at=moment, data={"from": before})
        detail = {"alert": held.pk, "did": kind, "series": held.key, "why": words[:200]}
        note_access("insight_alert", detail, by=by, at=moment)
    return held


def rate_of_site() -> float:
    """How many false alarms a year the site puts up with, all series together."""
    return AlarmRate.objects.values_list("a_year", flat=True).first() or USUAL_RATE


def set_alarm_rate(a_year: float, reason: str, *, by: User, at: datetime | None = None) -> AlarmRate:
    """Change how many false alarms a year the site puts up with; it holds from the next look on.

    For who manages insight for the whole house: it changes everybody's alerts. Raises NotAllowed, BadRate, Incomplete.
    """
    require_managing(by, "")
    if not LEAST_RATE <= a_year <= MOST_RATE:  # also no NaN
        raise BadRate(a_year)
    if not reason.strip():
        raise Incomplete({"reason": "请写明为什么调整"})
    moment = at or now()
    with transaction.atomic():
        before = rate_of_site()
        made = AlarmRate.objects.create(a_year=a_year, reason=reason.strip()[:400], by=by, at=moment)
        detail = {"rate": f"{a_year:g}", "before": f"{before:g}", "why": made.reason[:200]}
        note_access("insight_alert_rate", detail, by=by, at=moment)
    return made


def watchers_of(path: str) -> list[User]:
    """People in post who manage insight where the unit lies; of everything, those who see every case."""
    roles = {role.id for pack in packs_in_force().all for role in pack.roles if MANAGING in role.permissions}
    held = RoleGrant.objects.filter(role__in=roles).values("user")
    people = User.objects.filter(is_active=True, pk__in=held).order_by("pk")
    return [person for person in people if manages(person, path)]
