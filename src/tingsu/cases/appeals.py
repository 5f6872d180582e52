"""Decisions that stand by themselves and may be asked for again: right infringed, responsibility, appeal, 核查."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tingsu.base.clock import local
from tingsu.cases.access import reaches_unit
from tingsu.cases.agreed_clocks import end_by_rule, start_triggered, stop_clock
from tingsu.cases.citing import cited
from tingsu.cases.composing import PLACE, Composed
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.kept_rows import change_row, keep_row, numbered
from tingsu.cases.models import Case, Event
from tingsu.cases.packs import pack_of
from tingsu.cases.tables import Appeal
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed
from tingsu.packs.procedure import EffectName

if TYPE_CHECKING:
    from tingsu.cases.effects import Doing
    from tingsu.cases.guards import Attempt

# Triggers of the pack's rules: until when one may ask, and until when it is decided.
MAY_APPEAL, DECIDE_APPEAL = "responsibility_decided", "responsibility_appealed"
MAY_ASK_REVIEW, DECIDE_REVIEW = "decision_received", "review_requested"
CHANGED = "changed"
ENDED = "ended"  # the outcome of what the end of the procedure overtook
RESPONSIBILITY: tuple[EffectName, ...] = ("keep_findings", "keep_responsibility")
# Who did one of these had a part in what the customer was told.
DECIDING: tuple[EffectName, ...] = (*RESPONSIBILITY, "keep_verdict", "keep_answer", "keep_right")


def keep_right(doing: Doing) -> None:
    """Which right of a consumer was infringed (知情权 …), with its grounds."""
    doing.case.right = doing.values["right"]


def keep_responsibility(doing: Doing) -> None:
    """Who is responsible and how (有责 / 问题工单 / 无责), decided apart from the findings."""
    case, values = doing.case, doing.values
    case.responsibility, case.fault_code = values["responsibility"], values.get("fault_code", "")
    case.responsible_unit, case.responsible_person = values.get("responsible_unit"), values.get("responsible_person")


def appeal_responsibility(doing: Doing) -> None:
    """Whom the responsibility fell on asks for it to be decided again; a clock of its own starts.

    Raises NotPossible after the time the pack's rule gives, while an appeal waits, and once one was decided.
    """
    case = doing.case
    decided = last_decision(case, RESPONSIBILITY)
    if decided is None:
        raise NotPossible("责任还没有判定，不需要申诉。")
    earlier = [a for a in case.appeals.all() if a.sort == Appeal.Sort.RESPONSIBILITY and a.asked_at >= decided.at]
    if earlier:
        raise NotPossible("对这次责任判定已经申诉过，以申诉裁定为准。")
    # Asked against a decision that another has taken the place of since, it still has to be decided.
    if _waiting(case, Appeal.Sort.RESPONSIBILITY):
        raise NotPossible("已有一件责任申诉等待裁定，裁定之后才能再申诉。")
    until = end_by_rule(case, MAY_APPEAL, at=decided.at)
    if until is not None and doing.at >= until.lawful_end:
        end = f"{local(until.lawful_end):%Y年%-m月%-d日%H:%M}"
        raise NotPossible(f"申诉期已于{end}届满（规则 {until.rule['id']}）。")
    _ask(doing, Appeal.Sort.RESPONSIBILITY, DECIDE_APPEAL, late=False)


def decide_appeal(doing: Doing) -> None:
    """Someone who did not decide first upholds the responsibility or changes it."""
    case, values = doing.case, doing.values
    if values["outcome"] == CHANGED:
        if not values.get("responsibility"):
            raise Incomplete({"responsibility": "变更判定的，请选择新的「责任判定」"})
        doing.said["was"] = {"responsibility": case.responsibility, "fault_code": case.fault_code}
        case.responsibility, case.fault_code = values["responsibility"], values.get("fault_code", "")
        if values.get("cleared"):
            case.responsible_unit = case.responsible_person = None
    _decide(doing, Appeal.Sort.RESPONSIBILITY)


def ask_review(doing: Doing) -> None:
    """The customer does not accept the answer and asks for 核查; the clock of the decision starts.

    A request after the rule's time is taken and marked late: the rule is not compared with its source yet.
    """
    case = doing.case
    if _waiting(case, Appeal.Sort.REVIEW):
        raise NotPossible("客户的核查申请正在办理，不需要重复登记。")
    until = end_by_rule(case, MAY_ASK_REVIEW, at=case.answered_at) if case.answered_at else None
    _ask(doing, Appeal.Sort.REVIEW, DECIDE_REVIEW, late=until is not None and doing.at >= until.lawful_end)


def decide_review(doing: Doing) -> None:
    """The review is decided and the customer told how; what changes is done by reopening the case."""
    _decide(doing, Appeal.Sort.REVIEW)


_UNDECIDED = Composed(lambda: Appeal.objects.filter(case=PLACE, outcome=""))


def end_appeals(doing: Doing) -> None:
    """Nothing is closed over an appeal that waits; a withdrawal or merging overtakes it.

    Raises NotPossible on closing while one waits.
    """
    waiting = _UNDECIDED.all(doing.case.pk)
    if waiting and doing.values.get("summary"):
        raise NotPossible("还有未裁定的核查或申诉，裁定之后才能结案。")
    for appeal in waiting:
        change_row(
            appeal, doing.said, outcome=ENDED, decided_at=doing.at, decided_by=doing.by, reason="程序已终结，不再裁定"
        )


def last_decision(case: Case, effects: tuple[EffectName, ...]) -> Event | None:
    """The latest event that decided by one of these effects."""
    process = pack_of(case).process
    kinds = [kind for effect in effects for kind in process.actions_with(effect)]
    return case.events.filter(kind__in=kinds).order_by("-seq").first()


def not_first_decider(attempt: Attempt) -> None:
    """Nobody decides again what he decided, nor what he himself asked for."""
    case, by = attempt.case, attempt.by
    process = pack_of(case).process
    kinds = [kind for effect in DECIDING for kind in process.actions_with(effect)]
    if case.events.filter(kind__in=kinds, by=by).exists():
        raise NotPossible("原来的认定、判定或答复是您作出的，须由另一位有权人裁定。")
    if any(appeal.asked_by_id == by.pk and not appeal.outcome for appeal in case.appeals.all()):
        raise NotPossible("申请是您提出或登记的，须由另一位有权人裁定。")


def of_the_responsible(attempt: Attempt) -> None:
    """Only whom the responsibility fell on may appeal: the person, or the people of the unit."""
    case = attempt.case
    if not case.responsibility:
        raise NotPossible("责任还没有判定，不需要申诉。")
    if not is_held_responsible(case, attempt.by):
        unit = case.responsible_unit or case.lead_unit
        raise NotAllowed("责任申诉", [str(case.responsible_person or ""), unit.name if unit else "责任部门"])


def is_held_responsible(case: Case, person: User) -> bool:
    """Whether the responsibility fell on this person or a unit of this person's."""
    unit = case.responsible_unit or case.lead_unit
    return case.responsible_person_id == person.pk or (unit is not None and reaches_unit(person, unit))


