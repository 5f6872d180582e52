"""Conversations taken in: every way files mark speakers and times, and what is told of what cannot be used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.quality.transcripts import Transcript, make_transcript, parse_transcripts


def sides(transcript: Transcript) -> str:
    """A for agent, C for customer, ? for unknown, turn by turn."""
    return "".join({"agent": "A", "customer": "C", "unknown": "?"}[turn.speaker] for turn in transcript.turns)


def one(text: str) -> Transcript:
    (found,) = parse_transcripts(text, "甲")
    return found


@pytest.mark.parametrize(
    "text",
    [
        "客服：您好\n客户：我的卡被吞了\n客服：请您稍等",
        "坐席: 您好\n用户: 我的卡被吞了\n坐席: 请您稍等",
        "【客服】您好\n【客户】我的卡被吞了\n【客服】请您稍等",
        "[坐席8001] 您好\n[客户] 我的卡被吞了\n[坐席8001] 请您稍等",
        "A：您好，很高兴为您服务\nB：我的卡被吞了\nA：请您稍等",
        "说话人1：您好，很高兴为您服务\n说话人2：我的卡被吞了\n说话人1：请您稍等",
        "[00:01] 客服：您好\n[00:05] 客户：我的卡被吞了\n[00:09] 客服：请您稍等",
        "00:01-00:03 客服：您好\n00:05-00:08 客户：我的卡被吞了\n00:09-00:11 客服：请您稍等",
        "客服 10:00:01\n您好\n客户 10:00:05\n我的卡被吞了\n客服 10:00:09\n请您稍等",
        "2026-11-20 10:00:01 客服小王\n您好\n2026-11-20 10:00:05 张先生\n我的卡被吞了\n2026-11-20 10:00:09 客服小王\n请您稍等",
        "客服（10:00:01）：您好\n客户（10:00:05）：我的卡被吞了\n客服（10:00:09）：请您稍等",
        "Agent: 您好\nCustomer: 我的卡被吞了\nAgent: 请您稍等",
        "客户经理：您好\n客户：我的卡被吞了\n客户经理：请您稍等",
    ],
)
def test_every_way_of_marking_speakers(text: str) -> None:
    read = one(text)
    assert sides(read) == "ACA"
    assert [turn.text for turn in read.turns][1:] == ["我的卡被吞了", "请您稍等"]
    assert [turn.no for turn in read.turns] == [1, 2, 3]


def test_times_count_from_the_beginning() -> None:
    read = one("2026-11-20 10:00:01 客服小王\n您好\n2026-11-20 10:00:05 张先生\n我的卡被吞了")
    assert [turn.start for turn in read.turns] == [0, 4]
    read = one("[00:01] 客服：您好\n[01:05] 客户：我的卡被吞了")
    assert [turn.start for turn in read.turns] == [1, 65]


def test_subtitles() -> None:
    text = "1\n00:00:01,000 --> 00:00:03,500\n客服：您好\n\n2\n00:00:04,000 --> 00:00:06,000\n客户：我要\n投诉\n"
    read = one(text)
    assert [(turn.start, turn.end) for turn in read.turns] == [(1.0, 3.5), (4.0, 6.0)]
    assert read.turns[1].text == "我要\n投诉"
    assert (
        one("WEBVTT\n\n00:01.000 --> 00:02.000\n客服：您好\n\n00:03.000 --> 00:04.000\n客户：在吗").turns[1].start == 3
    )


def test_a_turn_over_several_lines_stays_one() -> None:
    read = one("客服：您好\n这里是十里河支行\n客户：喂\n我说一下\n客服：您说")
    assert sides(read) == "ACA"
    assert read.turns[0].text == "您好\n这里是十里河支行"


def test_conversations_of_one_text_are_apart() -> None:
    lines = "客服：您好\n客户：我要退款\n客服：好的"
    by_id = parse_transcripts(f"会话编号：K-01\n坐席工号：8001\n渠道：在线\n{lines}\n通话编号：K-02\n{lines}", "甲")
    assert [(t.id, t.agent, t.channel, len(t.turns)) for t in by_id] == [
        ("K-01", "8001", "在线", 3),
        ("K-02", "", "", 3),
    ]
    assert [t.id for t in parse_transcripts(f"{lines}\n------\n{lines}\n\n\n{lines}", "甲")] == ["甲-1", "甲-2", "甲-3"]
    assert len(parse_transcripts(f"{lines}\n\n{lines}", "甲")) == 2  # each greeted anew
    assert len(parse_transcripts("客服：您好\n\n客户：我要退款\n\n客服：好的", "甲")) == 1


def test_speakers_nobody_named_are_inferred_where_evident_and_it_is_said() -> None:
    read = one("您好，很高兴为您服务\n我想问一下我的贷款怎么还没批\n请您稍等，我帮您查一下\n")
    assert sides(read) == "ACA"
    assert all(turn.inferred for turn in read.turns)
    assert "推断" in read.problems[0]


def test_a_speaker_that_cannot_be_told_stays_unknown_with_its_line() -> None:
    read = one("[00:01] 客服：您好\n[00:05] 四五六\n")
    assert sides(read) == "A?"
    assert "第 2 行" in read.problems[0]


def test_one_known_side_makes_the_other_known() -> None:
    assert sides(make_transcript("1", [("客服", "您好"), ("138****1234", "喂"), ("客服", "请讲")])) == "ACA"


def test_marks_that_are_no_speakers_stay_in_the_text() -> None:
    read = one("客服：您好\n客户：地址：人民路1号，时间：明天\n客服：金额：300元，对吗")
    assert sides(read) == "ACA"
    assert read.turns[1].text == "地址：人民路1号，时间：明天"


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("[00:10] 客服：您好\n[00:05] 客户：喂\n[00:12] 客服：请讲", "2", "比上一句早"),
        ("00:08-00:03 客服：您好\n00:09-00:10 客户：喂", "1", "早于开始时间"),
        ("[00:99] 客服：您好\n[00:05] 客户：喂", "1", "看不懂"),
        ("[00:01] 客服：您好\n[30:00:05] 客户：喂", "2", "跳得太远"),
    ],
)
def test_broken_times_are_named_and_not_used(text: str, line: str, word: str) -> None:
    read = one(text)
    broken = read.turns[int(line) - 1]
    assert broken.start is None
    assert any(word in problem and f"第 {line} 行" in problem for problem in read.problems)


def test_clocks_without_seconds_measure_nothing() -> None:
    text = "10:05 客服：您好\n10:05 客户：喂\n10:06 客服：请讲\n10:06 客户：我要退款\n10:09 客服：好的"
    read = one(text)
    assert all(turn.start is None for turn in read.turns)
    assert any("只写到分钟" in problem for problem in read.problems)


def test_json_in_several_shapes() -> None:
    assert (
        sides(one('{"id": "a", "turns": [{"role": "agent", "content": "您好"}, {"role": "user", "content": "喂"}]}'))
        == "AC"
    )
    assert (
        sides(one('[{"speaker": "客服", "text": "您好", "start": 1}, {"speaker": "客户", "text": "喂", "start": 2}]'))
        == "AC"
    )
    assert sides(one('[["客服", "您好"], ["客户", "喂"]]')) == "AC"
    read = one(
        '{"conversations": [{"session_id": "x", "messages": [{"from": "客户", "text": "喂", "start_ms": 1500}]}]}'
    )
    assert (read.id, read.turns[0].start) == ("x", 1.5)


def test_nothing_said_is_said() -> None:
    read = one('{"id": "a", "turns": [{"role": "agent", "content": " "}, {"role": "user", "content": "x"}]}')
    assert len(read.turns) == 1
    assert "空的" in read.problems[0]
    assert parse_transcripts("", "甲") == []


def test_a_megabyte_is_read() -> None:
    (read,) = parse_transcripts("客服：您好\n客户：" + "我要退款" * 65_000 + "\n" + "客服：好的\n客户：快\n" * 40_000)
    assert len(read.turns) == 80_002


@given(st.lists(st.text(max_size=60), max_size=12))
def test_any_lines_are_read_without_a_crash(lines: list[str]) -> None:
    for read in parse_transcripts("\n".join(lines), "甲"):
        assert [turn.no for turn in read.turns] == list(range(1, len(read.turns) + 1))
        assert all(turn.text for turn in read.turns)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["客服：", "客户：", "A:", "B:", "[00:12] ", "", "【客户】", "12:99 "]),
            st.text(max_size=20),
        ),
        max_size=12,
    )
)
def test_any_marks_and_times_are_read_without_a_crash(parts: list[tuple[str, str]]) -> None:
    for read in parse_transcripts("\n".join(mark + text for mark, text in parts), "甲"):
        starts = [turn.start for turn in read.turns if turn.start is not None]
        assert starts == sorted(starts)
