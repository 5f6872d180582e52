"""What an action of the pack does to a case, by name. Each changes the case in memory and its rows beside it.

They run inside the action's transaction, after guards and fields have passed; ``lifecycle`` saves the case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tingsu.cases import agreed_clocks, appeals, clocks, joint
from tingsu.cases.access import require_handler_at
from tingsu.cases.accountability import hold_accountable, revoke_accountability
from tingsu.cases.appeals import (
    appeal_responsibility,
    ask_review,
    decide_appeal,
    decide_review,
    keep_responsibility,
    keep_right,
)  # fmt: skip
from tingsu.cases.authority import deciding_seat, level_for, waiting_approval
from tingsu.cases.beside import options_of, supporting_units
from tingsu.cases.budgets import keep_payment, settle_promises
from tingsu.cases.citing import cite_evidence
from tingsu.cases.composing import PLACE, Change, Composed
from tingsu.cases.contact import end_wait, keep_contact, keep_notice, send_sms
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.fields import as_plain
from tingsu.cases.granting import GRANT, check_reason, seat_to_grant, told_over
from tingsu.cases.inserting import insert
from tingsu.cases.joint import (
    add_support,
    ask_support,
    give_task,
    go_on_without_support,
    keep_meeting,
    release_task,
    reply_task,
    transfer_lead,
)  # fmt: skip
from tingsu.cases.linking import link_cases, split_off, unlink_cases
from tingsu.cases.models import Approval, Case, Deadline, FollowUp, Option
from tingsu.cases.outside import ask_outside, hear_outside
from tingsu.cases.parties import add_party, end_party
from tingsu.cases.promises import keep_promise, start_promise
from tingsu.cases.queue import mark_risks
from tingsu.org.models import User

NO_LONGER_WAITING = "程序已终结，不再审批"  # the reason of an approval that its case's end decided


@dataclass(frozen=True, slots=True)
class Doing:
    """An action under way. ``values`` are the parsed fields; ``said`` gathers extra facts for the event."""

    case: Case
    action: str
    by: User
    at: datetime
    values: dict[str, Any]
    said: dict[str, Any]


def run(name: str, doing: Doing) -> None:
    """Run the effect called ``name``."""
    EFFECTS[name](doing)


def keep_verdict(doing: Doing) -> None:
    case, values = doing.case, doing.values
    case.verdict, case.verdict_reason = values["verdict"], values["reason"]
    case.complexity = values["complexity"]


def take_ownership(doing: Doing) -> None:
    """Who takes the first step at the desk owns the case, unless it has an owner."""
    if doing.case.owner_id is None:
        doing.case.owner = doing.by
    if doing.case.first_response_at is None:
        handover = _HANDOVERS.last(doing.case.pk)
        doing.case.first_response_at = doing.at
        doing.case.responded_late = handover is not None and doing.at >= handover.lawful_end


def keep_owner(doing: Doing) -> None:
    doing.case.owner = doing.values["owner"]


def keep_units(doing: Doing) -> None:
    require_handler_at(doing.values["lead_unit"], doing.case)
    doing.case.lead_unit = doing.values["lead_unit"]
    wanted = doing.values.get("support_units", [])
    if wanted or supporting_units(doing.case):
        doing.case.support_units.set(wanted)


def keep_findings(doing: Doing) -> None:
    case, values = doing.case, doing.values
    case.findings, case.root_cause = values["findings"], values["root_cause"]
    case.right = values.get("right", case.right)
    case.responsibility, case.fault_code = values["responsibility"], values.get("fault_code", "")
    case.responsible_unit, case.responsible_person = values.get("responsible_unit"), values.get("responsible_person")
    case.verdict = values.get("verdict", case.verdict)


def keep_options(doing: Doing) -> None:
    """Keep the options as a new round, the recommended one marked."""
    options = doing.values["options"]
    chosen = str(doing.values["chosen"])
    if not (chosen.isdecimal() and len(chosen) == 1) or not 1 <= int(chosen) <= len(options):
        raise Incomplete({"chosen": f"「推荐方案」请写 1 到 {len(options)} 中的一个序号"})
    last = max((option.round for option in options_of(doing.case)), default=0)
    for rank, o in enumerate(options, start=1):
        insert(
            Option(
                case=doing.case,
                round=last + 1,
                rank=rank,
                kind=o.kind,
                amount=o.amount,
                text=o.text,
                chosen=rank == int(chosen),
            )
        )


def request_approval(doing: Doing) -> None:
    """Ask the lowest level of authority that covers the recommended option."""
    option = next((o for o in reversed(options_of(doing.case)) if o.chosen), None)
    if option is None:
        raise NotPossible("还没有推荐方案，请先提出方案。")
    level = level_for(doing.case, option.amount, option.kind)
    asked = {"level": level.role, "limit": level.up_to, "asked_by": doing.by, "asked_at": doing.at}
    insert(Approval(case=doing.case, option=option, **asked))
    doing.said.update(level=level.role, amount=f"{option.amount:.2f}", option=option.text)


def decide_approval(doing: Doing) -> None:
    """Settle the waiting approval: granted by ``approve``, refused by any other action.

    What is granted counts as promised money at once; who decides in a colleague's place, and beyond which budget, is
    said in the event.
    """
    waiting = waiting_approval(doing.case)
    if waiting is None:
        raise NotPossible("没有待批的方案。")
    waiting.granted = doing.action == GRANT
    waiting.acting_for = _grant(doing, waiting) if waiting.granted else _giver(doing, waiting)
    waiting.decided_by, waiting.decided_at, waiting.reason = doing.by, doing.at, doing.values["reason"]
    _DECIDED.run((waiting.granted, waiting.acting_for_id, doing.by.pk, doing.at, waiting.reason), waiting.pk)
    doing.said.update(level=waiting.level, amount=f"{waiting.option.amount:.2f}", option=waiting.option.text)
    if waiting.acting_for:
        doing.said["acting_for"] = {"user": waiting.acting_for.username, "name": str(waiting.acting_for)}


def _grant(doing: Doing, waiting: Approval) -> User | None:
    """In whose place the plan is granted. The budget is held until all is done, so that two cannot spend it at once."""
    seat, exceeded = seat_to_grant(doing.case, waiting, doing.by, at=doing.at, hold=True)
    if exceeded is not None:
        check_reason(doing.case, doing.action, doing.values, exceeded, waiting)
        doing.said["over_budget"] = told_over(exceeded, waiting)
    settle_promises(doing.case, at=doing.at)
    return seat.giver


def _giver(doing: Doing, waiting: Approval) -> User | None:
    return deciding_seat(doing.case, waiting, doing.by, at=doing.at).giver


def keep_paid(doing: Doing) -> None:
    """What is paid now comes on top of what an earlier round paid; what was promised is carried out."""
    settle_promises(doing.case, at=doing.at)
    if "paid" in doing.values:
        doing.case.paid = (doing.case.paid or 0) + doing.values["paid"]
        keep_payment(doing.case, doing.values["paid"], by=doing.by, at=doing.at)


def keep_answer(doing: Doing) -> None:
    """Keep the answer and whether it came within the lawful time."""
    case = doing.case
    case.answer, case.answered_at = doing.values["answer"], doing.at
    statute = clocks.last_clock(case, "statute")
    case.answered_late = statute is not None and doing.at >= statute.lawful_end


def keep_follow_up(doing: Doing) -> None:
    values = doing.values
    insert(FollowUp(
        case=doing.case, at=doing.at, by=doing.by, reached=values["reached"], satisfaction=values["satisfaction"],
        note=values.get("note", ""), signed=values.get("signed"), evidence_no=values.get("evidence_no", "")[:10],
    ))  # fmt: skip
    doing.case.satisfaction = values["satisfaction"]


def close(doing: Doing) -> None:
    """Sum up and close; a promise still on the clock stops here unless the pack asks for promises_settled."""
    doing.case.summary, doing.case.lesson = doing.values["summary"], doing.values.get("lesson", "")
    end(doing)


def end(doing: Doing) -> None:
    """The procedure ends now, and with it every clock, every open task and the wait for an approval.

    Closing waits for an appeal or review not decided yet; a withdrawal or merging overtakes it.
    """
    appeals.end_appeals(doing)
    joint.release_all(doing)
    doing.case.closed_at = doing.at
    _OVERTAKEN.run((False, doing.by.pk, doing.at, NO_LONGER_WAITING), doing.case.pk)
    settle_promises(doing.case, at=doing.at)
    clocks.drop_deadlines(doing.case, at=doing.at)


def reopen(doing: Doing) -> None:
    """The case is open again from its first stage; answer and verdict of the earlier round stay in the events.

    What was paid was paid, and who was found responsible stays until the new findings.
    """
    case = doing.case
    case.closed_at = case.answered_at = case.answered_late = None
    case.reopened += 1
    case.merged_into = None
    case.verdict = case.verdict_reason = case.complexity = ""
    case.answer = case.satisfaction = case.summary = case.lesson = ""


def merge_into(doing: Doing) -> None:
    """Point this case at the one that goes on (同一事项并案)."""
    from tingsu.cases.access import find_case

    target = find_case(doing.values["into"], by=doing.by)
    if target.pk == doing.case.pk or target.merged_into_id is not None:
        raise NotPossible("不能并入自身，也不能并入已被并案的工单。")
    doing.case.merged_into = target
    doing.said["into"] = target.number


def extend_deadline(doing: Doing) -> None:
    before = doing.case.deadlines.filter(kind="statute").last()
    deadline = clocks.extend_statute(doing.case, by=doing.by, at=doing.at)
    doing.said.update(
        rule=deadline.rule["id"],
        before=before.lawful_end.isoformat() if before else "",
        after=deadline.lawful_end.isoformat(),
    )


def pause_deadlines(doing: Doing) -> None:
    clocks.pause_deadlines(doing.case, doing.values["why"], at=doing.at)


def resume_deadlines(doing: Doing) -> None:
    clocks.resume_deadlines(doing.case, at=doing.at)


def restart_clock(doing: Doing) -> None:
    """New facts: the statutory clock runs anew from now (CBIRC 2020 No. 3)."""
    before, after = agreed_clocks.restart_statute(doing.case, at=doing.at)
    doing.said.update(before=before.isoformat(), after=after.isoformat())


def correct_reading(doing: Doing) -> None:
    """A person's word replaces the engine's; what the engine had said stays in the reading and in the event."""
    case = doing.case
    if not doing.values:
        raise Incomplete({"business": "请至少更正一项"})
    doing.said["before"] = {name: getattr(case, name) for name in doing.values}
    for name, value in doing.values.items():
        setattr(case, name, int(value) if name == "emotion" else value)
    urgent = [risk["kind"] for risk in case.reading.get("risks") or [] if risk.get("urgent")]
    case.risk_marks = mark_risks(case.risks, urgent=urgent)
    case.corrected = True


def keep_details(doing: Doing) -> None:
    """What the pack asks beside the common fields is kept on the case under the field's own name."""
    doing.case.details = {**doing.case.details, **as_plain(doing.values)}


