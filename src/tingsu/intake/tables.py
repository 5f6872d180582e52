"""Any table file a branch may hand over, as rows with the numbers they have in the file.

    >>> table = open_table(Path("投诉台账.xlsx"))          # doctest: +SKIP
    >>> plan = guess_columns(table.path, table.columns, table.sample)   # doctest: +SKIP
    >>> for item in read_messages(table, plan): ...        # doctest: +SKIP

What a file is, its first bytes say; its name only decides among texts (.txt, .csv, .json).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from tingsu.intake.cells import clean_text, parse_moment
from tingsu.intake.columns import ColumnPlan
from tingsu.intake.delimited import find_layout, read_delimited
from tingsu.intake.headers import Header, find_header
from tingsu.intake.records import json_fields, open_parquet, read_json, read_parquet
from tingsu.intake.rows import EmptyTable, Flaw, Merged, Reject, Row, TableError
from tingsu.intake.workbooks import Sheet, open_sheet, read_sheet

SUFFIXES = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".parquet",
    ".json",
    ".jsonl",
    ".ndjson",
)
SAMPLE_ROWS = 300
LONGEST_TEXT = 50_000  # characters; a longer cell is a mishap of the export, not a complaint


@dataclass(slots=True)
class Table:
    """A table file opened for reading.

    ``columns``: names, in order. ``header_row``: where they stand, None without a header. ``sample``: first rows of
    the body. ``expected``: rows the body will have at most, None where only reading tells. ``notices``: what the
    clerk should know, in Chinese.
    """

    path: Path
    kind: str
    columns: tuple[str, ...]
    header_row: int | None
    sample: tuple[Row, ...]
    read: Callable[[], Iterator[Row | Reject]]
    expected: int | None = None
    notices: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Row | Reject]:
        """The body from its start, blank rows left out; can be asked for again."""
        header = None
        for item in self.read():
            if isinstance(item, Row):
                if self.header_row is not None and item.number <= self.header_row:
                    header = item.cells if item.number == self.header_row else None
                    continue
                if not any(clean_text(cell) for cell in item.cells) and not _has_flaw(item):
                    continue
                if header is not None and item.cells == header:
                    yield Reject(item.number, _("这一行是重复的表头"))
                    continue
            yield item


@dataclass(frozen=True, slots=True)
class Message:
    """One complaint text from a file, with what the file says about it. ``row`` is its number in the file."""

    row: int
    text: str
    at: datetime | None = None
    channel: str = ""
    unit: str = ""
    customer: str = ""
    external_id: str = ""


def open_table(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> Table:
    """Open a table file and find its columns; the body is not read yet.

    Raises TableError and its kinds (EmptyTable, UnsafeWorkbook, UnknownSheet) with a Chinese message.
    """
    head = _head(path)
    if head.startswith(b"PK\x03\x04"):
        return _from_workbook(path, open_sheet(path, sheet=sheet, zipped=True))
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _from_workbook(path, open_sheet(path, sheet=sheet, zipped=False))
    if head.startswith(b"PAR1"):
        return _from_parquet(path)
    _refuse_others(path, head)
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return _from_json(path, encoding)
    return _from_text(path, encoding)


def read_messages(table: Table, plan: ColumnPlan) -> Iterator[Message | Reject]:
    """Each row of the table as a Message, or as a Reject with the reason; in file order, nothing left out."""
    for item in table.rows():
        yield item if isinstance(item, Reject) else to_message(item, plan)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        text = _("打不开文件 {path}（{why}）。请核对路径和权限。")
        raise TableError(path, text.format(path=path, why=error.strerror or error)) from None
    if not head.strip():
        raise EmptyTable(path, _("文件 {name} 是空的。").format(name=path.name))
    return head


def _refuse_others(path: Path, head: bytes) -> None:
    """A text reader must not be let loose on pictures, PDFs and saved web pages."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        text = _("{name} 其实是网页表格，不是 {suffix} 文件。请用 Excel 或 WPS 打开后另存为 .xlsx 再试。")
        raise TableError(path, text.format(name=path.name, suffix=path.suffix))
    known = start.startswith((b"%pdf", b"\x89png", b"\xff\xd8\xff", b"rar!", b"7z\xbc\xaf", b"\x1f\x8b"))
    if known or path.suffix.lower() not in SUFFIXES:
        text = _("不会读 {name} 这种文件。能读的有 CSV、Excel（.xlsx、.xls）、Parquet、JSON 和每行一条的 .txt。")
        raise TableError(path, text.format(name=path.name))


