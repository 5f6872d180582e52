"""The questions of a recording tick themselves off by what is told, and only by that."""

from __future__ import annotations

from datetime import date

import pytest

from tingsu.cases.still_to_ask import ask_about
from tingsu.packs.loader import load_pack
from tingsu.reading import read

DAY = date(2026, 11, 20)
ALL = ["what", "when", "where", "who", "which", "why", "how", "how_much", "how_many"]


def told(text: str, pack: str = "bank", **filled: str) -> dict[str, str]:
    """Question → the words that tell it, of those that are told."""
    asked = ask_about(load_pack(pack).asking, text, read(text, DAY).as_dict() if text else None, filled)
    return {one.question.id: one.told for one in asked if one.told}


def test_the_nine_questions_stand_in_every_pack_and_all_are_open_before_anything_is_said() -> None:
    for pack in ("bank", "callcentre", "property", "factory", "dealer", "distribution", "telecom", "venue"):
        assert sorted(q.id for q in load_pack(pack).asking.questions) == sorted(ALL)
        assert told("", pack) == {}


def test_what_the_customer_said_is_not_asked_again() -> None:
    text = "上周三下午我在城东支行取钱，柜员态度很差，让我跑了三趟，还多扣了200元手续费，说是系统规定，我要求道歉。"
    assert told(text) == {
        "what": "服务态度及质量",
        "when": "上周三下午",
        "where": "城东支行",
        "who": "柜员",
        "why": "说是",
        "how": "道歉",
        "how_much": "200元",
        "how_many": "三趟",
    }


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("这是一次性收费，我不认可", "how_many"),
        ("取出来的100人民币有一张是假的", "how_many"),
        ("你们的服务让人失望", "when"),
        ("你们的服务让人失望", "how_much"),
        ("柜员态度很差", "how"),
        ("请尽快答复我", "why"),
        ("要求给我一个解释，并告知处理结果，说明原因", "why"),
    ],
)
def test_what_was_not_said_stays_to_be_asked(text: str, question: str) -> None:
    assert question not in told(text)


def test_a_filled_field_of_the_form_tells_it_too_also_a_packs_own() -> None:
    assert told("态度不好", accused_person="李某")["who"] == "李某"
    assert told("板子有毛刺", "factory", part_no="PN-77")["which"] == "PN-77"
    assert "which" not in told("板子有毛刺", "factory", account_no="6222")  # the factory's own fields stand instead
