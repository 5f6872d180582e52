"""Compensation budgets: what is promised and paid, who may exceed them, and that two cannot spend one rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cases.test_concurrency import at_once
from tests.make import Bank, case, steps, walk
from tingsu.base.clock import SHANGHAI, now
from tingsu.cases.audit import verify
from tingsu.cases.budget_tables import Budget, Payment
from tingsu.cases.budgets import Spending, list_spendings, month_of, set_budget, show_budget, spending_for
from tingsu.cases.errors import Incomplete, NotFound
from tingsu.cases.habit import CONTACT, SAME, habit_of
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Approval, Case
from tingsu.cases.standing import Why, standings
from tingsu.org.models import AccessEntry, Unit, User
from tingsu.org.permissions import NotAllowed
from tingsu.packs.loader import load_pack

MONTH = month_of(now())
YES = {"reason": "同意"}


def send(bank: Bank, amount: str, n: int = 0) -> Case:
    return walk(case(bank, phone=f"1390000{n:04d}"), bank, "submit", amount=amount)


def approve(made: Case, by: User, **more: Any) -> Case:
    return act(made, "approve", {**YES, **more}, by=by, version=Case.objects.get(pk=made.pk).version)


def held(made: Case) -> Spending:
    found = spending_for(Case.objects.get(pk=made.pk), at=now())
    assert found is not None
    return found


def numbers(spending: Spending) -> tuple[int, int, int]:
    return int(spending.committed), int(spending.spent), int(spending.left)


def test_what_is_approved_is_promised_and_what_is_paid_is_spent(bank: Bank) -> None:
    set_budget(bank.branch, Decimal(1000), by=bank.executive)
    made = send(bank, "300")
    assert numbers(held(made)) == (0, 0, 1000)
    made = approve(made, bank.head)
    assert numbers(held(made)) == (300, 0, 700)
    made = act(made, "carry_out", {"done": "已转账", "paid": "250.50"}, by=bank.lead, version=made.version)
    spending = held(made)
    assert (spending.committed, spending.spent, spending.left) == (Decimal(0), Decimal("250.50"), Decimal("749.50"))
    assert not list(verify())


def test_what_ends_unpaid_is_promised_no_longer(bank: Bank) -> None:
    set_budget(bank.branch, Decimal(1000), by=bank.executive)
    made = approve(send(bank, "300"), bank.head)
    made = act(made, "withdraw", {"reason": "撤诉"}, by=bank.handler, version=made.version)
    assert numbers(held(made)) == (0, 0, 1000)
    act(made, "reopen", {"reason": "反悔"}, by=bank.handler, version=made.version)
    assert numbers(held(made)) == (0, 0, 1000)
    assert not list(verify())


def test_the_nearest_unit_with_a_budget_bears_the_money(bank: Bank) -> None:
    set_budget(bank.head_office, Decimal(9000), by=bank.executive)
    made = approve(send(bank, "300"), bank.head)  # led by the branch, which has none
    assert held(made).unit == bank.head_office and numbers(held(made)) == (300, 0, 8700)
    set_budget(bank.branch, Decimal(1000), by=bank.executive)
    assert held(made).unit == bank.branch and numbers(held(made)) == (300, 0, 700)
    above = next(one for one in list_spendings(by=bank.executive) if one.unit == bank.head_office)
    assert numbers(above) == (0, 0, 9000), "no yuan counts twice"


def test_a_months_own_budget_stands_before_every_months(bank: Bank) -> None:
    set_budget(bank.branch, Decimal(1000), by=bank.executive)
    set_budget(bank.branch, Decimal(50), by=bank.executive, month=MONTH)
    made = send(bank, "300")
    assert (held(made).budget, held(made).own) == (Decimal(50), True)
    set_budget(bank.branch, None, by=bank.executive, month=MONTH)
    assert (held(made).budget, held(made).own) == (Decimal(1000), False)
    assert list(AccessEntry.objects.values_list("what", flat=True)) == ["budget"] * 3
    assert AccessEntry.objects.last().detail["before"] == "50.00"  # type: ignore[union-attr]


def test_money_counts_in_the_month_it_is_paid_as_china_counts_months(bank: Bank) -> None:
    set_budget(bank.branch, Decimal(1000), by=bank.executive)
    made = walk(case(bank), bank, "carry_out")
    for moment, month in (("2026-02-28T23:59:59", "2026-02"), ("2026-03-01T00:00:00", "2026-03"),
                          ("2026-12-31T23:59:59", "2026-12")):  # fmt: skip
        Payment.objects.update(paid_at=datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI))
        for asked in ("2026-02", "2026-03", "2026-12"):
            spent = list_spendings(by=bank.executive, month=asked)[0].spent
            assert spent == (Decimal(300) if asked == month else 0), (moment, asked)
    assert any("付款" in finding.what for finding in verify([made.number]))


def test_beyond_the_budget_the_next_level_decides_and_says_why(bank: Bank) -> None:
    set_budget(bank.branch, Decimal(200), by=bank.executive)
    made = send(bank, "300")
    offered = {offer.action.id: offer for offer in offers(made, by=bank.head)}
    assert not offered["approve"].allowed and "超出 100.00 元" in offered["approve"].why_not
    assert offered["refuse"].allowed
    with pytest.raises(NotAllowed, match="超出"):
        approve(made, bank.head, beyond_budget="客户催得急")
    waiting = Approval.objects.select_related("case", "option").get(granted=None)
    standing = standings([waiting])[waiting.pk]
    assert (standing.role, standing.passed[0].why, standing.over) == ("manager", Why.BUDGET, Decimal(100))
    with pytest.raises(Incomplete) as missing:
        approve(made, bank.manager)
    assert "超出" in missing.value.fields["beyond_budget"]
    made = approve(made, bank.manager, beyond_budget="客户受伤，须先行赔付")
    assert "批后将超出 100.00 元" in made.events.last().data["over_budget"]  # type: ignore[union-attr]
    assert numbers(held(made)) == (300, 0, -100)
    assert not list(verify())


def test_the_highest_level_exceeds_the_budget_with_a_reason(bank: Bank) -> None:
    set_budget(bank.branch, Decimal(200), by=bank.executive)
    made = send(bank, "6000")
    with pytest.raises(Incomplete):
        approve(made, bank.executive)
    assert approve(made, bank.executive, beyond_budget="重大事项").stage == "approved"


def test_a_pack_may_only_warn_and_still_asks_why(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = load_pack("bank")
    mild = pack.model_copy(update={"authority": pack.authority.model_copy(update={"over_budget": "warn"})})
    monkeypatch.setattr("tingsu.cases.granting.pack_of", lambda case: mild)
    set_budget(bank.branch, Decimal(200), by=bank.executive)
    made = send(bank, "300")
    with pytest.raises(Incomplete):
        approve(made, bank.head)
    assert approve(made, bank.head, beyond_budget="客户受伤").stage == "approved"


def test_a_plan_without_money_exceeds_nothing(bank: Bank) -> None:
    set_budget(bank.branch, Decimal(0), by=bank.executive)
    assert approve(send(bank, "0"), bank.head).stage == "approved"


def test_of_two_approvals_at_once_one_sees_the_budget_spent(lasting_bank: Bank) -> None:
    bank = lasting_bank
    set_budget(bank.branch, Decimal(400), by=bank.executive)
    made = [send(bank, "300", n) for n in range(4)]

    def job(one: Case) -> Callable[[], Case]:
        return lambda: act(one, "approve", YES, by=User.objects.get(pk=bank.head.pk), version=one.version)

    done = at_once(*(job(one) for one in made))
    assert sum(isinstance(one, Case) for one in done) == 1, done
    assert sum(isinstance(one, NotAllowed) for one in done) == 3, done
    assert numbers(held(made[0])) == (300, 0, 100)
    assert not list(verify())


@given(
    budget=st.decimals(0, 10**9, places=2), committed=st.decimals(0, 10**9, places=2),
    spent=st.decimals(0, 10**9, places=2), asked=st.decimals(0, 10**9, places=2),
)  # fmt: skip
def test_no_cent_is_lost(budget: Decimal, committed: Decimal, spent: Decimal, asked: Decimal) -> None:
    spending = Spending(Unit(code="x", path="/x/"), "2026-11", budget, False, committed, spent)
    assert spending.left + committed + spent == budget
    over = spending.over(asked)
    assert (over > 0) is (bool(asked) and asked > spending.left)
    assert not over or over == asked + committed + spent - budget


def test_who_may_set_and_who_may_look(bank: Bank) -> None:
    for person in (bank.clerk, bank.head, bank.manager):
        with pytest.raises(NotAllowed):
            set_budget(bank.branch, Decimal(1), by=person)
    set_budget(bank.branch, Decimal(1), by=bank.admin)
    set_budget(bank.other_branch, Decimal(1), by=bank.executive)
    assert [one.unit for one in list_spendings(by=bank.manager)] == [bank.branch]
    assert len(list_spendings(by=bank.admin)) == 2
    with pytest.raises(NotAllowed):
        list_spendings(by=bank.clerk)
    with pytest.raises(NotFound):
        show_budget("B2", by=bank.manager)


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1000000000000"])
def test_no_budget_of_nonsense(bank: Bank, amount: str) -> None:
    with pytest.raises(Incomplete):
        set_budget(bank.branch, Decimal(amount), by=bank.executive)
    with pytest.raises(Incomplete):
        set_budget(bank.branch, Decimal(1), by=bank.executive, month="2026-13")
    assert not Budget.objects.exists()


def test_a_budget_shows_its_cases(bank: Bank) -> None:
    set_budget(bank.branch, Decimal(1000), by=bank.executive)
    paid = walk(case(bank), bank, "approve")
    act(paid, "carry_out", {"done": "已转账", "paid": "300"}, by=bank.lead, version=paid.version)
    promised = approve(send(bank, "200", 1), bank.head)
    shown = show_budget("B1", by=bank.manager)
    assert [(line.case, line.spent, line.committed) for line in shown.lines] == [
        (paid, Decimal(300), Decimal(0)), (promised, Decimal(0), Decimal(200)),
    ]  # fmt: skip
    assert shown.beyond == 0 and numbers(shown.spending) == (200, 300, 500)


def given_before(bank: Bank, times: int, **draft: Any) -> list[Case]:
    return [walk(case(bank, **draft), bank) for _ in range(times)]


def test_earlier_compensations_are_shown_from_the_packs_threshold_on(bank: Bank) -> None:
    given_before(bank, 2)
    assert habit_of(case(bank, at=now()), by=bank.handler) is None
    given_before(bank, 1)
    found = habit_of(case(bank, at=now()), by=bank.handler)
    assert found is not None
    assert (found.count, found.total, found.beyond) == (3, Decimal(900), 0)
    assert {one.why for one in found.cases} == {SAME} and found.cases[0].remedies == ("补偿",)


def test_other_people_and_old_times_do_not_count(bank: Bank) -> None:
    given_before(bank, 3)
    later = now() + timedelta(days=400)
    assert habit_of(case(bank, phone="13711112222", at=now()), by=bank.handler) is None
    made = case(bank, at=now())
    assert habit_of(made, by=bank.handler, at=later) is None


def test_another_name_under_the_same_number_is_said_to_be_that(bank: Bank) -> None:
    given_before(bank, 3, name="李四")
    found = habit_of(case(bank, at=now()), by=bank.handler)
    assert found is not None and {one.why for one in found.cases} == {CONTACT}


def test_cases_out_of_reach_are_only_counted(bank: Bank) -> None:
    for _ in range(3):
        made = case(bank, by=bank.other_clerk)
        for action, who, fields in steps(bank)[:7]:
            fields = {**fields, "lead_unit": "B2", "support_units": []} if action == "route" else fields
            made = act(made, action, fields, by=bank.handler2 if who == bank.lead else who, version=made.version)
    found = habit_of(case(bank, at=now()), by=bank.clerk)
    assert found is not None
    assert (found.cases, found.count, found.beyond) == ([], 3, 3)
