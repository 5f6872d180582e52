"""Authority by the API: what waits, deputies, budgets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from tests.api.conftest import Asker
from tests.make import Bank, case, walk
from tingsu.base.clock import today
from tingsu.cases.budgets import set_budget
from tingsu.org.models import Delegation, User

Ask = Callable[[User], Asker]


def test_what_waits_says_with_whom_and_what_the_budget_bears(bank: Bank, ask: Ask) -> None:
    set_budget(bank.branch, Decimal(200), by=bank.executive)
    made = walk(case(bank), bank, "submit")
    row = ask(bank.manager).get("/approvals").json()[0]
    assert (row["number"], row["level"], row["with_role"]) == (made.number, "desk_head", "manager")
    assert row["deciders"] == [{"person": "manager", "name": "郑海", "acting_for": ""}]
    assert (row["budget"]["left"], row["over_budget"]) == ("200.00", "100.00")
    assert ask(bank.clerk).get("/approvals").json() == []


def test_a_deputy_is_made_used_and_ended(bank: Bank, ask: Ask) -> None:
    made = walk(case(bank), bank, "submit")
    body = {
        "deputy": "desk2", "first_day": today().isoformat(), "last_day": (today() + timedelta(days=1)).isoformat(),
        "reason": "外出",
    }  # fmt: skip
    assert ask(bank.clerk).post("/delegations", body).status_code == 409
    assert ask(bank.handler).post("/delegations", {**body, "giver": "manager"}).status_code == 403
    answer = ask(bank.head).post("/delegations", body)
    assert answer.status_code == 201 and answer.json()["giver"] == "head"
    deputy = ask(bank.handler2)
    assert [one["giver"] for one in deputy.get("/delegations").json()] == ["head"]
    done = deputy.post(f"/cases/{made.number}/actions/approve", {"version": made.version, "fields": {"reason": "同意"}})
    assert done.status_code == 200, done.content
    assert done.json()["approvals"][0]["acting_for"] == "陈立"
    number = answer.json()["id"]
    assert deputy.delete(f"/delegations/{number}").status_code == 404
    assert ask(bank.head).delete(f"/delegations/{number}").status_code == 204
    assert Delegation.objects.get().revoked_at is not None


def test_budgets_by_the_api(bank: Bank, ask: Ask) -> None:
    asker = ask(bank.executive)
    put = asker.client.put("/api/budgets/B1", '{"amount": "500"}', content_type="application/json", **asker._headers())
    assert put.status_code == 204, put.content
    assert ask(bank.manager).get("/budgets").json()[0]["budget"] == "500.00"
    refused = ask(bank.manager)
    put = refused.client.put("/api/budgets/B1", "{}", content_type="application/json", **refused._headers())
    assert put.status_code == 403
    assert ask(bank.clerk).get("/budgets").status_code == 403
    assert ask(bank.manager).get("/budgets", month="x").status_code == 422
