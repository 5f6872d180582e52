"""Search finds Chinese words of two characters and up wherever they stand, on either database alike."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.make import MONDAY, TEXT, Bank, case, walk
from tingsu.cases.errors import NotPossible
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.cases.queue import Filters, list_cases
from tingsu.cases.search import search
from tingsu.reading.search_text import normalise

CJK = "银行卡投诉了客户退款态度差服务電話鍵盤台灣臺湾〇一"
OTHER = "abcXYZ019 ，。！、“”'\"*()-_\n%\\:&|\u3000１２Ａｂ"
TEXTS = st.text(alphabet=CJK + OTHER, min_size=1, max_size=40).filter(lambda text: normalise(text) != "")
PHRASES = st.text(alphabet=CJK, min_size=2, max_size=4)
UNKIND = [
    '"', "'", '"退款', "退款\"", "退款*", "*", "退款 OR 道歉", "退款 AND", "NOT 退款", "NEAR(退款 道歉, 3)", "NEAR", "text:退款",
    "cases_search:退款", "{tokens}:退款", "^退款", "退款 + 道歉", "退款 - 道歉", "\\", "退款\\", "a\\'b", ":", "退款:*", "&", "退款 & !道歉",
    "!", "!退款", "|", "<->", "退款 <-> 道歉", "(", ")", "((退款)", "';DROP TABLE cases_case;--", "%", "%退款%", "_", "\x00", "退\x00款",
    "退款\x00", "\ud800", "退款\udfff", "😀", "𠮷野家", "١٢٣", "ǅ", "ﬁ", "\u200b", "退\u200b款", "\u202e", "²³", "Ⅷ", "①", "é", "e\u0301",
]  # fmt: skip


def hits(query: str) -> list[str]:
    return [made.text for made in search(Case.objects.all(), query)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("柜员", True), ("态度", True), ("很差", True), ("柜员态度很差", True), ("网点取钱，柜员", True), ("我昨天在你们网点取钱", True),
        ("櫃員", True), ("態度", True), ("300", True), ("300元", True), ("１３８００００１２３４", True), ("１３８０００１２３４", False),
        ("13800001234", True), ("１３８００００1234", True), ("138", False), ("员态", True), ("柜态", False), ("钱柜", False),
        ("态度 道歉", True), ("道歉 态度", True), ("态度 表扬", False), ("让我走开要求道歉", False), ("柜员很差", False),
    ],
)  # fmt: skip
def test_words_of_the_text(bank: Bank, query: str, found: bool) -> None:
    case(bank)
    assert (hits(query) == [TEXT]) is found


@pytest.mark.parametrize("query", ["张三丰", "13900001111", "柜面纠纷", "要点在此", "李柜员", "26110001"])
def test_words_beside_the_text(bank: Bank, query: str) -> None:
    made = case(
        bank,
        name="张三丰",
        phone="13900001111",
        subject="关于柜面纠纷的投诉",
        key_point="要点在此",
        accused_person="李柜员",
    )
    case(bank, name="王五", phone="13700002222")
    assert list(search(Case.objects.all(), query)) == [made]


@pytest.mark.parametrize("query", ["监控", "误工", "核查", "晨会", "服务不当"])
def test_words_written_while_handling(bank: Bank, query: str) -> None:
    made = walk(case(bank), bank)
    made = act(made, "note", {"text": "客户来电致谢"}, by=bank.clerk, version=made.version)
    expected = [] if query == "误工" else [made]  # options are not searched, findings and answer are
    assert list(search(Case.objects.all(), query)) == expected
    assert list(search(Case.objects.all(), "致谢")) == [made]


def test_every_note_is_found_not_only_the_last(bank: Bank) -> None:
    made = case(bank)
    for words in ("催办一次", "再次来访", "情绪平复"):
        made = act(made, "note", {"text": words}, by=bank.clerk, version=made.version)
    for query in ("催办", "来访", "平复"):
        assert list(search(Case.objects.all(), query)) == [made]


def test_traditional_and_simplified_meet_both_ways(bank: Bank) -> None:
    traditional = case(bank, text="櫃檯人員說話態度惡劣，轉帳失敗", name="")
    simplified = case(bank, text="柜台人员说话态度恶劣，转账失败", name="")
    for query in ("櫃檯", "柜台", "态度恶劣", "態度惡劣", "转账", "轉賬", "转帐"):
        assert list(search(Case.objects.all(), query)) == [simplified, traditional]


def test_latin_and_digits_are_whole_words_in_any_case_and_width(bank: Bank) -> None:
    made = case(bank, text="ＡＴＭ机吞卡，流水号AB12cd，金额1,234.56元", name="", phone="")
    for query in ("atm", "ATM", "ａｔｍ", "ab12CD", "1234", "吞卡", "ATM机"):
        assert bool(search(Case.objects.all(), query)) is (query != "1234")
    assert list(search(Case.objects.all(), "1,234.56")) == [made]
    assert not search(Case.objects.all(), "AT")


def test_who_may_not_see_a_case_does_not_find_it(bank: Bank) -> None:
    made = case(bank)
    assert list(list_cases(Filters(q="柜员"), by=bank.clerk)) == [made]
    assert not list_cases(Filters(q="柜员"), by=bank.other_clerk)


@pytest.mark.parametrize("query", ["", " ", "！", "，。", "\x00", "\ud800", "*", "😀"])
def test_a_query_without_words_says_what_to_type(bank: Bank, query: str) -> None:
    with pytest.raises(NotPossible, match="两个汉字"):
        search(Case.objects.all(), query)


@pytest.mark.parametrize("query", UNKIND)
def test_operators_and_odd_characters_are_harmless(bank: Bank, query: str) -> None:
    case(bank)
    try:
        found = hits(query)
    except NotPossible:
        return
    assert set(found) <= {TEXT}
    assert Case.objects.count() == 1


def test_operators_are_words_not_operators(bank: Bank) -> None:
    case(bank, text="我要求退款")
    case(bank, text="我要求道歉")
    assert hits("退款 OR 道歉") == []
    assert hits("NOT 退款") == []
    assert hits("!道歉") == ["我要求道歉"]
    assert hits("退款*") == ["我要求退款"]


LONG = [
    "字" * 20_000,
    "银行卡" * 6_600,
    "A" * 20_000,
    "abc " * 5_000,
    ("投诉 " * 600) + "最后一句找得到吗",
    "\n".join(f"第{n}条第{n}款" for n in range(1, 2_000)) + "末尾",
    "𠮷" * 19_000,
]


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_the_longest_text_is_kept_and_found(bank: Bank, text: str) -> None:
    made = case(bank, text=text[:20_000])
    for query in ("张三", text[:80], text[:20_000][-80:]):
        if not text.startswith("A"):  # of a run of letters only its beginning counts
            assert list(search(Case.objects.all(), query)) == [made]


def test_a_word_after_very_many_others_is_found(bank: Bank) -> None:
    made = case(bank, text="银行" * 400 + "银行卡丢失。" + "，".join(["甲乙丙丁"] * 3_600) + "末尾词语")
    for query in ("行卡", "银行卡丢失", "末尾", "末尾词语"):
        assert list(search(Case.objects.all(), query)) == [made], query
    long = act(made, "note", {"text": "很久以后的备注"}, by=bank.clerk, version=made.version)
    assert list(search(Case.objects.all(), "很久以后")) == [long]


@pytest.mark.parametrize("query", ["投诉 " * 33, "投" * 100, "a " * 50, "a" * 100, "退款 " + "()" * 48])
def test_the_longest_query_is_answered(bank: Bank, query: str) -> None:
    made = case(bank, text=f"{query}。退款")
    assert list(search(Case.objects.all(), query)) == [made]


def test_a_longer_query_is_refused_in_words(bank: Bank) -> None:
    with pytest.raises(NotPossible, match="缩短到 100 字"):
        hits("投" * 101)


def test_a_word_of_a_letter_and_a_character_is_found(bank: Bank) -> None:
    made = case(bank, text="我的U盾坏了，POS机和ATM机也不能用", name="")
    for query in ("U盾", "u盾", "我的U盾", "U盾坏了", "POS机", "ATM机", "ATM機"):
        assert list(search(Case.objects.all(), query)) == [made], query
    assert not search(Case.objects.all(), "K盾")
    assert not search(Case.objects.all(), "盾")


def _oracle(texts: list[str], query: str) -> list[str]:
    """A phrase of Chinese characters is found exactly where it stands in the text's search form."""
    return [text for text in reversed(texts) if normalise(query) in _runs(text)]


def _runs(text: str) -> str:
    # Characters the folding drops stand between others in the text; what is left is compared run by run.
    return re.sub(r"\s", "\n", normalise(text))


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(TEXTS, min_size=1, max_size=4), query=PHRASES, data=st.data())
@example(texts=["退\n款", "退 款", "退款"], query="退款", data=None)
def test_a_chinese_phrase_is_found_exactly_where_it_stands(
    bank: Bank, texts: list[str], query: str, data: st.DataObject | None
) -> None:
    if data is not None:
        pieces = [
            text[n : n + 3]
            for text in texts
            for n in range(len(text))
            if re.fullmatch(r"[\u4e00-\u9fff]{2,3}", text[n : n + 3])
        ]
        query = data.draw(st.sampled_from([query, *pieces]))
    with transaction.atomic():
        for text in texts:
            # The subject is given, so that the words are not found there in another form.
            case(bank, text=text, subject="x", name="", phone="", at=MONDAY)
        assert hits(query) == _oracle(texts, query)
        transaction.set_rollback(True)
