"""Which measures a person may see, and who may answer for one."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tingsu.cases.access import sees_all
from tingsu.insight.measures.errors import MeasureNotFound, NotYours
from tingsu.insight.measures.tables import Measure
from tingsu.insight.reach import manages_all, managing_grants, reached
from tingsu.org.models import RoleGrant, Unit, User
from tingsu.org.pack import packs_in_force
from tingsu.org.permissions import grants_of, require


def visible_measures(by: User) -> QuerySet[Measure]:
    """The measures of units in this person's reach, and those one owns or made. Raises NotAllowed (view_home)."""
    require(by, "view_home")
    if sees_all(by):
        return Measure.objects.all()
    near = Measure.objects.filter(reached(grants_of(by), "units__")).values("pk")
    mine = Q(owner=by) | Q(made_by=by) | Q(pk__in=near)
    return Measure.objects.filter(mine)


def find_measure(number: int, *, by: User) -> Measure:
    """The measure with this number. Raises NotAllowed, MeasureNotFound."""
    found = visible_measures(by).select_related("owner", "made_by").filter(pk=number).first()
    if found is None:
        raise MeasureNotFound(number)
    return found


def units_to_manage(by: User) -> QuerySet[Unit]:
    """The units in use for which this person may make measures; none without the permission."""
    units = Unit.objects.filter(active=True).order_by("path")
    grants = managing_grants(by)
    if not grants:
        return units.none()
    return units if manages_all(by) else units.filter(reached(grants))


def may_manage(measure: Measure, *, by: User) -> bool:
    """Whether the person may assign, close or reopen it: the permission, and a unit of the measure in reach."""
    if not managing_grants(by):
        return False
    return manages_all(by) or measure.units.filter(pk__in=units_to_manage(by)).exists() or measure.made_by_id == by.pk


def require_manager(measure: Measure, *, by: User) -> None:
    """Pass if the person may manage the measure. Raises NotAllowed, NotYours."""
    require(by, "manage_insight")
    if not may_manage(measure, by=by):
        raise NotYours(str(measure.owner))


def require_owner(measure: Measure, *, by: User) -> None:
    """Pass for the owner in post and for who may manage it. Raises NotYours."""
    if not (measure.owner_id == by.pk and by.is_active) and not may_manage(measure, by=by):
        raise NotYours(str(measure.owner))


def possible_owners() -> QuerySet[User]:
    """People in post who may look at figures, so that an owner can open the page of the measure."""
    roles = {role.id for pack in packs_in_force().all for role in pack.roles if "view_home" in role.permissions}
    held = RoleGrant.objects.filter(role__in=roles).values("user")
    return User.objects.filter(is_active=True, pk__in=held).select_related("unit").order_by("unit__path", "name")
