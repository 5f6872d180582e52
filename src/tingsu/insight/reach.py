"""How far a person's roles reach, for figures and for what is done about them.

To see is a matter of every role held; to manage (measures, alerts, topics, sizes, events) counts only the reach of the
roles that bring ``manage_insight``: who leads one branch and helps out elsewhere manages nothing elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from tingsu.cases.access import sees_all
from tingsu.org.models import Unit, User
from tingsu.org.pack import packs_in_force
from tingsu.org.permissions import PERMISSIONS, Grant, NotAllowed, grants_of, require

MANAGING = "manage_insight"


def units_seen(by: User) -> QuerySet[Unit]:
    """The units in use this person's roles reach, in the order of the house."""
    units = Unit.objects.filter(active=True).order_by("path")
    return units if sees_all(by) else units.filter(reached(grants_of(by)))


def reached(grants: Iterable[Grant], prefix: str = "") -> Q:
    """The condition that a unit lies where these grants reach by unit or subtree; ``prefix`` leads to the unit."""
    listed = list(grants)
    met = Q(**{f"{prefix}pk__in": [grant.unit_id for grant in listed if grant.reach == "unit"]})
    for grant in listed:
        if grant.reach == "subtree":
            met |= Q(**{f"{prefix}path__startswith": grant.unit_path})
    return met


def managing_grants(by: User) -> list[Grant]:
    """The grants by which this person manages insight."""
    return [grant for grant in grants_of(by) if MANAGING in grant.role.permissions]


def manages_all(by: User) -> bool:
    """Whether the person manages insight for the whole house."""
    return any(grant.reach == "all" for grant in managing_grants(by))


def manages(by: User, path: str) -> bool:
    """Whether the person manages insight at the unit with this path; "" is the whole house."""
    return any(_covers(grant, path) for grant in managing_grants(by))


def require_managing(by: User, path: str) -> None:
    """Pass if the person manages insight at the unit with this path ("" the whole house). Raises NotAllowed."""
    require(by, MANAGING)
    if not manages(by, path):
        having = [r for pack in packs_in_force().all for r in pack.roles if MANAGING in r.permissions]
        wide = [role.name.zh for role in having if path or role.reach == "all"]
        raise NotAllowed(PERMISSIONS[MANAGING], list(dict.fromkeys(wide)))


def _covers(grant: Grant, path: str) -> bool:
    if grant.reach == "all":
        return True
    if not path:
        return False
    return path.startswith(grant.unit_path) if grant.reach == "subtree" else path == grant.unit_path
