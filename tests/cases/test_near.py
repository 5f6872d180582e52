"""Cases near one another: the same customer again, one template from many hands, matters alike."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.make import MONDAY, TEXT, Bank, case, walk
from tingsu.cases.alike import count_old, find_alike, index_old_cases
from tingsu.cases.models import Case, Near
from tingsu.cases.near import (
    KEPT,
    MOST,
    ending_of,
    link_near,
    link_old_cases,
    near_cases,
    near_while_recording,
)

OTHER = "信用卡年费收了两百块，当初开卡说好免年费的，请退还并书面说明收费依据。"
ALIKE = "开信用卡时柜台说免年费，现在账单却扣了年费两百元，要求退还年费，并说明依据。"


def of(near: list[object]) -> list[tuple[Case, str]]:
    return [(one.case, one.why) for one in near]  # type: ignore[attr-defined]


def test_the_same_words_from_another_customer_are_linked_both_ways_as_a_template(bank: Bank) -> None:
    first = case(bank)
    again = case(bank, name="李四", phone="13900005678", at=MONDAY + timedelta(days=1))
    other = case(bank, text=OTHER, name="王五", phone="13700009999")
    for made in (first, again, other):
        link_near(made)
    assert of(near_cases(first, by=bank.handler)) == [(again, "template")]
    assert of(near_cases(again, by=bank.handler)) == [(first, "template")]
    assert near_cases(other, by=bank.handler) == []


def test_a_matter_alike_in_other_words_is_near_too(bank: Bank) -> None:
    first = case(bank, text=OTHER, name="王五", phone="13700009999")
    case(bank, name="李四", phone="13900005678")
    alike = case(bank, text=ALIKE, name="赵六", phone="13600009999")
    link_near(alike)
    assert of(near_cases(alike, by=bank.handler)) == [(first, "text")]


def test_a_returning_customer_is_seen_whatever_the_words_and_stands_first(bank: Bank) -> None:
    first = case(bank)
    copied = case(bank, text=OTHER, name="李四", phone="13900005678")
    again = case(bank, text=OTHER)
    link_near(again)
    assert of(near_cases(again, by=bank.handler)) == [(first, "customer"), (copied, "template")]


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
    assert (near.elsewhere, near.before) == (1, 2)


def test_while_recording_only_cases_within_reach_are_near(bank: Bank) -> None:
    case(bank, by=bank.other_clerk)
    assert near_while_recording(TEXT, by=bank.clerk).cases == []
    assert len(near_while_recording(TEXT, by=bank.handler).cases) == 1


def test_an_old_case_within_reach_is_found_behind_many_newer_ones_beyond_it(bank: Bank) -> None:
    mine = case(bank)
    for number in range(40):
        case(bank, by=bank.other_clerk, name=f"客户{number}", phone=f"154{number:08d}")
    assert [item.case for item in near_while_recording(TEXT, by=bank.clerk).cases] == [mine]


def test_a_copy_is_first_among_hundreds_of_others(bank: Bank) -> None:
    pick = random.Random(3)
    words = [
        "柜员",
        "经理",
        "转账",
        "年费",
        "利息",
        "短信",
        "密码",
        "排队",
        "挂失",
        "存折",
        "还款",
        "额度",
        "合同",
        "保险",
        "基金",
        "退款",
        "道歉",
        "解释",
        "投诉",
        "网点",
        "手机",
        "到账",
        "失败",
        "冻结",
    ]
    made = [
        case(bank, text="，".join("".join(pick.sample(words, 3)) for _ in range(8)), name=f"客户{n}")
        for n in range(150)
    ]
    for original in made[::15]:
        signs = list(original.text)
        for _ in range(4):
            signs[pick.randrange(len(signs))] = pick.choice("银行，的了")
        assert find_alike("".join(signs), Case.objects.all(), most=5, everything=True)[0].case_id == original.pk


def test_the_index_is_written_with_the_case_or_not_at_all(bank: Bank) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        case(bank)
        raise RuntimeError
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM cases_alike) + (SELECT count(*) FROM cases_direction)")
        assert cursor.fetchone() == (0,)


def test_cases_from_before_the_index_are_added_and_linked_and_it_may_be_stopped_on_the_way(bank: Bank) -> None:
    made = [case(bank, name=f"客户{n}", phone=f"154{n:08d}") for n in range(4)]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_alike")
        cursor.execute("DELETE FROM cases_direction")
    assert count_old() == (4, 0)

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_old_cases(stop)
    assert index_old_cases() == 0 and count_old() == (0, 4)
    with pytest.raises(KeyboardInterrupt):
        link_old_cases(stop)
    assert link_old_cases() == 3 and count_old() == (0, 0)
    assert len(near_cases(made[0], by=bank.handler)) == 3


@pytest.mark.parametrize("text", ["", "垃圾", "\ud800\ud801", "信" * 100_000, "\u200b" * 50, "客服" * 400_000])
def test_any_text_may_be_typed(bank: Bank, text: str) -> None:
    case(bank)
    assert near_while_recording(text, by=bank.handler).cases == []


def test_an_ending_tells_what_was_found_given_and_said(bank: Bank) -> None:
    open_case, ended = case(bank), walk(case(bank, name="李四"), bank)
    assert ending_of(open_case) is None
    ending = ending_of(ended)
    assert ending is not None
    assert (ending.verdict, ending.satisfaction, ending.closed_at is not None) == ("valid", "satisfied", True)
    assert [(kind, int(amount)) for kind, amount in ending.remedies] == [("补偿", 300)]
