"""A report as an Excel book: every table a sheet, with a chart where it has a picture; no formulas."""

from __future__ import annotations

import io
import math
import re
from typing import Any

from django.utils.translation import gettext as _

from tingsu.cases.exportfiles import CELL_LENGTH
from tingsu.insight.reports.paper import Paper, Table

NAME = 31  # characters of a sheet's name; Excel's own limit
WIDEST, NARROWEST = 60, 10  # characters of a column
_REFUSED = re.compile(r"[\[\]:*?/\\']")


def excel_of(paper: Paper) -> bytes:
    """The book: a sheet that says what it is, then the tables in order."""
    import xlsxwriter

    held = io.BytesIO()
    book = xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    looks = _looks(book)
    names = _sheet_names(paper)
    _write_about(book.add_worksheet(_("说明")), paper, looks)
    for table, name in zip(paper.tables(), names, strict=True):
        _write_table(book, name, table, looks)
    book.set_properties({"title": paper.title})
    book.close()
    return held.getvalue()


def _looks(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "bold": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "whole": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "part": book.add_format({"num_format": "#,##0.0#", "valign": "top"}),
        "quiet": book.add_format({"font_color": "#666666", "text_wrap": True}),
    }


def _sheet_names(paper: Paper) -> list[str]:
    """A name for each table, as Excel takes them: short, without its signs, none twice."""
    names: list[str] = []
    taken = {_("说明").lower()}
    for no, table in enumerate(paper.tables(), start=1):
        name = f"{no} " + _REFUSED.sub(" ", table.title)
        name = name[:NAME].strip()
        assert name.lower() not in taken
        taken.add(name.lower())
        names.append(name)
    return names


def _write_about(sheet: Any, paper: Paper, looks: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, paper.title, looks["title"])
    row = 1
    for words in (*paper.about, *paper.doubts):
        sheet.write_string(row, 0, words, looks["text"])
        row += 1
    for section in paper.sections:
        sheet.write_string(row, 0, section.title, looks["bold"])
        row += 1
        for words in section.words:
            sheet.write_string(row, 0, words, looks["text"])
            row += 1


def _write_table(book: Any, name: str, table: Table, looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    rows = list(table.plain())
    for place, header in enumerate(table.columns):
        sheet.set_column(place, place, _width(header, [row[place] for row in rows]))
        sheet.write_string(0, place, header, looks["bold"])
    for no, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            _write_cell(sheet, no, place, value, looks)
    below = len(rows) + 2
    for words in (table.empty if not rows else "", table.note):
        if words:
            sheet.write_string(below, 0, words, looks["quiet"])
            below += 1
    if table.picture and rows:
        sheet.insert_chart(below + 1, 0, _chart(book, name, table, len(rows)))


def _write_cell(sheet: Any, row: int, place: int, value: Any, looks: dict[str, Any]) -> None:
    if isinstance(value, int | float) and math.isfinite(value):
        sheet.write_number(row, place, value, looks["whole" if isinstance(value, int) else "part"])
    elif isinstance(value, str):
        sheet.write_string(row, place, value[:CELL_LENGTH], looks["text"])


def _chart(book: Any, name: str, table: Table, rows: int) -> Any:
    """A chart of Excel's own over the sheet's cells, so that a changed cell changes it."""
    assert table.picture is not None
    kind = "line" if table.picture.kind == "line" else "bar" if table.picture.flat else "column"
    chart = book.add_chart({"type": kind})
    for column in table.picture.columns:
        chart.add_series(
            {"name": [name, 0, column], "categories": [name, 1, 0, rows, 0], "values": [name, 1, column, rows, column]}
        )
    chart.set_title({"name": table.title, "name_font": {"size": 12}})
    chart.set_size({"width": 720, "height": max(300, 26 * rows + 120) if table.picture.flat else 320})
    if table.picture.flat:
        chart.set_y_axis({"reverse": True})
    if len(table.picture.columns) == 1:
        chart.set_legend({"none": True})
    return chart


def _width(header: str, values: list[Any]) -> int:
    """Chinese signs take the room of two."""
    longest = max([_room(header), *(_room(str(value)) for value in values if value is not None)])
    return max(NARROWEST, min(WIDEST, longest + 2))


def _room(words: str) -> int:
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in words)
