"""Reaching the customer (联系客户): tries, the SMS after failed ones, the wait for a call back, closing for want of it.

Tries stand in the case's events alone. Closing never discharges a legal duty to notify (001.9; CBIRC 2020 No. 3): while
one is open, a written notice with its evidence is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from tingsu.base.clock import local
from tingsu.calendars.deadlines import format_end
from tingsu.cases import clocks
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.models import Case, Deadline, Event
from tingsu.cases.packs import pack_of

if TYPE_CHECKING:
    from tingsu.cases.effects import Doing
    from tingsu.cases.guards import Attempt

WAIT = "no_contact"  # the kind of clock that runs from the SMS
REACHED = "yes"


@dataclass(frozen=True, slots=True)
class Try:
    """One call to the customer and what came of it (a value of the list ``reached``)."""

    at: datetime
    by: str
    result: str


@dataclass(frozen=True, slots=True)
class Contact:
    """How reaching the customer stands: every try, those that failed since the last contact, and the wait for a call.

    ``counted`` are the failed tries far enough apart to count toward ``needed``.
    """

    tries: list[Try]
    counted: int
    needed: int
    waiting: Deadline | None


def contact_of(case: Case) -> Contact:
    """How reaching the customer stands, from the case's events and clocks."""
    process, rules = pack_of(case).process, pack_of(case).contact
    trying, ending = process.actions_with("keep_contact"), process.actions_with("end_wait")
    tries: list[Try] = []
    failed: list[datetime] = []
    for event in sorted(case.events.all(), key=lambda event: event.seq):
        if event.kind in ending:
            failed = []
        if event.kind in trying:
            tries.append(_as_try(event))
            failed = [] if tries[-1].result == REACHED else [*failed, event.at]
    waiting = next((d for d in case.deadlines.all() if d.kind == WAIT and d.state in clocks.ACTIVE), None)
    return Contact(tries, _count_apart(failed, timedelta(minutes=rules.apart)), rules.tries, waiting)


def keep_contact(doing: Doing) -> None:
    """A try is kept by its event; a customer who is reached ends the wait for a call back."""
    if doing.values["result"] == REACHED:
        end_wait(doing)


def end_wait(doing: Doing) -> None:
    """The customer called back, or was reached: the wait ends without judging anybody."""
    clocks.drop_kind(doing.case, WAIT, at=doing.at)


def send_sms(doing: Doing) -> None:
    """Keep what is sent to the customer and, where the site has a gateway, hand it over to be sent."""
    case, words = doing.case, doing.values.get("text", "")
    text = words or pack_of(case).contact.sms.zh.replace("{number}", case.number)
    doing.said.update(sms=text, sent=bool(settings.SMS_COMMAND and case.customer.phone))
    if doing.said["sent"]:
        from tingsu.cases.jobs import send_text

        send_text.enqueue(case.pk, text, doing.by.pk)


def keep_notice(doing: Doing) -> None:
    """The written notice that stands for an answer nobody could be given by phone, judged by the day it was sent.

    Nothing where the customer has been answered or no legal duty to notify was open.
    """
    case, values = doing.case, doing.values
    case.summary = values["reason"]
    sent = values.get("notice_at")
    if sent is None or not _legal_clocks(case):
        return
    clocks.stop_deadlines(case, pack_of(case).contact.legal, at=sent)
    case.answer, case.answered_at = values.get("notice", ""), sent
    statute = case.deadlines.filter(kind="statute").exclude(state=Deadline.State.DROPPED).last()
    case.answered_late = statute is not None and sent >= statute.lawful_end


def tried_enough(attempt: Attempt) -> None:
    """The SMS comes after the pack's number of failed calls at different times, and once a wait."""
    contact = contact_of(attempt.case)
    if contact.waiting is not None:
        raise NotPossible("已经发过短信，正在等客户联系。")
    if contact.counted < contact.needed:
        apart = pack_of(attempt.case).contact.apart
        raise NotPossible(
            f"至少要在不同时间（间隔 {apart} 分钟以上）联系 {contact.needed} 次仍不成功，才能改发短信；"
            f"现已计 {contact.counted} 次。请继续联系并登记结果。"
        )


def no_contact_lapsed(attempt: Attempt) -> None:
    """Closing for want of contact waits until the time after the SMS has run out."""
    waiting = contact_of(attempt.case).waiting
    if waiting is None:
        raise NotPossible("还没有发短信告知客户，不能按联系不上办结。请先联系，联系不上再发短信。")
    if attempt.at < waiting.lawful_end:
        until = format_end(local(waiting.lawful_end))
        raise NotPossible(f"短信发出后要等到{until}（{waiting.rule.get('id', '')}），期间客户没有联系才能办结。")


def legally_notified(attempt: Attempt) -> None:
    """A legal duty to notify the customer outlives every call that nobody answers."""
    legal = _legal_clocks(attempt.case)
    if not legal or not attempt.values:
        return
    rule = legal[-1].rule
    name = rule.get("name", {}).get("zh", "")
    why = f"{rule.get('id', '')}（{name}）要求把处理决定告知客户，联系不上不能免除。"
    asked = {"notice": "告知的内容", "notice_means": "告知方式", "notice_at": "何时发出", "notice_evidence": "证据编号"}
    missing = {field: f"{why}请填写「{word}」" for field, word in asked.items() if field not in attempt.values}
    missing = missing or _wrong_notice(attempt)
    if missing:
        raise Incomplete(missing)


def _wrong_notice(attempt: Attempt) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if attempt.values["notice_at"] > attempt.at:
        wrong["notice_at"] = "「何时发出」不能晚于现在"
    elif attempt.values["notice_at"] < attempt.case.received_at:
        wrong["notice_at"] = "「何时发出」不能早于收到投诉的时间"
    no = str(attempt.values["notice_evidence"]).strip()
    if not (no.isdecimal() and len(no) < 6 and attempt.case.evidence.filter(no=int(no)).exists()):
        wrong["notice_evidence"] = f"证据目录里没有第 {no[:20]} 号。请先上传寄送凭证或告知书，再填它的编号"
    return wrong


def _legal_clocks(case: Case) -> list[Deadline]:
    """The clocks of law that began in this round and whose duty no answer has met."""
    if case.answered_at is not None:
        return []
    legal = pack_of(case).contact.legal
    return [d for d in case.deadlines.all() if d.kind in legal and d.state != Deadline.State.DROPPED]


def _as_try(event: Event) -> Try:
    return Try(event.at, event.by_name, str(event.data.get("fields", {}).get("result", "")))


def _count_apart(moments: Iterable[datetime], apart: timedelta) -> int:
    """How many of the moments lie at least ``apart`` after the last one counted."""
    count, last = 0, None
    for moment in sorted(moments):
        if last is None or moment - last >= apart:
            count, last = count + 1, moment
    return count
