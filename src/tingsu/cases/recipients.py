"""Who hears of a clock: the people a rung of the ladder means, up the unit tree; never whom the complaint is about."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from tingsu.cases.interest import has_direct_interest
from tingsu.cases.models import Case
from tingsu.org.models import RoleGrant, Unit, User
from tingsu.org.pack import pack_at
from tingsu.packs.schema import Recipient

LAST_RESORT = (Recipient(place="house", role="desk_head"), Recipient(place="house", role="executive"))


def people_for(case: Case, recipients: Iterable[Recipient]) -> list[User]:
    """The active people meant, each once, in order; the head of the desk, then the executives, where nobody is there.

    Whoever the complaint is about hears nothing of its clocks (回避).
    """
    wanted = list(recipients)
    found = _all(case, wanted)
    for recipient in LAST_RESORT:
        found = found or _all(case, [recipient])
    return found


def _all(case: Case, recipients: list[Recipient]) -> list[User]:
    found = {user.pk: user for recipient in recipients for user in _of(case, recipient)}
    return [user for user in found.values() if not has_direct_interest(case, user)]


def _of(case: Case, recipient: Recipient) -> list[User]:
    if recipient.place in ("owner", "recorder"):
        user = case.owner if recipient.place == "owner" else case.recorded_by
        return [user] if user is not None and user.is_active else []
    if recipient.place == "unit":
        return _up_the_tree(case.lead_unit or case.recorded_unit, recipient.role, recipient.up)
    return _of_house(case, recipient.role)


def _up_the_tree(unit: Unit, role: str, up: int) -> list[User]:
    """Holders of the role at the unit ``up`` levels above, else at the nearest unit above that which has one."""
    codes = unit.path.strip("/").split("/")
    above = ["/" + "/".join(codes[:n]) + "/" for n in range(max(len(codes) - up, 1), 0, -1)]
    held: dict[str, list[User]] = {}
    for grant in _grants(role).filter(unit__path__in=above):
        held.setdefault(grant.unit.path, []).append(grant.user)
    return next((held[path] for path in above if path in held), [])


def _of_house(case: Case, role: str) -> list[User]:
    """Every holder; where units run packs of their own, those under the case's pack if there is one."""
    grants = list(_grants(role))
    own = [grant.user for grant in grants if pack_at(grant.unit.path).id == case.pack]
    return own or [grant.user for grant in grants]


def _grants(role: str) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(role=role, user__is_active=True).select_related("user", "unit").order_by("pk")
