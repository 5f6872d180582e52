"""Which cases a person may see: everything, a subtree, a unit, or their own, as the roles they hold reach."""

from __future__ import annotations

from collections.abc import Sequence, Set

from django.db import connection
from django.db.models import Q, QuerySet

from tingsu.base.text import is_storable
from tingsu.cases.beside import supporting_units
from tingsu.cases.composing import WORD, Composed
from tingsu.cases.errors import NotFound, NotPossible
from tingsu.cases.inserting import remember
from tingsu.cases.models import Approval, Case
from tingsu.cases.packs import pack_of
from tingsu.org.delegation import has_stood_in, seats_of
from tingsu.org.models import Unit, User
from tingsu.org.pack import pack_at
from tingsu.org.permissions import Grant, grants_of, roles_of

_SHOWN_UNITS = ("recorded_unit", "lead_unit", "accused_unit")
UNIT_FIELDS = (*_SHOWN_UNITS, "responsible_unit")  # by which a case is in a unit's reach
_WITH = ("customer", *_SHOWN_UNITS, "owner", "recorded_by")  # what every answer about a case shows of its neighbours
_BY_NUMBER = Composed(lambda: Case.objects.select_related(*_WITH).filter(number=WORD))
# The engine's reading stays behind: few actions ask it, and it is the longest column by far.
_HELD = Composed(
    lambda: Case.objects.select_related(*_WITH).defer("reading").select_for_update(of=("self",)).filter(number=WORD)
)


def visible_cases(by: User) -> QuerySet[Case]:
    """The cases this person may see.

    A unit's or subtree's reach covers cases recorded there, led there, supported there, complaining of it, or for
    which it is held responsible, so that it may appeal; what one recorded or owns is always in reach (首问责任: the
    first receiver follows the case to its end), what one is held responsible for oneself, and every case in the stages
    a role names. A deputy sees what waits for the decision, and what he decided.
    """
    if sees_all(by):
        return Case.objects.all()
    return Case.objects.filter(_own(by) | _own_reach(by) | _decided_for_others(by))


def cases_under(by: User, roles: Set[str]) -> QuerySet[Case]:
    """The cases that one of these roles, as this person holds it, reaches."""
    if reaches_all(by, roles):
        return Case.objects.all()
    return Case.objects.filter(_reached([grant for grant in grants_of(by) if grant.role.id in roles]))


def cases_reached(grants: Sequence[Grant]) -> QuerySet[Case]:
    """The cases that one of these grants reaches, whoever holds them."""
    if any(grant.reach == "all" for grant in grants):
        return Case.objects.all()
    return Case.objects.filter(_reached(grants))


def reaches_all(by: User, roles: Set[str]) -> bool:
    """Whether one of these roles, as this person holds it, reaches every case."""
    return any(grant.reach == "all" for grant in grants_of(by) if grant.role.id in roles)


def sees_all(by: User) -> bool:
    """Whether one of the person's roles reaches every case."""
    return any(grant.reach == "all" for grant in grants_of(by))


def find_case(number: str, *, by: User) -> Case:
    """The case with this number. Raises NotFound if there is none or this person may not see it."""
    if not is_storable(number):
        raise NotFound("")
    case = _BY_NUMBER.first(number)
    if case is None or not is_visible(case, by=by):
        raise NotFound(number)
    return case


def hold_case(number: str, *, by: User) -> Case:
    """The case with its neighbours, its row locked until the transaction ends. Raises NotFound as ``find_case``.

    What it holds now is remembered, for ``inserting.update`` to write what changes.
    """
    if not is_storable(number):
        raise NotFound("")
    case = _HELD.first(number)
    if case is None or not is_visible(case, by=by):
        raise NotFound(number)
    remember(case)
    return case


def is_visible(case: Case, *, by: User) -> bool:
    """Whether the person may see the case."""
    return sees_all(by) or _is_plainly_visible(case, by) or visible_cases(by).filter(pk=case.pk).exists()


def _is_plainly_visible(case: Case, by: User) -> bool:
    """Whether what is at hand says so already: most people ask for what lies in their own reach."""
    if by.pk in (case.recorded_by_id, case.owner_id, case.responsible_person_id):
        return True
    fetched = case._state.fields_cache
    units = [unit for field in UNIT_FIELDS if (unit := fetched.get(field)) is not None]
    grants = [grant for grant in grants_of(by) if grant.reach != "own"]
    return any(case.stage in grant.role.stages for grant in grants_of(by)) or any(
        _reaches(grant, unit.path) for grant in grants for unit in units
    )


def handles_at_unit(user: User, case: Case, roles: Set[str]) -> bool:
    """Whether one of these roles, as the person holds it, reaches a unit that leads or supports the case."""
    grants = [grant for grant in grants_of(user) if grant.role.id in roles]
    if case.lead_unit is not None and any(_reaches(grant, case.lead_unit.path) for grant in grants):
        return True
    return any(_reaches(grant, unit.path) for unit in supporting_units(case) for grant in grants)


