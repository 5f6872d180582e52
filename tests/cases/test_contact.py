"""Reaching the customer: tries, the SMS, the wait, and a closing that never drops a legal duty to notify."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.make import MONDAY, Bank, case, walk
from tingsu.base.clock import SHANGHAI
from tingsu.cases.audit import verify
from tingsu.cases.contact import contact_of
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.evidence import attach
from tingsu.cases.jobs import send_text
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Case
from tingsu.cases.overdue_tables import Notice
from tingsu.cases.sweeping import sweep
from tingsu.org.models import User

HOUR = timedelta(hours=1)
LAPSED = datetime(2026, 11, 12, 0, 0, tzinfo=SHANGHAI)  # two working days after Monday's SMS
WHY = "三次电话未接通，短信后两个工作日没有联系"


def do(made: Case, action: str, fields: dict[str, Any], by: User, at: datetime) -> Case:
    made.refresh_from_db()
    return act(made, action, fields, by=by, version=made.version, at=at)


def try_in_vain(made: Case, bank: Bank, *hours: float) -> Case:
    for hour, result in zip(hours, ["no_answer", "busy", "switched_off", "unreachable"] * 3, strict=False):
        made = do(made, "try_contact", {"result": result}, bank.handler, MONDAY + hour * HOUR)
    return made


def texted(bank: Bank) -> Case:
    made = try_in_vain(walk(case(bank), bank, "judge"), bank, 0, 1, 2)
    return do(made, "send_sms", {}, bank.handler, MONDAY + 3 * HOUR)


def test_the_sms_comes_after_three_tries_at_different_times(bank: Bank) -> None:
    made = try_in_vain(walk(case(bank), bank, "judge"), bank, 0, 0.1, 0.2, 1)
    assert (contact_of(made).counted, len(contact_of(made).tries)) == (2, 4)
    with pytest.raises(NotPossible, match="现已计 2 次"):
        do(made, "send_sms", {}, bank.handler, MONDAY + 2 * HOUR)
    made = try_in_vain(made, bank, 3)
    done = do(made, "send_sms", {}, bank.handler, MONDAY + 4 * HOUR)
    waiting = contact_of(done).waiting
    assert waiting is not None and waiting.rule["id"] == "SEED-2" and waiting.lawful_end == LAPSED
    said = done.events.get(kind="send_sms").data
    assert done.number in said["sms"] and said["sent"] is False
    with pytest.raises(NotPossible, match="正在等客户联系"):
        do(made, "send_sms", {}, bank.handler, MONDAY + 5 * HOUR)


def test_who_was_reached_counts_anew(bank: Bank) -> None:
    made = try_in_vain(walk(case(bank), bank, "judge"), bank, 0, 1)
    made = do(made, "try_contact", {"result": "yes", "note": "约明天再谈"}, bank.handler, MONDAY + 2 * HOUR)
    made = try_in_vain(made, bank, 3)
    assert contact_of(made).counted == 1


def test_closing_waits_for_the_time_after_the_sms(bank: Bank) -> None:
    made = walk(case(bank), bank, "judge")
    with pytest.raises(NotPossible, match="还没有发短信"):
        do(made, "close_unreachable", {"reason": WHY}, bank.handler, LAPSED)
    made = texted(bank)
    with pytest.raises(NotPossible, match="11月11日 24:00"):
        do(made, "close_unreachable", {"reason": WHY}, bank.handler, LAPSED - HOUR)


@pytest.mark.parametrize("action", ["customer_called", "try_contact"])
def test_a_customer_who_calls_back_ends_the_wait(bank: Bank, action: str) -> None:
    made = texted(bank)
    fields = {"said": "客户来电"} if action == "customer_called" else {"result": "yes"}
    made = do(made, action, fields, bank.handler, LAPSED + HOUR)
    assert contact_of(made).waiting is None and contact_of(made).counted == 0
    with pytest.raises(NotPossible, match="还没有发短信"):
        do(made, "close_unreachable", {"reason": WHY}, bank.handler, LAPSED + 2 * HOUR)
    assert not list(verify())


def test_a_legal_duty_to_notify_is_never_dropped(bank: Bank) -> None:
    made = texted(bank)
    late = LAPSED + HOUR
    assert next(o for o in offers(made, by=bank.handler) if o.action.id == "close_unreachable")
    with pytest.raises(Incomplete) as refused:
        do(made, "close_unreachable", {"reason": WHY}, bank.handler, late)
    assert set(refused.value.fields) == {"notice", "notice_means", "notice_at", "notice_evidence"}
    assert "CN-NFRA-1" in refused.value.message
    notice = {
        "reason": WHY, "notice": "经查属实，已处理；不满意可申请核查。", "notice_means": "registered",
        "notice_at": (LAPSED - 5 * HOUR).isoformat(), "notice_evidence": "1",
    }  # fmt: skip
    with pytest.raises(Incomplete, match="没有第 1 号"):
        do(made, "close_unreachable", notice, bank.handler, late)
    attach(made, by=bank.handler, name="挂号信回执.pdf", content=BytesIO(b"%PDF-1.4 receipt"), at=late)
    for wrong in ((late + HOUR).isoformat(), (MONDAY - HOUR).isoformat()):
        with pytest.raises(Incomplete, match="何时发出"):
            do(made, "close_unreachable", {**notice, "notice_at": wrong}, bank.handler, late)
    made = do(made, "close_unreachable", notice, bank.handler, late)
    assert (made.stage, made.answered_late, made.closed_at) == ("unreachable", False, late)
    assert made.answered_at == LAPSED - 5 * HOUR and made.deadlines.get(kind="statute").state == "met"
    assert not list(verify())


def test_a_notice_sent_after_the_lawful_end_is_a_late_answer(bank: Bank) -> None:
    made = texted(bank)
    late = datetime(2026, 12, 1, 10, 0, tzinfo=SHANGHAI)
    attach(made, by=bank.handler, name="回执.pdf", content=BytesIO(b"%PDF-1.4 receipt"), at=late)
    fields = {"reason": WHY, "notice": "告知书", "notice_means": "registered", "notice_evidence": "1"}
    made = do(made, "close_unreachable", {**fields, "notice_at": late.isoformat()}, bank.handler, late)
    assert made.answered_late is True and made.deadlines.get(kind="statute").state == "late"


def test_who_was_answered_before_needs_no_second_notice(bank: Bank) -> None:
    made = do(
        case(bank), "judge", {"verdict": "not_valid", "reason": "按章", "complexity": "simple"}, bank.handler, MONDAY
    )
    made = do(made, "explain", {"answer": "已说明", "means": "phone"}, bank.handler, MONDAY)
    made = do(try_in_vain(made, bank, 0, 1, 2), "send_sms", {}, bank.handler, MONDAY + 3 * HOUR)
    made = do(made, "close_unreachable", {"reason": WHY}, bank.handler, LAPSED)
    assert made.closed_at == LAPSED and made.answered_at == MONDAY


def test_the_desk_is_told_when_the_wait_is_over(bank: Bank) -> None:
    made = texted(bank)
    sweep(LAPSED)
    words = [n.words["zh"] for n in Notice.objects.filter(to=bank.handler, case=made)]
    assert len(words) == 1 and "等候期已满" in words[0]


def test_a_gateway_gets_phone_and_text_and_its_failure_is_told(bank: Bank, settings: Any, tmp_path: Path) -> None:
    out = tmp_path / "sent.json"
    settings.SMS_COMMAND = [sys.executable, "-c", f"import sys; open({str(out)!r}, 'w').write(sys.stdin.read())"]
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}  # fmt: skip
    made = texted(bank)
    said = json.loads(out.read_text())
    assert said["phone"] == "13800001234" and made.number in said["text"]
    assert made.events.get(kind="send_sms").data["sent"] is True
    settings.SMS_COMMAND = [str(tmp_path / "nowhere")]
    assert send_text.call(made.pk, "x", bank.handler.pk) is False
    assert Notice.objects.filter(to=bank.handler, kind="sms_failed").count() == 1
