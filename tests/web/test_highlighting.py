from __future__ import annotations

import html
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tingsu.reading import read
from tingsu.web.highlighting import kinds_in, mark_up

SAID = st.text(
    alphabet=st.sampled_from("我的信用卡被扣年费380元，态度很差！要求退款12378<>&\"' 13800001234"), max_size=80
)


def without_marks(page: str) -> str:
    return html.unescape(re.sub(r"</?mark[^>]*>", "", page))


@given(SAID)
def test_marking_changes_no_character_and_lets_no_tag_through(text: str) -> None:
    page = mark_up(text, read(text).as_dict())
    assert without_marks(page) == text
    assert not re.search(r"<(?!/?mark)", page)


@given(SAID)
def test_marks_lie_on_the_masked_text_where_they_lay_on_the_original(text: str) -> None:
    reading = read(text)
    plain = reading.as_dict()
    page = mark_up(reading.masked_text, plain, masked=True)
    assert without_marks(page) == reading.masked_text
    original = {e["text"] for part in ("business", "cause", "emotion", "need") for e in plain[part]["evidence"]}
    original |= {e["text"] for part in ("demands", "risks") for one in plain[part] for e in one["evidence"]}
    original |= {d["masked"] for d in plain["personal_data"]}
    marked = {html.unescape(words) for words in re.findall(r"<mark[^>]*>([^<]*)</mark>", page)}
    assert marked <= original


def test_a_span_past_the_end_or_upside_down_is_left_out() -> None:
    evidence = [{"start": 3, "end": 99, "text": "x", "why": ""}, {"start": 2, "end": 1, "text": "", "why": ""}]
    reading: dict[str, Any] = {"cause": {"value": "其他", "evidence": evidence}}
    assert mark_up("四个字啊", reading) == "四个字啊"


def test_the_legend_names_only_kinds_that_are_marked() -> None:
    reading = read("我要求退款").as_dict()
    assert "demand" in dict(kinds_in(reading))
    assert "personal" not in dict(kinds_in(reading))
