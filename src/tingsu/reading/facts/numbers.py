"""Numbers as Chinese write them: 三百五十, 一万二, 廿三, 九八."""

from __future__ import annotations

HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
HAN_DIGITS |= {char: value for value, char in enumerate("壹贰叁肆伍陆柒捌玖", start=1)}
HAN_NUMBER = "零〇一二两俩三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}


def parse_han_number(written: str) -> int | None:
    """三百五十 → 350, 一万二 → 12000, 三百五 → 350; None when the characters make no number."""
    total = section = digit = 0
    last_unit = 1
    for char in written:
        if char in HAN_DIGITS:
            if digit and last_unit == 1 and section == 0:  # digits in a row (一三八) are no sum
                return None
            digit = HAN_DIGITS[char]
            last_unit = 1 if char in "零〇" else last_unit
        elif char in _UNITS:
            section += (digit or 1) * _UNITS[char]
            digit, last_unit = 0, _UNITS[char]
        else:
            scaled = total + section + digit if char == "亿" else section + digit
            total = (0 if char == "亿" else total) + scaled * _MYRIADS[char]
            section, digit, last_unit = 0, 0, _MYRIADS[char]
    if digit and last_unit >= 100:  # 三百五, 一万二: the last digit stands one place below the unit before it
        digit *= last_unit // 10
    return total + section + digit


def parse_small(written: str) -> int | None:
    """A day, month, hour or count up to 99, in figures or characters: 28, 二十八, 廿八."""
    if written.isascii():
        return int(written) if written.isdecimal() else None
    return parse_han_number(written.replace("廿", "二十").replace("卅", "三十"))


def parse_digits(written: str) -> int | None:
    """Digits said one by one, as in years: 九八 → 98, 二〇二五 → 2025."""
    digits = [HAN_DIGITS.get(char) for char in written]
    return None if None in digits else int("".join(map(str, digits)))