def answered_to_customer(attempt: Attempt) -> None:
    """What was not answered yet cannot be reviewed."""
    if attempt.case.answered_at is None:
        raise NotPossible("还没有答复客户，不能登记核查申请。")


def not_answered_yet(attempt: Attempt) -> None:
    """New facts after the answer are a reason to close and reopen; the procedure then begins anew."""
    if attempt.case.answered_at is not None:
        raise NotPossible("已经答复客户。客户有新的事实的，请结案后「重新办理」，时限重新起算。")


def an_appeal_waits(attempt: Attempt) -> None:
    """There is an appeal of the responsibility to decide."""
    if not _waiting(attempt.case, Appeal.Sort.RESPONSIBILITY):
        raise NotPossible("没有待裁定的责任申诉。")


def a_review_waits(attempt: Attempt) -> None:
    """There is a review to decide."""
    if not _waiting(attempt.case, Appeal.Sort.REVIEW):
        raise NotPossible("没有待决定的核查申请。")


def _ask(doing: Doing, sort: Appeal.Sort, trigger: str, *, late: bool) -> None:
    evidence = cited(doing.case, doing.values.get("evidence", ""))
    appeal = Appeal(
        sort=sort, asked_by=doing.by, asked_at=doing.at, grounds=doing.values["grounds"], evidence=evidence, late=late
    )
    kind = "review" if sort == Appeal.Sort.REVIEW else "appeal"
    appeal.deadline = start_triggered(doing.case, kind, trigger, doing.values["grounds"], at=doing.at)
    keep_row(appeal, doing.case, doing.said)


def _decide(doing: Doing, sort: Appeal.Sort) -> None:
    values = doing.values
    if numbers := cited(doing.case, values.get("evidence", "")):
        doing.said["cited"] = numbers
    appeal = numbered(_waiting(doing.case, sort), "", "outcome")
    change_row(
        appeal, doing.said, outcome=values["outcome"], decided_by=doing.by, decided_at=doing.at,
        reason=values["reason"], notice=values.get("notice", ""),
    )  # fmt: skip
    stop_clock(appeal.deadline, at=doing.at)


def _waiting(case: Case, sort: Appeal.Sort) -> list[Appeal]:
    return [appeal for appeal in case.appeals.all() if appeal.sort == sort and not appeal.outcome]
