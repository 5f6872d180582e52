"""What leaves the house: masked, within reach, harmless to spreadsheets, and with a trace of who took it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from tests.make import MONDAY, Bank, case, walk
from tingsu.base.files import CannotWrite
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.exporting import COLUMNS, count_cases, export_cases
from tingsu.cases.queue import Filters
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry
from tingsu.org.permissions import NotAllowed

ALL = Filters(state="all")
PLANTED = ("13912345678", "110101199003070011", "欧阳修远", "6222021234567890123", "ouyang@example.com", "柳如烟")
TEXT = (
    "我叫欧阳修远，柜员柳如烟让我填表，欧阳修远三个字都写错。电话13912345678，身份证110101199003070011，"
    "卡号6222021234567890123，邮箱ouyang@example.com。要求道歉。"
)


def plant(bank: Bank) -> None:
    made = case(
        bank,
        text=TEXT,
        name="欧阳修远",
        phone="13912345678",
        subject="欧阳修远投诉柳如烟",
        key_point="来电13912345678",
        accused_person="柳如烟",
        external_id="ID-13912345678",
        source="热线",
    )
    made.customer.id_no, made.customer.account_no = PLANTED[1], PLANTED[3]
    made.customer.email, made.customer.address = PLANTED[4], "北京市海淀区中关村大街1号院2号楼"
    made.customer.save()
    made = walk(made, bank)
    made.findings += "欧阳修远所述属实"
    made.answer += "已致电13912345678，欧阳修远认可"
    made.save()


def content(path: Path) -> str:
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).active
        assert sheet is not None
        return "\n".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl", "parquet"])
def test_no_planted_phone_id_card_or_name_leaves_the_house(bank: Bank, tmp_path: Path, ending: str) -> None:
    plant(bank)
    path = tmp_path / f"out.{ending}"
    assert export_cases(ALL, path, by=bank.handler).cases == 1
    told = content(path)
    assert "要求道歉" in told, "the text itself is there"
    assert [secret for secret in (*PLANTED, "中关村大街") if secret in told] == []
    assert path.stat().st_mode & 0o077 == 0


def test_a_sheet_for_people_has_chinese_headers_and_wordings(bank: Bank, tmp_path: Path) -> None:
    walk(case(bank), bank)
    path = tmp_path / "out.csv"
    export_cases(ALL, path, by=bank.handler)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = list(csv.DictReader(file))
    assert (row["环节"], row["渠道"], row["认定"], row["答复逾期"]) == ("已结案", "柜台", "成立", "否")
    assert (row["实付金额（元）"], row["收到时间"], row["主办部门"]) == ("300.00", "2026-11-09 10:00", "江州分行")


def test_a_file_for_machines_keeps_field_names_and_stored_values(bank: Bank, tmp_path: Path) -> None:
    made = walk(case(bank), bank)
    export_cases(ALL, tmp_path / "out.jsonl", by=bank.handler)
    export_cases(ALL, tmp_path / "out.parquet", by=bank.handler)
    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert list(row) == [column.id for column in COLUMNS]
    assert (row["number"], row["stage"], row["channel"], row["emotion"]) == (
        made.number,
        "closed",
        "counter",
        made.emotion,
    )
    (typed,) = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert typed["received_at"] == MONDAY and typed["answered_late"] is False


@pytest.mark.parametrize("live", ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1+1"])
def test_no_cell_is_a_formula(bank: Bank, tmp_path: Path, live: str) -> None:
    case(bank, subject=live, text=f"{live} 态度很差", accused_person=live[:1] + "柳")
    export_cases(ALL, tmp_path / "out.csv", by=bank.handler)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "＝"))] == []
    export_cases(ALL, tmp_path / "out.xlsx", by=bank.handler)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    assert [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_one_takes_out_what_one_may_see_and_asked_for(bank: Bank, tmp_path: Path) -> None:
    case(bank, by=bank.clerk)
    case(bank, by=bank.other_clerk, phone="13800009999")
    assert count_cases(ALL, by=bank.handler) == 2
    assert export_cases(ALL, tmp_path / "a.csv", by=bank.manager).cases == 1, "a branch's manager sees the branch"
    assert export_cases(Filters(unit="B2"), tmp_path / "b.csv", by=bank.handler).cases == 1
    assert export_cases(Filters(q="走开", state="all"), tmp_path / "c.csv", by=bank.handler).cases == 2
    with pytest.raises(NotAllowed):
        export_cases(ALL, tmp_path / "d.csv", by=bank.clerk)
    assert not (tmp_path / "d.csv").exists()


@pytest.mark.parametrize(
    "filters", [Filters(state="opn"), Filters(since="2026-13-01"), Filters(unit="NO"), Filters(business="信用")]
)
def test_a_misspelt_filter_takes_nothing_out(bank: Bank, tmp_path: Path, filters: Filters) -> None:
    case(bank)
    with pytest.raises(Incomplete):
        export_cases(filters, tmp_path / "a.csv", by=bank.handler)
    assert not list(tmp_path.glob("*.csv")) and not AccessEntry.objects.exists()


def test_an_export_leaves_a_sealed_line_without_the_name_searched_for(bank: Bank, tmp_path: Path) -> None:
    case(bank)
    done = export_cases(Filters(state="all", q="13800001234"), tmp_path / "a.csv", by=bank.auditor)
    entry = AccessEntry.objects.get()
    assert (entry.what, entry.by, entry.detail["cases"], entry.detail["sha256"]) == (
        "export",
        bank.auditor,
        1,
        done.sha256,
    )
    assert "13800001234" not in json.dumps(entry.detail)
    assert list(verify_access_log()) == []


def test_removed_and_moved_lines_of_the_log_show(bank: Bank, tmp_path: Path) -> None:
    for name in "abc":
        export_cases(ALL, tmp_path / f"{name}.csv", by=bank.auditor)
    AccessEntry.objects.filter(seq=2).delete()
    assert [place for place, _what in verify_access_log()] == [2]


def test_a_place_that_cannot_be_written_changes_nothing(bank: Bank, tmp_path: Path) -> None:
    case(bank)
    with pytest.raises(CannotWrite):
        export_cases(ALL, tmp_path / "no folder" / "a.csv", by=bank.handler)
    with pytest.raises(NotPossible):
        export_cases(ALL, tmp_path / "a.docx", by=bank.handler)
    assert list(tmp_path.iterdir()) == [] and not AccessEntry.objects.exists()
