"""Table files as branches really hand them over: every good row arrives with its number, every bad one with a reason."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tingsu.base.clock import SHANGHAI
from tingsu.base.errors import TingsuError
from tingsu.intake import delimited
from tingsu.intake.cells import clean_text, parse_moment
from tingsu.intake.columns import guess_columns
from tingsu.intake.encodings import detect_encoding
from tingsu.intake.rejects import disarm, rejects_csv
from tingsu.intake.rows import EmptyTable, MissingColumn, Reject, TableError, UnknownSheet, UnsafeWorkbook
from tingsu.intake.tables import Message, Table, open_table, read_messages

SAID = (
    "在柜台排队两个小时没有人理我，态度很差",
    "信用卡年费扣了三百元，事先没有告诉我",
    "手机银行转账一直失败，客服让我等",
    "理财到期没有拿到说好的收益，要求解释",
)
HEADER = ["编号", "受理时间", "网点名称", "投诉内容"]
ROWS = [[str(n), f"2026-03-0{n} 10:05", "城东支行", text] for n, text in enumerate(SAID, start=1)]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[arg-type,misc]


def take(path: Path, **options: str | None) -> tuple[Table, list[Message], list[Reject]]:
    """Open, guess, read: what the main job does."""
    table = open_table(path, encoding=options.pop("encoding", None), sheet=options.pop("sheet", None))
    plan = guess_columns(path, table.columns, table.sample, named=options)
    items = list(read_messages(table, plan))
    return (
        table,
        [item for item in items if isinstance(item, Message)],
        [item for item in items if isinstance(item, Reject)],
    )


def csv_text(rows: Sequence[Sequence[str]], mark: str = ",") -> str:
    return "".join(mark.join(row) + "\r\n" for row in rows)


def write_csv(tmp_path: Path, data: bytes | str, name: str = "台账.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))
    return path


def write_xlsx(tmp_path: Path, fill: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]) -> Path:
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        fill(book, book.add_worksheet("投诉"))
    return path


def fill_rows(sheet: xlsxwriter.worksheet.Worksheet, rows: Sequence[Sequence[object]], top: int = 0) -> None:
    for index, row in enumerate(rows):
        sheet.write_row(top + index, 0, row)


# -- encodings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le"])
def test_any_usual_encoding_is_read_without_being_told(tmp_path: Path, encoding: str) -> None:
    path = write_csv(tmp_path, csv_text([HEADER, *ROWS]), encoding=encoding)
    _table, messages, rejects = take(path)
    assert [message.text for message in messages] == list(SAID)
    assert [message.row for message in messages] == [2, 3, 4, 5]
    assert rejects == []


def test_big5_is_told_from_gbk(tmp_path: Path) -> None:
    said = "我在櫃檯排隊兩個小時沒有人理會，對銀行的服務態度非常不滿，請給我一個說法"
    path = write_csv(tmp_path, csv_text([["投訴內容"], [said]] + [[f"{said}{n}"] for n in range(5)]), encoding="big5")
    assert detect_encoding(path) == "big5"
    _table, messages, _rejects = take(path)
    assert messages[0].text == said


def test_a_wrong_encoding_asked_for_is_said_row_by_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path, csv_text([HEADER, *ROWS]), encoding="gb18030")
    with pytest.raises(TableError) as caught:
        take(path, encoding="utf-8")
    assert "第 1 行" in caught.value.message
    with pytest.raises(TableError, match="不认识编码"):
        take(path, encoding="klingon")


def test_rows_in_another_encoding_are_rejected_with_their_number_and_the_rest_kept(tmp_path: Path) -> None:
    lines = csv_text([HEADER, *ROWS]).splitlines(keepends=True)
    data = b"".join(line.encode("gb18030" if n == 3 else "utf-8") for n, line in enumerate(lines, start=1))
    _table, messages, rejects = take(write_csv(tmp_path, data))
    assert [message.row for message in messages] == [2, 4, 5]
    assert [reject.number for reject in rejects] == [3]
    assert "GB18030" in rejects[0].reason


def test_utf8_rows_inside_a_gbk_file_do_not_become_gibberish(tmp_path: Path) -> None:
    rows = [HEADER, *ROWS, *([str(n), "2026-04-01", "城西支行", "柜员让我跑了三趟都没有办成"] for n in range(5, 20))]
    lines = csv_text(rows).splitlines(keepends=True)
    data = b"".join(line.encode("utf-8" if n == 4 else "gb18030") for n, line in enumerate(lines, start=1))
    _table, messages, rejects = take(write_csv(tmp_path, data))
    assert [reject.number for reject in rejects] == [4]
    assert "UTF-8" in rejects[0].reason
    assert len(messages) == len(rows) - 2


def test_stray_bytes_cost_one_row_only(tmp_path: Path) -> None:
    data = csv_text([HEADER, *ROWS]).encode().replace("排队".encode(), b"\xff\xfe\xff")
    _table, messages, rejects = take(write_csv(tmp_path, data))
    assert [message.row for message in messages] == [3, 4, 5]
    assert rejects[0].number == 2
    assert "个字节" in rejects[0].reason


# -- CSV and text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path: Path, mark: str) -> None:
    table, messages, _rejects = take(write_csv(tmp_path, csv_text([HEADER, *ROWS], mark)))
    assert table.columns == tuple(HEADER)
    assert len(messages) == 4


def test_quoted_line_breaks_and_commas_belong_to_the_text(tmp_path: Path) -> None:
    body = '1,2026-03-01,城东支行,"第一行, 有逗号\n第二行 ""引号"""\r\n2,2026-03-02,城东支行,手续费太高了\r\n'
    _table, messages, rejects = take(write_csv(tmp_path, ",".join(HEADER) + "\r\n" + body))
    assert messages[0].text == '第一行, 有逗号\n第二行 "引号"'
    assert [message.row for message in messages] == [2, 3]
    assert rejects == []


