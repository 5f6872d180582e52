"""Who hears of a clock: the people a rung of the ladder means, up the unit tree; never whom the complaint is about."""

from __future__ import annotations

from collections.abc import Iterable

from tingsu.cases.interest import has_direct_interest
from tingsu.cases.models import Case
from tingsu.cases.tables import UnitTask
from tingsu.org.models import RoleGrant, Unit, User
from tingsu.org.pack import pack_at
from tingsu.packs.schema import Recipient

Held = list[tuple[str, User]]  # path of the unit, holder


class Holders:
    """Who holds which role where, each role asked of the database once: for the length of one sweep."""

    def __init__(self) -> None:
        self._known: dict[str, Held] = {}

    def of(self, role: str) -> Held:
        """The active holders of a role with the unit of each grant, in the order the grants were given."""
        if role not in self._known:
            grants = RoleGrant.objects.filter(role=role, user__is_active=True).select_related("user", "unit")
            self._known[role] = [(grant.unit.path, grant.user) for grant in grants.order_by("pk")]
        return self._known[role]


LAST_RESORT = (Recipient(place="house", role="desk_head"), Recipient(place="house", role="executive"))


def people_for(
    case: Case, recipients: Iterable[Recipient], holders: Holders | None = None, *, task: UnitTask | None = None
) -> list[User]:
    """The active people meant, each once, in order; the head of the desk, then the executives, where nobody is there.

    Of the clock of a supporting unit's ``task`` that unit hears as the lead does, and who was to do it. Whoever the
    complaint is about hears nothing of its clocks (回避).
    """
    holders = holders or Holders()
    found = _all(case, recipients, holders, task)
    for recipient in LAST_RESORT:
        found = found or _all(case, [recipient], holders, None)
    return found


def _all(case: Case, recipients: Iterable[Recipient], holders: Holders, task: UnitTask | None) -> list[User]:
    meant = [user for recipient in recipients for user in _of(case, recipient, holders, task)]
    if task is not None and task.owner is not None and task.owner.is_active:
        meant.insert(0, task.owner)
    found = {user.pk: user for user in meant}
    return [user for user in found.values() if not has_direct_interest(case, user)]


def _of(case: Case, recipient: Recipient, holders: Holders, task: UnitTask | None) -> list[User]:
    if recipient.place in ("owner", "recorder"):
        user = case.owner if recipient.place == "owner" else case.recorded_by
        return [user] if user is not None and user.is_active else []
    if recipient.place == "unit":
        units = [case.lead_unit or case.recorded_unit, *([task.unit] if task else [])]
        return [user for unit in units for user in _up_the_tree(unit, recipient.up, holders.of(recipient.role))]
    return _of_house(case, holders.of(recipient.role))


def _up_the_tree(unit: Unit, up: int, held: Held) -> list[User]:
    """Holders at the unit ``up`` levels above, else at the nearest unit above that which has one."""
    codes = unit.path.strip("/").split("/")
    above = ["/" + "/".join(codes[:n]) + "/" for n in range(max(len(codes) - up, 1), 0, -1)]
    at: dict[str, list[User]] = {}
    for path, user in held:
        at.setdefault(path, []).append(user)
    return next((at[path] for path in above if path in at), [])


def _of_house(case: Case, held: Held) -> list[User]:
    """Every holder; where units run packs of their own, those under the case's pack if there is one."""
    own = [user for path, user in held if pack_at(path).id == case.pack]
    return own or [user for _, user in held]
