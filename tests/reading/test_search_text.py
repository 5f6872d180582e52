"""The search form: what a person types finds what a person wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.reading import bigrams, normalise, search_terms


def finds(query: str, text: str) -> bool:
    tokens = bigrams(text)
    return all(
        any(tokens[place : place + len(phrase)] == phrase for place in range(len(tokens)))
        for phrase in search_terms(query)
    )


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("投诉银行", ["投诉", "诉银", "银行"]),
        ("投訴銀行", ["投诉", "诉银", "银行"]),
        ("卡", ["卡"]),
        ("我，你", ["我", "你"]),
        ("ＡＴＭ机吞卡 95588", ["atm", "机吞", "吞卡", "95588"]),
        ("App闪退v3.0", ["app", "闪退", "v3", "0"]),
        ("", []),
        ("！！", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert bigrams(text) == tokens


@pytest.mark.parametrize("query", ["年费", "年費", "扣年费", "ATM", "ａｔｍ", "信用卡 atm"])
def test_finds(query: str) -> None:
    assert finds(query, "信用卡被扣年费，ATM也坏了")


@pytest.mark.parametrize("query", ["费年", "信卡", "贷款", "用费"])
def test_does_not_find(query: str) -> None:
    assert not finds(query, "信用卡被扣年费，ATM也坏了")


def test_normal_form() -> None:
    assert normalise("  帳戶\u3000ＡＢＣ１２３\n轉帳\u200b失敗 ") == "账户 abc123 转账失败"


@given(st.text())
def test_normal_form_is_stable(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert bigrams(normalise(text)) == bigrams(text)
