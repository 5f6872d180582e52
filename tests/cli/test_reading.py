"""`tingsu read` as other programs use it: which columns it writes, how values are spelled, row for row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook
from tests.reading.learned.examples import told
from typer.testing import CliRunner, Result

from tingsu.cli.main import app
from tingsu.reading import mask, read
from tingsu.reading.labels import SEVERAL, SINGLE

FIXED = ["complaint", "business", "cause", "emotion", "need", "demand", "risk", "confidence", "masked_text", "evidence"]
BESIDE = {"row", "id", "confidences"}  # the row in the file, its own number, and every label's confidence
TEXTS = [
    "信用卡说好免年费，却扣了三百元，没人管！要求退还并道歉，否则找12378。",
    "柜员态度恶劣，当众骂我，必须给我道歉，我姓王，电话13812345678",
    "",
    "请问周末网点开门吗？",
    "手机银行更新后闪退，登录不上",
    "   ",
    "贷款提前还款要收违约金，合同里没有写，我要求减免，不然去法院起诉",
]
EMPTY = [2, 5]


def tingsu(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})


def as_csv(path: Path, texts: list[str]) -> None:
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([["日期", "说了什么"], *(["2026-03-01", text] for text in texts)])


def as_xlsx(path: Path, texts: list[str]) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (["日期", "说了什么"], *(["2026-03-01", text] for text in texts)):
        book.active.append(row)
    book.save(path)


def as_jsonl(path: Path, texts: list[str]) -> None:
    rows = ({"日期": "2026-03-01", "说了什么": text} for text in texts)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def as_parquet(path: Path, texts: list[str]) -> None:
    pq.write_table(pa.table({"日期": ["2026-03-01"] * len(texts), "说了什么": texts}), path)


INPUTS: dict[str, Callable[[Path, list[str]], None]] = {
    ".csv": as_csv,
    ".xlsx": as_xlsx,
    ".jsonl": as_jsonl,
    ".parquet": as_parquet,
}


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return [dict(row) for row in pq.read_table(path).to_pylist()]
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "投诉.csv"
    as_csv(path, TEXTS)
    return path


@pytest.mark.parametrize("ending", INPUTS)
@pytest.mark.parametrize("written", [".jsonl", ".parquet"])
def test_every_row_of_every_kind_of_file_comes_back_in_its_place(tmp_path: Path, ending: str, written: str) -> None:
    path, out = tmp_path / f"in{ending}", tmp_path / f"out{written}"
    INPUTS[ending](path, TEXTS)
    done = tingsu("read", path, "--text", "说了什么", "-o", out)
    assert done.exit_code == 0, done.output
    rows = rows_of(out)
    assert len(rows) == len(TEXTS)
    for row, text in zip(rows, TEXTS, strict=True):
        assert [name for name in row if name not in BESIDE] == FIXED
        assert set(row) == {*FIXED, *BESIDE}
        assert row["masked_text"] == (mask(text) if text.strip() else None)
    assert [place for place, row in enumerate(rows) if row["complaint"] is None] == EMPTY
    assert sorted(row["row"] for row in rows) == [row["row"] for row in rows]


def test_both_outputs_say_the_same(source: Path, tmp_path: Path) -> None:
    for written in ("a.jsonl", "a.parquet"):
        assert tingsu("read", source, "--text", "说了什么", "-o", tmp_path / written).exit_code == 0
    plain, cells = rows_of(tmp_path / "a.jsonl"), rows_of(tmp_path / "a.parquet")
    for row in cells:
        row |= {name: row[name] and json.loads(row[name]) for name in ("evidence", "confidences")}
    assert cells == plain
    types = pq.read_schema(tmp_path / "a.parquet")
    assert types.field("emotion").type == pa.int8() and types.field("confidence").type == pa.float64()
    assert all(types.field(name).type == pa.string() for name in FIXED if name not in ("emotion", "confidence"))


def test_values_are_spelled_as_in_the_labelling_guide(source: Path, tmp_path: Path) -> None:
    tingsu("read", source, "--text", "说了什么", "-o", tmp_path / "a.jsonl")
    rows = [row for row in rows_of(tmp_path / "a.jsonl") if row["complaint"]]
    for row in rows:
        assert row["complaint"] in ("yes", "no")
        assert row["emotion"] in (0, 1, 2, 3) and isinstance(row["emotion"], int)
        assert 0 <= row["confidence"] <= 1
        for facet in ("business", "cause", "need"):
            assert row[facet] in (*SINGLE[facet], None)
        for facet in ("demand", "risk"):
            assert row[facet] is None or set(row[facet].split(",")) <= {*SEVERAL[facet], "none"}
    first = rows[0]
    assert (first["business"], first["demand"], first["risk"]) == ("信用卡", "退款,道歉", "监管")
    assert all(set(e) == {"label", "value", "start", "end", "text", "why"} for row in rows for e in row["evidence"])
    assert {e["label"] for e in first["evidence"]} >= {"business", "demand", "risk"}


def test_a_text_that_is_no_complaint_has_its_emotion_only(source: Path, tmp_path: Path) -> None:
    tingsu("read", source, "--text", "说了什么", "-o", tmp_path / "a.jsonl")
    (asked,) = [row for row in rows_of(tmp_path / "a.jsonl") if row["complaint"] == "no"]
    assert asked["emotion"] == 0
    assert [asked[name] for name in ("business", "cause", "need", "demand", "risk")] == [None] * 5
    assert asked["masked_text"] == TEXTS[3]


def test_nothing_personal_is_in_the_file_and_what_was_not_read_is_named_beside(source: Path, tmp_path: Path) -> None:
    done = tingsu("read", source, "--text", "说了什么", "-o", tmp_path / "a.jsonl")
    assert "13812345678" not in (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    assert "2 行读不了" in done.output
    beside = (tmp_path / "a-rejects.csv").read_text(encoding="utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(beside))][1:] == ["4", "7"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--text", "没有这列", "-o", "a.jsonl"], "没有这列"),
        (["--text", "说了什么", "-o", "a.docx"], ".parquet"),
        (["--text", "说了什么"], "-o"),
        (["--text", "说了什么", "-o", "a.jsonl", "--model", "没有"], "tingsu learn"),
    ],
)
def test_what_cannot_be_done_is_said_and_no_file_is_left(
    source: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(source.parent)
    done = tingsu("read", source.name, *words)
    assert done.exit_code == 2 and said in done.output
    assert [path.name for path in source.parent.iterdir()] == [source.name]


def test_a_wrong_column_lists_those_there_are(source: Path) -> None:
    done = tingsu("read", source, "--text", "没有这列", "-o", source.with_name("a.jsonl"))
    assert "日期" in done.output and "说了什么" in done.output


def test_a_model_taught_here_adds_its_column_and_changes_no_other(
    db: None, source: Path, tmp_path: Path, settings: Any
) -> None:
    settings.TINGSU_HOME = tmp_path / "home"
    taught = tmp_path / "标注.csv"
    with taught.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["内容", "类别"], *([one.text, one.label] for one in told(12))])
    done = tingsu("learn", taught, "--text", "内容", "--label", "类别", "--name", "物业", "--use")
    assert done.exit_code == 0, done.output
    for name, more in (("with.jsonl", ["--model", "物业"]), ("without.jsonl", [])):
        assert tingsu("read", source, "--text", "说了什么", "-o", tmp_path / name, *more).exit_code == 0
    added, plain = rows_of(tmp_path / "with.jsonl"), rows_of(tmp_path / "without.jsonl")
    assert [set(row) - {*FIXED, *BESIDE} for row in added] == [{"物业"}] * len(TEXTS)
    assert {row["物业"] for row in added} <= {*(one.label for one in told(12)), None}
    assert [place for place, row in enumerate(added) if row["物业"] is None] == EMPTY
    assert [{name: row[name] for name in FIXED} for row in added] == [
        {name: row[name] for name in FIXED} for row in plain
    ]


def test_explain_shows_every_judgement_with_the_words_it_rests_on() -> None:
    told_ = tingsu("read", "--explain", TEXTS[1])
    assert told_.exit_code == 0
    reading = read(TEXTS[1])
    for word in ("是否投诉", "业务", "原因", "情绪", "心理需求", "诉求", "升级风险", str(reading.cause.value), "道歉"):
        assert word in told_.output
    assert reading.cause.evidence[0].text in told_.output
    assert "138****5678" in told_.output


def test_mask_reads_a_file_line_by_line_and_writes_one(tmp_path: Path) -> None:
    lines = ["电话13812345678\n", "\n", "我叫王小明，身份证11010519491231002X。\r\n", "没有个人信息"]
    (tmp_path / "a.txt").write_text("".join(lines), encoding="utf-8", newline="")
    assert tingsu("mask", tmp_path / "a.txt", "-o", tmp_path / "b.txt").exit_code == 0
    masked = (tmp_path / "b.txt").read_bytes().decode("utf-8")
    assert masked == "".join(map(mask, lines))
    assert masked.count("\n") == 3 and masked.startswith("电话138****5678\n")
    assert "王小明" not in masked and "11010519491231002X" not in masked
    missing = tingsu("mask", tmp_path / "没有.txt")
    assert missing.exit_code == 2 and "没有.txt" in missing.output


def test_mask_knows_the_names_of_a_table_whose_cells_run_over_lines(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [
            ["1", "王小明", "第一句,带逗号。\n第二句。"],
            ["2", "许家伟", "许校长遗孀，没吵。"],
            ["3", "祝嘉诚", "好"],
        ]
        csv.writer(file).writerows([["编号", "客户姓名", "投诉内容"], *rows])
    assert tingsu("mask", tmp_path / "a.csv", "-o", tmp_path / "b.csv").exit_code == 0
    masked = (tmp_path / "b.csv").read_text(encoding="utf-8")
    assert not [name for name in ("许家伟", "祝嘉诚") if name in masked]
    assert masked.count("\n") == 5
