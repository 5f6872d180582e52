"""Who decides a plan: the lowest level that covers it, and where nobody of that level can, the next one up (核决权限).

A person decides from his own seat or, as a deputy, from a colleague's; whoever proposed or sent the plan, or has an
interest in the complaint, decides from no seat, and nobody decides from such a person's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from tingsu.cases.access import reaches
from tingsu.cases.composing import PLACE, Composed
from tingsu.cases.errors import NotPossible
from tingsu.cases.interest import has_direct_interest
from tingsu.cases.models import Approval, Case, Event
from tingsu.cases.packs import held_values, pack_of
from tingsu.org.delegation import Seat, seats_of
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed
from tingsu.packs.authority import lowest_level, roles_from
from tingsu.packs.schema import Level


def waiting_approval(case: Case) -> Approval | None:
    """The approval this case waits for, if any."""
    waiting = _WAITING.all(case.pk)
    return waiting[-1] if waiting else None


_WAITING = Composed(lambda: Approval.objects.select_related("option", "asked_by").filter(case=PLACE, granted=None))


def level_for(case: Case, amount: Decimal, remedy: str) -> Level:
    """The lowest level of the case's authority table that may approve this remedy at this amount.

    Every pack that passes its check has one for every plan. Raises NotPossible for one that does not.
    """
    level = lowest_level(pack_of(case).authority, amount, remedy, lambda name: held_values(case, name))
    if level is None:
        raise NotPossible("授权表没有哪一级能批这个金额，请管理员检查方案包。")
    return level


def roles_deciding(case: Case, waiting: Approval, *, above: int = 0) -> list[str]:
    """The roles that may decide, lowest first: from the level asked, or what the case has come to ask since, upwards.

    ``above``: so many levels higher.
    """
    authority = pack_of(case).authority
    asked = roles_from(authority, waiting.level)
    today = roles_from(authority, level_for(case, waiting.option.amount, waiting.option.kind).role)
    least = min(asked, today, key=len)
    return roles_from(authority, least[0], above=above) if least else []


def proposers_of(proposals: QuerySet[Event]) -> QuerySet[Event, int]:
    """Who made these proposals, the latest first."""
    return proposals.order_by("-seq").values_list("by", flat=True)


def planners_of(case: Case, waiting: Approval) -> frozenset[int]:
    """Who sent the plan that waits, and who proposed it."""
    kinds = sorted(pack_of(case).process.actions_with("keep_options"))
    marks = ", ".join(["%s"] * len(kinds)) or "NULL"
    asked = f"SELECT by_id FROM cases_event WHERE case_id = %s AND kind IN ({marks}) ORDER BY seq DESC LIMIT 1"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(asked, [case.pk, *kinds])
        proposer = cursor.fetchone()
    return frozenset({waiting.asked_by_id, *(proposer or ())})


def deciding_seat(case: Case, waiting: Approval, by: User, *, at: datetime | None = None, above: int = 0) -> Seat:
    """The seat from which the person may decide, the own one first. Raises NotAllowed, NotPossible saying why none."""
    roles = roles_deciding(case, waiting, above=above)
    fitting = [seat for seat in seats_of(by, at=at) if decides_from(seat, set(roles), case)]
    planners = planners_of(case, waiting)
    free = [seat for seat in fitting if not _is_barred(seat.giver, case, planners)]
    if free:
        return free[0]
    if fitting:
        raise NotPossible(f"{fitting[0].giver}是方案的提出人、送审人或投诉涉及的人员，您不能代其审批。")
    names = [role.name.zh for role in pack_of(case).roles if role.id in roles]
    raise NotAllowed(f"审批 {waiting.option.amount} 元的方案", names)


def decides_from(seat: Seat, roles: Collection[str], case: Case) -> bool:
    """Whether one of the roles, held in this seat, reaches the case: a branch's manager decides for the branch."""
    return any(grant.role.id in roles and reaches(grant, case) for grant in seat.grants)


def roles_lent(by: User, case: Case, *, at: datetime | None = None) -> frozenset[str]:
    """The roles by which a deputy may decide on this case, though he does not hold them."""
    lent = [grant for seat in seats_of(by, at=at)[1:] for grant in seat.grants]
    return frozenset(grant.role.id for grant in lent if reaches(grant, case))


def _is_barred(giver: User | None, case: Case, planners: frozenset[int]) -> bool:
    return giver is not None and (giver.pk in planners or has_direct_interest(case, giver))
