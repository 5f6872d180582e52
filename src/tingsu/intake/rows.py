"""The small shapes table files are read into, and what can be wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError


@dataclass(frozen=True, slots=True)
class Flaw:
    """A cell whose content cannot be had (an uncalculated formula, ``#N/A``); ``reason`` is for the clerk."""

    reason: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A cell lying under a merged area: ``value`` stands in row ``first_row`` (1-based) of the file."""

    value: object
    first_row: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file; ``number`` is 1-based and counts every row, blank ones and header too."""

    number: int
    cells: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that could not be used. ``excerpt`` is raw text: mask it before it is shown or written."""

    number: int
    reason: str
    excerpt: str = ""


class TableError(TingsuError):
    """The file as a whole cannot be read as a table."""

    code = "table_unreadable"

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


class EmptyTable(TableError):
    """The file holds no row that could be a complaint."""

    code = "table_empty"


class UnsafeWorkbook(TableError):
    """Unpacking this file could exhaust the machine, so it was not unpacked."""

    code = "table_unsafe"


class UnknownSheet(TableError):
    """The sheet asked for is not in the workbook; ``found`` names those that are."""

    code = "table_no_sheet"

    def __init__(self, path: Path, sheet: str, found: Sequence[str]) -> None:
        text = _("没有名为“{sheet}”的工作表。文件里有：{found}。请用 --sheet 指明其中一张。")
        super().__init__(path, text.format(sheet=sheet, found="、".join(found)))
        self.sheet, self.found = sheet, tuple(found)


class MissingColumn(TableError):
    """A column that is needed or was named is not there; ``found`` names the columns, ``flag`` the option."""

    code = "table_no_column"

    def __init__(self, path: Path, flag: str, found: Sequence[str], wanted: str | None = None) -> None:
        listed = "、".join(found)
        if wanted is None:
            text = _("没有认出哪一列是投诉内容。文件里有这些列：{found}。请用 {flag} 列名 指明。")
        else:
            text = _("没有名为“{wanted}”的列。文件里有这些列：{found}。请改正 {flag} 后面的列名。")
        super().__init__(path, text.format(found=listed, flag=flag, wanted=wanted))
        self.flag, self.found, self.wanted = flag, tuple(found), wanted