_HANDOVERS = Composed(lambda: Deadline.objects.filter(case=PLACE, kind="handover"))
_DECIDED = Change(
    lambda: Approval.objects.filter(pk=PLACE), "granted", "acting_for", "decided_by", "decided_at", "reason"
)
_OVERTAKEN = Change(
    lambda: Approval.objects.filter(case=PLACE, granted=None), "granted", "decided_by", "decided_at", "reason"
)

EFFECTS: dict[str, Callable[[Doing], None]] = {
    effect.__name__: effect
    for effect in (
        ask_support, add_support, keep_meeting, give_task, reply_task, release_task, go_on_without_support,
        transfer_lead, ask_outside, hear_outside, link_cases, unlink_cases, split_off, restart_clock, add_party,
        end_party, cite_evidence, keep_right, keep_responsibility, appeal_responsibility, decide_appeal, ask_review,
        decide_review, hold_accountable, revoke_accountability,
        keep_verdict, take_ownership, keep_owner, keep_units, keep_findings, keep_options, request_approval,
        decide_approval, keep_paid, keep_answer, keep_follow_up, close, end, reopen, merge_into, extend_deadline,
        pause_deadlines, resume_deadlines, start_promise, correct_reading, keep_details,
        keep_promise, keep_contact, send_sms, end_wait, keep_notice,
    )
}  # fmt: skip
