"""The distributor's complaints (001.11), along every branch, with real people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.make import MONDAY
from tests.packs.desk import Desk, is_sound
from tests.packs.house import Leg
from tingsu.cases.errors import Incomplete


@pytest.fixture
def house(db: None) -> Desk:
    return Desk("distribution")


SLIP = {"verdict": "valid", "reason": "送货单可证", "complexity": "simple"}


def judge(duty: str, **changed: str) -> Leg:
    return "judge", "handler", {**SLIP, "duty": duty, **changed}


def serve(kind: str) -> Leg:
    return "route", "handler", {"lead_unit": "TR", "duty_unit": kind, "served_on": "the_unit_lead"}


REPORT = (
    "investigate", "unit_lead",
    {"findings": "装车时漏装两箱", "advice": "今日补送", "root_cause": "质量不稳定", "responsibility": "有责投诉",
     "fault_code": "配送差错"},
)  # fmt: skip


def settle(amount: str, approver: str) -> list[Leg]:
    options = [
        {"kind": "补送", "amount": "0", "text": "今日补送"},
        {"kind": "赔偿", "amount": amount, "text": "补送并赔误工"},
    ]
    return [
        ("propose", "handler", {"with_whom": "配送中心刘班长", "options": options, "chosen": "2"}),
        ("submit", "handler", {"customer_view": "同意"}), ("approve", approver, {"reason": "同意"}),
        ("carry_out", "unit_lead", {"done": "已补送，客户签收", "paid": amount}),
        ("answer", "handler", {"answer": "漏装两箱已补送。", "means": "phone"}),
        ("follow_up", "agent", {"reached": "yes", "satisfaction": "satisfied"}),
        ("close", "handler", {"summary": "漏装", "lesson": "装车复点"}),
    ]  # fmt: skip


def test_each_unit_responsible_is_served_and_reports(house: Desk) -> None:
    kinds = [choice.id for choice in house.pack.taxonomy("duty_unit").values]
    assert kinds[:6] == ["production", "quality", "transport", "delivery", "area_manager", "account_manager"]
    case = house.hear(text="订单少送两箱", channel="phone")
    assert case.number.startswith("D")
    case = house.go(case, [judge("other_unit"), serve("delivery")])
    assert case.deadlines.get(kind="unit").rule["id"] == "DIST-UNIT"
    asked = {"asked_whom": "配送中心", "progress": "正在查装车单", "told_customer": "1"}
    told = ("progress", "unit_lead", {"progress": "已查到"})
    case = house.go(case, [("chase", "agent", asked), told, ("chase", "handler", asked), REPORT])
    assert case.details["progress"] == "正在查装车单"
    assert [e.kind for e in case.events.all()].count("chase") == 2
    assert is_sound(house.go(case, settle("300", "desk_head")))


@pytest.mark.parametrize("measure", ["exchange", "refund", "recall", "explain"])
def test_faulty_goods_are_explained_and_taken_back(house: Desk, measure: str) -> None:
    case = house.go(house.hear(), [judge("quality")])
    said: dict[str, Any] = {"explained": "同批已送检", "measure": measure}
    if measure == "recall":
        with pytest.raises(Incomplete) as missing:
            house.go(case, [("settle_quality", "handler", said)])
        assert set(missing.value.fields) == {"batch_no", "recall_scope"}
        said |= {"batch_no": "20261009", "recall_scope": "全区门店下架"}
    case = house.go(case, [("settle_quality", "handler", said), serve("quality"), REPORT, *settle("800", "manager")])
    assert is_sound(case)
    assert case.details["measure"] == measure


@pytest.mark.parametrize(
    "nature, rule",
    [("manner", "DIST-NATURE-MANNER"), ("error", "DIST-NATURE-ERROR"), ("breach", "DIST-NATURE-BREACH")],
)
def test_an_account_managers_fault_has_a_limit_by_its_nature_told_to_the_customer(
    house: Desk, nature: str, rule: str
) -> None:
    limit = {"nature": nature, "promised_at": (MONDAY + timedelta(days=2)).isoformat(), "words": "电话告知周三前答复"}
    case = house.go(house.hear(), [judge("account_manager"), ("set_limit", "handler", limit)])
    assert case.deadlines.get(kind="nature").rule["id"] == rule
    assert case.deadlines.get(kind="promise").note == "电话告知周三前答复"
    assert is_sound(house.go(case, [serve("account_manager"), REPORT, *settle("100", "desk_head")]))


def test_what_is_not_ours_is_explained(house: Desk) -> None:
    answer = ("explain", "handler", {"answer": "经查系客户自行保管受潮。", "means": "phone"})
    follow = ("follow_up", "agent", {"reached": "yes", "satisfaction": "accepted"})
    again = ("follow_up_again", "handler", {"reached": "yes", "satisfaction": "satisfied"})
    close = ("close", "handler", {"summary": "已解释"})
    case = house.go(house.hear(), [judge("none", verdict="not_valid"), answer, follow, again, close])
    assert is_sound(case)


def test_who_is_not_satisfied_is_given_another_plan(house: Desk) -> None:
    *road, _, _ = settle("0", "desk_head")
    unhappy = ("follow_up", "agent", {"reached": "yes", "satisfaction": "dissatisfied", "again": "yes"})
    case = house.go(house.hear(), [judge("other_unit"), serve("transport"), REPORT, *road, unhappy])
    assert is_sound(case, "investigated")
    refused = settle("4000", "executive")
    case = house.go(case, [*list(refused)[:2], ("refuse", "executive", {"reason": "金额偏高"})])
    assert is_sound(house.go(case, settle("50", "desk_head")))
