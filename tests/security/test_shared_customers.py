"""Recording a complaint under someone's name and phone opens nothing that another branch was told."""

from __future__ import annotations

import pytest

from tests.make import Bank, case, person
from tingsu.cases.models import Case, Customer
from tingsu.cases.near import link_near, near_cases
from tingsu.cases.personal import reveal
from tingsu.cases.recording import CustomerDraft, Draft, record_case
from tingsu.org.models import User

KNOWN = CustomerDraft(
    "张三", "13800001234", "11010519491231002X", "6222021234567890128", "z@example.com", "江州市解放路一百二十三号"
)


@pytest.fixture
def elsewhere(bank: Bank) -> Case:
    return record_case(Draft("柜员态度差，要求道歉。", "counter", KNOWN), by=bank.other_clerk).case


def claim(by: User) -> Case:
    """A complaint by which someone says that the customer stands before him."""
    draft = Draft("柜员态度差。", "counter", CustomerDraft("张三", "13800001234", occupation="记者"))
    return record_case(draft, by=by).case


def test_what_another_branch_was_told_stays_there(bank: Bank, elsewhere: Case) -> None:
    seen = reveal(
        claim(person("hall", "lobby_manager", bank.outlet)), by=User.objects.get(username="hall"), reason="核对"
    )
    assert seen.customer["phone"] == "13800001234"
    assert not seen.customer["id_no"] and not seen.customer["account_no"] and not seen.customer["address"]


def test_nothing_is_written_into_another_branchs_record(bank: Bank, elsewhere: Case) -> None:
    claim(bank.clerk)
    assert not Customer.objects.get(pk=elsewhere.customer_id).occupation


def test_the_same_counter_and_the_desk_go_on_with_the_known_customer(bank: Bank, elsewhere: Case) -> None:
    assert claim(bank.other_clerk).customer_id == elsewhere.customer_id
    assert claim(bank.handler).customer_id == elsewhere.customer_id


def test_the_desk_still_sees_that_it_is_one_customer(bank: Bank, elsewhere: Case) -> None:
    mine = claim(bank.clerk)
    link_near(mine)
    assert [(near.case, near.why) for near in near_cases(mine, by=bank.handler)] == [(elsewhere, "customer")]


def test_a_customer_known_at_both_is_met_at_each(bank: Bank, elsewhere: Case) -> None:
    mine = claim(bank.clerk)
    assert mine.customer_id != elsewhere.customer_id
    assert case(bank).customer_id == mine.customer_id
    assert case(bank, by=bank.other_clerk).customer_id == elsewhere.customer_id
