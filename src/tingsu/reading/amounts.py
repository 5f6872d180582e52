"""Sums of money in a text, in yuan: 350元, 三百五十块, 3.5万, 1,200.50元, ￥88."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_DIGITS |= {char: value for value, char in enumerate("壹贰叁肆伍陆柒捌玖", start=1)}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_HAN_NUMBER = "零〇一二两俩三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_AMOUNT = re.compile(
    rf"(?P<sign>[¥$]\s?|人民币\s?)?(?<![\d.,])(?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d{{1,4}})?|\d{{1,15}}(?:\.\d{{1,4}})?)\s?"
    rf"(?P<scale>[百千]?[万亿]|千|百|[wk](?![a-z]))?(?P<rest>\d(?!\d)|[一二三四五六七八九])?(?P<tail>[千百])?"
    rf"|(?P<han>[{_HAN_NUMBER}]{{1,20}}))\s?(?:多|余|来|几)?\s?(?P<unit>元|块钱?|圆|人民币|rmb)?"
)
_SCALES = {"百": 100, "千": 1000, "k": 1000, "w": 10_000, "万": 10_000, "亿": 100_000_000}
_SCALES |= {"百万": 1_000_000, "千万": 10_000_000, "百亿": 10_000_000_000, "千亿": 100_000_000_000}


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of ``yuan`` written at ``start``–``end`` of the folded text."""

    start: int
    end: int
    yuan: Decimal


def parse_han_number(written: str) -> int | None:
    """三百五十 → 350, 一万二 → 12000, 三百五 → 350; None when the characters make no number."""
    total = section = digit = 0
    last_unit = 1
    for char in written:
        if char in _DIGITS:
            if digit and last_unit == 1 and section == 0:  # digits in a row (一三八) are no sum
                return None
            digit = _DIGITS[char]
            last_unit = 1 if char in "零〇" else last_unit
        elif char in _UNITS:
            section += (digit or 1) * _UNITS[char]
            digit, last_unit = 0, _UNITS[char]
        else:
            total = (
                (total + section + digit) * _MYRIADS[char]
                if char == "亿"
                else total + (section + digit) * _MYRIADS[char]
            )
            section, digit, last_unit = 0, 0, _MYRIADS[char]
    if digit and last_unit >= 100:  # 三百五, 一万二: the last digit stands one place below the unit before it
        digit *= last_unit // 10
    return total + section + digit


def _yuan(match: re.Match[str]) -> Decimal | None:
    if match["han"]:
        number = parse_han_number(match["han"])
        return None if number is None else Decimal(number)
    scale = _SCALES.get(match["scale"] or "", 1)
    value = Decimal(match["digits"].replace(",", "")) * scale
    if match["rest"] and scale > 1:
        rest = int(match["rest"]) if match["rest"].isdecimal() and match["rest"].isascii() else _DIGITS[match["rest"]]
        value += rest * Decimal(_SCALES.get(match["tail"] or "", scale // 10))
    return value


def _is_money(match: re.Match[str]) -> bool:
    if match["unit"] or match["sign"]:
        return True
    if match["han"]:  # 一万二 is a sum, 万一 and 千万 are words
        return (
            re.fullmatch(r"[一二两三四五六七八九十百千].*[万亿].*", match["han"]) is not None and match["han"] != "千万"
        )
    return match["scale"] in {"万", "w", "百万", "千万", "亿"}


def find_amounts(text: str) -> Iterator[Amount]:
    """Every sum in folded ``text``, in order. A bare number is none: it needs 元, 块, ¥ or 万."""
    for match in _AMOUNT.finditer(text):
        if _is_money(match):
            yuan = _yuan(match)
            if yuan is not None and yuan > 0:
                yield Amount(
                    match.start(),
                    match.end(),
                    yuan.quantize(Decimal("0.01")) if yuan % 1 else yuan.quantize(Decimal(1)),
                )
