"""Import, export, read, mask, backup, restore, doctor and the access log as a person types them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.make import Bank, case
from typer.testing import CliRunner, Result

from tingsu.cases.models import Case
from tingsu.cli.main import app
from tingsu.org.models import AccessEntry
from tingsu.reading import read

SAID = ["柜员态度很差，要求道歉，电话13812345678", "年费扣了300元没有告知，要求退款", "请问网点几点开门"]


def tingsu(*words: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=stdin)


def table(path: Path, header: list[str], *rows: list[str], encoding: str = "gb18030") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_import_says_what_it_takes_for_what_and_writes_bad_rows_beside(bank: Bank, tmp_path: Path) -> None:
    path = table(
        tmp_path / "台账.csv", ["编号", "投诉时间", "投诉内容"],
        ["A1", "2026-03-01", SAID[0]], ["A2", "=cmd|' /C calc'!A0", SAID[1]], ["A3", "2026-03-02", ""],
    )  # fmt: skip
    done = tingsu("import", path, "--by", "desk")
    assert done.exit_code == 0, done.output
    for word in ("投诉内容", "收到时间", "--date", "新登记", "台账-rejects.csv"):
        assert word in done.output
    with (tmp_path / "台账-rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == ["3", "4"]
    assert not [cell for row in rows for cell in row if cell.startswith("=")]
    assert Case.objects.count() == 1
    again = tingsu("import", path, "--by", "desk")
    assert "此前已登记" in again.output and Case.objects.count() == 1


def test_import_columns_can_be_named_and_a_wrong_name_lists_those_there(bank: Bank, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", ["甲", "乙", "丙"], [SAID[0], SAID[1], "欧阳修远"])
    assert tingsu("import", path, "--by", "desk", "--text", "乙", "--name", "丙").exit_code == 0
    made = Case.objects.select_related("customer").get()
    assert (made.text, made.customer.name) == (SAID[1], "欧阳修远")
    wrong = tingsu("import", path, "--by", "desk", "--text", "丁")
    assert wrong.exit_code == 2 and "丁" in wrong.output and "甲、乙、丙" in wrong.output


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("empty.csv", b"", "空"),
        ("page.xls", b"<html><table></table></html>", "网页"),
        ("broken.xlsx", b"PK\x03\x04 not a workbook", "已损坏"),
        ("scan.pdf", b"%PDF-1.7", "scan.pdf"),
        ("header.csv", "投诉内容,日期\n".encode(), "没有数据行"),
        ("broken.parquet", b"PAR1 not parquet PAR1", "Parquet"),
    ],
)
def test_a_file_that_is_no_table_is_refused_before_any_case(
    bank: Bank, tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    (tmp_path / name).write_bytes(content)
    done = tingsu("import", tmp_path / name, "--by", "desk")
    assert done.exit_code == 2 and "Traceback" not in done.output
    assert word in done.output
    assert not Case.objects.exists()


def test_import_by_nobody_or_without_the_right_says_who_may(bank: Bank, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", ["投诉内容"], [SAID[0]])
    assert "nobody" in tingsu("import", path, "--by", "nobody").output
    refused = tingsu("import", path, "--by", "clerk")
    assert refused.exit_code == 2 and "投诉处理专员" in refused.output


def test_a_dry_run_writes_no_case(bank: Bank, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", ["投诉内容"], [SAID[0]])
    done = tingsu("import", path, "--by", "desk", "--dry-run")
    assert "可以登记" in done.output and "什么也没有写入" in done.output
    assert not Case.objects.exists()


def test_export_takes_filters_or_an_address_copied_from_the_queue(bank: Bank, tmp_path: Path) -> None:
    case(bank)
    case(bank, text="手机银行闪退", channel="mobile", phone="13900001111")
    for words in (["--channel", "mobile"], ["--query", "http://127.0.0.1:8000/queue?state=all&channel=mobile"]):
        done = tingsu("export", "-o", tmp_path / "a.jsonl", "--by", "desk", *words)
        assert done.exit_code == 0, done.output
        (row,) = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
        assert json.loads(row)["text"] == "手机银行闪退"
    wrong = tingsu("export", "-o", tmp_path / "b.csv", "--by", "desk", "--since", "上月")
    assert wrong.exit_code == 2 and "2026-01-31" in wrong.output and not (tmp_path / "b.csv").exists()
    shown = tingsu("audit", "log")
    assert shown.exit_code == 0 and "李敏" in shown.output and "导出" in shown.output
    AccessEntry.objects.filter(seq=1).delete()
    assert tingsu("audit", "log").exit_code == 1


def test_an_exported_file_can_be_analysed_and_imported_elsewhere(bank: Bank, tmp_path: Path) -> None:
    case(bank)
    tingsu("export", "-o", tmp_path / "a.xlsx", "--by", "desk")
    done = tingsu("import", tmp_path / "a.xlsx", "--by", "desk", "--source", "别处", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "投诉内容（已遮盖）" in done.output and "遮盖过" in done.output


@pytest.mark.parametrize("ending", ["jsonl", "parquet", "csv"])
def test_read_gives_one_row_a_text_with_its_number_and_id(tmp_path: Path, ending: str) -> None:
    path = table(tmp_path / "a.csv", ["编号", "内容"], *[[f"N{n}", text] for n, text in enumerate(SAID)], ["N3", ""])
    out = tmp_path / f"out.{ending}"
    done = tingsu("read", path, "--text", "内容", "-o", out)
    assert done.exit_code == 0, done.output
    rows = rows_of(out)
    assert [(int(row["row"]), row["id"]) for row in rows] == [(2, "N0"), (3, "N1"), (4, "N2"), (5, "N3")]
    first, second, third, empty = rows
    assert set(first) >= {"complaint", "business", "cause", "emotion", "need", "demand", "risk", "confidence",
                          "masked_text", "evidence"}  # fmt: skip
    assert (first["complaint"], first["cause"], first["demand"]) == ("yes", "服务态度及质量", "道歉")
    assert "退款" in second["demand"].split(",") and second["risk"] == "none"
    assert third["complaint"] == "no" and int(third["emotion"]) == 0
    assert not any(third[name] for name in ("business", "cause", "need", "demand", "risk"))
    assert not any(empty[name] for name in ("complaint", "emotion", "masked_text", "confidence"))
    assert "13812345678" not in str(rows) and first["masked_text"].endswith("138****5678")
    for row, text in zip(rows[:3], SAID, strict=True):
        assert all(e["text"] == text[e["start"] : e["end"]] for e in loaded(row["evidence"]))
        assert 0 <= float(row["confidence"]) <= 1
        assert loaded(row["confidences"])["cause"] == pytest.approx(read(text).cause.confidence, abs=1e-4)
    assert "5" in (tmp_path / "out-rejects.csv").read_text(encoding="utf-8-sig")


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    text = path.read_text(encoding="utf-8-sig")
    return (
        list(csv.DictReader(io.StringIO(text))) if path.suffix == ".csv" else list(map(json.loads, text.splitlines()))
    )


def loaded(cell: Any) -> Any:
    return json.loads(cell) if isinstance(cell, str) else cell


def test_read_explains_one_text_and_asks_for_what_is_missing() -> None:
    told = tingsu("read", "--explain", SAID[0])
    for word in ("服务态度及质量", "道歉", "态度很差", "138****5678"):
        assert word in told.output
    assert tingsu("read").exit_code == 2


def test_mask_takes_lines_and_gives_lines_and_lets_strange_bytes_pass() -> None:
    given = "电话13812345678\n".encode() + b"\xff\xfe odd\n" + "没有个人信息".encode()
    done = subprocess.run([sys.executable, "-m", "tingsu", "mask"], input=given, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "电话138****5678\n".encode() + b"\xff\xfe odd\n" + "没有个人信息".encode()


def test_backup_and_restore_from_the_keyboard(lasting_bank: Bank, tmp_path: Path) -> None:
    case(lasting_bank)
    made = tingsu("backup", tmp_path / "b.tar.gz")
    assert made.exit_code == 0 and "0600" in made.output and "审计密钥" in made.output
    assert tingsu("restore", tmp_path / "b.tar.gz").exit_code == 2, "not empty"
    Case.objects.update(subject="改了")
    assert tingsu("restore", tmp_path / "b.tar.gz", "--replace", stdin="n\n").exit_code == 1
    assert Case.objects.get().subject == "改了"
    done = tingsu("restore", tmp_path / "b.tar.gz", "--replace", stdin="y\n")
    assert done.exit_code == 0 and "核对无误" in done.output
    assert Case.objects.get().subject != "改了"
    (tmp_path / "b.tar.gz").write_bytes(b"\x1f\x8b broken")
    broken = tingsu("restore", tmp_path / "b.tar.gz", "--replace", "--yes")
    assert broken.exit_code == 2 and "什么也没有改动" in broken.output


def test_doctor_prints_a_line_each_and_fails_when_something_is_bad(bank: Bank) -> None:
    done = tingsu("doctor")
    assert done.exit_code == 1, "the test site has no pages built"
    assert "✗ 网页文件" in done.output and "→ 请运行 tingsu prepare" in done.output and "✓ 数据库" in done.output
    listed = json.load(io.StringIO(tingsu("doctor", "--json").output))
    assert {"name", "state", "seen", "todo"} == set(listed[0])
