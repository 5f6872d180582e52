"""Personal data leaves the API in one place only, with a reason that stays on record."""

from __future__ import annotations

import pytest

from tests.api.conftest import Asker
from tests.make import Bank, case, walk
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.cases.near import link_near

CUSTOMER = {
    "name": "欧阳明珠",
    "phone": "13912345678",
    "id_no": "11010519491231002X",
    "account_no": "6222021234567890128",
    "email": "mingzhu@example.com",
    "address": "江州市解放路一百二十三号四单元",
}
SAID = "欧阳明珠来电13912345678，身份证11010519491231002X，卡号6222021234567890128，住江州市解放路一百二十三号四单元"


@pytest.fixture
def told(bank: Bank) -> Case:
    """A case in which everyone wrote the customer's data into every free text."""
    number = Asker(bank.clerk).post(
        "/cases",
        {
            "text": f"{SAID}。柜员态度很差，要求道歉。",
            "subject": "欧阳明珠13912345678",
            "key_point": SAID,
            "channel": "counter",
            "customer": CUSTOMER,
        },
    )
    made = Case.objects.get(number=number.json()["number"])
    made = act(made, "promise", {"promised_at": "2030-01-01", "words": SAID}, by=bank.clerk, version=made.version)
    made = act(made, "note", {"text": SAID}, by=bank.clerk, version=made.version)
    made = walk(made, bank, "judge")
    made = walk_on(made, bank)
    link_near(case(bank, text=made.text.replace("欧阳明珠", "王五六"), name="王五六"))
    return made


def walk_on(made: Case, bank: Bank) -> Case:
    options = [{"kind": "道歉说明", "amount": "0", "text": f"{SAID}{n}"} for n in range(3)]
    for action, who, fields in [
        ("route", bank.handler, {"lead_unit": "B1", "reason": SAID}),
        ("investigate", bank.lead, {"findings": SAID, "root_cause": "质量不稳定", "responsibility": "无责"}),
        ("propose", bank.lead, {"options": options, "chosen": "1"}),
        ("submit", bank.handler, {"customer_view": SAID}),
        ("approve", bank.head, {"reason": SAID}),
        ("carry_out", bank.lead, {"done": SAID}),
        ("answer", bank.handler, {"answer": SAID, "means": "phone"}),
        ("follow_up", bank.handler, {"reached": "yes", "satisfaction": "satisfied", "note": SAID}),
        ("close", bank.handler, {"summary": SAID, "lesson": SAID}),
    ]:
        made = act(made, action, fields, by=who, version=made.version)
    return made


@pytest.mark.parametrize("path", ["", "/actions", "/events", "/deadlines", "/near", "/evidence"])
def test_no_answer_about_a_case_holds_personal_data(bank: Bank, told: Case, path: str) -> None:
    said = Asker(bank.handler).get(f"/cases/{told.number}{path}")
    assert said.status_code == 200
    text = said.content.decode()
    for value in CUSTOMER.values():
        assert value not in text


def test_no_list_holds_personal_data(bank: Bank, told: Case) -> None:
    asker = Asker(bank.handler)
    for query in ({"state": "all"}, {"state": "all", "q": "欧阳明珠"}):
        text = asker.get("/cases", **query).content.decode()
        assert told.number in text and "欧***" in text
        for value in CUSTOMER.values():
            assert value not in text


def test_near_before_recording_holds_no_personal_data(bank: Bank, told: Case) -> None:
    text = Asker(bank.handler).post("/near", {"phone": CUSTOMER["phone"]}).content.decode()
    assert told.number in text
    for value in CUSTOMER.values():
        assert value not in text


def test_what_the_system_wrote_itself_is_not_taken_for_personal_data(bank: Bank) -> None:
    first, again = case(bank), case(bank)
    act(again, "merge", {"into": first.number, "reason": "同一事项"}, by=bank.handler, version=1)
    events = Asker(bank.handler).get(f"/cases/{again.number}/events").json()["items"]
    assert events[1]["data"]["into"] == first.number
    assert events[0]["data"]["received_at"].startswith("2026-11-09T10:00:00")


def test_revealing_takes_a_reason_and_leaves_a_trace(bank: Bank, told: Case) -> None:
    asker = Asker(bank.handler)
    refused = asker.post(f"/cases/{told.number}/reveal", {"reason": " "})
    assert refused.status_code == 422 and "reason" in refused.json()["fields"]
    seen = asker.post(f"/cases/{told.number}/reveal", {"reason": "回访客户"})
    assert seen.status_code == 200 and seen["Cache-Control"] == "no-store"
    assert {k: v for k, v in seen.json()["customer"].items() if v} == CUSTOMER
    assert told.events.last().data["reason"] == "回访客户"


@pytest.mark.parametrize("reason", ["a\x00b", "\ud800"])
def test_a_reason_no_store_can_keep_is_refused(bank: Bank, reason: str) -> None:
    refused = Asker(bank.handler).post(f"/cases/{case(bank).number}/reveal", {"reason": reason})
    assert refused.status_code == 422 and "reason" in refused.json()["fields"]


def test_who_may_not_reveal_learns_who_may(bank: Bank) -> None:
    made = case(bank)
    refused = Asker(bank.clerk).post(f"/cases/{made.number}/reveal", {"reason": "好奇"})
    assert refused.status_code == 403 and refused.json()["who"]
    assert made.events.count() == 1
