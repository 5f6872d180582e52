from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.make import TEXT, Bank, case
from tests.web.conftest import words_of
from tingsu.cases.models import Case
from tingsu.org.models import User

SignIn = Callable[[User], Client]
TYPED = {"text": TEXT, "name": "张三", "phone": "13800001234", "channel": "counter", "received_at": "2026-11-20T09:30"}


def typed(**changes: str) -> dict[str, str]:
    return TYPED | changes


def test_a_complaint_is_typed_read_back_and_given_a_number(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    read_back = words_of(client.post("/cases/new/", typed(step="read_back", accused_unit="O1", accused_person="李某")))
    assert "您希望我们：" in read_back
    assert "解放路支行李某" in read_back
    assert "我们在11月20日 09:30收到" in read_back  # when it came in, which is not when it happened
    assert Case.objects.count() == 0  # reading back saves nothing

    saved = client.post("/cases/new/", typed(step="save", accused_unit="O1", accused_person="李某"))
    made = Case.objects.get()
    assert saved["Location"] == f"/cases/{made.number}/recorded/"
    assert (made.accused_unit, made.accused_person, made.customer.phone) == (bank.outlet, "李某", "13800001234")
    assert made.received_at.isoformat() == "2026-11-20T01:30:00+00:00"

    page = words_of(client.get(saved["Location"]))
    assert made.number in page
    assert "不晚于 12月5日 24:00" in page  # fifteen days after the day of receipt
    assert "投诉处理专员" in page


def test_the_read_back_hides_numbers_from_the_hall_until_asked(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.clerk).post("/cases/new/", typed(step="read_back")).content.decode()
    aloud, in_full = page.split("<details", 2)[1:][-1].split("</details>")[0], page
    spoken = page[page.index('<blockquote class="read-back">') : page.index("</blockquote>")]
    assert "尾号 1234" in spoken
    assert "13800001234" not in spoken
    assert "13800001234" in aloud and "张三" in in_full


def test_going_back_to_edit_keeps_every_word(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.clerk).post("/cases/new/", typed(step="edit", key_point="态度", occupation="教师"))
    for words in (TEXT, 'value="张三"', 'value="态度"', 'value="教师"', 'value="2026-11-20T09:30"'):
        assert words in page.content.decode()


def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.clerk).post("/cases/new/", typed(channel="", received_at="昨天"))
    assert page.status_code == 422
    assert "请选择受理渠道" in words_of(page)
    assert "请写成日期和时间" in words_of(page)
    assert TEXT in page.content.decode()
    assert Case.objects.count() == 0


def test_a_refusal_of_the_verb_comes_back_into_the_form(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.clerk).post("/cases/new/", typed(step="save", received_at="2099-01-01T00:00"))
    assert page.status_code == 422
    assert "不能晚于现在" in words_of(page)
    assert TEXT in page.content.decode()


def test_the_live_panel_marks_the_words_it_leans_on_and_shows_the_customers_other_cases(
    bank: Bank, signed_in: SignIn
) -> None:
    earlier = case(bank)
    page = signed_in(bank.clerk).post("/cases/new/reading/", typed())
    text = page.content.decode()
    assert '<mark class="mark-' in text
    assert "道歉" in text
    assert earlier.number in text
    assert "同一客户" in text
    assert "138****1234" in text


def test_the_live_panel_guesses_nothing_from_three_characters(bank: Bank, signed_in: SignIn) -> None:
    assert "边写边看" in words_of(signed_in(bank.clerk).post("/cases/new/reading/", {"text": "我要投"}))


def test_hostile_text_stays_text(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    hostile = '<script>alert("x")</script>信用卡年费乱扣 & 态度很差"\'>'
    for path, posted in (("/cases/new/reading/", {}), ("/cases/new/", {"step": "read_back"})):
        page = client.post(path, typed(text=hostile, **posted)).content.decode()
        assert "<script>alert" not in page
    assert "&lt;script&gt;" in page  # the page that reads it back shows it as it was typed


def test_whoever_may_not_record_is_told_who_may(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.auditor).get("/cases/new/")
    assert page.status_code == 403
    assert "网点受理员" in words_of(page)


def test_the_last_used_channel_is_offered_again(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    client.post("/cases/new/", typed(step="save", channel="phone"))
    assert '<option value="phone" selected>' in client.get("/cases/new/").content.decode()


def test_recording_queries_do_not_grow_with_the_cases(
    bank: Bank, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        case(bank, phone=f"1390000{number:04}")
    client = signed_in(bank.clerk)
    with django_assert_max_num_queries(14):
        client.post("/cases/new/reading/", typed())


@pytest.mark.parametrize(
    "odd",
    [
        {"text": "投诉\x00内容"},
        {"text": "字" * 25_000},
        {"name": "名" * 200},
        {"channel": "carrier-pigeon"},
        {"received_at": "0001-01-01T00:00"},
        {"received_at": "9999-12-31T23:59"},
        {"accused_unit": "nowhere"},
    ],
)
def test_odd_input_is_answered_at_every_step_not_crashed(bank: Bank, signed_in: SignIn, odd: dict[str, str]) -> None:
    client = signed_in(bank.clerk)
    for step in ("read_back", "save", "edit"):
        assert client.post("/cases/new/", typed(step=step, **odd)).status_code in (200, 302, 400, 409, 422)
    assert client.post("/cases/new/reading/", typed(**odd)).status_code in (200, 400)


def _asked(page: str) -> tuple[list[str], list[str]]:
    """What is told and what is still to be asked, by the names of the questions."""
    items = re.findall(r'<li class="(is-told|is-open)">(.*?)</li>', page, flags=re.S)
    names = [(state, re.search(r'asked-name">([^<]+)<', item)) for state, item in items]
    by_state = {s: [name.group(1) for state, name in names if name and state == s] for s in ("is-told", "is-open")}
    return by_state["is-told"], by_state["is-open"]


def test_the_page_asks_nine_things_with_their_wordings_before_anything_is_typed(bank: Bank, signed_in: SignIn) -> None:
    page = signed_in(bank.clerk).get("/cases/new/")
    assert _asked(page.content.decode())[1] == [
        "何事",
        "何时",
        "何地",
        "何人",
        "哪一项",
        "何故",
        "怎样办",
        "多少钱",
        "多少次",
    ]
    said = words_of(page)
    assert "先开放" in said and "后封闭" in said
    assert "您希望我们怎样处理？" in said  # every question can be read without a script
    assert "接着问 您先慢慢说，发生了什么事？" in said


def test_while_typing_what_was_said_is_ticked_off_and_the_next_question_named(bank: Bank, signed_in: SignIn) -> None:
    text = "上周三下午在解放路支行，柜员态度很差，我要求道歉。"
    page = signed_in(bank.clerk).post("/cases/new/reading/", typed(text=text))
    told, still = _asked(page.content.decode())
    assert {"何时", "何地", "何人", "怎样办"} <= set(told)
    assert "多少钱" in still and "多少次" in still
    assert "接着问 涉及的是哪项业务、哪张卡或哪笔交易？" in words_of(page)


def test_questions_left_open_never_keep_a_complaint_from_being_saved(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.clerk)
    assert _asked(client.post("/cases/new/reading/", typed(text="不满意")).content.decode())[0] == []
    assert client.post("/cases/new/", typed(text="不满意", step="save")).status_code == 302
    assert Case.objects.get().text == "不满意"
