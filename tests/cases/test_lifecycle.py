"""A complaint's whole life, and what stands in the way of going wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.make import MONDAY, Bank, case, walk
from tingsu.base.clock import local
from tingsu.cases.audit import verify
from tingsu.cases.errors import Conflict, Incomplete, NotFound, NotPossible, WrongStage
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.queue import waiting_for
from tingsu.org.permissions import NotAllowed


def test_a_complaint_goes_from_the_counter_to_the_archive(bank: Bank) -> None:
    done = walk(case(bank), bank)
    assert done.stage == "closed"
    assert done.closed_at == MONDAY
    assert done.answered_late is False
    assert done.next_due is None
    assert [e.kind for e in done.events.all()] == [
        "record", "judge", "route", "investigate", "propose", "submit", "approve", "carry_out", "answer", "follow_up",
        "close",
    ]  # fmt: skip
    assert not list(verify())


def test_the_number_is_year_month_and_serial(bank: Bank) -> None:
    assert [case(bank).number, case(bank).number] == ["26110001", "26110002"]


def test_the_clocks_start_on_the_day_of_receipt(bank: Bank) -> None:
    made = case(bank, received_at=MONDAY - timedelta(days=3))
    clocks = {d.kind: d for d in made.deadlines.all()}
    assert local(clocks["statute"].safe_target).isoformat() == "2026-11-22T00:00:00+08:00"  # the 21st, 24:00
    assert clocks["handover"].lawful_end == MONDAY - timedelta(days=2)
    assert made.next_due == clocks["handover"].safe_target


@pytest.mark.parametrize(
    ("amount", "level", "may", "may_not"),
    [
        ("500", "desk_head", "head", "lead"),
        ("500.01", "manager", "manager", "head"),
        ("5000.01", "executive", "executive", "manager"),
    ],
)
def test_the_plan_goes_to_the_level_its_amount_asks_for(
    bank: Bank, amount: str, level: str, may: str, may_not: str
) -> None:
    waiting = walk(case(bank), bank, "submit", amount=amount)
    assert waiting.approvals.get().level == level
    with pytest.raises(NotAllowed):
        act(waiting, "approve", {"reason": "同意"}, by=getattr(bank, may_not), version=waiting.version)
    done = act(waiting, "approve", {"reason": "同意"}, by=getattr(bank, may), version=waiting.version)
    assert done.stage == "approved"


def test_nobody_approves_his_own_plan(bank: Bank) -> None:
    proposed = walk(case(bank), bank, "propose")
    waiting = act(proposed, "submit", {}, by=bank.head, version=proposed.version)
    with pytest.raises(NotPossible, match="另一位"):
        act(waiting, "approve", {"reason": "同意"}, by=bank.head, version=waiting.version)


def test_a_refused_plan_is_proposed_again_and_both_rounds_are_kept(bank: Bank) -> None:
    waiting = walk(case(bank), bank, "submit")
    with pytest.raises(Incomplete):
        act(waiting, "refuse", {}, by=bank.head, version=waiting.version)
    refused = act(waiting, "refuse", {"reason": "金额偏高"}, by=bank.head, version=waiting.version)
    assert refused.stage == "investigated"
    again = act(
        refused,
        "propose",
        {"options": [{"kind": "道歉说明", "amount": "", "text": t} for t in "甲乙丙"], "chosen": "1"},
        by=bank.handler,
        version=refused.version,
    )
    assert {o.round for o in again.options.all()} == {1, 2}


def test_no_more_is_paid_than_was_approved(bank: Bank) -> None:
    approved = walk(case(bank), bank, "approve")
    with pytest.raises(NotPossible, match="300"):
        act(approved, "carry_out", {"done": "已付", "paid": "300.01"}, by=bank.lead, version=approved.version)


def test_the_second_of_two_people_learns_what_changed_and_nothing_is_lost(bank: Bank) -> None:
    made = case(bank)
    judged = walk(made, bank, "judge")
    with pytest.raises(Conflict) as conflict:
        act(
            made,
            "judge",
            {"verdict": "partly", "reason": "x", "complexity": "simple"},
            by=bank.handler2,
            version=made.version,
        )
    assert conflict.value.changes[0]["action"] == "judge"
    assert "李敏" in conflict.value.message
    judged.refresh_from_db()
    assert judged.verdict == "valid"
    assert judged.events.count() == 2


def test_a_note_disturbs_nobody(bank: Bank) -> None:
    made = case(bank)
    act(made, "note", {"text": "客户又来电催问"}, by=bank.clerk, version=made.version)
    assert walk(made, bank, "judge").stage == "judged"


def test_an_action_out_of_place_says_what_may_be_done(bank: Bank) -> None:
    made = case(bank)
    with pytest.raises(WrongStage) as wrong:
        act(made, "close", {"summary": "x"}, by=bank.handler, version=made.version)
    assert "判断是否成立" in wrong.value.next_actions


def test_who_may_not_act_learns_who_may(bank: Bank) -> None:
    made = case(bank)
    with pytest.raises(NotAllowed) as refused:
        act(made, "judge", {}, by=bank.clerk, version=made.version)
    assert refused.value.who == ["投诉处理专员", "投诉处理负责人"]
    offer = next(o for o in offers(made, by=bank.clerk) if o.action.id == "judge")
    assert not offer.allowed and "投诉处理专员" in offer.why_not


def test_another_outlets_case_is_not_there(bank: Bank) -> None:
    made = case(bank)
    with pytest.raises(NotFound):
        act(made, "note", {"text": "x"}, by=bank.other_clerk, version=made.version)


def test_the_accused_does_not_handle_the_complaint(bank: Bank) -> None:
    made = case(bank, accused_person="李敏")
    with pytest.raises(NotPossible, match="回避"):
        walk(made, bank, "judge")


def test_the_head_extends_to_thirty_days_and_only_an_executive_to_sixty(bank: Bank) -> None:
    made = walk(case(bank), bank, "judge")
    fields = {"reason": "需向合作机构取证", "notice": "11月20日电话告知"}
    longer = act(made, "extend", fields, by=bank.head, version=made.version, at=MONDAY + timedelta(days=9))
    statute = longer.deadlines.get(kind="statute")
    assert (statute.rule["id"], local(statute.safe_target).date().isoformat()) == ("CN-NFRA-2", "2026-12-10")
    with pytest.raises(NotAllowed):
        act(longer, "extend", fields, by=bank.head, version=longer.version)
    longest = act(longer, "extend", fields, by=bank.executive, version=longer.version)
    assert longest.deadlines.get(kind="statute").rule["id"] == "CN-NFRA-3"
    with pytest.raises(NotPossible):
        act(longest, "extend", fields, by=bank.executive, version=longest.version)


def test_outside_appraisal_stops_the_clock(bank: Bank) -> None:
    made = walk(case(bank), bank, "judge")
    before = made.deadlines.get(kind="statute").safe_target
    paused = act(made, "pause", {"why": "appraisal", "notice": "已告知"}, by=bank.head, version=made.version, at=MONDAY)
    assert paused.next_due is None
    resumed = act(paused, "resume", {}, by=bank.head, version=paused.version, at=MONDAY + timedelta(days=4))
    assert resumed.next_due is not None
    assert resumed.next_due - before == timedelta(days=3)  # three whole days stood still


def test_a_reopened_case_starts_over_with_a_new_clock(bank: Bank) -> None:
    done = walk(case(bank), bank)
    later = MONDAY + timedelta(days=30)
    again = act(done, "reopen", {"reason": "客户补充新证据"}, by=bank.handler, version=done.version, at=later)
    assert (again.stage, again.closed_at, again.reopened) == ("recorded", None, 1)
    assert again.next_due == later + timedelta(hours=24)
    assert walk(again, bank, at=later).stage == "closed"


def test_a_complaint_that_is_not_valid_is_answered_gently(bank: Bank) -> None:
    made = case(bank)
    judged = act(
        made,
        "judge",
        {"verdict": "not_valid", "reason": "费率已公示", "complexity": "simple"},
        by=bank.handler,
        version=1,
    )
    assert next(o.action.id for o in offers(judged, by=bank.handler) if o.allowed and o.action.main) == "explain"
    answered = act(judged, "explain", {"answer": "已说明", "means": "phone"}, by=bank.handler, version=judged.version)
    assert answered.stage == "answered"


def test_merging_points_at_the_case_that_goes_on(bank: Bank) -> None:
    first, again = case(bank), case(bank)
    merged = act(again, "merge", {"into": first.number, "reason": "同一事项"}, by=bank.handler, version=1)
    assert (merged.stage, merged.merged_into_id) == ("merged", first.pk)
    assert merged.next_due is None


def test_a_correction_replaces_the_engines_word_and_keeps_it_on_record(bank: Bank) -> None:
    made = case(bank)
    fixed = act(made, "correct", {"business": "信用卡", "emotion": "3", "risks": ["监管"]}, by=bank.clerk, version=1)
    assert (fixed.business, fixed.emotion, fixed.risk_marks, fixed.corrected) == ("信用卡", 3, "|监管|", True)
    assert fixed.events.last().data["before"]["business"] == made.business


@pytest.mark.parametrize("version", [-(10**30), -1, 0, 2, 10**30])
def test_a_version_nobody_saw_is_a_conflict(bank: Bank, version: int) -> None:
    made = case(bank)
    fields = {"verdict": "valid", "reason": "x", "complexity": "simple"}
    with pytest.raises(Conflict) as conflict:
        act(made, "judge", fields, by=bank.handler, version=version)
    assert conflict.value.version == 1


def test_a_long_name_and_post_fit_the_record(bank: Bank) -> None:
    bank.handler.name = "名" * 60
    bank.handler.unit.name = "部" * 80
    bank.handler.save()
    bank.handler.unit.save()
    done = walk(case(bank), bank, "judge")
    assert done.events.last().by_name.startswith("名" * 60)
    assert not list(verify())


def test_a_withdrawn_case_waits_for_no_approval(bank: Bank) -> None:
    waiting = walk(case(bank), bank, "submit")
    assert [a.case_id for a in waiting_for(bank.head)] == [waiting.pk]
    done = act(waiting, "withdraw", {"reason": "客户来电撤诉"}, by=bank.handler, version=waiting.version)
    assert not waiting_for(bank.head).exists()
    again = act(done, "reopen", {"reason": "客户反悔"}, by=bank.handler, version=done.version, at=MONDAY)
    assert walk(again, bank).stage == "closed"
