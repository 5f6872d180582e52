"""Conditions a pack may set before an action, by name; each raises with what stands in the way and who may help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tingsu.base.clock import now
from tingsu.cases.access import handles_at_unit
from tingsu.cases.accountability import a_level_above, a_sanction_stands
from tingsu.cases.appeals import (
    a_review_waits,
    an_appeal_waits,
    answered_to_customer,
    not_answered_yet,
    not_first_decider,
    of_the_responsible,
)  # fmt: skip
from tingsu.cases.authority import deciding_seat, planners_of, waiting_approval
from tingsu.cases.composing import PLACE, Composed
from tingsu.cases.contact import REACHED, legally_notified, no_contact_lapsed, tried_enough
from tingsu.cases.errors import NotPossible
from tingsu.cases.granting import GRANT, seat_to_grant
from tingsu.cases.interest import has_direct_interest
from tingsu.cases.joint import a_task_is_open, asked_of_this_unit, has_a_lead, support_has_replied
from tingsu.cases.linking import a_link_stands
from tingsu.cases.models import Approval, Case
from tingsu.cases.outside import a_body_was_asked
from tingsu.cases.parties import a_party_stands
from tingsu.cases.promises import promises_settled
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed


@dataclass(frozen=True, slots=True)
class Attempt:
    """Someone about to do something to a case; ``values`` are the parsed fields, empty while only asking.

    ``roles`` are those the action is open to; ``at`` is when, ``action`` which.
    """

    case: Case
    by: User
    values: dict[str, Any]
    roles: frozenset[str]
    at: datetime = field(default_factory=now)
    action: str = ""


def check(name: str, attempt: Attempt) -> None:
    """Pass if the guard called ``name`` lets the attempt through; else raise NotAllowed or NotPossible."""
    GUARDS[name](attempt)


def no_direct_interest(attempt: Attempt) -> None:
    """Nobody handles a complaint about himself (回避; CBIRC 2020 No. 3)."""
    if has_direct_interest(attempt.case, attempt.by):
        raise NotPossible("您是本投诉涉及的人员，按回避要求不能办理，请交由其他同事。")


def not_to_the_accused(attempt: Attempt) -> None:
    """Nor is a complaint given to whom it is about."""
    owner = attempt.values.get("owner")
    if owner is not None and has_direct_interest(attempt.case, owner):
        raise NotPossible(f"{owner}是本投诉涉及的人员，按回避要求不能经办，请指定其他同事。")


def of_the_units_handling(attempt: Attempt) -> None:
    """The lead or a supporting unit acts; the desk, whose reach is everything, may always."""
    case = attempt.case
    if not handles_at_unit(attempt.by, case, attempt.roles):
        who = case.lead_unit.name if case.lead_unit else "主办部门"
        raise NotAllowed("办理本工单", [f"{who}的负责人", "投诉处理专员"])


def within_authority(attempt: Attempt) -> None:
    """The decision belongs to the level the plan asks for, or one above; to grant beyond the budget, to the next."""
    waiting = waiting_approval(attempt.case)
    if waiting is None:
        raise NotPossible("没有待批的方案。")
    if attempt.action == GRANT:
        seat_to_grant(attempt.case, waiting, attempt.by, at=attempt.at)
    else:
        deciding_seat(attempt.case, waiting, attempt.by, at=attempt.at)


def not_own_plan(attempt: Attempt) -> None:
    """Nobody approves the plan he made or sent."""
    waiting = waiting_approval(attempt.case)
    if waiting is None:
        return
    if waiting.asked_by_id == attempt.by.pk:
        raise NotPossible("方案是您送审的，须由另一位有权人审批。")
    if attempt.by.pk in planners_of(attempt.case, waiting):
        raise NotPossible("方案是您提出的，须由另一位有权人审批。")


def a_clock_stands_still(attempt: Attempt) -> None:
    """Only a clock that was paused can be let run on."""
    if not attempt.case.deadlines.filter(state="paused").exists():
        raise NotPossible("没有处于暂停的期限。")


def paid_as_approved(attempt: Attempt) -> None:
    """No more is paid than was approved."""
    granted = _GRANTED.last(attempt.case.pk)
    limit = granted.option.amount if granted else Decimal(0)
    if attempt.values.get("paid", Decimal(0)) > limit:
        raise NotPossible(f"实付金额超过批准的 {limit} 元。确需多付，请重新提出方案送审。")


def opinion_checked_twice(attempt: Attempt) -> None:
    """The customer was reached and asked twice after the answer that stands (source 002-02: one or two checks)."""
    checks = attempt.case.follow_ups.filter(reached=REACHED)
    if attempt.case.answered_at is not None:
        checks = checks.filter(at__gte=attempt.case.answered_at)
    asked = checks.count()
    if asked < 2:
        raise NotPossible(f"按本流程要回访到客户两次才能结案，本次答复后已回访 {asked} 次。")


_GRANTED = Composed(lambda: Approval.objects.select_related("option").filter(case=PLACE, granted=True))

GUARDS: dict[str, Callable[[Attempt], None]] = {
    guard.__name__: guard
    for guard in (
        no_direct_interest,
        not_to_the_accused,
        asked_of_this_unit,
        a_task_is_open,
        has_a_lead,
        support_has_replied,
        a_body_was_asked,
        a_party_stands,
        not_first_decider,
        of_the_responsible,
        answered_to_customer,
        not_answered_yet,
        an_appeal_waits,
        a_review_waits,
        a_level_above,
        a_sanction_stands,
        a_link_stands,
        of_the_units_handling,
        within_authority,
        not_own_plan,
        paid_as_approved,
        a_clock_stands_still,
        promises_settled,
        tried_enough,
        no_contact_lapsed,
        legally_notified,
        opinion_checked_twice,
    )
}
