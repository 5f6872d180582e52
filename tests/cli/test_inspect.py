"""`tingsu inspect`: a file of conversations in, a row for each out, personal data masked, no site needed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from tingsu.cli.main import app

CALLS = """
会话编号：C001
坐席工号：8001
客服：您好，很高兴为您服务
客户：我叫张伟明，电话13812345678，钱还没到账，我要投诉
客服：非常抱歉，您的电话是13812345678对吗？
客户：对，算了，我去12378投诉
------
会话编号：C002
[00:05] 客服：您好
[00:01] 客户：在吗
"""


def tingsu(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})


def inspect(path: Path, *words: str | Path) -> tuple[Result, list[dict[str, Any]]]:
    output = path.with_suffix(".out.jsonl")
    result = tingsu("inspect", path, "-o", output, *words)
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()] if output.exists() else []
    return result, rows


def test_a_row_for_every_conversation(tmp_path: Path) -> None:
    path = tmp_path / "录音.txt"
    path.write_text(CALLS, encoding="utf-8")
    result, rows = inspect(path)
    assert result.exit_code == 0, result.output
    assert [(row["id"], row["agent"], row["turns"]) for row in rows] == [("C001", "8001", 4), ("C002", "", 2)]
    apology = next(point for point in rows[0]["points"] if point["id"] == "apology")
    assert (apology["got"], apology["turn"]) == (apology["of"], 3)
    assert rows[0]["share"] == round(rows[0]["total"] / rows[0]["of"], 4)
    assert rows[0]["risk"]["value"] > 0.5
    assert "第 11 行" in rows[1]["problems"][0]
    assert "检查了 2 段对话" in result.output
    assert "C001" in result.output  # named as a risk


def test_personal_data_is_masked(tmp_path: Path) -> None:
    path = tmp_path / "录音.txt"
    path.write_text(CALLS, encoding="utf-8")
    _result, rows = inspect(path)
    written = json.dumps(rows, ensure_ascii=False)
    assert "13812345678" not in written
    assert "张伟明" not in written


def test_two_processes_write_the_same(tmp_path: Path) -> None:
    path = tmp_path / "录音.txt"
    path.write_text(CALLS, encoding="utf-8")
    assert inspect(path)[1] == inspect(path, "--jobs", "2")[1]


def test_lines_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    good = json.dumps({"id": "a", "turns": [{"role": "agent", "text": "您好"}, {"role": "user", "text": "喂"}]})
    path = tmp_path / "对话.jsonl"
    path.write_text(f"{good}\n{{\n{good}\n", encoding="utf-8")
    result, rows = inspect(path)
    assert (result.exit_code, len(rows)) == (0, 2)
    assert "1 处读不了" in result.output
    assert "2" in path.with_name("对话.out-rejects.csv").read_text(encoding="utf-8")


def test_halves_of_characters_do_not_stop_it(tmp_path: Path) -> None:
    path = tmp_path / "对话.jsonl"
    turns = '[{"role": "agent", "text": "您好\\ud83d"}, {"role": "user", "text": "我要投诉\\ud83d，算了\\u0000"}]'
    path.write_text(f'{{"id": "a\\ud83d", "turns": {turns}}}\n', encoding="utf-8")
    result, rows = inspect(path)
    assert (result.exit_code, len(rows)) == (0, 1), result.output


def test_what_cannot_be_done_is_refused_and_nothing_written(tmp_path: Path) -> None:
    path = tmp_path / "录音.txt"
    path.write_text("", encoding="utf-8")
    for words in ((path, "-o", tmp_path / "a.jsonl"), (tmp_path / "无.txt", "-o", tmp_path / "a.jsonl")):
        assert tingsu("inspect", *words).exit_code == 2
    path.write_text(CALLS, encoding="utf-8")
    assert tingsu("inspect", path, "-o", tmp_path / "a.xlsx").exit_code == 2
    assert tingsu("inspect", path, "-o", tmp_path / "a.jsonl", "--pack", "没有").exit_code == 2
    assert list(tmp_path.glob("a.*")) == []
