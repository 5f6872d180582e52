"""The packs of dealer and venue, walked from record to close through every branch, and the guides of the bank."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.packs.house import (
    APPROVED,
    CLOSED,
    FOLLOWED,
    SUBMITTED,
    House,
    Leg,
    answered,
    carried,
    closed_whole,
    found,
    ids,
    judged,
    plan,
)  # fmt: skip
from tingsu.cases.errors import Incomplete
from tingsu.cases.evidence import attach
from tingsu.cases.models import Case
from tingsu.org.permissions import NotAllowed
from tingsu.packs.loader import load_pack


@pytest.fixture
def house(db: None, request: pytest.FixtureRequest) -> House:
    return House(request.param)


def on(pack: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("house", [pack], indirect=True)


# --- dealer ---------------------------------------------------------------------------------------------------------

PAINT = "新车提回家才看见右后门补过漆，要求赔偿。"
RESPONDED = judged("respond", "handler", lead_unit="TR")


def identified(branch: str, **more: str) -> Leg:
    return "identify", "unit_lead", {"branch": branch, "basis": "看车与单据", **more}


def dealer_case(house: House, branch: str, **more: str) -> Case:
    return house.walk(house.record(PAINT), RESPONDED, identified(branch, **more))


@on("dealer")
def test_what_was_missed_at_delivery_is_paid_first_and_accounted_for_later(house: House) -> None:
    case = house.walk(dealer_case(house, "missed"), plan("unit_lead", "先行赔付", "3000"), SUBMITTED, APPROVED)
    case = house.walk(case, carried("unit_lead", "3000"), answered("handler"), FOLLOWED)
    assert case.paid == 3000
    assert "close" not in ids(case, house, "desk_head")  # not before someone has been held to account
    case = house.walk(case, found("hold_responsible", "manager", "检验疏漏", responsible_person="the_officer"))
    case = house.do(case, ("close_accounted", *CLOSED[1:]))
    assert closed_whole(case)
    assert case.responsible_person == house.people["officer"]


@on("dealer")
def test_a_matter_of_quality_goes_by_the_makers_rules_and_the_law_of_returns(house: House) -> None:
    case = dealer_case(house, "quality", asks_return="是")
    assert case.stage == "maker"
    assert case.deadlines.get(kind="three_guarantees").rule["verified"] is False
    case = house.walk(case, ("ask_maker", "unit_lead", {"asked": "请判定是否三包"}))
    case = house.walk(case, ("maker_answers", "unit_lead", {"maker_says": "同意更换总成"}))
    case = house.walk(
        case, found("inspect", "unit_lead", "维修不彻底"), answered("handler", "settle"), FOLLOWED, CLOSED
    )
    assert closed_whole(case)
    assert case.deadlines.get(kind="three_guarantees").state == "met"


@on("dealer")
def test_a_matter_of_manner_is_apologised_for_and_prevented(house: House) -> None:
    apology = found(
        "apologise", "unit_lead", "态度失当", apology="经理登门致歉，客户接受", prevention="晨会演练接待用语"
    )
    case = house.walk(dealer_case(house, "attitude"), apology, plan("unit_lead", "保养礼券", "500"), SUBMITTED)
    case = house.walk(case, ("approve", "desk_head", {"reason": "同意"}), carried("unit_lead", "500"))
    assert closed_whole(house.walk(case, answered("handler"), FOLLOWED, CLOSED))


@on("dealer")
@pytest.mark.parametrize("insurance, stage", [("claim", "claiming"), ("none", "answered")])
def test_misuse_is_explained_with_evidence_and_the_claim_is_helped(house: House, insurance: str, stage: str) -> None:
    case = dealer_case(house, "misuse")
    attach(case, by=house.people["unit_lead"], name="进水痕迹.txt", content=BytesIO("进气管有水痕".encode()))
    case.refresh_from_db()
    told = {"answer": "进水痕迹照片与说明书", "means": "visit", "insurance": insurance}
    with pytest.raises(Incomplete, match="证据"):
        house.do(case, ("explain_use", "unit_lead", told))
    case = house.do(case, ("explain_use", "unit_lead", told | {"evidence": "1"}))
    assert case.stage == stage
    if insurance == "claim":
        case = house.do(case, ("help_claim", "handler", {"claim_result": "保险公司赔付八成"}))
    assert closed_whole(house.walk(case, FOLLOWED, CLOSED))


@on("dealer")
def test_misuse_that_evidence_does_not_support_is_told_anew(house: House) -> None:
    case = house.do(dealer_case(house, "misuse"), ("reidentify", "unit_lead", {"reason": "未见进水痕迹"}))
    case = house.walk(case, identified("other"), found("inspect", "handler", "推诿"), answered("handler", "settle"))
    assert closed_whole(house.walk(case, FOLLOWED, CLOSED))


# --- venue ----------------------------------------------------------------------------------------------------------

HAIR = "沙拉里吃出一根头发，要求免单。"


@on("venue")
def test_a_guest_is_settled_on_the_spot(house: House) -> None:
    case = house.walk(house.record(HAIR, channel="lobby", bill_no="A1107"), judged("hear", "lobby_manager"))
    case = house.walk(case, answered("lobby_manager", "settle"), FOLLOWED, CLOSED)
    assert closed_whole(case)
    assert case.owner == house.people["lobby_manager"]


@on("venue")
def test_an_accident_is_seen_to_before_anything_else(house: House) -> None:
    case = house.do(house.record(HAIR), judged("hear", "lobby_manager", accident="是"))
    assert case.stage == "urgent"
    assert "settle" not in ids(case, house, "lobby_manager")
    aid = {"first_aid": "送医并陪同", "video": "证据1", "told_to": "运营经理"}
    case = house.walk(case, ("help", "lobby_manager", aid), ("route", "handler", {"lead_unit": "TR"}))
    case = house.walk(case, found("investigate", "unit_lead", "安全疏漏"), plan("unit_lead", "赔偿", "5000"))
    case = house.walk(case, ("submit", "handler", {"customer_view": "认可"}))
    with pytest.raises(NotAllowed, match="场馆总经理"):
        house.do(case, ("approve", "desk_head", {"reason": "同意"}))
    case = house.walk(case, APPROVED, carried("unit_lead", "5000"), answered("handler"), FOLLOWED, CLOSED)
    assert closed_whole(case)


@on("venue")
def test_the_duty_manager_approves_a_little_and_may_change_person_place_or_time(house: House) -> None:
    case = house.walk(house.record(HAIR), judged("hear", "handler", "partly"))
    eased = ("cool_down", "clerk", {"relief": ["person", "place"], "how": "请到办公室，由值班经理谈"})
    case = house.walk(
        case, eased, ("route", "handler", {"lead_unit": "TR"}), found("investigate", "unit_lead", "卫生不合格")
    )
    case = house.walk(case, plan("unit_lead", "免单折扣", "88"), ("submit", "handler", {"customer_view": "同意免单"}))
    case = house.walk(
        case, ("refuse", "lobby_manager", {"reason": "再加一道道歉"}), plan("unit_lead", "免单折扣", "88")
    )
    case = house.walk(
        case, ("submit", "handler", {"customer_view": "同意"}), ("approve", "lobby_manager", {"reason": "好"})
    )
    case = house.walk(case, carried("unit_lead", "88"), answered("lobby_manager"), FOLLOWED, CLOSED)
    assert closed_whole(case)


@on("venue")
def test_what_is_not_the_venues_fault_is_still_explained(house: House) -> None:
    case = house.walk(house.record(HAIR), judged("hear", "lobby_manager", "not_valid"))
    assert "settle" not in ids(case, house, "lobby_manager")
    assert closed_whole(house.walk(case, answered("handler", "explain"), FOLLOWED, CLOSED))


def test_the_venues_causes_stand_on_three_levels() -> None:
    causes = load_pack("venue").taxonomy("cause").values
    classes = {cause.group.split(" / ")[0] for cause in causes if cause.origin == "source"}
    groups = {cause.group for cause in causes if cause.origin == "source"}
    assert classes == {"服务水平及质量", "经营产品及项目", "消费环境"}
    assert len(groups) == 9


# --- bank -----------------------------------------------------------------------------------------------------------


def test_the_bank_guides_the_seven_steps_on_the_spot_and_those_of_high_frequency_matters() -> None:
    spot, often, _first = load_pack("bank").checklists
    assert [i.name.zh for i in spot.items] == [
        "迅速隔离", "安抚情绪", "聆听倾诉", "详细记录", "判断需求", "及时处理", "后续跟踪",
    ]  # fmt: skip
    assert [i.name.zh for i in often.items] == [
        "同理倾听", "情绪安抚", "合理道歉", "收集信息", "提出建议", "达成共识", "回馈跟踪",
    ]  # fmt: skip
    assert spot.stages == ["recorded", "judged"]
    assert all(item.hint and item.hint.zh and item.hint.en and item.source for c in (spot, often) for item in c.items)
