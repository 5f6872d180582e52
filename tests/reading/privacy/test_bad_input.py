"""Any string at all: an answer in time that grows with the text only, spans that fit, and masks that stay."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.reading import find_personal_data, mask
from tingsu.reading.privacy import mask_rows

MEGABYTE = 1_000_000
HOSTILE = {
    "digits": "7" * MEGABYTE,
    "card after card": "6222021234567894" * (MEGABYTE // 16),
    "single digits": "1 " * (MEGABYTE // 2),
    "groups of three": "138 " * (MEGABYTE // 4),
    "digits and commas": "1," * (MEGABYTE // 2),
    "spoken digits": "一三八" * (MEGABYTE // 3),
    "one numeral": "零" * MEGABYTE,
    "one character": "王" * 100_000,
    "one letter": "a" * MEGABYTE,
    "zero width": "\u200b" * MEGABYTE,
    "digits joined by nothing": "1\u200b3\u200d8\u2060" * (MEGABYTE // 6),
    "half pairs": "\ud83d" * MEGABYTE,
    "other halves": "\udc00\ud83d" * (MEGABYTE // 2),
    "controls": "\x00\x07\x1b" * (MEGABYTE // 3),
    "right to left": "\u202e1\u202d3" * (MEGABYTE // 4),
    "spaces": " " * MEGABYTE,
    "lines": "\n" * MEGABYTE,
    "html": "<p>客户：<b>" * (MEGABYTE // 9),
    "base64": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODk" * (MEGABYTE // 43),
    "at signs": "a@" * (MEGABYTE // 2),
    "dots": "a." * (MEGABYTE // 2),
    "cues": "姓名：" * (MEGABYTE // 3),
    "roles": "客户" * (MEGABYTE // 2),
    "accounts": "账号1" * (MEGABYTE // 3),
    "houses": "路1号" * (MEGABYTE // 3),
    "villages": "村一组" * (MEGABYTE // 3),
    "brackets": "(2024)沪0115" * (MEGABYTE // 11),
    "surnames": "姓" * MEGABYTE,
    "tokens": "‹姓名1›" * (MEGABYTE // 5),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_anything_ends_soon(name: str) -> None:
    text = HOSTILE[name]
    find_personal_data("预热")
    begun = time.process_time()
    find_personal_data(text)
    assert time.process_time() - begun < 8  # half a second, at most two, where the machine is free


@pytest.mark.parametrize(
    "name", ["houses", "cues", "groups of three", "digits joined by nothing", "accounts", "villages"]
)
def test_time_grows_with_the_length_only(name: str) -> None:
    """Ten times the text takes some ten times as long, never a hundred."""

    def took(text: str) -> float:
        begun = time.process_time()
        find_personal_data(text)
        return time.process_time() - begun

    short = min(took(HOSTILE[name][:40_000]) for _ in range(3))
    assert took(HOSTILE[name][:400_000]) < 40 * short + 0.2


ATOMS = st.sampled_from(
    ["我叫", "姓名：", "客户", "先生", "某", "*", "****", "138****5678", "王", "李小明", "13812345678", "一三八", "6222021234567894", "11010519491231002X", "账号"]
    + ["工单", "卡号", "@", "a@b.cn", "微信", "+86 ", "-", "护照", "E12345678", "京A12345", "0571-87654321", "转8", "姓", "贵姓？", "姓名,电话\n", "地址", "路", "3栋"]
    + ["室", "住在", "、", "和", "，", "\n", "\t", " ", "\u200b", "\ud800", "\u20e3", "😀", "·", "name ", "Tom Li", "x", "元", "2026-11-21"]
)  # fmt: skip


@settings(max_examples=500)
@given(st.lists(st.one_of(ATOMS, st.text(max_size=6)), max_size=16))
def test_spans_fit_and_masking_twice_is_masking_once(parts: list[str]) -> None:
    text = "".join(parts)
    end = 0
    for datum in find_personal_data(text):
        assert end <= datum.start < datum.end <= len(text)
        end = datum.end
    once = mask(text)
    assert mask(once) == once


@given(
    st.lists(
        st.sampled_from(["姓名,电话\n", "聂小倩,13812345678\n", "以上。\n", "a,b\r\n", "\n", "我叫许文强"]), max_size=8
    )
)
def test_lines_are_masked_one_by_one_and_keep_their_ends(lines: list[str]) -> None:
    masked = [*mask_rows(lines)]
    assert len(masked) == len(lines)
    for line, shown in zip(lines, masked, strict=True):
        assert shown.endswith("\n") == line.endswith("\n") and shown.endswith("\r\n") == line.endswith("\r\n")
    assert not any("13812345678" in shown or "许文强" in shown for shown in masked)
