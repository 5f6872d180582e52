"""A plan granted: from which seat, and within which budget (补偿预算)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tingsu.cases.authority import deciding_seat, roles_deciding
from tingsu.cases.budgets import Spending, spending_for
from tingsu.cases.errors import Incomplete
from tingsu.cases.models import Approval, Case
from tingsu.cases.packs import pack_of
from tingsu.org.delegation import Seat
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed

GRANT = "approve"  # the action that grants; any other that decides refuses
BEYOND = "beyond_budget"  # the field that asks why the budget is exceeded; where an action has none, its reason says it


def seat_to_grant(
    case: Case, waiting: Approval, by: User, *, at: datetime, hold: bool = False
) -> tuple[Seat, Spending | None]:
    """The seat from which the plan may be granted, and the budget it would exceed, if one.

    A plan beyond the budget needs the next higher level where the pack says so; the highest may. ``hold``: see
    ``spending_for``. Raises NotAllowed, NotPossible.
    """
    exceeded = exceeded_budget(case, waiting, at=at, hold=hold)
    seat = deciding_seat(case, waiting, by, at=at)
    if exceeded is None or pack_of(case).authority.over_budget == "warn":
        return seat, exceeded
    try:
        return deciding_seat(case, waiting, by, at=at, above=1), exceeded
    except NotAllowed:
        roles = roles_deciding(case, waiting, above=1)
        who = [role.name.zh for role in pack_of(case).roles if role.id in roles]
        raise NotAllowed(
            f"审批 {waiting.option.amount} 元的方案：{told_over(exceeded, waiting)}，须由上一级审批", who
        ) from None


def exceeded_budget(case: Case, waiting: Approval, *, at: datetime, hold: bool = False) -> Spending | None:
    """The budget this plan would exceed; None where there is none, it suffices, or nothing is to be paid."""
    if not waiting.option.amount:
        return None
    spending = spending_for(case, at=at, hold=hold)
    return spending if spending is not None and spending.over(waiting.option.amount) else None


def check_reason(case: Case, action_id: str, values: Mapping[str, Any], exceeded: Spending, waiting: Approval) -> None:
    """Nobody exceeds a budget without saying why. Raises Incomplete."""
    action = pack_of(case).process.action(action_id)
    asked = action is not None and any(field.id == BEYOND for field in action.fields)
    if asked and not values.get(BEYOND):
        raise Incomplete({BEYOND: f"{told_over(exceeded, waiting)}，请写明超预算的理由"})


def told_over(exceeded: Spending, waiting: Approval) -> str:
    """By how much, in words for the event and for people."""
    over = exceeded.over(waiting.option.amount)
    return f"{exceeded.unit.name} {exceeded.month} 补偿预算 {exceeded.budget:.2f} 元，批后将超出 {over:.2f} 元"
