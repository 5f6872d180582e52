"""The pages of authority: approvals with whom they stand, deputies, budgets, earlier compensations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.make import Bank, case, walk
from tests.web.conftest import words_of
from tingsu.base.clock import now, today
from tingsu.cases.budgets import month_of, set_budget
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.keeping.doctor import State, examine
from tingsu.org.delegation import delegate
from tingsu.org.models import Delegation, User

SignIn = Callable[[User], Client]


def send(bank: Bank, n: int = 0, amount: str = "300") -> Case:
    return walk(case(bank, phone=f"1390000{n:04d}"), bank, "submit", amount=amount)


def leave(bank: Bank, deputy: User | None = None) -> Delegation:
    return delegate(
        bank.head, deputy, by=bank.head, first_day=today(), last_day=today() + timedelta(days=2), reason="外出"
    )


def test_the_approvals_page_says_with_whom_a_plan_stands(bank: Bank, signed_in: SignIn) -> None:
    set_budget(bank.branch, Decimal(1000), by=bank.executive)
    send(bank)
    page = words_of(signed_in(bank.head).get("/approvals/"))
    assert "投诉处理负责人：陈立" in page and "预算 1,000 元，已批未付 0，已付 0，还剩 1,000" in page
    leave(bank)
    page = words_of(signed_in(bank.manager).get("/approvals/"))
    assert "分支行行长：郑海" in page and "陈立请假至" in page and "没有代理人" in page


def test_the_case_page_says_who_decided_for_whom(bank: Bank, signed_in: SignIn) -> None:
    made = send(bank)
    leave(bank, bank.handler2)
    deputy = signed_in(bank.handler2)
    page = words_of(deputy.get(f"/cases/{made.number}/"))
    assert "周宁（代陈立）" in page
    deputy.post(f"/cases/{made.number}/do/approve/", {"reason": "同意", "version": made.version})
    page = words_of(deputy.get(f"/cases/{made.number}/"))
    assert "周宁 代陈立" in page and "消费者权益保护部） 代陈立" in page


def test_a_plan_nobody_can_decide_is_said_where_it_is_seen(bank: Bank, signed_in: SignIn) -> None:
    made = send(bank)
    User.objects.filter(pk__in=[bank.manager.pk, bank.executive.pk]).update(is_active=False)
    assert all(check.state is State.GOOD for check in examine() if check.name == "审批")
    leave(bank)
    for page in ("/approvals/", "/"):
        assert "没有人能批" in words_of(signed_in(bank.head).get(page)), page
    assert "现在没有人能批" in words_of(signed_in(bank.handler).get(f"/cases/{made.number}/"))
    found = [check for check in examine() if check.name == "审批"]
    assert found[0].state is State.WARNING and made.number in found[0].seen


def test_one_sets_and_ends_ones_own_deputy(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.manager)
    day = today().isoformat()
    form = {"deputy": "desk2", "first_day": day, "last_day": day, "reason": "外出培训"}
    refused = client.post("/delegations/", {**form, "deputy": "nobody-known"})
    assert refused.status_code == 422 and "nobody-known" in words_of(refused) and "外出培训" in refused.content.decode()
    for change in ({"first_day": ""}, {"deputy": ""}, {"leave": "1"}):
        assert client.post("/delegations/", {**form, **change}).status_code == 422, change
    assert client.post("/delegations/", form).status_code == 302
    lent = Delegation.objects.get()
    assert (lent.giver, lent.deputy, lent.roles) == (bank.manager, bank.handler2, [])
    page = words_of(client.get("/delegations/"))
    assert "周宁" in page and "生效中" in page
    assert "周宁" in words_of(signed_in(bank.handler2).get("/delegations/"))
    signed_in(bank.handler2).post(f"/delegations/{lent.pk}/end/")
    lent.refresh_from_db()
    assert lent.revoked_at is None, "the deputy does not end it"
    client.post(f"/delegations/{lent.pk}/end/")
    lent.refresh_from_db()
    assert lent.revoked_at is not None


def test_leave_is_a_delegation_to_nobody(bank: Bank, signed_in: SignIn) -> None:
    day = today().isoformat()
    signed_in(bank.admin).post(
        "/delegations/", {"giver": "manager", "leave": "1", "first_day": day, "last_day": day, "reason": "病假"}
    )
    lent = Delegation.objects.get()
    assert (lent.giver, lent.deputy, lent.made_by) == (bank.manager, None, bank.admin)
    assert "无人代理" in words_of(signed_in(bank.manager).get("/delegations/"))


@pytest.mark.parametrize("page", ["/delegations/", "/budgets/", "/budgets/B1/"])
def test_who_has_nothing_to_do_with_it_is_refused(bank: Bank, signed_in: SignIn, page: str) -> None:
    assert signed_in(bank.clerk).get(page).status_code == 403


def test_budgets_are_set_and_seen(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.executive)
    assert client.post("/budgets/", {"unit": "B1", "amount": "abc"}).status_code == 422
    assert client.post("/budgets/", {"unit": "nowhere", "amount": "1"}).status_code == 422
    assert client.post("/budgets/", {"unit": "B1", "amount": "2,000", "month": ""}).status_code == 302
    made = send(bank)
    act(made, "approve", {"reason": "同意"}, by=bank.head, version=made.version)
    page = words_of(signed_in(bank.manager).get("/budgets/"))
    assert "江州分行" in page and "2,000" in page and "1,700" in page
    page = words_of(signed_in(bank.manager).get(f"/budgets/B1/?month={month_of(now())}"))
    assert made.number in page and "还剩 1,700 元" in page
    assert signed_in(bank.manager).get("/budgets/?month=abc").status_code == 422
    assert signed_in(bank.manager).get("/budgets/NOPE/").status_code == 404
    assert signed_in(bank.manager).post("/budgets/", {"unit": "B1", "amount": "9"}).status_code in (403, 422)
    assert "2,000" in words_of(signed_in(bank.manager).get("/budgets/"))


def test_earlier_compensations_stand_on_the_case_page(bank: Bank, signed_in: SignIn) -> None:
    for _ in range(3):
        walk(case(bank), bank)
    made = case(bank, at=now())
    page = words_of(signed_in(bank.handler).get(f"/cases/{made.number}/"))
    assert "供参考，不影响客户的合法权利" in page and "3 件给过补偿，共 900 元" in page


def test_the_pages_ask_a_fixed_number_of_queries(bank: Bank, signed_in: SignIn) -> None:
    set_budget(bank.branch, Decimal(100000), by=bank.executive)
    client = signed_in(bank.head)

    def counts() -> list[int]:
        found = []
        for page in ("/approvals/", "/budgets/", "/budgets/B1/", "/delegations/"):
            client.get(page)
            with CaptureQueriesContext(connection) as seen:
                client.get(page)
            found.append(len(seen))
        return found

    made = send(bank)
    few = counts()
    for n in range(1, 5):
        made = send(bank, n)
    act(made, "approve", {"reason": "同意"}, by=bank.head, version=made.version)
    for deputy in (bank.handler, bank.handler2, None):
        leave(bank, deputy)
    many = counts()
    assert all(after <= before + 1 for before, after in zip(few, many, strict=True)), (few, many)