def reaches(grant: Grant, case: Case) -> bool:
    """Whether one grant reaches the case: the rule of ``visible_cases``, asked of one case in memory."""
    if grant.reach == "all" or case.stage in grant.role.stages:
        return True
    if grant.reach == "own":
        return False
    units = [unit for field in UNIT_FIELDS if (unit := getattr(case, field)) is not None]
    if any(_reaches(grant, unit.path) for unit in units):
        return True
    return any(_reaches(grant, unit.path) for unit in supporting_units(case))


def reaches_unit(user: User, unit: Unit) -> bool:
    """Whether the person belongs to the unit by a role held there or above it; a reach over everything counts not."""
    return any(_reaches(grant, unit.path) for grant in grants_of(user) if grant.reach in ("unit", "subtree"))


def require_handler_at(unit: Unit, case: Case) -> None:
    """Pass if the case could be brought to its end once ``unit`` leads it. Raises NotPossible.

    Each step the pack leaves to the unit handling needs someone in post whose role reaches the unit, or every unit. Who
    may only call a meeting or hand out a task there does not count. A pack that asks nothing of units passes.
    """
    steps = [set(a.by) for a in pack_of(case).process.actions if a.ways and "of_the_units_handling" in a.guards]
    held = _held_somewhere(set().union(*steps)) if steps else []
    reaching = {role for role, path in held if _reaches_as(role, path, unit.path)}
    if not all(step & reaching for step in steps):
        raise NotPossible(f"{unit.name}还没有能办理这件工单的人员。请先安排人员和角色，或者换一个部门。")


def roles_over(user: User, case: Case) -> frozenset[str]:
    """The roles by which a person who may see the case acts on it.

    A role counts where its own reach covers the case: who leads one branch and helps out at the counter of another
    sees both, but is no leader at the other. What one recorded or owns is in the reach of every role held; what one is
    only held responsible for is not.
    """
    held = roles_of(user)
    if user.pk in (case.recorded_by_id, case.owner_id):
        return held
    if len(held) < 2 and user.pk != case.responsible_person_id:  # he sees it by the one he has
        return held
    return frozenset(role for role in held if cases_under(user, {role}).filter(pk=case.pk).exists())


def _held_somewhere(roles: Set[str]) -> list[tuple[str, str]]:
    """(role, path of the unit) of everyone in post who holds one of the roles, each pair once."""
    marks = ", ".join(["%s"] * len(roles))
    asked = (
        "SELECT DISTINCT g.role, n.path FROM org_rolegrant g JOIN org_user u ON u.id = g.user_id"  # noqa: S608
        f" JOIN org_unit n ON n.id = g.unit_id WHERE u.is_active AND g.role IN ({marks})"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, sorted(roles))
        return [(role, path) for role, path in cursor.fetchall()]


def _reaches_as(role: str, held_at: str, path: str) -> bool:
    """Whether a role held at one unit reaches another."""
    known = pack_at(held_at).role(role)
    if known is None:
        return False
    return known.reach == "all" or (path.startswith(held_at) if known.reach == "subtree" else path == held_at)


def _reaches(grant: Grant, path: str) -> bool:
    if grant.reach == "all":
        return True
    return path.startswith(grant.unit_path) if grant.reach == "subtree" else path == grant.unit_path


def _own(by: User) -> Q:
    return Q(recorded_by=by) | Q(owner=by) | Q(responsible_person=by)


def _decided_for_others(by: User) -> Q:
    """What waits for a decision within the reach of whom this person stands in for, and what was decided so."""
    if not has_stood_in(by):
        return Q(pk__in=())
    lent = [grant for seat in seats_of(by)[1:] for grant in seat.grants]
    waiting = Approval.objects.filter(granted=None).values("case")
    decided = Approval.objects.filter(decided_by=by, acting_for__isnull=False).values("case")
    within = Q() if any(grant.reach == "all" for grant in lent) else _reached(lent)
    return Q(pk__in=decided) | ((Q(pk__in=waiting) & within) if lent else Q(pk__in=()))


def _own_reach(by: User) -> Q:
    """What the person's grants reach, worked out once with the grants it follows from: a page asks a dozen times."""
    grants = grants_of(by)
    kept: tuple[list[Grant], Q] | None = getattr(by, "_kept_reach", None)
    if kept is None or kept[0] is not grants:
        kept = (grants, _reached(grants))
        by._kept_reach = kept  # type: ignore[attr-defined]
    return kept[1]


def _reached(grants: Sequence[Grant]) -> Q:
    stages = {stage for grant in grants for stage in grant.role.stages}
    return Q(stage__in=stages) | _of_units(_units_in_reach(grants))


def _units_in_reach(grants: Sequence[Grant]) -> list[int]:
    wanted = Q(pk__in=[g.unit_id for g in grants if g.reach == "unit"])
    for grant in grants:
        if grant.reach == "subtree":
            wanted |= Q(path__startswith=grant.unit_path)
    return list(Unit.objects.filter(wanted).values_list("pk", flat=True))


def _of_units(units: list[int]) -> Q:
    met = Q(pk__in=Case.support_units.through.objects.filter(unit_id__in=units).values("case_id"))
    for field in UNIT_FIELDS:
        met |= Q(**{f"{field}_id__in": units})
    return met
