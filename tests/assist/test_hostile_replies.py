"""Drafts made to hang the check: every one is read through in time, however it repeats itself."""

from __future__ import annotations

from decimal import Decimal
from time import process_time

import pytest

from tingsu.assist.replies import ReplyContext, check_reply, check_wording, rules_of


@pytest.mark.parametrize(
    "unit", [" ", "\t", "　", "我", "客户反映", "“", "（", "《某某办法", "啊", "不 ", "13800138000", "赔偿500元"]
)
def test_a_draft_that_repeats_itself_is_checked_in_time(unit: str) -> None:
    text = (unit * 60_000)[:60_000]
    rules, context = rules_of("bank", ()), ReplyContext(kind="letter", verdict="valid", limit=Decimal(100))
    check_reply("您好。", context, rules)
    began = process_time()
    check_reply(text, context, rules)
    assert process_time() - began < 4


def test_spaces_before_a_word_are_still_left_out() -> None:
    found = check_reply(f"您好，这事{' ' * 5000}不归我管。", ReplyContext(), rules_of("bank", ()))
    assert any("不归我管" in one.words for one in found)


@pytest.mark.parametrize("text", ["。", ";", "。。。\n", "。我", "", "😀。"])
def test_marks_alone_are_checked_as_one_turn_too(text: str) -> None:
    assert check_wording(text, ReplyContext("chat"), rules_of("bank", ())) == []
