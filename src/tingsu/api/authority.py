"""Who decides what: plans that wait, deputies and leaves, and compensation budgets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from ninja import Router
from pydantic import BaseModel, Field, TypeAdapter

from tingsu.api.asked import Body
from tingsu.api.entry import Asked
from tingsu.api.refusals import REFUSED
from tingsu.api.shapes import Moment
from tingsu.api.wire import answer, answer_list
from tingsu.cases.budgets import Spending, list_spendings, set_budget
from tingsu.cases.errors import NotFound
from tingsu.cases.models import Approval
from tingsu.cases.queue import waiting_for
from tingsu.cases.standing import Standing, standings
from tingsu.cases.veil import Veil
from tingsu.org.delegation import delegate, list_delegations, revoke_delegation
from tingsu.org.models import Delegation
from tingsu.org.staff import find_person, find_unit

router = Router(tags=["授权 authority"])
MOST = 100


class DeciderShape(BaseModel):
    person: str
    name: str
    acting_for: str


class SpendingShape(BaseModel):
    """How a unit's budget stands in a month, in yuan."""

    unit: str
    unit_name: str
    month: str
    budget: Decimal
    committed: Decimal
    spent: Decimal
    left: Decimal


class WaitingShape(BaseModel):
    """A plan the asker may decide; ``with_role`` is the level it stands with today, empty where nobody can decide."""

    number: str
    level: str
    amount: Decimal
    kind: str
    text: str
    asked_by: str
    asked_at: Moment
    with_role: str
    deciders: list[DeciderShape]
    budget: SpendingShape | None
    over_budget: Decimal


class DelegationShape(BaseModel):
    id: int
    giver: str
    deputy: str = Field(description="空：请假，无人代理")
    roles: list[str]
    first_day: date
    last_day: date
    reason: str
    made_by: str
    revoked_at: Moment | None


class DelegationAsked(Body):
    """A delegation or, without ``deputy``, a leave; usernames. Without ``giver`` the asker's own."""

    giver: str = ""
    deputy: str = ""
    roles: list[str] = []
    first_day: date
    last_day: date
    reason: str


class BudgetAsked(Body):
    """A unit's budget; without ``month`` for every month that has none of its own, without ``amount`` taken away."""

    month: str = ""
    amount: Decimal | None = None


WAITING = TypeAdapter(list[WaitingShape])
DELEGATIONS = TypeAdapter(list[DelegationShape])
SPENDINGS = TypeAdapter(list[SpendingShape])


@router.get("/approvals", response={200: list[WaitingShape], **REFUSED}, summary="等我审批的方案")
def list_waiting(request: Asked) -> HttpResponse:
    """The plans the asker may decide, his own level's or a colleague's he stands in for; longest waiting first."""
    waiting = list(waiting_for(request.auth).select_related("case__customer")[:MOST])
    found = standings(waiting)
    return answer_list(WAITING, [_waiting(one, found[one.pk]) for one in waiting])


@router.get("/delegations", response={200: list[DelegationShape], **REFUSED}, summary="授权代理与请假")
def show_delegations(request: Asked) -> HttpResponse:
    """Those the asker gave or holds; everyone's for who manages them. Latest first."""
    return answer_list(DELEGATIONS, [_delegation(one) for one in list_delegations(by=request.auth)[:MOST]])


@router.post("/delegations", response={201: DelegationShape, **REFUSED}, summary="设代理或请假")
def make_delegation(request: Asked, body: DelegationAsked) -> HttpResponse:
    """Let a deputy decide in one's place for some days, or go on leave without one."""
    made = delegate(
        find_person(body.giver) if body.giver else request.auth,
        find_person(body.deputy) if body.deputy else None,
        by=request.auth,
        first_day=body.first_day,
        last_day=body.last_day,
        reason=body.reason,
        roles=body.roles,
    )
    return answer(_delegation(made), 201)


@router.delete("/delegations/{int:delegation_id}", response={204: None, **REFUSED}, summary="结束代理或请假")
def end_delegation(request: Asked, delegation_id: int) -> HttpResponse:
    """End it at once."""
    if revoke_delegation(delegation_id, by=request.auth) is None:
        raise NoSuchDelegation
    return HttpResponse(status=204)


@router.get("/budgets", response={200: list[SpendingShape], **REFUSED}, summary="补偿预算（month 如 2026-11）")
def show_budgets(request: Asked, month: str = "") -> HttpResponse:
    """The budgets of the units within reach in a month; this one if none is named."""
    return answer_list(SPENDINGS, [_spending(one) for one in list_spendings(by=request.auth, month=month)])


@router.put("/budgets/{unit}", response={204: None, **REFUSED}, summary="设定补偿预算")
def change_budget(request: Asked, unit: str, body: BudgetAsked) -> HttpResponse:
    """Set or take away the budget of a unit, named by its code."""
    set_budget(find_unit(unit), body.amount, by=request.auth, month=body.month)
    return HttpResponse(status=204)


class NoSuchDelegation(NotFound):
    """There is no such delegation in force that the asker may end."""

    def __init__(self) -> None:
        super().__init__("")
        self.message = "没有这条代理，或它已经结束。"


def _waiting(approval: Approval, standing: Standing) -> WaitingShape:
    veil = Veil(approval.case.customer)
    return WaitingShape(
        number=approval.case.number,
        level=approval.level,
        amount=approval.option.amount,
        kind=approval.option.kind,
        text=veil.over(approval.option.text),
        asked_by=approval.asked_by.name,
        asked_at=approval.asked_at,
        with_role=standing.role,
        deciders=[
            DeciderShape(
                person=one.person.username, name=one.person.name, acting_for=one.giver.username if one.giver else ""
            )
            for one in standing.people
        ],
        budget=_spending(standing.spending) if standing.spending else None,
        over_budget=standing.over,
    )


def _delegation(one: Delegation) -> DelegationShape:
    return DelegationShape(
        id=one.pk,
        giver=one.giver.username,
        deputy=one.deputy.username if one.deputy else "",
        roles=one.roles,
        first_day=one.first_day,
        last_day=one.last_day,
        reason=one.reason,
        made_by=one.made_by.username,
        revoked_at=one.revoked_at,
    )


def _spending(one: Spending) -> SpendingShape:
    return SpendingShape(
        unit=one.unit.code,
        unit_name=one.unit.name,
        month=one.month,
        budget=one.budget,
        committed=one.committed,
        spent=one.spent,
        left=one.left,
    )