@pytest.mark.parametrize(
    ("last", "bad"),
    [
        ("", [2]),
        ('9,2026-03-09,城东支行,"后面这条有引号"\r\n', [2]),
        ('9,2026-03-09,城东支行,"后面这条也忘了关\r\n', [2, 6]),
    ],
)
def test_an_unclosed_quote_costs_its_own_row_only(tmp_path: Path, last: str, bad: list[int]) -> None:
    lines = csv_text([HEADER, *ROWS]).splitlines(keepends=True)
    lines[1] = '1,2026-03-01,城东支行,"忘了关引号\r\n'
    _table, messages, rejects = take(write_csv(tmp_path, "".join(lines) + last))
    assert [reject.number for reject in rejects] == bad
    assert [message.row for message in messages][:3] == [3, 4, 5]


def test_unquoted_commas_are_reported_not_shifted_into_other_columns(tmp_path: Path) -> None:
    text = csv_text([HEADER, *ROWS]) + "5,2026-03-05,城东支行,先扣钱,后不认账\r\n"
    _table, messages, rejects = take(write_csv(tmp_path, text))
    assert [reject.number for reject in rejects] == [6]
    assert len(messages) == 4


def test_a_row_beyond_any_size_is_rejected_and_the_others_kept(tmp_path: Path) -> None:
    huge = ["5", "2026-03-05", "城东支行", "很长" * 60_000]
    _table, messages, rejects = take(write_csv(tmp_path, csv_text([HEADER, *ROWS, huge, ROWS[0]])))
    assert [reject.number for reject in rejects] == [6]
    assert "120000" in rejects[0].reason
    assert len(messages) == 5


def test_a_line_of_many_megabytes_is_skipped_without_being_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tingsu.intake.encodings.LONGEST_LINE", 4096)
    lines = [HEADER, ROWS[0], ["2", "2026-03-05", "城东支行", "a" * 20_000], ROWS[2]]
    _table, messages, rejects = take(write_csv(tmp_path, csv_text(lines)))
    assert [message.row for message in messages] == [2, 4]
    assert [reject.number for reject in rejects] == [3]


def test_a_runaway_quote_never_swallows_a_large_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MOST_LINES", 20)
    rows = csv_text([HEADER, *(ROWS * 30)]).splitlines(keepends=True)
    rows[1] = '1,2026-03-01,城东支行,"开了没关\r\n'
    _table, messages, rejects = take(write_csv(tmp_path, "".join(rows)))
    assert [reject.number for reject in rejects] == [2]
    assert len(messages) == 119


def test_one_text_a_line_needs_no_header(tmp_path: Path) -> None:
    path = write_csv(tmp_path, "\n".join([*SAID, '他说"没办法"，然后挂了', "", "最后一条也要读到"]), "评论.txt")
    table, messages, rejects = take(path)
    assert table.header_row is None
    assert [message.row for message in messages] == [1, 2, 3, 4, 5, 7]
    assert messages[4].text == '他说"没办法"，然后挂了'
    assert rejects == []


