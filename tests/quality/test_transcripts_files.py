"""Files of conversations: tables, JSON Lines, encodings, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from tingsu.intake.rows import EmptyTable, Reject, TableError
from tingsu.quality.transcripts import Transcript, read_transcripts

ROWS = [
    ["通话编号", "坐席工号", "角色", "开始时间", "结束时间", "内容"],
    ["C1", "8001", "坐席", "0.5", "3.2", "您好"],
    ["C1", "8001", "客户", "4", "9", "我要投诉"],
    ["C2", "8002", "坐席", "00:01", "00:02", "您好"],
    ["C1", "8001", "坐席", "9.5", "12", "非常抱歉"],
    ["C2", "8002", "客户", "xx", "00:04", "喂"],
]


def read(path: Path) -> tuple[list[Transcript], list[Reject]]:
    found = list(read_transcripts(path))
    return [one for one in found if isinstance(one, Transcript)], [one for one in found if isinstance(one, Reject)]


def test_rows_may_end_before_the_last_columns(tmp_path: Path) -> None:
    path = tmp_path / "通话.csv"
    path.write_text(
        "通话编号,角色,内容,开始时间,结束时间,坐席工号\nC1,坐席,您好,0,1\nC1,客户,我要投诉,2,4\nC1,客户,好的,5,6"
    )
    (found,), rejects = read(path)
    assert [turn.text for turn in found.turns] == ["您好", "我要投诉", "好的"] and rejects == []


def test_what_is_missing_is_said_of_conversations(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_text("甲,乙,丙\n1,2,3\n4,5,6\n")
    with pytest.raises(TableError) as error:
        read(path)
    assert "说话人" in error.value.message and "甲" in error.value.message and "投诉内容" not in error.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-8-sig", "utf-16"])
def test_a_turn_a_row_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "通话.csv"
    path.write_bytes("\n".join(",".join(row) for row in ROWS).encode(encoding))
    (first, second), rejects = read(path)
    assert (first.id, first.agent, len(first.turns), first.turns[2].text) == ("C1", "8001", 3, "非常抱歉")
    assert [(turn.start, turn.end) for turn in first.turns] == [(0.5, 3.2), (4.0, 9.0), (9.5, 12.0)]
    assert first.problems == ()
    assert second.turns[1].start is None
    assert any("第 6 行" in problem and "xx" in problem for problem in second.problems)
    assert rejects == []


def test_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(tmp_path / "通话.xlsx")
    (first, second), _rejects = read(tmp_path / "通话.xlsx")
    assert (len(first.turns), len(second.turns)) == (3, 2)


def test_both_sides_in_one_row(tmp_path: Path) -> None:
    path = tmp_path / "聊天.csv"
    path.write_text("会话编号,客户,客服\n1,我要退款,请您稍等\n1,快点,\n2,在吗,在的\n", encoding="utf-8")
    (first, second), _rejects = read(path)
    assert [(turn.speaker, turn.text) for turn in first.turns] == [
        ("customer", "我要退款"),
        ("agent", "请您稍等"),
        ("customer", "快点"),
    ]
    assert len(second.turns) == 2


def test_a_conversation_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "转写.csv"
    path.write_text('编号,转写文本\n7,"客服：您好\n客户：我要退款"\n8,"客服：您好\n客户：在吗"\n', encoding="utf-8")
    found, _rejects = read(path)
    assert [(one.id, len(one.turns)) for one in found] == [("7", 2), ("8", 2)]


def test_json_lines_with_a_broken_line(tmp_path: Path) -> None:
    good = json.dumps({"id": "a", "turns": [{"role": "agent", "text": "您好"}, {"role": "user", "text": "喂"}]})
    path = tmp_path / "对话.jsonl"
    path.write_text(f'{good}\n{{"id": \n{json.dumps({"x": 1})}\n{good}\n', encoding="utf-8")
    found, rejects = read(path)
    assert len(found) == 2
    assert [one.number for one in rejects] == [2, 3]


def test_a_turn_a_line(tmp_path: Path) -> None:
    turns = [{"call_id": call, "speaker": who, "text": "您好"} for call in "ab" for who in ("坐席", "客户")]
    path = tmp_path / "轮次.jsonl"
    path.write_text("\n".join(json.dumps(turn, ensure_ascii=False) for turn in turns), encoding="utf-8")
    assert [(one.id, len(one.turns)) for one in read(path)[0]] == [("a", 2), ("b", 2)]


def test_sides_as_keys(tmp_path: Path) -> None:
    content = [{"[SPEAKER 1]": "您好，很高兴为您服务", "[SPEAKER 2]": "我想问一下", "客服意图": "问候"}]
    path = tmp_path / "calls.json"
    path.write_text(json.dumps([{"id": "z", "content": content}], ensure_ascii=False), encoding="utf-8")
    (found,), _rejects = read(path)
    assert [turn.speaker for turn in found.turns] == ["agent", "customer"]
    assert found.problems


def test_text_in_gbk(tmp_path: Path) -> None:
    path = tmp_path / "录音.txt"
    path.write_bytes("客服：您好\r\n客户：我的卡被吞了\r\n".encode("gbk"))
    (found,), _rejects = read(path)
    assert (found.id, found.turns[1].text) == ("录音", "我的卡被吞了")


def test_files_that_are_none(tmp_path: Path) -> None:
    for name, content, error in [
        ("空.txt", b"", EmptyTable),
        ("空.json", b"[]", EmptyTable),
        ("坏.json", b'{"a": ', TableError),
        ("声音.wav", b"RIFFxxxxWAVE", TableError),
        ("图.txt", b"%PDF-1.7", TableError),
        ("表.csv", "甲,乙,丙\n1,2,3\n4,5,6\n".encode(), TableError),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(error):
            list(read_transcripts(tmp_path / name))
    with pytest.raises(TableError):
        list(read_transcripts(tmp_path / "没有.txt"))
