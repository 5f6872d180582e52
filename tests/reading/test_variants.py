"""Dialect, typos, English and emoji are read as the plain words; every place stays known."""

from __future__ import annotations

import pytest
from benchmarks.facts import hear_rules
from hypothesis import given
from hypothesis import strategies as st

from tingsu.reading import read
from tingsu.reading.folding import Folded, fold, read_variants
from tingsu.reading.lexicon import FACETS, read_facet


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("俺的工伤银行卡咋办", "我的工商银行卡怎么办"),
        ("取线取不出来", "取钱取不出来"),
        ("啷个不给我退嘛", "怎么不给我退嘛"),
        ("莫得人管", "没有人管"),
        ("點解唔畀我攞錢", "为什么不给我拿钱"),
        ("pls REFUND 给我", "请 退款 给我"),
        ("我要投拆你们的柜元", "我要投诉你们的柜员"),
        ("credit card的annual fee", "信用卡的年费"),
        ("什么玩意😡", "什么玩意怒"),
        ("转帐失败", "转账失败"),
    ],
)
def test_reads_variants_as_plain_words(written: str, plain: str) -> None:
    assert read_variants(fold(written)).text == plain


@pytest.mark.parametrize(
    "text",
    [
        "领取线上券",
        "等待款项到账",
        "感到歉意",
        "剩余期限",
        "办理才行",
        "了解动态",
        "download快一点",
        "知道欠多少",
        "活动结束",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert read_variants(fold(text)).text == text


def test_no_variant_eats_a_cue() -> None:
    """A cue that is rewritten before it is looked for would never be found."""
    pieces = {piece for facet in FACETS for cue in read_facet(facet) for piece in (cue.head, *cue.tail)}
    assert {piece for piece in pieces if read_variants(Folded(piece, None)).text != piece} == set()


PIECES = st.sampled_from(
    ["俺", "工伤银行", "refund", "😡", "\u200b", "银行", "credit card", "取线", "a", "唔该", "点解", "，"]
)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_every_place_is_known(text: str) -> None:
    folded = read_variants(fold(text))
    places = folded.places if folded.places is not None else tuple(range(len(folded.text)))
    assert len(places) == len(folded.text)
    assert list(places) == sorted(places)
    assert all(0 <= place < len(text) for place in places)


def test_evidence_shows_what_was_written() -> None:
    text = "俺的线被你们柜元存错了，要求培偿俺两千块！"
    wanted = {demand.kind: demand for demand in hear_rules(text)[0]}
    assert "培偿" in [evidence.text for evidence in wanted["赔偿"].evidence]
    facts = read(text).facts
    assert facts.staff[0].evidence.text == "柜元"
    assert str(facts.amounts[0].amount) == "2000"


def test_a_dialect_complaint_is_understood() -> None:
    assert {d.kind for d in hear_rules("点解扣咗我三百蚊手續費？你哋要畀返我！退款！")[0]} >= {"退款"}
    assert {d.kind for d in hear_rules("俺就想要回俺那两万块，咋就不给俺退")[0]} == {"退款"}