def test_a_csv_without_header_is_read_by_its_contents(tmp_path: Path) -> None:
    table, messages, _rejects = take(write_csv(tmp_path, csv_text(ROWS)))
    assert table.header_row is None
    assert [message.text for message in messages] == list(SAID)
    assert messages[0].at == at(2026, 3, 1, 10, 5)


def test_repeated_headers_of_joined_exports_are_no_complaints(tmp_path: Path) -> None:
    _table, messages, rejects = take(write_csv(tmp_path, csv_text([HEADER, *ROWS, HEADER, *ROWS])))
    assert len(messages) == 8
    assert [reject.number for reject in rejects] == [6]


# -- workbooks ---------------------------------------------------------------------------------------------------------


def test_a_title_merged_above_the_header_and_units_merged_beside_rows(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.merge_range(0, 0, 0, 3, "2026年第一季度投诉台账")
        fill_rows(sheet, [HEADER, *ROWS], top=1)
        sheet.merge_range(2, 2, 4, 2, "高新支行")

    table, messages, rejects = take(write_xlsx(tmp_path, fill))
    assert table.header_row == 2
    assert [(message.row, message.unit) for message in messages] == [
        (3, "高新支行"),
        (4, "高新支行"),
        (5, "高新支行"),
        (6, "城东支行"),
    ]
    assert rejects == []
    assert any("合并" in notice for notice in table.notices)


def test_a_header_of_two_storeys(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.merge_range(0, 0, 1, 0, "编号")
        sheet.merge_range(0, 1, 0, 2, "客户信息")
        sheet.merge_range(0, 3, 1, 3, "投诉内容")
        sheet.write_row(1, 1, ["客户姓名", "网点"])
        fill_rows(sheet, [["1", "王某", "城东支行", SAID[0]], ["2", "李某", "城西支行", SAID[1]]], top=2)

    table, messages, _rejects = take(write_xlsx(tmp_path, fill))
    assert table.columns == ("编号", "客户姓名", "网点", "投诉内容")
    assert [(message.row, message.customer) for message in messages] == [(3, "王某"), (4, "李某")]


def test_one_complaint_merged_over_rows_is_read_once(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        fill_rows(sheet, [HEADER, *ROWS])
        sheet.merge_range(1, 3, 2, 3, SAID[0])

    _table, messages, rejects = take(write_xlsx(tmp_path, fill))
    assert [message.row for message in messages] == [2, 4, 5]
    assert [reject.number for reject in rejects] == [3]
    assert "第 2 行" in rejects[0].reason


def test_a_formula_is_taken_by_its_stored_value_and_reported_without_one(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        fill_rows(sheet, [HEADER, *ROWS])
        sheet.write_formula(1, 3, '=A1&"等了两小时"', None, "公式拼出的投诉，等了两小时")
        sheet.write_formula(2, 3, "=VLOOKUP(A2,X:Y,2)", None, "")
        sheet.write_formula(3, 3, "=1/0", None, "#DIV/0!")

    _table, messages, rejects = take(write_xlsx(tmp_path, fill))
    assert messages[0].text == "公式拼出的投诉，等了两小时"
    assert [(reject.number, reject.reason[:7]) for reject in rejects] == [(3, "这一格是公式，"), (4, "这一格是错误值")]


def test_a_sheet_that_claims_tens_of_thousands_of_empty_rows(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        fill_rows(sheet, [HEADER, *ROWS])
        grey = book.add_format({"bg_color": "#eeeeee"})
        for row in range(5, 3000):
            sheet.write_blank(row, 0, None, grey)
        sheet.write_blank(65_202, 3, None, grey)

    _table, messages, rejects = take(write_xlsx(tmp_path, fill))
    assert (len(messages), rejects) == (4, [])


def test_real_dates_and_bare_serial_numbers(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        fill_rows(sheet, [HEADER, *ROWS])
        day = book.add_format({"num_format": "yyyy/m/d h:mm"})
        sheet.write_datetime(1, 1, at(2026, 3, 1, 9, 30).replace(tzinfo=None), day)
        sheet.write_number(2, 1, 46083.5)

    _table, messages, _rejects = take(write_xlsx(tmp_path, fill))
    assert messages[0].at == at(2026, 3, 1, 9, 30)
    assert messages[1].at == at(2026, 3, 2, 12, 0)


def test_the_fullest_visible_sheet_is_taken_and_another_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        fill_rows(book.add_worksheet("说明"), [["填表说明"]])
        fill_rows(book.add_worksheet("一季度"), [HEADER, *ROWS])
        fill_rows(book.add_worksheet("二季度"), [HEADER, ROWS[0]])
    assert len(take(path)[1]) == 4
    assert len(take(path, sheet="二季度")[1]) == 1
    with pytest.raises(UnknownSheet, match="一季度") as caught:
        take(path, sheet="三季度")
    assert caught.value.found == ("说明", "一季度", "二季度")


def bomb_sheet(path: Path, megabytes: int) -> None:
    """An .xlsx whose one sheet unpacks to so many megabytes of blanks."""
    with xlsxwriter.Workbook(str(path)) as book:
        fill_rows(book.add_worksheet("投诉"), [HEADER, *ROWS])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            if name.endswith("sheet1.xml"):
                data = data.replace(b"</sheetData>", b" " * (megabytes << 20) + b"</sheetData>")
            archive.writestr(name, data)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "炸弹.xlsx"
    bomb_sheet(path, 80)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(UnsafeWorkbook, match="压缩炸弹"):
        take(path)


def test_a_bomb_that_lies_about_its_size_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "炸弹.xlsx"
    bomb_sheet(path, 80)
    with zipfile.ZipFile(path) as archive:
        true_size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    data = path.read_bytes().replace(true_size.to_bytes(4, "little"), (4096).to_bytes(4, "little"))
    path.write_bytes(data)
    with pytest.raises(UnsafeWorkbook):
        take(path)


def test_a_value_at_the_far_corner_does_not_reserve_the_whole_plane(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        fill_rows(sheet, [HEADER, *ROWS])
        sheet.write(1_048_575, 16_383, "角落")

    with pytest.raises(UnsafeWorkbook, match="1048576"):
        take(write_xlsx(tmp_path, fill))


def test_a_broken_or_renamed_file_is_named_for_what_it_is(tmp_path: Path) -> None:
    good = write_xlsx(tmp_path, lambda book, sheet: fill_rows(sheet, [HEADER, *ROWS]))
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    with pytest.raises(TableError, match="损坏"):
        take(broken)
    renamed = tmp_path / "其实是工作簿.csv"
    renamed.write_bytes(good.read_bytes())
    assert len(take(renamed)[1]) == 4
    page = write_csv(tmp_path, "<html><table><tr><td>投诉内容</td></tr></table></html>", "导出.xls")
    with pytest.raises(TableError, match="网页表格"):
        take(page)
    with pytest.raises(TableError, match="不会读"):
        take(write_csv(tmp_path, b"%PDF-1.7 ...", "报告.pdf"))


def test_a_locked_workbook_says_so(tmp_path: Path) -> None:
    path = tmp_path / "加密.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2048)
    with pytest.raises(TableError, match="密码"):
        take(path)


# -- empty, header only, no text ---------------------------------------------------------------------------------------


def test_an_empty_file_and_a_header_alone(tmp_path: Path) -> None:
    with pytest.raises(EmptyTable, match="空的"):
        take(write_csv(tmp_path, b""))
    with pytest.raises(EmptyTable, match="只有表头"):
        take(write_csv(tmp_path, csv_text([HEADER])))
    with pytest.raises(EmptyTable, match="只有表头"):
        take(write_xlsx(tmp_path, lambda book, sheet: fill_rows(sheet, [HEADER])))
    with pytest.raises(EmptyTable):
        take(write_xlsx(tmp_path, lambda book, sheet: None))
    with pytest.raises(TableError, match="打不开"):
        take(tmp_path / "没有.csv")


def test_no_text_column_names_the_columns_and_the_flag(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path, csv_text([["编号", "金额", "日期"], ["1", "300", "2026-03-01"], ["2", "5", "2026-03-02"]])
    )
    with pytest.raises(MissingColumn) as caught:
        take(path)
    assert caught.value.found == ("编号", "金额", "日期")
    assert "--text" in caught.value.message
    assert "编号、金额、日期" in caught.value.message
    with pytest.raises(MissingColumn, match="--channel"):
        take(write_csv(tmp_path, csv_text([HEADER, *ROWS])), channel="渠道来源")


def test_rows_without_a_text_are_rejected_and_blank_rows_are_not(tmp_path: Path) -> None:
    text = csv_text([HEADER, ROWS[0], ["2", "2026-03-02", "城东支行", " "], ["", "", "", ""], ROWS[2]]) + "\r\n"
    _table, messages, rejects = take(write_csv(tmp_path, text))
    assert [message.row for message in messages] == [2, 5]
    assert [reject.number for reject in rejects] == [3]


# -- Parquet and JSON --------------------------------------------------------------------------------------------------


def test_parquet_keeps_types(tmp_path: Path) -> None:
    path = tmp_path / "投诉.parquet"
    pq.write_table(
        pa.table({"text": SAID, "created": [date(2026, 3, n) for n in range(1, 5)], "branch": ["A"] * 4}), path
    )
    table, messages, _rejects = take(path)
    assert table.expected == 4
    assert [message.row for message in messages] == [1, 2, 3, 4]
    assert messages[3].at == at(2026, 3, 4)
    assert messages[0].unit == "A"
    path.write_bytes(b"PAR1" + path.read_bytes()[4:200])
    with pytest.raises(TableError, match="Parquet"):
        take(path)


@pytest.mark.parametrize("wrap", [lambda records: records, lambda records: {"data": records, "total": 4}])
def test_json_lists_in_either_form(tmp_path: Path, wrap: Callable[[list[object]], object]) -> None:
    records: list[object] = [{"投诉标题": f"标题{n}", "投诉详情": text} for n, text in enumerate(SAID)]
    path = write_csv(tmp_path, json.dumps(wrap(records), ensure_ascii=False), "投诉.json")
    _table, messages, _rejects = take(path)
    assert messages[0].text == f"标题0\n{SAID[0]}"


def test_a_broken_line_of_jsonl_costs_that_line(tmp_path: Path) -> None:
    lines = [json.dumps({"content": text}, ensure_ascii=False) for text in SAID]
    lines[1] = lines[1][:-3]
    _table, messages, rejects = take(write_csv(tmp_path, "\n".join(lines), "投诉.jsonl"))
    assert [message.row for message in messages] == [1, 3, 4]
    assert [reject.number for reject in rejects] == [2]


def test_a_line_of_jsonl_nested_beyond_reason_costs_that_line(tmp_path: Path) -> None:
    lines = [json.dumps({"内容": f"第{n}件：柜员态度很差"}, ensure_ascii=False) for n in range(3)]
    lines.insert(1, "[" * 200_000)
    _table, messages, rejects = take(write_csv(tmp_path, "\n".join(lines), "投诉.jsonl"))
    assert (len(messages), [reject.number for reject in rejects]) == (3, [2])


# -- columns -----------------------------------------------------------------------------------------------------------


def guessed(path: Path, **named: str) -> dict[str, str]:
    table = open_table(path)
    plan = guess_columns(path, table.columns, table.sample, named=named)
    return {role: table.columns[index] for role, index in plan.columns.items()}


def test_columns_are_guessed_from_chinese_names(tmp_path: Path) -> None:
    header = [
        "工单编号",
        "留言用户",
        "留言主题",
        "留言时间",
        "留言详情",
        "答复意见",
        "答复时间",
        "来源渠道",
        "责任单位",
    ]
    long_answer = "您好，您反映的问题已转有关单位核实处理，感谢您的监督与支持，祝您生活愉快。" * 3
    rows = [
        [f"G{n}", f"A0{n}", "关于收费", f"2026/3/{n + 1} 9:05", text, long_answer, "2026/5/1", "12378", "城东支行"]
        for n, text in enumerate(SAID)
    ]
    assert guessed(write_csv(tmp_path, csv_text([header, *rows]))) == {
        "id": "工单编号",
        "customer": "留言用户",
        "title": "留言主题",
        "date": "留言时间",
        "text": "留言详情",
        "channel": "来源渠道",
        "unit": "责任单位",
    }


def test_columns_are_guessed_from_english_names(tmp_path: Path) -> None:
    header = ["id", "Date received", "Consumer complaint narrative", "Submitted via", "branch", "customer_id"]
    rows = [[str(n), f"2026-03-0{n + 1}", text, "Web", "B1", f"C{n}"] for n, text in enumerate(SAID)]
    found = guessed(write_csv(tmp_path, csv_text([header, *rows])))
    assert (found["text"], found["date"], found["channel"]) == (header[2], header[1], header[3])
    assert (found["unit"], found["customer"], found["id"]) == ("branch", "customer_id", "id")


def test_contents_decide_where_names_say_nothing(tmp_path: Path) -> None:
    header = ["字段一", "字段二", "字段三"]
    rows = [[f"K{n}", text, f"2026年3月{n + 1}日"] for n, text in enumerate(SAID)]
    found = guessed(write_csv(tmp_path, csv_text([header, *rows])))
    assert (found["text"], found["date"]) == ("字段二", "字段三")


def test_a_person_overrules_the_guess_by_name_or_number(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path, csv_text([[*HEADER, "备注"], *([*row, f"客户又来电催问进展{n}"] for n, row in enumerate(ROWS))])
    )
    assert guessed(path)["text"] == "投诉内容"
    assert guessed(path, text="备注")["text"] == "备注"
    assert guessed(path, text="5")["text"] == "备注"


def test_a_date_named_column_without_dates_is_no_date(tmp_path: Path) -> None:
    rows = [["1", "上个月", "城东支行", text] for text in SAID]
    assert "date" not in guessed(write_csv(tmp_path, csv_text([HEADER, *rows])))


# -- cells -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2020年1月3日", at(2020, 1, 3)),
        ("2020/1/3 10:05", at(2020, 1, 3, 10, 5)),
        ("2020.01.03 10:05:09", at(2020, 1, 3, 10, 5, 9)),
        ("２０２０－０１－０３", at(2020, 1, 3)),
        ("2020年1月3日 下午3点20分", at(2020, 1, 3, 15, 20)),
        ("二〇二〇年十二月三十一日", at(2020, 12, 31)),
        ("二〇二〇年十月二十日", at(2020, 10, 20)),
        ("20200103", at(2020, 1, 3)),
        (20200103.0, at(2020, 1, 3)),
        (43833, at(2020, 1, 3)),
        ("43833.5", at(2020, 1, 3, 12)),
        ("2020-01-02T18:05:00Z", at(2020, 1, 3, 2, 5)),
        ("2020-01-03T10:05:00+08:00", at(2020, 1, 3, 10, 5)),
        (date(2020, 1, 3), at(2020, 1, 3)),
    ],
)
def test_dates_as_people_write_them(cell: object, expected: datetime) -> None:
    assert parse_moment(cell) == expected


@pytest.mark.parametrize(
    "cell", ["1月3日", "1/3/2020", "2020-13-01", "2020-02-30", "", None, True, 12, "13812345678", "昨天"]
)
def test_what_names_no_day_is_no_date(cell: object) -> None:
    assert parse_moment(cell) is None


def test_cells_lose_only_what_nobody_can_see() -> None:
    assert clean_text(" \n\t\t\t 第一段 \t 话_x000D_\n\n  第二段\u200b ") == "第一段 话\n第二段"
    assert clean_text(188006.0) == "188006"
    assert clean_text(None) == ""


@given(st.text(max_size=40))
def test_cleaning_text_is_stable(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


# -- rejects -----------------------------------------------------------------------------------------------------------


def test_the_rejects_file_is_masked_and_holds_no_live_formula() -> None:
    rejects = [Reject(3, "坏行", '=HYPERLINK("x")'), Reject(9, "坏行", "我的手机13812345678，联系我")]
    text = rejects_csv(rejects)
    assert text.startswith("\ufeff行号,")
    assert "'=HYPERLINK" in text
    assert "13812345678" not in text


@given(st.text(max_size=20))
def test_no_cell_starts_like_a_formula(value: str) -> None:
    assert not disarm(value).startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


def test_every_refusal_is_a_house_error_with_a_chinese_message(tmp_path: Path) -> None:
    with pytest.raises(TingsuError) as caught:
        take(write_csv(tmp_path, b"\x89PNG\r\n\x1a\n", "照片.png"))
    assert any("\u4e00" <= char <= "\u9fff" for char in caught.value.message)


def test_xls_written_by_other_programs(tmp_path: Path) -> None:
    """openpyxl writes inline differently from xlsxwriter; both are common."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    sheet["D3"] = "=CONCAT(A1,B1)"
    path = tmp_path / "台账.xlsx"
    book.save(path)
    _table, messages, rejects = take(path)
    assert [message.row for message in messages] == [2, 4, 5]
    assert [reject.number for reject in rejects] == [3]


def test_a_masked_name_is_nobodys_key(tmp_path: Path) -> None:
    rows = [[f"柜员态度很差，要求道歉并说明情况{i}", "张**", f"K{i:03d}"] for i in range(6)]
    path = write_csv(tmp_path, csv_text([["投诉内容", "客户姓名（已遮盖）", "客户代号"], *rows]))
    assert [message.customer for message in take(path)[1]][:2] == ["K000", "K001"]
    without = write_csv(tmp_path, csv_text([["投诉内容", "客户姓名"], *(row[:2] for row in rows)]), name="b.csv")
    assert {message.customer for message in take(without)[1]} == {""}
