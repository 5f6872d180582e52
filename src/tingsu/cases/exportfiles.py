"""Rows into files: a sheet or CSV for people, JSON Lines or Parquet for machines; one row in memory at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from tingsu.base.files import disarm
from tingsu.cases.errors import NotPossible
from tingsu.org.pack import choices_in_force, stages_in_force

SHEET_ROWS = 1_048_575  # below the header; Excel's own limit
CELL_LENGTH = 32_767  # characters; Excel's own limit
PARQUET_STEP = 5_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the row's key, its header, what it holds, and the taxonomy that words its values."""

    id: str
    header: str
    kind: str = "text"  # text, moment, whole, money, yes_no
    taxonomy: str = ""


Write = Callable[[Path, Sequence[Column], Iterable[Row]], int]


def write_csv(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    """UTF-8 with BOM, so that Excel opens it; cells that a spreadsheet might run are disarmed."""
    word = Wording(columns)
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([column.header for column in columns])
        for row in rows:
            writer.writerow([_csv_cell(cell) for cell in word.cells(row)])
            count += 1
    return count


def write_xlsx(path: Path, columns: Sequence[Column], rows: Iterable[Row], *, title: str = "投诉工单") -> int:
    """One sheet of this title with a frozen, filterable header; texts are written as texts, so no cell is a formula."""
    import xlsxwriter

    word = Wording(columns)
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "remove_timezone": True, "tmpdir": str(path.parent)})
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 1)
    count = 0
    try:
        for place, column in enumerate(columns):
            sheet.set_column(place, place, 40 if column.id == "text" else 16)
            sheet.write_string(0, place, column.header, bold)
        for count, row in enumerate(rows, start=1):
            if count > SHEET_ROWS:
                raise NotPossible(f"Excel 一张表最多 {SHEET_ROWS} 行，请缩小范围，或导出 .csv、.parquet。")
            for place, cell in enumerate(word.cells(row)):
                _sheet_cell(sheet, count, place, cell, moment)
        sheet.autofilter(0, 0, max(count, 1), len(columns) - 1)
    finally:
        book.close()
    return count


def write_jsonl(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    """One object a line, field names and stored values."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            plain = {column.id: _json_cell(row[column.id]) for column in columns}
            file.write(json.dumps(plain, ensure_ascii=False) + "\n")
            count += 1
    return count


def write_parquet(path: Path, columns: Sequence[Column], rows: Iterable[Row]) -> int:
    """Field names and stored values, typed; a step of rows in memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "text": pa.string(),
        "moment": pa.timestamp("us", tz="Asia/Shanghai"),
        "whole": pa.int32(),
        "money": pa.decimal128(12, 2),
        "yes_no": pa.bool_(),
    }
    schema = pa.schema([(column.id, types[column.kind]) for column in columns])
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for step in _steps(rows, PARQUET_STEP):
            writer.write_table(pa.Table.from_pylist(step, schema=schema))
            count += len(step)
    return count


WRITERS: dict[str, Write] = {
    ".csv": write_csv,
    ".xlsx": write_xlsx,
    ".jsonl": write_jsonl,
    ".parquet": write_parquet,
}


class Wording:
    """Stored values as people read them: stages and taxonomy values in Chinese, yes and no as 是 and 否."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.words: dict[str, dict[str, str]] = {
            column.id: {c.id: c.name.zh for c in choices_in_force(column.taxonomy) if c.name}
            for column in columns
            if column.taxonomy
        }
        self.words["stage"] = {stage.id: stage.name.zh for stage in stages_in_force()}

    def cells(self, row: Row) -> Iterator[Any]:
        for column in self.columns:
            value = row[column.id]
            if column.kind == "yes_no":
                value = {True: "是", False: "否"}.get(value, "")
            elif words := self.words.get(column.id):
                value = words.get(value, value)
            yield value


def _csv_cell(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return disarm(cell) if isinstance(cell, str) else cell


def _sheet_cell(sheet: Any, row: int, place: int, cell: Any, moment: Any) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(row, place, cell, moment)
    elif isinstance(cell, int | Decimal):
        sheet.write_number(row, place, cell)
    elif cell:
        sheet.write_string(row, place, cell[:CELL_LENGTH])


def _json_cell(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return format(cell, "f") if isinstance(cell, Decimal) else cell


def _steps(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    source = iter(rows)
    while step := list(islice(source, size)):
        yield step