def _from_workbook(path: Path, sheet: Sheet) -> Table:
    notices = [_("读取工作表“{sheet}”").format(sheet=sheet.name)]
    if sheet.others:
        notices[0] += _("；文件里还有：{others}").format(others="、".join(sheet.others))
    if sheet.merged:
        notices.append(_("有 {n} 个单元格被合并覆盖，取合并区左上角的值").format(n=len(sheet.merged)))
    if flaws := len(sheet.facts.uncalculated):
        notices.append(_("有 {n} 个公式没有存结果，按空格处理").format(n=flaws))
    table = _with_header(path, "xlsx", lambda: read_sheet(sheet), notices)
    table.expected = sheet.height
    return table


def _from_parquet(path: Path) -> Table:
    file = open_parquet(path)
    columns = tuple(file.schema_arrow.names)
    table = _with_columns(path, "parquet", columns, lambda: read_parquet(open_parquet(path), path))
    table.expected = file.metadata.num_rows
    return table


def _from_json(path: Path, encoding: str | None) -> Table:
    columns = json_fields(path, encoding=encoding)
    return _with_columns(path, "json", columns, lambda: read_json(path, columns, encoding=encoding))


def _from_text(path: Path, encoding: str | None) -> Table:
    layout = find_layout(path, encoding=encoding)
    shown = {"\t": "Tab", None: ""}.get(layout.delimiter, layout.delimiter)
    notices = [_("编码 {encoding}").format(encoding=layout.encoding.removesuffix("-sig").upper())]
    notices[0] += _("，分隔符 {mark}").format(mark=shown) if shown else _("，每行一条")
    return _with_header(path, "csv", lambda: read_delimited(path, layout), notices)


def _with_header(
    path: Path,
    kind: str,
    read: Callable[[], Iterator[Row | Reject]],
    notices: list[str],
) -> Table:
    first = [item for item in islice(read(), SAMPLE_ROWS + 10) if isinstance(item, Row)]
    header = find_header(first)
    return _finish(path, kind, header, read, notices)


def _with_columns(
    path: Path,
    kind: str,
    columns: tuple[str, ...],
    read: Callable[[], Iterator[Row | Reject]],
) -> Table:
    return _finish(path, kind, Header(columns, None), read, [])


def _finish(
    path: Path,
    kind: str,
    header: Header,
    read: Callable[[], Iterator[Row | Reject]],
    notices: list[str],
) -> Table:
    table = Table(path, kind, header.names, header.row, (), read, notices=notices)
    rejects: list[Reject] = []
    sample: list[Row] = []
    for item in table.rows():
        (sample if isinstance(item, Row) else rejects).append(item)  # type: ignore[arg-type]
        if len(sample) == SAMPLE_ROWS:
            break
    if not sample:
        raise EmptyTable(path, _nothing(header, rejects))
    table.sample = tuple(sample)
    return table


def _nothing(header: Header, rejects: list[Reject]) -> str:
    if rejects:
        text = _("没有一行能读：共 {n} 行有问题，第 {row} 行：{reason}。")
        return text.format(n=len(rejects), row=rejects[0].number, reason=rejects[0].reason)
    if header.row is not None:
        return _("文件只有表头（第 {row} 行），没有数据行。").format(row=header.row)
    return _("文件里没有数据行。")


def _has_flaw(row: Row) -> bool:
    return any(isinstance(cell, Flaw) for cell in row.cells)


def to_message(row: Row, plan: ColumnPlan) -> Message | Reject:
    """One row as a Message, or as a Reject where it holds no complaint text that can be used."""
    cell = plan.cell(row, "text")
    if isinstance(cell, Flaw):
        return Reject(row.number, cell.reason)
    if isinstance(cell, Merged) and cell.first_row != row.number:
        return Reject(
            row.number,
            _("投诉内容与第 {row} 行合并为一格，只读一次").format(row=cell.first_row),
        )
    text, title = clean_text(cell), clean_text(plan.cell(row, "title"))
    if len(text) > LONGEST_TEXT:
        reason = _("投诉内容有 {n} 字，超过 {most} 字，不像一条投诉")
        return Reject(row.number, reason.format(n=len(text), most=LONGEST_TEXT), text[:200])
    if not text and not title:
        return Reject(row.number, _("这一行没有投诉内容"))
    return Message(
        row=row.number,
        text=text if title in text else f"{title}\n{text}".strip(),
        at=parse_moment(plan.cell(row, "date")),
        channel=clean_text(plan.cell(row, "channel")),
        unit=clean_text(plan.cell(row, "unit")),
        customer=clean_text(plan.cell(row, "customer")),
        external_id=clean_text(plan.cell(row, "id")),
    )
