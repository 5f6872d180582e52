"""Contacts a text gives as its writer's own, in one spelling."""

from __future__ import annotations

import pytest

from tingsu.reading.similar import find_contacts
from tingsu.reading.similar.contacts import make_contact


@pytest.mark.parametrize(
    "text",
    [
        "我的电话是13800001234，请回电",
        "请联系我１３８００００１２３４",
        "联系电话138-0000-1234",
        "电话138 0000 1234",
        "电话一三八零零零零一二三四",
        "手机138\u200b0000\u200b1234",
    ],
)
def test_a_number_is_one_number_however_it_is_written(text: str) -> None:
    assert [(c.kind, c.value) for c in find_contacts(text)] == [("手机", "13800001234")]


def test_a_number_complained_of_is_nobodys_contact() -> None:
    assert find_contacts("催收每天用13800001234打给我家人") == []
    assert find_contacts("骗子的手机13800001234，请帮我追回") == []


def test_the_place_in_the_text_and_the_mask_come_along() -> None:
    text = "本人微信号：weiquan888，随时联系"
    (contact,) = find_contacts(text)
    assert (contact.kind, text[contact.start : contact.end]) == ("微信", "weiquan888")
    assert "weiquan888" not in contact.shown


def test_a_text_without_anything_personal_costs_nothing_and_gives_nothing() -> None:
    assert find_contacts("柜员态度太差，排队两小时") == []
    assert find_contacts("") == []


def test_a_form_field_is_spelled_like_the_text() -> None:
    given = make_contact("手机", "+86 138-0000-1234", "138****1234")
    assert given is not None and given.value == "13800001234"
    assert make_contact("手机", "", "") is None
    assert make_contact("地址", "江州市", "江州市") is None
