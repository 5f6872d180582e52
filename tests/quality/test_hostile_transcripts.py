"""Transcripts made to hang, to break a page or to break the store: each is read in time, or told as no time at all."""

from __future__ import annotations

import math
from time import process_time

import pytest

from tingsu.assist.coach.turns import Turn, parse_talk
from tingsu.assist.replies import rules_of
from tingsu.quality.scoring import card_of, score
from tingsu.quality.transcripts import parse_transcripts

SPACES = " " * 20_000
LONG = "9" * 400
CARD, RULES = card_of("bank"), rules_of("bank")


@pytest.mark.parametrize("read", [parse_talk, parse_transcripts])
@pytest.mark.parametrize(
    "text",
    [
        f"客户{SPACES}x",
        f"00:12{SPACES}x",
        f"[{SPACES}00:12{SPACES}x",
        f"渠道{SPACES}x",
        f"客户（{SPACES}00:12{SPACES}x",
        "客户：a\n" + "b\n" * 90_000,
    ],
)  # fmt: skip
def test_runs_of_spaces_and_of_lines_are_read_in_time(read: object, text: str) -> None:
    began = process_time()
    assert read(text)  # type: ignore[operator]
    assert process_time() - began < 5


@pytest.mark.parametrize("who", ["客户", "客服"])
@pytest.mark.parametrize("word", ["烦", "烦死了", "a", "1", "：", "您"])
def test_one_word_said_without_end_is_scored_in_time(who: str, word: str) -> None:
    (found,) = parse_transcripts(f"客服：您好\n客户：投诉\n{who}：" + word * (300_000 // len(word)))
    began = process_time()
    assert score(found, CARD, RULES).points
    assert process_time() - began < 10


def test_a_long_run_of_spaces_between_words_is_one_space() -> None:
    assert parse_talk("客户：我  等了\n很久") == [Turn("customer", "我 等了 很久")]


@pytest.mark.parametrize("start", [f"1{'0' * 400}", f'"{LONG}秒"', f'"{LONG}小时"', "1e999", "NaN", f'"{LONG}"'])
def test_a_time_beyond_all_numbers_is_no_time(start: str) -> None:
    text = (
        f'[{{"speaker": "客户", "text": "你好", "start": {start}}}, {{"speaker": "客服", "text": "您好", "start": 5}}]'
    )
    (found,) = parse_transcripts(text)
    assert all(turn.start is None or math.isfinite(turn.start) for turn in found.turns)
    assert found.turns[0].start is None
    assert found.problems
