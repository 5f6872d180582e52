"""The packs of property, factory, dealer and venue are whole; property and factory are walked through every branch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.make import MONDAY
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
from tingsu.cases.errors import Incomplete, NotPossible, WrongStage
from tingsu.org.permissions import NotAllowed
from tingsu.packs.loader import load_pack
from tingsu.packs.picture import draw_process

PREFIXES = {"property": "W", "factory": "F", "dealer": "C", "venue": "V"}
PACKS = list(PREFIXES)


@pytest.fixture
def house(db: None, request: pytest.FixtureRequest) -> House:
    return House(request.param)


def on(pack: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("house", [pack], indirect=True)


@pytest.mark.parametrize("name", PACKS)
def test_the_pack_is_whole_and_speaks_both_languages(name: str) -> None:
    pack = load_pack(name)
    wordings = [pack.name, *(s.name for s in pack.process.stages), *(s.name for s in pack.process.steps)]
    wordings += [a.name for a in pack.process.actions] + [a.told for a in pack.process.actions]
    wordings += [f.name for a in pack.process.actions for f in a.fields] + [f.name for f in pack.intake]
    wordings += [c.name for t in pack.taxonomies for c in t.values] + [r.name for r in pack.roles]
    assert all(wording and wording.zh and wording.en for wording in wordings)
    assert pack.numbering.prefix == PREFIXES[name]
    assert len(pack.samples) >= 8
    assert not [r.id for r in pack.rules if r.id.startswith(("CN-NFRA", "CN-PBC"))]  # banking law binds banks


@pytest.mark.parametrize("name", PACKS)
def test_every_step_says_where_it_comes_from(name: str) -> None:
    for action in load_pack(name).process.actions:
        assert action.source or action.origin == "ours", action.id


@pytest.mark.parametrize("name", PACKS)
def test_the_picture_shows_every_stage(name: str) -> None:
    pack = load_pack(name)
    picture = draw_process(pack)
    assert all(stage.name.zh in picture for stage in pack.process.stages if not stage.side)


@pytest.mark.parametrize("house", PACKS, indirect=True)
def test_samples_are_classed_by_the_words_of_the_pack(house: House) -> None:
    pack, right, of = house.pack, 0, 0
    for sample, (business, cause) in zip(pack.samples, EXPECTED[pack.id], strict=True):
        case = house.record(sample.text, channel=sample.channel, **sample.details)
        assert case.number.startswith(PREFIXES[pack.id])
        right += (case.business == business) + (case.cause == cause)
        of += 2
    assert right / of >= 0.8


EXPECTED = {
    "property": [
        ("电梯与设备", "设施缺陷"), ("房屋维修", "处理不及时"), ("停车管理", "管理不到位"), ("环境保洁", "处理质量"),
        ("客户服务", "人员态度"), ("收费管理", "收费争议"), ("噪声与邻里", "管理不到位"), ("绿化养护", "安全事件"),
        ("装修管理", "管理不到位"), ("客户服务", "承诺未兑现"),
    ],
    "factory": [
        ("多层板", "电性不良"), ("单双面板", "可焊性"), ("高密度互连板", "孔铜与钻孔"), ("交付与物流", "交期延误"),
        ("交付与物流", "数量与混料"), ("柔性板", "阻焊与文字"), ("多层板", "分层与翘曲"), ("特种板", "外形尺寸"),
        ("单据与结算", "单据资料"), ("业务服务", "服务应对"),
    ],
    "dealer": [
        ("维修保养", "产品质量或售后"), ("维修保养", "服务态度"), ("维修保养", "使用不当"), ("新车销售", "交车检验未发现"),
        ("新车销售", "等待与交期"), ("金融与上牌", "价格与收费"), ("配件", "等待与交期"), ("三电与车机", "产品质量或售后"),
        ("维修保养", "使用不当"), ("新车销售", "承诺未兑现"),
    ],
    "venue": [
        ("餐饮吧台", "久唤不来"), ("球馆与运动", "意外受伤"), ("餐饮吧台", "产品有异物"), ("寄存与更衣", "寄存遗失调换"),
        ("会员与收银", "账单弄错"), ("大厅与环境", "异味"), ("会员与收银", "会员卡争议"), ("美发理容", "服务顺序弄错"),
        ("水区与汗蒸", "空调冷热"), ("寄存与更衣", "取消原有项目"), ("寄存与更衣", "物品丢失"),
    ],
}  # fmt: skip


# --- property -------------------------------------------------------------------------------------------------------

LEAK = "我家天花板漏水，报修一个多月没人来。"
HANDED: Leg = ("hand_over", "handler", {})
DISPATCHED: Leg = ("dispatch", "desk_head", {"lead_unit": "TR", "reason": "请工程主管当天上门"})
CONTACTED: Leg = (
    "contact", "unit_lead",
    {"way": "拆检管道", "about": "deed", "promised_at": "2026-11-12 18:00", "words": "12日18点前修好", "cooperation": "请留人在家"},
)  # fmt: skip
LOOKED = found("investigate", "unit_lead", "响应超时")
KEPT: Leg = ("keep_promise", "handler", {"result": "kept", "said": "已告知修好"})


@on("property")
def test_a_valid_complaint_is_put_right_checked_and_filed(house: House) -> None:
    case = house.walk(house.record(LEAK), HANDED, judged("judge", "desk_head", power="centre"), DISPATCHED, CONTACTED)
    assert {d.kind for d in case.deadlines.filter(state="running")} == {"statute", "pledge"}
    case = house.walk(case, LOOKED, ("fix", "unit_lead", {"done": "已换管"}))
    again = house.do(case, ("check", "desk_head", {"result": "again", "seen": "仍有渗水"}))
    assert again.stage == "contacted"
    case = house.walk(again, LOOKED, ("fix", "unit_lead", {"done": "重做防水"}))
    case = house.do(case, ("check", "desk_head", {"result": "done", "seen": "业户当面确认"}))
    signed = ("follow_up", "handler", {"reached": "yes", "satisfaction": "satisfied", "signed": "是"})
    case = house.walk(case, answered("handler"), signed)
    with pytest.raises(NotPossible, match="12日18点前修好"):
        house.do(case, CLOSED)
    case = house.walk(case, KEPT, CLOSED)
    assert closed_whole(case)
    assert case.follow_ups.get().signed
    assert case.owner == house.people["handler"]  # who received it keeps it (首问责任)


@on("property")
def test_the_form_reaches_the_head_within_24_hours_or_is_late(house: House) -> None:
    case = house.record(LEAK)
    assert case.deadlines.get(kind="handover").lawful_end == MONDAY + timedelta(hours=24)
    assert house.do(case, HANDED, at=MONDAY + timedelta(hours=25)).responded_late


@on("property")
def test_a_major_valid_complaint_is_reported_before_it_is_handled(house: House) -> None:
    case = house.walk(house.record(LEAK), HANDED, judged("judge", "desk_head", complexity="major", power="centre"))
    assert case.stage == "reporting"
    with pytest.raises(WrongStage):
        house.do(case, DISPATCHED)
    reported = {"reported_to": "分管领导", "reported_at": "2026-11-09 10:30", "company_reply": "together"}
    case = house.walk(case, ("report_company", "desk_head", reported), DISPATCHED)
    assert case.stage == "assigned"
    assert case.details["company_reply"] == "together"


@on("property")
def test_what_is_beyond_the_centre_goes_up_first(house: House) -> None:
    case = house.walk(house.record(LEAK), HANDED, judged("judge", "desk_head", "partly", power="beyond"))
    assert case.stage == "referring"
    referred = {"referred_to": "quality", "referred_words": "请示减免，品质部同意由中心办理"}
    case = house.walk(case, ("refer", "desk_head", referred), DISPATCHED, CONTACTED, LOOKED)
    case = house.walk(case, plan("unit_lead", "减免物业费", "900"), SUBMITTED)
    with pytest.raises(NotAllowed):
        house.do(case, ("approve", "desk_head", {"reason": "同意"}))
    case = house.walk(case, APPROVED, carried("unit_lead", "900"))
    case = house.do(case, ("outside_body", "handler", {"name": "街道里委", "what": "请里委见证"}))
    case = house.do(case, ("outside_answer", "handler", {"answer": "已派人"}))
    assert case.stage == "carried_out"
    case = house.walk(case, ("check", "handler", {"result": "done", "seen": "业户确认"}), answered("handler"))
    assert closed_whole(house.walk(case, FOLLOWED, KEPT, CLOSED))


@on("property")
def test_an_invalid_complaint_gets_a_clear_answer_and_a_note(house: House) -> None:
    case = house.walk(house.record(LEAK), HANDED, judged("judge", "desk_head", "not_valid", power="centre"))
    assert "explain" in ids(case, house, "handler")
    assert "dispatch" not in ids(case, house, "desk_head")
    with pytest.raises(Incomplete):
        house.do(case, ("explain", "handler", {"means": "phone"}))
    case = house.do(case, answered("handler", "explain"))
    assert closed_whole(house.walk(case, FOLLOWED, CLOSED))


# --- factory --------------------------------------------------------------------------------------------------------

OPEN = "六层板电测开路，不良率2.4%，要求赔偿。"
ORDER = {"order_no": "待查", "part_no": "ML6-0231A", "quantity": "5000片", "ship_date": "2026-10-28"}
CONFIRMED = {"loss": "some", "complaint_kind": "quality", "wishes": "分选并赔偿停线损失", "order_no": "PO-26100817"}
REGISTERED: Leg = ("register", "desk_head", {"lead_unit": "TR", "reason": "请查压合与电测"})
TRACED: Leg = (
    "trace",
    "unit_lead",
    {"made_at": "压合二线", "shift": "夜班", "made_by": "三人", "made_on": "2026-10-20"},
)
REPORTED: Leg = (
    "investigate", "unit_lead", {"found": "压合参数偏移", "measures": "全检在库", "prevention": "参数锁定"},
)  # fmt: skip
HELD = {"held_at": "2026-11-09 10:00", "people": "业务、质管、制造", "agreed": "一致认定制造责任，两周内锁定参数"}
MET: Leg = ("meet", "desk_head", HELD)
WORKS: Leg = ("track", "desk_head", {"effect": "works", "seen": "后续三批无再发"})


def attributed(action: str) -> Leg:
    fields = {
        "findings": "压合参数偏移",
        "root_cause": "方法",
        "responsibility": "制造责任",
        "fault_code": "参数设置错误",
    }
    return action, "desk_head", fields


@on("factory")
def test_the_factory_asks_what_tells_a_delivery_apart(house: House) -> None:
    with pytest.raises(Incomplete, match="料号"):
        house.record(OPEN, order_no="PO-1")
    case = house.do(house.record(OPEN, **ORDER), ("confirm", "handler", CONFIRMED))
    assert case.details["order_no"] == "PO-26100817"  # what was to be found has been found
    assert case.details["part_no"] == "ML6-0231A"


@on("factory")
def test_a_difficult_complaint_goes_through_the_joint_meeting_and_up_to_who_may_approve(house: House) -> None:
    case = house.walk(house.record(OPEN, **ORDER), ("confirm", "handler", CONFIRMED), REGISTERED)
    case = house.walk(case, judged("inspect", "officer", complexity="complex"), TRACED, REPORTED)
    assert "attribute" not in ids(case, house, "desk_head")
    case = house.walk(case, MET, attributed("attribute_after_meeting"), plan("handler", "赔偿", "60000"), SUBMITTED)
    with pytest.raises(NotAllowed, match="总经理"):
        house.do(case, APPROVED)
    case = house.walk(case, ("approve", "executive", {"reason": "同意"}), carried("unit_lead", "60000"))
    case = house.walk(
        case, answered("handler"), FOLLOWED, ("track", "desk_head", {"effect": "not_yet", "seen": "再看"})
    )
    assert case.stage == "followed_up"
    assert closed_whole(house.walk(case, WORKS, CLOSED))
    assert (case.details["shift"], case.responsibility) == ("夜班", "制造责任")
    assert case.meetings.get().agreed == HELD["agreed"]


@on("factory")
def test_a_simple_complaint_needs_no_meeting(house: House) -> None:
    case = house.walk(house.record(OPEN, **ORDER), ("confirm", "handler", CONFIRMED), REGISTERED)
    case = house.walk(case, judged("inspect", "officer"), REPORTED, attributed("attribute"))
    case = house.walk(case, plan("officer", "换货", "3000"), SUBMITTED, ("refuse", "desk_head", {"reason": "先谈折价"}))
    case = house.walk(case, plan("officer", "折价", "2000"), SUBMITTED, ("approve", "desk_head", {"reason": "同意"}))
    case = house.walk(case, carried("handler", "2000"), answered("handler"), FOLLOWED, WORKS, CLOSED)
    assert closed_whole(case)


@on("factory")
def test_where_nothing_was_lost_an_anomaly_form_goes_to_the_unit(house: House) -> None:
    case = house.do(house.record(OPEN, **ORDER), ("confirm", "handler", CONFIRMED | {"loss": "none"}))
    assert case.stage == "anomaly"
    case = house.walk(case, ("send_anomaly", "handler", {"lead_unit": "TR", "reason": "板翘，请查压合"}))
    case = house.walk(case, ("improved", "unit_lead", {"done": "已调整"}), answered("handler"), FOLLOWED, WORKS, CLOSED)
    assert closed_whole(case)


@on("factory")
def test_what_the_inspection_does_not_bear_out_is_explained(house: House) -> None:
    case = house.walk(house.record(OPEN, **ORDER), ("confirm", "handler", CONFIRMED), REGISTERED)
    case = house.walk(case, judged("inspect", "officer", "not_valid"), answered("handler", "explain"), FOLLOWED)
    assert closed_whole(house.walk(case, WORKS, CLOSED))


def test_the_duties_of_four_departments_are_lists_to_tick() -> None:
    counted = [(c.id, len(c.items)) for c in load_pack("factory").checklists if c.id != "first_receiver"]
    assert counted == [("sales", 4), ("quality", 3), ("general_office", 7), ("manufacturing", 2)]


# --- in the browser -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("house", PACKS, indirect=True)
def test_the_pages_speak_the_packs_own_words(house: House, client: Client) -> None:
    pack, sample = house.pack, house.pack.samples[0]
    case = house.record(sample.text, channel=sample.channel, **sample.details)
    client.force_login(house.people["handler"])
    form = client.get("/cases/new/").content.decode()
    assert all(field.name.zh in form for field in pack.intake)
    assert all(choice.name and choice.name.zh in form for choice in pack.taxonomy("channel").values)
    page = client.get(f"/cases/{case.number}/").content.decode()
    first = next(action for action in pack.process.actions if action.main)
    assert first.name.zh in page
    assert all(item.name.zh in page for c in pack.checklists if "recorded" in c.stages for item in c.items)
