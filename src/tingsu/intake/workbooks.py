"""Excel workbooks (.xlsx, .xls): one sheet as rows, merged areas understood, formulas taken by their stored value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import python_calamine as calamine
from django.utils.translation import gettext as _

from tingsu.intake.rows import EmptyTable, Flaw, Merged, Row, TableError, UnknownSheet
from tingsu.intake.workbook_safety import SheetFacts, check_workbook, inspect_sheet

Corner = tuple[int, int]


@dataclass(slots=True)
class Sheet:
    """One sheet opened for reading. ``merged`` maps a covered position (0-based) to the corner that holds its value."""

    name: str
    others: tuple[str, ...]
    data: Any  # CalamineSheet
    merged: dict[Corner, Corner] = field(default_factory=dict)
    facts: SheetFacts = field(default_factory=SheetFacts)

    @property
    def height(self) -> int:
        """Rows up to the last one that holds a value, leading blank ones included."""
        return int(self.data.end[0]) + 1 if self.data.end else 0


def open_sheet(path: Path, *, sheet: str | None, zipped: bool) -> Sheet:
    """The named sheet, or the visible one with the most rows.

    Raises UnsafeWorkbook before anything is unpacked, UnknownSheet, EmptyTable, TableError (broken, password).
    """
    if zipped:
        check_workbook(path)
    book = _open_book(path)
    name = _choose_sheet(path, book, sheet, zipped)
    facts = inspect_sheet(path, name) if zipped else SheetFacts()
    data = _load(path, book, name)
    if data.end is None:
        raise EmptyTable(path, _("工作表“{sheet}”是空的，没有可读的行。").format(sheet=name))
    others = tuple(other for other in book.sheet_names if other != name)
    return Sheet(name, others, data, _cover(data), facts)


def _open_book(path: Path) -> Any:
    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except calamine.PasswordError:
        raise TableError(path, _("这个 Excel 文件加了密码。请去掉密码另存一份再试。")) from None
    except (
        calamine.CalamineError,
        calamine.ZipError,
        calamine.XmlError,
        OSError,
    ) as error:
        text = _("这个 Excel 文件打不开（{why}）。如果加了密码，请去掉密码；否则请另存一份再试。")
        raise TableError(path, text.format(why=error)) from None


def _load(path: Path, book: Any, name: str) -> Any:
    try:
        return book.get_sheet_by_name(name)
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError) as error:
        text = _("工作表“{sheet}”已损坏，读不出来（{why}）。请另存一份再试。")
        raise TableError(path, text.format(sheet=name, why=error)) from None


def _choose_sheet(path: Path, book: Any, wanted: str | None, zipped: bool) -> str:
    if wanted is not None:
        if wanted not in book.sheet_names:
            raise UnknownSheet(path, wanted, book.sheet_names)
        return wanted
    visible = [
        item.name
        for item in book.sheets_metadata
        if item.visible == calamine.SheetVisibleEnum.Visible and item.typ == calamine.SheetTypeEnum.WorkSheet
    ] or list(book.sheet_names)
    if not visible:
        raise EmptyTable(path, _("这个 Excel 文件里没有工作表。"))
    if len(visible) == 1:
        return str(visible[0])
    if zipped:
        for name in visible:
            inspect_sheet(path, name)
    return str(max(visible, key=lambda name: _load(path, book, name).total_height))


def _cover(data: Any) -> dict[Corner, Corner]:
    """Covered position → the corner holding the value, inside the used rectangle only."""
    last_row, last_column = data.end
    covered: dict[Corner, Corner] = {}
    for (top, left), (bottom, right) in data.merged_cell_ranges or []:
        for row in range(top, min(bottom, last_row) + 1):
            for column in range(left, min(right, last_column) + 1):
                if (row, column) != (top, left):
                    covered[row, column] = (top, left)
    return covered


def read_sheet(sheet: Sheet) -> Iterator[Row]:
    """Every row of the sheet, 1-based as Excel shows it; cells start at column A. Blank rows come as rows of blanks."""
    offset = int(sheet.data.start[1])
    corners: dict[Corner, object] = dict.fromkeys(sheet.merged.values())
    special = sheet.merged or sheet.facts.uncalculated or sheet.facts.errors
    for index, values in enumerate(sheet.data.iter_rows()):
        cells = [""] * offset + values if offset else values
        if special:
            cells = [_cell(sheet, corners, (index, column), value) for column, value in enumerate(cells)]
        yield Row(index + 1, tuple(cells))


def _cell(sheet: Sheet, corners: dict[Corner, object], at: Corner, value: object) -> object:
    if at in corners:
        corners[at] = value
    if at in sheet.facts.uncalculated:
        return Flaw(_("这一格是公式，文件里没有存它的结果；请在 Excel 里打开、重算并保存"))
    if at in sheet.facts.errors:
        return Flaw(_("这一格是错误值 {value}").format(value=sheet.facts.errors[at]))
    corner = sheet.merged.get(at)
    return Merged(corners[corner], corner[0] + 1) if corner else value
