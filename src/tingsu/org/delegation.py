"""Who decides in an absent colleague's place (授权代理), and who is away with nobody in place (请假).

A delegation lends the giver's authority to approve, nothing else; it is counted in whole days in China.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from tingsu.base.clock import local, now
from tingsu.base.errors import TingsuError
from tingsu.base.text import UNSTORABLE, is_storable
from tingsu.org.access_log import note_access
from tingsu.org.models import Delegation, User
from tingsu.org.pack import packs_in_force
from tingsu.org.permissions import Grant, can, grants_of, require, roles_of

LONGEST_REASON = 200
LONGEST = timedelta(days=366)


class DelegationMistake(TingsuError):
    """A delegation cannot be made as asked; the message says what to change."""

    code = "not_possible"


@dataclass(frozen=True, slots=True)
class Seat:
    """Grants by which a person decides: the own ones, or those of ``giver``, whose deputy the person is."""

    giver: User | None
    grants: tuple[Grant, ...]


def delegate(
    giver: User,
    deputy: User | None,
    *,
    by: User,
    first_day: date,
    last_day: date,
    reason: str,
    roles: Sequence[str] = (),
    at: datetime | None = None,
) -> Delegation:
    """Let ``deputy`` decide in the giver's place, first and last day included; None: leave, and nobody does.

    ``roles``: those lent; none named, all. Everyone for himself; for another with ``manage_delegations``. Leaves a
    sealed line in the access log. Raises NotAllowed, DelegationMistake.
    """
    at = at or now()
    if by.pk != giver.pk:
        require(by, "manage_delegations")
    reason = reason.strip()
    _check(giver, deputy, first_day, last_day, reason, roles, today=local(at).date())
    with transaction.atomic():
        made = Delegation.objects.create(
            giver=giver, deputy=deputy, roles=sorted(set(roles)), first_day=first_day, last_day=last_day, reason=reason,
            made_by=by, made_at=at,
        )  # fmt: skip
        note_access("delegate", {**_told(made), "reason": reason}, by=by, at=at)
    return made


def revoke_delegation(delegation_id: int, *, by: User, at: datetime | None = None) -> Delegation | None:
    """End a delegation or leave now; None where it is not this person's to end, has ended, or is not there.

    Leaves a sealed line in the access log.
    """
    at = at or now()
    with transaction.atomic():
        held = Delegation.objects.select_for_update(of=("self",)).select_related("giver", "deputy")
        found = held.filter(pk=delegation_id, revoked_at=None).first()
        if found is None or not (found.giver_id == by.pk or can(by, "manage_delegations")):
            return None
        found.revoked_at, found.revoked_by = at, by
        found.save(update_fields=["revoked_at", "revoked_by"])
        note_access("delegate_end", _told(found), by=by, at=at)
    return found


def list_delegations(*, by: User) -> QuerySet[Delegation]:
    """Those this person gave or holds, latest first; of everyone for who may manage them."""
    mine = Q() if can(by, "manage_delegations") else Q(giver=by) | Q(deputy=by)
    return Delegation.objects.filter(mine).select_related("giver__unit", "deputy__unit", "made_by").order_by("-pk")


def seats_of(user: User, *, at: datetime | None = None) -> list[Seat]:
    """The seats a person decides from at a moment: the own one first, then those of colleagues he stands in for."""
    day = local(at or now()).date()
    lent = [Seat(one.giver, _lent(one)) for one in _deputyships(user) if one.giver.is_active and one.runs(day)]
    return [Seat(None, tuple(grants_of(user))), *lent]


def has_stood_in(user: User) -> bool:
    """Whether the person stands or stood in for anyone: most never do, and need not be asked more."""
    return bool(_deputyships(user))


def may_decide_somewhere(user: User, *, at: datetime | None = None) -> bool:
    """Whether the person has a place in an authority table, his own or a colleague's."""
    levels = {level.role for pack in packs_in_force().all for level in pack.authority.levels}
    if roles_of(user) & levels:
        return True
    return any(grant.role.id in levels for seat in seats_of(user, at=at)[1:] for grant in seat.grants)


def running_delegations(givers: Iterable[int], *, at: datetime) -> dict[int, list[Delegation]]:
    """Giver → the delegations and leaves that run at a moment; one query."""
    day = local(at).date()
    rows = Delegation.objects.filter(giver__in=set(givers), revoked_at=None, first_day__lte=day, last_day__gte=day)
    found: dict[int, list[Delegation]] = {}
    for row in rows.select_related("deputy__unit").order_by("pk"):
        found.setdefault(row.giver_id, []).append(row)
    return found


def _deputyships(user: User) -> list[Delegation]:
    """What is or was lent to an active user, future days too; read once, kept on the user object."""
    kept: list[Delegation] | None = getattr(user, "_kept_deputyships", None)
    if kept is None:
        rows = Delegation.objects.filter(deputy=user).select_related("giver__unit")
        kept = list(rows.order_by("pk")) if user.is_active and _is_lent_anything(user) else []
        user._kept_deputyships = kept  # type: ignore[attr-defined]
    return kept


def _is_lent_anything(user: User) -> bool:
    """Asked in plain SQL: most people stand in for nobody, and composing the query costs more than asking."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM org_delegation WHERE deputy_id = %s LIMIT 1", [user.pk])
        return cursor.fetchone() is not None


def _lent(one: Delegation) -> tuple[Grant, ...]:
    return tuple(grant for grant in grants_of(one.giver) if one.lends(grant.role.id))


def _check(
    giver: User, deputy: User | None, first: date, last: date, reason: str, roles: Sequence[str], *, today: date
) -> None:
    levels = {level.role for pack in packs_in_force().all for level in pack.authority.levels}
    if not roles_of(giver) & levels:
        raise DelegationMistake(f"{giver}不在授权表里，没有审批权限可以委托。")
    if set(roles) - roles_of(giver):
        raise DelegationMistake(f"{giver}没有担任所选的角色，请核对。")
    if deputy is not None and (deputy.pk == giver.pk or not deputy.is_active):
        raise DelegationMistake("代理人要是另一位在职的同事。")
    if not first <= last or last < today or last - first > LONGEST:
        raise DelegationMistake("起止日期不对：止日不能早于起日和今天，最长一年。")
    if not reason or len(reason) > LONGEST_REASON:
        raise DelegationMistake(f"请写明事由，最多 {LONGEST_REASON} 字。")
    if not is_storable(reason):
        raise DelegationMistake(f"事由{UNSTORABLE}。")


def _told(one: Delegation) -> dict[str, object]:
    return {
        "giver": one.giver.username,
        "deputy": one.deputy.username if one.deputy else "",
        "roles": one.roles,
        "first_day": one.first_day.isoformat(),
        "last_day": one.last_day.isoformat(),
    }
