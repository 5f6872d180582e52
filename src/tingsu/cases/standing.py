"""With whom a waiting approval stands today: the lowest level where somebody can decide, and who was passed over.

A level is passed over where its people are on leave without a deputy, have left, made the plan, or are those complained
of; beyond the budget, so is the level that was asked. Where no level is left, nobody decides: pages and the self-check
say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import prefetch_related_objects

from tingsu.base.clock import now
from tingsu.cases.access import reaches, visible_cases
from tingsu.cases.authority import roles_deciding
from tingsu.cases.budgets import Spending, spendings_for
from tingsu.cases.interest import has_direct_interest
from tingsu.cases.models import Approval, Case, Event
from tingsu.cases.packs import pack_of
from tingsu.org.delegation import running_delegations
from tingsu.org.models import Delegation, RoleGrant, User
from tingsu.org.pack import actions_with, pack_at
from tingsu.org.permissions import Grant


class Why(StrEnum):
    """Why somebody who holds the level does not decide."""

    AWAY = "away"  # on leave, and nobody stands in
    LEFT = "left"  # no longer active
    PLANNER = "planner"  # made or sent the plan
    INTEREST = "interest"  # the complaint is about him
    BUDGET = "budget"  # the plan exceeds the budget, so the next level decides
    NOBODY = "nobody"  # nobody holds the level where the case is


@dataclass(frozen=True, slots=True)
class Decider:
    """Someone who can decide, and in whose place, if not his own."""

    person: User
    giver: User | None = None


@dataclass(frozen=True, slots=True)
class Passed:
    """A level, or a person of it, that was passed over; ``until`` is the last day of a leave."""

    role: str
    why: Why
    person: User | None = None
    until: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """With whom an approval stands: ``role`` is "" and ``people`` empty where nobody can decide it."""

    role: str
    people: tuple[Decider, ...]
    passed: tuple[Passed, ...]
    spending: Spending | None = None
    over: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Holders:
    """Who holds which role where, and who is away or stood in for."""

    grants: Mapping[str, Sequence[tuple[User, Grant]]]
    running: Mapping[int, Sequence[Delegation]]


def standings(approvals: Iterable[Approval], *, at: datetime | None = None) -> dict[int, Standing]:
    """Approval → with whom it stands. A fixed number of queries; ``case`` and ``option`` must have been fetched."""
    at = at or now()
    waiting = list(approvals)
    cases = [approval.case for approval in waiting]
    if not cases:
        return {}
    prefetch_related_objects(cases, "support_units", "lead_unit", "recorded_unit", "accused_unit")
    proposers = _proposers(cases)
    spendings = spendings_for(cases, at=at)
    holders = _holders({role for one in waiting for role in roles_deciding(one.case, one)}, at)
    return {
        one.pk: _stand(one, spendings.get(one.case.pk), holders, {one.asked_by_id, proposers.get(one.case.pk)})
        for one in waiting
    }


def _stand(approval: Approval, spending: Spending | None, holders: _Holders, planners: set[int | None]) -> Standing:
    case = approval.case
    over = spending.over(approval.option.amount) if spending else Decimal(0)
    roles = roles_deciding(case, approval)
    passed: list[Passed] = []
    if over and pack_of(case).authority.over_budget == "higher" and len(roles) > 1:
        passed.append(Passed(roles[0], Why.BUDGET))
        roles = roles[1:]
    for role in roles:
        people, left_out = _of_level(role, case, holders, planners)
        passed += left_out
        if people:
            return Standing(role, tuple(people), tuple(passed), spending, over)
    return Standing("", (), tuple(passed), spending, over)


def _of_level(
    role: str, case: Case, holders: _Holders, planners: set[int | None]
) -> tuple[list[Decider], list[Passed]]:
    """Who of one level can decide on the case, and who cannot, with why."""
    people: dict[tuple[int, int | None], Decider] = {}
    passed: list[Passed] = []
    there = [user for user, grant in holders.grants.get(role, ()) if reaches(grant, case)]
    for user in there:
        barred = _bar(user, case, planners)
        running = [one for one in holders.running.get(user.pk, ()) if one.lends(role)]
        deputies = [one.deputy for one in running if one.deputy and one.deputy.is_active]
        if barred:
            passed.append(Passed(role, barred, user))
        elif not running:
            people[user.pk, None] = Decider(user)
        elif not deputies:
            passed.append(Passed(role, Why.AWAY, user, max(one.last_day for one in running).isoformat()))
        for deputy in deputies if not barred else []:
            if why := _bar(deputy, case, planners):
                passed.append(Passed(role, why, deputy))
            else:
                people[deputy.pk, user.pk] = Decider(deputy, user)
    return list(people.values()), passed if there else [Passed(role, Why.NOBODY)]


def _bar(user: User, case: Case, planners: set[int | None]) -> Why | None:
    if not user.is_active:
        return Why.LEFT
    if user.pk in planners:
        return Why.PLANNER
    return Why.INTEREST if has_direct_interest(case, user) else None


def _holders(roles: set[str], at: datetime) -> _Holders:
    rows = RoleGrant.objects.filter(role__in=roles).select_related("user__unit", "unit").order_by("pk")
    grants: dict[str, list[tuple[User, Grant]]] = {}
    for row in rows:
        role = pack_at(row.unit.path).role(row.role)
        if role is not None:
            grant = Grant(role, role.reach, row.unit_id, row.unit.path)
            grants.setdefault(row.role, []).append((row.user, grant))
    return _Holders(grants, running_delegations((row.user_id for row in rows), at=at))


def _proposers(cases: Sequence[Case]) -> dict[int, int]:
    """Case → who made the latest proposal."""
    proposals = Event.objects.filter(case__in=cases, kind__in=actions_with("keep_options")).order_by("seq")
    return dict(proposals.values_list("case", "by"))


def stuck_approvals(*, by: User, at: datetime | None = None, most: int = 200) -> list[Approval]:
    """The plans within reach that nobody can decide, of the ``most`` that have waited longest."""
    waiting = Approval.objects.filter(granted=None, case__in=visible_cases(by))
    return find_stuck(waiting.select_related("case", "option").order_by("asked_at")[:most], at=at)


def find_stuck(waiting: Iterable[Approval], *, at: datetime | None = None) -> list[Approval]:
    """Those of these plans that nobody can decide."""
    listed = list(waiting)
    found = standings(listed, at=at)
    return [one for one in listed if not found[one.pk].people]
