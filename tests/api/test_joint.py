"""Joint handling, parties and the separate decisions over the API."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Asker
from tests.make import MONDAY, Bank, case, walk
from tingsu.cases.lifecycle import act


def test_what_several_units_did_is_told_masked_and_accountability_to_those_allowed(bank: Bank) -> None:
    made = walk(case(bank), bank, "investigate")
    for action, who, fields in [
        ("transfer", bank.handler, {"lead_unit": "O2", "reason": "张三的账户在滨河支行"}),
        ("add_party", bank.handler, {"part": "representative", "name": "欧阳建国", "phone": "13911112222"}),
        ("decide_right", bank.handler, {"right": "知情权", "grounds": "费用未告知"}),
        ("hold_accountable", bank.executive, {"unit": "B1", "grounds": "疏于管理", "share": "5"}),
    ]:
        made = act(made, action, fields, by=who, version=made.version, at=MONDAY)
    told = Asker(bank.executive).get(f"/cases/{made.number}/joint").json()
    assert [t["state"] for t in told["tasks"]] == ["released"]
    assert told["transfers"][0]["reason"] == "张*的账户在滨河支行"
    assert told["parties"][0]["name"] == "欧***"
    assert told["accountability"][0]["share"] == "5.00"
    assert Asker(bank.handler).get(f"/cases/{made.number}/joint").json()["accountability"] == []
    assert Asker(bank.handler).get(f"/cases/{made.number}").json()["right"] == "知情权"


def test_events_hide_accountability_from_those_who_may_not_see_it(bank: Bank) -> None:
    made = case(bank)
    fields: dict[str, Any] = {"unit": "O1", "grounds": "顶撞客户", "share": "5"}
    act(made, "hold_accountable", fields, by=bank.executive, version=made.version)
    told = {who: Asker(who).get(f"/cases/{made.number}/events").text for who in (bank.executive, bank.handler)}
    assert "顶撞客户" in told[bank.executive] and "顶撞客户" not in told[bank.handler]
    assert "hold_accountable" in told[bank.handler]
