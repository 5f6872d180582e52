"""The wording two texts share, as spans in both originals."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.reading.similar import matching_passages
from tingsu.reading.similar.forms import bare

LETTER = "本人于三月在贵行办理理财，到期后收益远低于宣传，客户经理拒不解释，要求退还本金并给出书面答复。"


def shared(first: str, second: str) -> list[tuple[str, str]]:
    found = matching_passages(first, second)
    return [(first[p.first.start : p.first.end], second[p.second.start : p.second.end]) for p in found]


def test_a_passage_is_shown_as_each_text_spells_it() -> None:
    assert shared("我说：信用卡年费太高，请退！", "投诉 信用卡、年費太高") == [("信用卡年费太高", "信用卡、年費太高")]


def test_what_was_put_in_between_parts_the_passages() -> None:
    changed = LETTER.replace("三月", "去年年底").replace("客户经理", "你们的王某")
    words = [one for one, _other in shared(LETTER, changed)]
    assert words == ["在贵行办理理财，到期后收益远低于宣传", "拒不解释，要求退还本金并给出书面答复"]


def test_invisible_characters_shift_nothing() -> None:
    ((one, other),) = shared("客户\u200b经理拒不\u200d解释", "因客户经理拒不解释而投诉")
    assert (one, other) == ("客户\u200b经理拒不\u200d解释", "客户经理拒不解释")


def test_short_runs_are_shared_by_chance() -> None:
    assert matching_passages("信用卡年费", "信用卡积分") == []
    assert matching_passages("", LETTER) == []


ALPHABET = "信用卡年费退还，。 \u200b"


@given(st.text(ALPHABET, max_size=80), st.text(ALPHABET, max_size=80))
def test_passages_say_the_same_and_never_overlap(first: str, second: str) -> None:
    found = matching_passages(first, second, shortest=4)
    for passage in found:
        one, other = first[passage.first.start : passage.first.end], second[passage.second.start : passage.second.end]
        assert bare(one) == bare(other) and len(bare(one)) >= 4
    for side in ("first", "second"):
        spans = sorted((getattr(passage, side) for passage in found), key=lambda span: span.start)
        assert all(one.end <= other.start for one, other in zip(spans, spans[1:], strict=False))
    assert [passage.first.start for passage in found] == sorted(passage.first.start for passage in found)


@given(st.text(ALPHABET, max_size=30), st.text(ALPHABET, max_size=30))
def test_a_long_common_part_is_found_wherever_it_stands(before: str, after: str) -> None:
    found = matching_passages(LETTER, before + LETTER + after)
    assert sum(len(bare(LETTER[p.first.start : p.first.end])) for p in found) >= len(bare(LETTER)) - 6


@pytest.mark.parametrize("text", ["信" * 100_000, "信用" * 50_000, "a" * 1_000_000, LETTER * 20_000, "\ud800" * 1_000])
def test_any_text_is_searched_in_bounded_time(text: str) -> None:
    began = time.process_time()
    matching_passages(text, text)
    matching_passages(text, LETTER)
    matching_passages(LETTER, text)
    assert time.process_time() - began < 4
