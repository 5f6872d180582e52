"""Cases near one another: the same words, the same customer, one template from many hands."""

from __future__ import annotations

from datetime import timedelta

from tests.make import MONDAY, TEXT, Bank, case
from tingsu.cases.models import Near
from tingsu.cases.near import KEPT, MOST, link_near, near_cases, near_while_recording

OTHER = "信用卡年费收了两百块，当初开卡说好免年费的，请退还并书面说明收费依据。"


def test_the_same_words_again_are_linked_both_ways(bank: Bank) -> None:
    first = case(bank)
    again = case(bank, name="李四", phone="13900005678", at=MONDAY + timedelta(days=1))
    other = case(bank, text=OTHER, name="王五", phone="13700009999")
    for made in (first, again, other):
        link_near(made)
    assert [near.case for near in near_cases(first, by=bank.handler)] == [again]
    assert [(near.case, near.why) for near in near_cases(again, by=bank.handler)] == [(first, "template")]
    assert near_cases(other, by=bank.handler) == []


def test_a_returning_customer_is_seen_whatever_the_words(bank: Bank) -> None:
    first = case(bank)
    again = case(bank, text=OTHER)
    link_near(first)
    link_near(again)
    assert [(near.case, near.why) for near in near_cases(again, by=bank.handler)] == [(first, "customer")]


def test_linking_twice_adds_nothing(bank: Bank) -> None:
    first, again = case(bank), case(bank, name="李四", phone="13900005678")
    for made in (first, again, first, again):
        link_near(made)
    assert Near.objects.count() == 2


def test_a_large_batch_does_not_link_all_to_all(bank: Bank) -> None:
    for number in range(KEPT + 8):
        made = case(bank, text=f"{TEXT}{number}", name=f"客户{number}", phone=f"154{number:08d}")
        link_near(made)
    assert MOST < Near.objects.filter(case=made).count() <= KEPT


def test_the_panel_shows_what_the_clerk_may_see_and_counts_the_rest(bank: Bank) -> None:
    mine = case(bank)
    case(bank, by=bank.other_clerk)
    near = near_while_recording(OTHER, by=bank.clerk, phone="13800001234")
    assert [item.case for item in near.cases] == [mine]
    assert near.elsewhere == 1
