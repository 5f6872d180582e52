"""Who stands for the customer, and the separate decisions on right, responsibility, appeal, review, accountability."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make import MONDAY, Bank, case, person, walk
from tingsu.base.clock import local
from tingsu.cases.accountability import in_force, sanctions_for
from tingsu.cases.audit import verify
from tingsu.cases.errors import Conflict, Incomplete, NotPossible
from tingsu.cases.evidence import attach
from tingsu.cases.exporting import export_rows
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Case
from tingsu.cases.parties import standing
from tingsu.cases.personal import reveal
from tingsu.cases.queue import Filters
from tingsu.cases.search import search
from tingsu.cases.veil import veil_of
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed

DAY = timedelta(days=1)
PROXY = {"part": "proxy", "name": "欧阳建国", "phone": "13911112222", "id_no": "110101199001011237", "proof": "1"}


def do(made: Case, action: str, by: User, at: Any = MONDAY, **fields: Any) -> Case:
    return act(made, action, fields, by=by, version=made.version, at=at)


def with_proof(bank: Bank) -> Case:
    made = case(bank)
    attach(made, by=bank.handler, name="授权委托书.txt", content=BytesIO(b"power"))
    made.refresh_from_db()
    return made


# --- parties ----------------------------------------------------------------------------------------------------


def test_at_most_five_stand_as_representatives(bank: Bank) -> None:
    made = case(bank)
    for n in range(5):
        made = do(made, "add_party", bank.clerk, part="representative", name=f"代表{n}号")
    with pytest.raises(NotPossible, match="不得超过5人.*2020年第3号"):
        do(made, "add_party", bank.clerk, part="representative", name="第六人")
    made = do(
        made, "add_party", bank.clerk, part="heir", name="继承人", relation="长子"
    )  # the rule is of representatives
    made = do(made, "end_party", bank.handler, party="2", reason="客户撤换")
    made = do(made, "add_party", bank.clerk, part="representative", name="新代表")
    assert len(standing(made)) == 6 and made.parties.count() == 7
    assert not list(verify())


def test_a_proxy_brings_proof_and_an_heir_says_how_related(bank: Bank) -> None:
    made = with_proof(bank)
    with pytest.raises(Incomplete):
        do(made, "add_party", bank.clerk, part="proxy", name="欧阳建国")
    with pytest.raises(Incomplete, match="没有 9 号证据"):
        do(made, "add_party", bank.clerk, **{**PROXY, "proof": "9"})
    with pytest.raises(Incomplete):
        do(made, "add_party", bank.clerk, part="heir", name="欧阳建国")
    assert do(made, "add_party", bank.clerk, **PROXY).parties.get().proof == 1


def test_a_partys_data_is_masked_found_and_revealed_like_the_customers(bank: Bank) -> None:
    made = do(with_proof(bank), "add_party", bank.clerk, **PROXY)
    made = do(made, "note", bank.handler, text="欧阳建国来电 13911112222，催问进展")
    told = str(veil_of(made).over_all({"said": [e.data for e in made.events.all()]}))
    assert "欧阳建国" not in told and "13911112222" not in told and "110101199001011237" not in told
    assert list(search(Case.objects.all(), "欧阳建国")) == [made] == list(search(Case.objects.all(), "13911112222"))
    made = walk(made, bank, "route")
    done = do(made, "investigate", bank.lead, findings="欧阳建国所述属实", root_cause="沟通不畅", responsibility="无责",
              without_replies="无关")  # fmt: skip
    row = next(iter(export_rows(Filters(), by=bank.handler)))
    assert row["findings"] == "欧***所述属实"
    seen = reveal(done, by=bank.handler, reason="核对代理权限")
    assert seen.parties == [{"name": "欧阳建国", "phone": "13911112222", "id_no": "110101199001011237"}]


# --- verdict, responsibility, appeal ------------------------------------------------------------------------------


def test_the_right_infringed_is_a_decision_with_grounds_and_evidence(bank: Bank) -> None:
    made = with_proof(bank)
    made = do(made, "decide_right", bank.handler, right="知情权", grounds="费用未告知", evidence="1")
    assert made.right == "知情权" and made.events.last().data["cited"] == [1]
    with pytest.raises(Incomplete):
        do(made, "decide_right", bank.handler, right="知情权", grounds="费用未告知", evidence="2")
    assert not list(verify())


def test_the_responsible_appeal_in_time_and_someone_else_decides(bank: Bank) -> None:
    made = walk(case(bank), bank, "investigate")  # the branch's lead reported 有责投诉 against his own branch
    for other in (bank.other_clerk, bank.handler):
        with pytest.raises(Exception, match=r"责任申诉|找不到"):
            do(made, "appeal_responsibility", other, grounds="不服")
    made = do(made, "appeal_responsibility", bank.manager, at=MONDAY + DAY, grounds="监控显示柜员用语规范")
    appeal = made.appeals.get()
    assert appeal.deadline.kind == "appeal" and appeal.deadline.rule["id"] == "OURS-APPEAL-DECIDE"
    with pytest.raises(NotPossible, match="已经申诉过"):
        do(made, "appeal_responsibility", bank.manager, at=MONDAY + DAY, grounds="再申诉")
    with pytest.raises(Incomplete, match="新的"):
        do(made, "decide_appeal", bank.head, outcome="changed", reason="成立")
    made = do(made, "decide_appeal", bank.head, at=MONDAY + 2 * DAY, outcome="changed", responsibility="无责",
              cleared=True, reason="监控不支持原判定")  # fmt: skip
    assert (made.responsibility, made.fault_code, made.responsible_unit) == ("无责", "", None)
    assert made.events.last().data["was"] == {"responsibility": "有责投诉", "fault_code": "不专业"}
    assert made.appeals.get().deadline.state == "met"
    with pytest.raises(NotPossible, match="没有待裁定"):
        do(made, "decide_appeal", bank.executive, outcome="upheld", reason="再裁")
    assert not list(verify())


def test_one_appeal_at_a_time_though_the_responsibility_was_decided_anew(bank: Bank) -> None:
    made = walk(case(bank), bank, "investigate")
    made = do(made, "appeal_responsibility", bank.manager, at=MONDAY + DAY, grounds="监控显示柜员用语规范")
    made = do(made, "decide_responsibility", bank.head, at=MONDAY + 2 * DAY, responsibility="有责投诉", fault_code="不专业",
              responsible_unit="B1", grounds="重看监控")  # fmt: skip
    with pytest.raises(NotPossible, match="等待裁定"):
        do(made, "appeal_responsibility", bank.manager, at=MONDAY + 3 * DAY, grounds="仍不服")
    assert made.appeals.count() == 1


def test_an_appeal_after_its_time_is_refused_with_the_rule(bank: Bank) -> None:
    made = walk(case(bank), bank, "investigate")
    with pytest.raises(NotPossible, match="OURS-APPEAL"):
        do(made, "appeal_responsibility", bank.manager, at=MONDAY + 8 * DAY, grounds="不服")


def test_who_decided_first_does_not_decide_the_appeal(bank: Bank) -> None:
    made = walk(case(bank), bank, "investigate")
    made = do(
        made, "decide_responsibility", bank.head, responsibility="有责投诉", responsible_unit="O1", grounds="监控"
    )
    made = do(made, "appeal_responsibility", bank.clerk, grounds="不服")
    with pytest.raises(NotPossible, match="另一位"):
        do(made, "decide_appeal", bank.head, outcome="upheld", reason="维持")
    offered = {o.action.id: o for o in offers(made, by=bank.head)}
    assert not offered["decide_appeal"].allowed
    assert do(made, "decide_appeal", bank.executive, outcome="upheld", reason="维持").responsibility == "有责投诉"


def test_a_review_is_asked_after_the_answer_and_holds_the_close(bank: Bank) -> None:
    early = walk(case(bank), bank, "carry_out")
    with pytest.raises(NotPossible, match="还没有答复"):
        do(early, "ask_review", bank.handler, grounds="不服")
    made = walk(case(bank), bank, "follow_up")
    made = do(made, "ask_review", bank.handler2, grounds="金额太少")
    clock = made.appeals.get().deadline
    assert clock.rule["id"] == "CN-NFRA-4-DECIDE" and clock.rule["verified"] is False
    assert local(clock.lawful_end).isoformat() == "2026-12-10T00:00:00+08:00"
    with pytest.raises(NotPossible, match="未裁定"):
        do(made, "close", bank.handler, summary="办完")
    with pytest.raises(NotPossible):
        do(made, "ask_review", bank.handler2, grounds="再申请")
    made = do(made, "decide_review", bank.head, outcome="upheld", reason="处理适当", notice="已书面告知")
    assert do(made, "close", bank.handler, summary="办完").stage == "closed"
    assert not list(verify())


def test_a_review_of_a_closed_case_runs_and_one_asked_late_is_marked(bank: Bank) -> None:
    closed = walk(case(bank), bank)
    late = do(closed, "ask_review", bank.handler, at=MONDAY + 40 * DAY, grounds="才看到")
    assert late.appeals.get().late and late.next_due == late.appeals.get().deadline.safe_target
    assert not list(verify())
    done = do(late, "decide_review", bank.executive, at=MONDAY + 41 * DAY, outcome="redo", reason="有误", notice="电话")
    assert done.next_due is None


def test_a_withdrawal_overtakes_a_review(bank: Bank) -> None:
    made = do(walk(case(bank), bank, "answer"), "ask_review", bank.handler, grounds="不服")
    ended = do(made, "withdraw", bank.handler, reason="客户撤诉")
    assert ended.appeals.get().outcome == "ended" and ended.next_due is None
    assert not list(verify())


# --- accountability -------------------------------------------------------------------------------------------------


def held(made: Case, by: User, **fields: Any) -> Case:
    return do(made, "hold_accountable", by, **{"unit": "O1", "grounds": "当众顶撞客户", **fields})


def test_a_level_above_holds_to_account_and_nobody_himself(bank: Bank) -> None:
    made = walk(case(bank), bank, "investigate")
    with pytest.raises(NotAllowed):
        held(made, bank.handler, share="10")
    made = held(made, bank.manager, person="clerk", share="10", study_days="3", loss="300", fault_code="不专业")
    row = made.sanctions.get()
    assert (row.share, row.study_days, row.person, row.late) == (Decimal(10), 3, bank.clerk, False)
    for refused in ("manager", "executive"):
        with pytest.raises((NotPossible, NotAllowed)):
            held(made, bank.manager, person=refused, share="1")
    made = held(made, bank.executive, unit="CP", person="desk", late=True, fixed="200")  # late handlers too
    assert [r.late for r in made.sanctions.all()] == [False, True]
    made = do(made, "revoke_accountability", bank.executive, sanction="1", reason="申诉成立")
    assert [r.no for r in in_force(made)] == [2]
    assert not list(verify())


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "至少写一项"),
        ({"share": "100.01"}, "100%"),
        ({"fixed": "199.99"}, "200 元"),
        ({"study_days": "1.5"}, "整数"),
    ],
)
def test_a_measure_is_bounded_by_the_pack(bank: Bank, fields: dict[str, str], wrong: str) -> None:
    with pytest.raises(Incomplete, match=wrong):
        held(case(bank), bank.executive, **fields)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=5))
def test_the_shares_of_a_case_never_pass_a_hundred(bank: Bank, shares: list[Decimal]) -> None:
    made, taken = case(bank), Decimal(0)
    for share in shares:
        fits = share > 0 and taken + share <= 100
        try:
            made = held(made, bank.executive, share=str(share))
        except Incomplete:
            assert not fits
            continue
        assert fits
        taken += share
    assert sum(row.share for row in in_force(made)) == taken <= 100


def test_accountability_is_seen_by_those_allowed_and_by_whom_it_concerns(bank: Bank) -> None:
    made = held(case(bank), bank.manager, person="clerk", share="10")
    mate = person("mate", "clerk", bank.outlet, "同事甲")
    seen = {who: len(sanctions_for(made, getattr(bank, who))) for who in ("executive", "auditor", "handler", "clerk")}
    assert seen == {"executive": 1, "auditor": 1, "handler": 0, "clerk": 1}
    assert not sanctions_for(made, mate)


def test_of_two_who_hold_to_account_at_once_one_looks_again(bank: Bank) -> None:
    made = case(bank)
    held(made, bank.manager, share="60")
    with pytest.raises(Conflict):
        held(made, bank.executive, share="60")
