"""A unit merged into another (机构合并): what is open goes on there, and what is done stays where it was done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from tingsu.base.clock import now
from tingsu.cases.chain import append_event
from tingsu.cases.errors import NotPossible
from tingsu.cases.kept_rows import change_row
from tingsu.cases.models import Case
from tingsu.cases.tables import UnitTask
from tingsu.org.access_log import note_access
from tingsu.org.managing import move_unit
from tingsu.org.models import RoleGrant, Unit, User
from tingsu.org.permissions import require

# The units a case names; those of an ended case stay as they were.
NAMED = ("recorded_unit", "lead_unit", "accused_unit", "responsible_unit")


@dataclass(frozen=True, slots=True)
class Merged:
    """What moved."""

    cases: int
    tasks: int
    people: int
    grants: int


def merge_unit(old: Unit, new: Unit, *, by: User, at: datetime | None = None) -> Merged:
    """Merge ``old`` into ``new``, whole or not at all.

    In order: every case still going on that names the old unit names the new one, its open tasks are the new one's,
    and it tells so in an event; the people and their roles move; the old unit is closed and stands, with all below it,
    below the new one, whose people so still see what was done there; the access log gets a line. Raises NotAllowed,
    NotPossible (the same unit, a closed one, or one below the old).
    """
    require(by, "manage_staff")
    at = at or now()
    with transaction.atomic():
        _check(old, new)
        cases = tasks = 0
        for case in _going_on(old):
            tasks += _move_case(case, old, new, by, at)
            cases += 1
        people = User.objects.filter(unit=old).update(unit=new)
        merged = Merged(cases, tasks, people, _move_grants(old, new))
        move_unit(old, new, by=by)
        Unit.objects.filter(pk=old.pk).update(active=False)
        told = {"from": old.code, "to": new.code, "cases": cases, "people": people, "grants": merged.grants}
        note_access("unit_merged", told, by=by, at=at)
    return merged


def _check(old: Unit, new: Unit) -> None:
    if old.pk == new.pk or not old.active or not new.active:
        raise NotPossible("请选择两个不同的、在用的机构。")
    if new.path.startswith(old.path):
        raise NotPossible(f"{new.name}是{old.name}的下级机构，不能把上级并入下级。")


def _going_on(unit: Unit) -> QuerySet[Case]:
    named = Q(support_units=unit) | Q(tasks__unit=unit, tasks__done_at=None, tasks__released_at=None)
    for name in NAMED:
        named |= Q(**{name: unit})
    pks = Case.objects.filter(named, closed_at=None).values("pk")
    return Case.objects.select_for_update().filter(pk__in=pks).order_by("pk")


def _move_case(case: Case, old: Unit, new: Unit, by: User, at: datetime) -> int:
    said: dict[str, Any] = {"merged": f"{old.name} → {new.name}", "from_unit": old.code, "to_unit": new.code}
    for name in NAMED:
        if getattr(case, f"{name}_id") == old.pk:
            setattr(case, name, new)
    if case.support_units.filter(pk=old.pk).exists():
        case.support_units.remove(old)
        if case.lead_unit_id != new.pk:
            case.support_units.add(new)
    if case.lead_unit_id == new.pk:
        case.support_units.remove(new)
    moved = [task for task in UnitTask.objects.filter(case=case, unit=old) if task.is_open]
    for task in moved:
        change_row(task, said, unit=new)
    said["support"] = sorted(case.support_units.values_list("code", flat=True))
    case.version += 1
    append_event(case, "unit_merged", {**said, "version": case.version}, by=by, at=at)
    case.save()
    return len(moved)


def _move_grants(old: Unit, new: Unit) -> int:
    """A role held at both is held once."""
    held = set(RoleGrant.objects.filter(unit=new).values_list("user_id", "role"))
    moved = 0
    for grant in RoleGrant.objects.filter(unit=old):
        if (grant.user_id, grant.role) in held:
            grant.delete()
            continue
        grant.unit = new
        grant.save(update_fields=["unit"])
        moved += 1
    return moved
