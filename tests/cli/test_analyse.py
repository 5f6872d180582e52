"""`tingsu analyse` from the shell's side: what it writes, what it refuses, and that nothing is left half-written."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tingsu.cli.analyse import OutputRefused, analyse, write_all

HEADER = ["受理时间", "受理渠道", "投诉内容"]
ROWS = [
    ["2026-03-01", "电话", "信用卡年费扣了300元，事先没有告诉我，要求退款"],
    ["2026-03-02", "柜面", "在柜台排队两个小时没有人理我，态度太差了！"],
    ["2026-03-03", "电话", "手机银行转账一直失败，我的手机13812345678收不到验证码"],
]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(analyse)

    def call(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return call


def write(path: Path, rows: list[list[str]], encoding: str = "gb18030") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_a_gbk_file_becomes_a_report_and_json(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = write(tmp_path / "台账.csv", [HEADER, *ROWS])
    result = run(str(file), "-o", "报告.html", "--json", "数字.json")
    assert result.exit_code == 0, result.output
    page = (tmp_path / "报告.html").read_text("utf-8")
    assert "台账.csv" in page
    assert "13812345678" not in page
    plain = json.loads((tmp_path / "数字.json").read_text("utf-8"))
    assert plain["overview"]["texts"] == 3
    assert plain["columns"] == {"date": "受理时间", "text": "投诉内容", "channel": "受理渠道"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["台账.csv", "报告.html", "数字.json"]


def test_columns_are_shown_before_the_work_and_can_be_overruled(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = write(tmp_path / "台账.csv", [[*HEADER, "处理部门"], *([*row, "零售部"] for row in ROWS)])
    result = run(str(file), "-o", "r.html", "--json", "r.json", "--channel", "处理部门")
    assert result.exit_code == 0, result.output
    assert "您指定" in result.output
    assert result.output.index("投诉内容") < result.output.index("逐条研判")
    heard = json.loads((tmp_path / "r.json").read_text("utf-8"))["heard"]["channel"]
    assert [item["label"] for item in heard] == ["零售部"]


def test_bad_rows_are_written_beside_and_good_rows_kept(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "台账.csv"
    lines = [",".join(row) + "\r\n" for row in [HEADER, *ROWS]]
    file.write_bytes(b"".join(line.encode("gb18030" if n == 2 else "utf-8") for n, line in enumerate(lines)))
    result = run(str(file), "-o", "r.html")
    assert result.exit_code == 0, result.output
    with (tmp_path / "r-rejects.csv").open(encoding="utf-8-sig", newline="") as beside:
        rows = list(csv.reader(beside))
    assert [row[0] for row in rows] == ["行号", "3"]
    assert "GB18030" in rows[1][1]
    assert "1 行读不了" in result.output
    assert "r-rejects.csv" in (tmp_path / "r.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.csv", b"", "是空的"),
        ("表头.csv", "编号,投诉内容\r\n".encode(), "只有表头"),
        ("无文.csv", "编号,金额\r\n1,3\r\n2,4\r\n".encode(), "--text"),
        ("图.png", b"\x89PNG", "不会读"),
    ],
)
def test_a_refused_file_says_why_and_writes_nothing(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    result = run(name, "-o", "r.html", "--json", "r.json")
    assert result.exit_code == 2
    assert words in result.output.replace("\n", "")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_report_never_overwrites_its_source(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = write(tmp_path / "台账.csv", [HEADER, *ROWS])
    before = file.read_bytes()
    assert run(str(file), "-o", str(file)).exit_code == 2
    assert run(str(file), "-o", "没有的夹/r.html").exit_code == 2
    assert file.read_bytes() == before


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    old = tmp_path / "报告.html"
    old.write_text("旧报告", encoding="utf-8")
    with pytest.raises(OutputRefused):
        write_all({old: "新报告", tmp_path / "没有的夹" / "数字.json": "{}"})
    assert old.read_text("utf-8") == "旧报告"
    assert [path.name for path in tmp_path.iterdir()] == ["报告.html"]
