"""Sums of money as people write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.reading.facts.amounts import find_amounts
from tingsu.reading.facts.numbers import parse_han_number


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("350元", "350"),
        ("三百五十块", "350"),
        ("三百五十块钱", "350"),
        ("三百五块", "350"),
        ("3.5万", "35000"),
        ("3万5", "35000"),
        ("3万5千元", "35000"),
        ("1,200.50元", "1200.50"),
        ("¥88", "88"),
        ("一万二千元", "12000"),
        ("一万二", "12000"),
        ("两千零五元", "2005"),
        ("十五万元", "150000"),
        ("2亿元", "200000000"),
        ("200多元", "200"),
        ("5k元", "5000"),
        ("伍佰圆", "500"),
        ("8百块", "800"),
    ],
)
def test_reads_a_sum(text: str, yuan: str) -> None:
    assert [amount.value for amount in find_amounts(f"要求退还{text}")] == [Decimal(yuan)]


@pytest.mark.parametrize(
    "text", ["2026年3月", "跑了三趟", "13812345678", "95588", "一三八块", "第3号窗口", "三个小时", "5千米"]
)
def test_other_numbers_are_no_sums(text: str) -> None:
    assert list(find_amounts(text)) == []


def test_no_number_at_all() -> None:
    assert parse_han_number("一二三") is None


@given(st.integers(min_value=1, max_value=10**12))
def test_any_whole_number_of_yuan_is_read_back(number: int) -> None:
    assert [amount.value for amount in find_amounts(f"{number}元")] == [Decimal(number)]
    assert [amount.value for amount in find_amounts(f"{number:,}元")] == [Decimal(number)]
