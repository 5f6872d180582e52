"""Slots filled from a case: only with what is settled and may be said; the rest stays visible."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from tests.make import MONDAY, Bank, case, walk
from tingsu.assist.scripts.filling import fill_each, fill_slots, fill_speaker, leave_open
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.org.models import User

WOMAN, MAN = "110101199003070329", "110101199003070311"


def named(bank: Bank, name: str, id_no: str = "", **more: Any) -> Case:
    made = case(bank, name=name, **more)
    made.customer.id_no = id_no
    made.customer.save()
    return made


def said(text: str, held: Case, by: User) -> str:
    return fill_slots(text, held, by=by, at=MONDAY).text


def test_the_surname_is_said_only_where_it_is_known_and_may_be_seen(bank: Bank) -> None:
    held = named(bank, "欧阳小红", WOMAN)
    assert said("{客户称呼}，请坐。", held, bank.handler) == "欧阳女士，请坐。"
    assert said("{客户称呼}，请坐。", held, bank.clerk) == "您，请坐。"  # may not see personal data
    assert said("{客户称呼}，请坐。", named(bank, "张伟", MAN), bank.handler) == "张先生，请坐。"
    assert said("{客户称呼}，请坐。", named(bank, "张伟"), bank.handler) == "您，请坐。"  # neither sex is known
    assert said("{客户称呼}，请坐。", named(bank, "李女士"), bank.handler) == "李女士，请坐。"
    assert said("{客户称呼}，请坐。", named(bank, "Smith", MAN), bank.handler) == "您，请坐。"


def test_a_customer_nobody_names_is_greeted_in_good_chinese(bank: Bank) -> None:
    held = named(bank, "张伟")
    assert said("{客户称呼}，您好！", held, bank.clerk) == "您好！"
    assert said("尊敬的{客户称呼}：", held, bank.clerk) == "尊敬的客户："
    assert said("{客户称呼}，您先喝口水。", held, bank.clerk) == "您先喝口水。"


def test_whom_the_complaint_is_about_does_not_learn_who_complained(bank: Bank) -> None:
    held = named(bank, "张伟", MAN, accused_person="李敏")
    assert said("{客户称呼}，请坐。", held, bank.handler) == "您，请坐。"


def test_a_date_is_the_nearest_promise_else_the_clocks(bank: Bank) -> None:
    held = case(bank)
    by_law = said("{承诺日期}前答复您。", held, bank.handler)
    statute = held.deadlines.get(kind="statute")
    last = (statute.safe_target - timedelta(microseconds=1)).astimezone(MONDAY.tzinfo)
    assert by_law == f"{last.month}月{last.day}日前答复您。"
    fields = {"promised_at": "2026-11-12T17:00", "words": "给答复"}
    held = act(held, "promise", fields, by=bank.clerk, version=held.version, at=MONDAY)
    assert said("{承诺日期}前答复您。", held, bank.handler) == "11月12日前答复您。"
    late = fill_slots("{承诺日期}", held, by=bank.handler, at=MONDAY + timedelta(days=400))
    assert late.open == ("承诺日期",)  # nothing ahead may be promised by what is over


def test_a_sum_is_said_only_once_it_is_approved(bank: Bank) -> None:
    held = walk(case(bank), bank, "submit")
    assert fill_slots("退您{金额}。", held, by=bank.handler, at=MONDAY).text == "退您{金额}。"
    held = act(held, "approve", {"reason": "同意"}, by=bank.head, version=held.version, at=MONDAY)
    assert said("退您{金额}。", held, bank.handler) == "退您300元。"
    held = walk(case(bank, phone="13900005678"), bank, "carry_out")
    assert said("退您{金额}。", held, bank.handler) == "退您300元。"


def test_the_rest_comes_from_the_case_and_the_person(bank: Bank) -> None:
    held = walk(case(bank, text="信用卡年费乱扣，请退还。"), bank, "route")
    filled = fill_slots(
        "{单位}{经办人}，编号{工单号}，{责任部门}，{业务}，{邻近网点}。", held, by=bank.handler, at=MONDAY
    )
    assert filled.text == f"消费者权益保护部李敏，编号{held.number}，江州分行，信用卡，{{邻近网点}}。"
    assert filled.open == ("邻近网点",)
    assert [(p.slot, p.kind) for p in filled.pieces if p.slot][-1] == ("邻近网点", "open")


def test_the_hotline_is_the_sites(bank: Bank) -> None:
    held = case(bank)
    assert fill_slots("请拨{客服电话}", held, by=bank.clerk).open == ("客服电话",)
    with override_settings(TINGSU_HOTLINE="95500"):
        assert said("请拨{客服电话}", held, bank.clerk) == "请拨95500"


def test_what_looks_like_a_slot_and_is_none_stays_as_it_is(bank: Bank) -> None:
    held = named(bank, "{工单号}")
    assert said("{}{没有}{工单号}", held, bank.clerk) == f"{{}}{{没有}}{held.number}"
    assert leave_open("您好{单位}").open == ("单位",)


def test_who_talks_without_a_case_says_who_he_is(bank: Bank) -> None:
    said_ = fill_speaker("{客户称呼}，您好，我是{单位}的{经办人}，大约要{等候时间}。", by=bank.clerk)
    unit = bank.clerk.unit.name if bank.clerk.unit else ""
    assert said_.text == f"您好，我是{unit}的{bank.clerk.name}，大约要{{等候时间}}。" and said_.open == ("等候时间",)


def test_many_texts_ask_the_case_once(bank: Bank, django_assert_max_num_queries: Any) -> None:
    held = Case.objects.select_related("customer", "lead_unit", "responsible_unit").get(pk=case(bank).pk)
    by = User.objects.select_related("unit").get(pk=bank.handler.pk)
    texts = ["{客户称呼}，{承诺日期}前，{金额}，{责任部门}"] * 8
    with django_assert_max_num_queries(5):
        assert len(fill_each(texts, held, by=by, at=MONDAY)) == 8


@pytest.mark.parametrize("text", ["", "没有空位", "{" * 500, "{客户称呼}" * 200])
def test_any_text_is_filled(bank: Bank, text: str) -> None:
    assert isinstance(fill_slots(text, case(bank), by=bank.clerk).text, str)
