"""Any text at all is read and masked: no error, evidence that stands in the text, masks that stay and leave nothing."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.reading import Reading, find_personal_data, mask, read, similarity
from tingsu.reading.types import Evidence

SMALL = 60_000  # characters: enough to leave every short cut, little enough to be soon done; times are in the benchmark
SHAPES = {
    "empty": "",
    "one character": "王" * 100_000,
    "controls": "\x00\x07\x1b" * (SMALL // 3),
    "lone surrogates": "\ud83d\udc00" * (SMALL // 2),
    "html": "<p onclick='x'>客户：<b>王小明</b></p>\n" * (SMALL // 30),
    "base64": base64.b64encode(bytes(range(256)) * (SMALL // 350)).decode(),
    "right to left": "\u202e退款\u202c\u200f" * (SMALL // 5),
    "joiners": "要\u200d求\u200b退\u2060款" * (SMALL // 7),
    "digits": "7" * SMALL,
    "bomb": "(a+)+$" * (SMALL // 6) + "!",
    **{f"{unit} again and again": unit * (SMALL // len(unit)) for unit in ("支行", "经理", "先生", "我叫", "一三八")},
    **{f"{unit} again and again": unit * (SMALL // len(unit)) for unit in ("省市区路号室", "元", "要求退款", "@", ".")},
    **{f"{unit} again and again": unit * (SMALL // len(unit)) for unit in ("大伯", "彭姓", "老公叫", "a@", "1,", "\n")},
}
# What stands between commas is found wherever it stands.
PLANTED = ["13812345678", "11010519491231002X", "6222021234567894", "wangxm_77@example.com"]
ATOMS = st.sampled_from(
    [
        *(
            "支行",
            "经理",
            "先生",
            "我叫",
            "一三八",
            "省市区路号室",
            "元",
            "要求退款",
            "@",
            ".",
            "姓名：",
            "客户",
            "某",
            "姓",
        ),
        *(
            "三百五十块",
            "上周三",
            "国庆前",
            "3月5日",
            "不",
            "没有",
            "投诉",
            "12378",
            "再不处理就曝光",
            "微信",
            "卡号",
            "账号1",
        ),
        *("<b>", "</td>", "&nbsp;", "QUJDREVG", "(a+)+$", "\u202e", "\u200f", "\u200d", "\u200b", "\u2060", "\ufeff"),
        *("\ud800", "\udfff", "\x00", "\x1b[31m", "\r\n", "\n", "\t", " ", "，", "。", "*", "‹姓名1›", "😀", "\u20e3"),
        *(
            "阿依古丽·买买提",
            "Mr. Wang",
            "王小明",
            "138****5678",
            "京A12345",
            "E12345678",
            "0571-87654321",
            "转8",
            "3栋",
        ),
    ]
)
TEXTS = st.lists(st.one_of(ATOMS, st.text(st.characters(exclude_categories=()), max_size=6)), max_size=24).map("".join)
INVISIBLE = st.sampled_from(["", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e"])


def shown_by(reading: Reading) -> Iterable[Evidence]:
    judged = (reading.complaint, reading.business, reading.cause, reading.need, reading.root, reading.failure)
    for item in (*judged, reading.latent, reading.emotion, *reading.demands, *reading.risks, *reading.tags):
        yield from item.evidence
    facts = reading.facts
    named = (
        *facts.amounts,
        *facts.moments,
        *facts.places,
        *facts.units,
        *facts.staff,
        *facts.products,
        *facts.promises,
    )
    yield from (item.evidence for item in named)


def check(text: str) -> Reading:
    reading = read(text)
    for evidence in shown_by(reading):
        assert 0 <= evidence.start < evidence.end <= len(text)
        assert text[evidence.start : evidence.end] == evidence.text
    end = 0
    for datum in reading.personal_data:
        assert end <= datum.start < datum.end <= len(text)
        end = datum.end
    masked = mask(text)
    assert reading.masked_text == masked
    assert mask(masked) == masked
    return reading


@pytest.mark.parametrize("name", SHAPES)
def test_what_nobody_writes_is_read(name: str) -> None:
    text = SHAPES[name]
    check(text)
    assert 0 <= similarity(text, text[1:]) <= 1


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_mixture_is_read(text: str) -> None:
    check(text)


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(PLANTED), TEXTS, st.data())
def test_nothing_planted_is_left(before: str, value: str, after: str, data: st.DataObject) -> None:
    """Whatever stands around it and whatever invisible stands inside it."""
    hidden = "".join(char + data.draw(INVISIBLE) for char in value)
    masked = mask(f"{before}。\n电话、证件、卡、邮箱：{hidden}。\n{after}")
    assert value not in re.sub("[^0-9A-Za-z@._]", "", masked)


@given(st.text(st.sampled_from("王李小明强的是客户经理支行先生老公姓叫伯，。 \n"), min_size=1, max_size=40))
def test_said_again_and_again_the_same_is_found_as_once(unit: str) -> None:
    """Answers kept for surroundings seen before are the answers that looking again would give."""
    from tingsu.reading.privacy import windows

    text = unit * (4_500 // len(unit))
    kept = find_personal_data(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "_LONG", len(text) + 1)
        assert find_personal_data(text) == kept
