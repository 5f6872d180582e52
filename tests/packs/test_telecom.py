"""The telecom operator's complaints (001.19, 002 E), along every branch, with real people."""

from __future__ import annotations

import pytest

from tests.packs.desk import Desk, is_sound
from tests.packs.house import Leg
from tingsu.cases.errors import Incomplete, WrongStage


@pytest.fixture
def house(db: None) -> Desk:
    return Desk("telecom")


PASS_ON = ("pass_on", "agent", {"asked": "视频会员每月15元", "said_next": "专员今天联系您"})


def tel_judge(**changed: str) -> Leg:
    return "judge", "handler", {"verdict": "valid", "reason": "无受理凭证", "complexity": "simple", **changed}


def tel_road(responsibility: str) -> list[Leg]:
    options = [
        {"kind": "退费", "amount": "45", "text": "退三个月"},
        {"kind": "当事人致歉", "amount": "0", "text": "当面致歉"},
    ]
    found = {"findings": "无点头凭证", "root_cause": "制度缺陷", "responsibility": responsibility}
    if responsibility == "有责投诉":
        found["fault_code"] = "擅自开通"
    return [
        ("route", "handler", {"lead_unit": "TR"}), ("investigate", "unit_lead", found),
        ("propose", "handler", {"options": options, "chosen": "1"}), ("submit", "handler", {}),
        ("approve", "unit_lead", {"reason": "同意"}), ("carry_out", "unit_lead", {"done": "已退费致歉", "paid": "45"}),
        ("answer", "handler", {"answer": "已退费并取消业务，向您致歉。", "means": "phone"}),
        ("follow_up", "agent", {"reached": "yes", "satisfaction": "satisfied"}),
    ]  # fmt: skip


TEL_CLOSE = {"summary": "擅自开通，已退费"}


def test_the_first_receiver_settles_what_is_hers(house: Desk) -> None:
    case = house.hear()
    assert case.number.startswith("T")
    said = ("settle", "agent", {"answer": "已说明账单各项。", "means": "phone"})
    assert is_sound(house.go(case, [said, ("close", "handler", TEL_CLOSE)]))


@pytest.mark.parametrize("responsibility", ["无责", "问题工单"])
def test_a_complex_matter_is_passed_on_and_answered_within_fifteen_days(house: Desk, responsibility: str) -> None:
    case = house.hear()
    statute = case.deadlines.get(kind="statute")
    assert (statute.rule["id"], statute.rule["verified"]) == ("TEL-1", False)
    case = house.go(case, [PASS_ON, tel_judge(), *tel_road(responsibility), ("close", "handler", TEL_CLOSE)])
    assert is_sound(case)


def test_everyone_responsible_pays_from_two_hundred_before_the_case_is_closed(house: Desk) -> None:
    case = house.go(house.hear(), [PASS_ON, tel_judge(), *tel_road("有责投诉")])
    with pytest.raises(WrongStage):
        house.go(case, [("close", "handler", TEL_CLOSE)])
    fine = {"unit": "TR", "person": "the_clerk", "grounds": "无凭证开通", "fixed": "199"}
    with pytest.raises(Incomplete) as low:
        house.go(case, [("hold_accountable", "desk_head", fine)])
    assert "200" in low.value.fields["fixed"]
    chain = [("the_clerk", "desk_head"), ("the_unit_lead", "manager"), ("the_manager", "executive")]
    for who, by in chain:
        case = house.go(case, [("hold_accountable", by, {**fine, "person": who, "fixed": "200"})])
    done = {"levels": ["person", "shop", "district"], "account_words": "三人各200元"}
    case = house.go(case, [("account", "manager", done), ("close_accounted", "handler", TEL_CLOSE)])
    assert is_sound(case)
    assert sorted(row.person.username for row in case.sanctions.all()) == ["the_clerk", "the_manager", "the_unit_lead"]


@pytest.mark.parametrize("repair, rule", [("town", "TEL-REPAIR-TOWN"), ("rural", "TEL-REPAIR-RURAL"), ("no", "")])
def test_a_fault_to_repair_has_its_own_clock(house: Desk, repair: str, rule: str) -> None:
    case = house.go(house.hear(), [PASS_ON, tel_judge(repair=repair)])
    started = case.deadlines.filter(kind="repair").first()
    assert (started.rule["id"] if started else "") == rule
    case = house.go(case, list(tel_road("无责"))[:6])
    assert not case.deadlines.filter(kind="repair", state="running").exists()


def test_a_grievance_passed_on_by_the_authority_is_answered(house: Desk) -> None:
    passed = ("regulator_transfer", "officer", {"transfer_no": "SS2026-118"})
    case = house.go(house.hear(role="handler", channel="regulator"), [passed])
    assert case.deadlines.get(kind="regulator").rule["id"] == "TEL-APPEAL-REPLY"
    explain = ("explain", "handler", {"answer": "合约到期日为……，不成立。", "means": "letter"})
    follow = ("follow_up", "agent", {"reached": "no_answer", "satisfaction": "unknown"})
    road = [(PASS_ON[0], "handler", PASS_ON[2]), tel_judge(verdict="not_valid"), explain, follow]
    assert is_sound(house.go(case, [*road, ("close", "handler", TEL_CLOSE)]))


def test_who_is_not_satisfied_is_given_another_plan_by_the_operator(house: Desk) -> None:
    *road, _ = tel_road("问题工单")
    unhappy = ("follow_up", "agent", {"reached": "yes", "satisfaction": "dissatisfied"})
    again = ("handle_again", "handler", {"again_reason": "要求当面致歉"})
    case = house.go(house.hear(), [PASS_ON, tel_judge(), *road, unhappy, again])
    assert is_sound(case, "investigated")
