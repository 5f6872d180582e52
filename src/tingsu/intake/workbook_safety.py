"""Looking into an .xlsx before it is opened: how big it unpacks, how far it sprawls, which formulas have no value.

An .xlsx is a zip of XML. Its stated sizes may lie and a cell at XFD1048576 makes a reader reserve the whole plane,
so both are measured here, streaming, before anything is handed to the reader.
"""

from __future__ import annotations

import copy
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from django.utils.translation import gettext as _

from tingsu.intake.rows import TableError, UnsafeWorkbook

MOST_BYTES = 1 << 30  # unpacked, all parts together
MOST_RATIO = (
    400  # unpacked to packed, for parts beyond SMALL_PART; real sheets stay near 10, empty styled ones near 100
)
SMALL_PART = 32 << 20
MOST_CELLS = 60_000_000  # of the rectangle that holds all values
MOST_PARTS = 10_000
_CHUNK = 1 << 20
_CELL_REF = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"')


@dataclass(slots=True)
class SheetFacts:
    """What the cells of one sheet are beyond their values; positions are (row, column), 0-based."""

    uncalculated: set[tuple[int, int]] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def check_workbook(path: Path) -> None:
    """Refuse an .xlsx that is broken or would unpack beyond reason.

    Reads every XML part once, streaming, holding one chunk. Raises UnsafeWorkbook, TableError.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(path, archive)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        text = _("这个 Excel 文件已损坏，打不开（{why}）。请在 Excel 或 WPS 里打开后另存一份再试。")
        raise TableError(path, text.format(why=error)) from None


def _check_parts(path: Path, archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise UnsafeWorkbook(
            path,
            _("压缩包里有 {n} 个部件，不是正常的 Excel 文件，没有打开。").format(n=len(parts)),
        )
    total = 0
    for part in parts:
        if part.file_size > MOST_BYTES:
            raise _too_big(path, part.file_size)
        if part.filename.lower().endswith((".xml", ".rels", ".vml", ".bin")):
            total += _measure(path, archive, part, MOST_BYTES - total)


def _measure(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """The part's true unpacked size, whatever its header claims."""
    size = 0
    for chunk in _chunks(archive, part, left + _CHUNK):
        if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
            raise UnsafeWorkbook(path, _("文件里有 XML 实体定义，正常的 Excel 文件没有，没有打开。"))
        size += len(chunk)
        if size > left or (size > SMALL_PART and size > MOST_RATIO * max(1, part.compress_size)):
            raise _too_big(path, size)
    return size


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    honest = copy.copy(part)
    honest.file_size = limit  # zipfile stops reading at the stated size; state one that hides nothing
    with archive.open(honest) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _too_big(path: Path, size: int) -> UnsafeWorkbook:
    text = _(
        "这个 Excel 文件解开后超过 {size} MB，而文件本身只有 {packed} KB，像是压缩炸弹，没有打开。"
        "如果它确实是正常文件，请在 Excel 里另存为 CSV 再试。"
    )
    return UnsafeWorkbook(path, text.format(size=size >> 20, packed=path.stat().st_size >> 10))


def inspect_sheet(path: Path, sheet: str) -> SheetFacts:
    """Formulas without a value and error cells of one sheet; refuses a sheet whose values lie absurdly far apart."""
    facts = SheetFacts()
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        if part is None:
            return facts
        sprawling, suspicious = _skim(archive, part)
        if sprawling or suspicious:
            box = _scan(archive, part, facts)
            if box[0] * box[1] > MOST_CELLS:
                text = _(
                    "工作表“{sheet}”的内容散布到第 {row} 行、第 {column} 列，装不下。请删掉远处的零星单元格后再试。"
                )
                raise UnsafeWorkbook(path, text.format(sheet=sheet, row=box[0], column=box[1]))
    return facts


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The archive path of a sheet, found through the workbook's relations. Entities were refused before."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
        rels = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except (KeyError, ElementTree.ParseError):
        return None
    targets = {rel.get("Id"): rel.get("Target", "") for rel in rels}
    for node in book.iter():
        if node.tag.endswith("}sheet") and node.get("name") == sheet:
            key = next((value for name, value in node.items() if name.endswith("}id")), None)
            target = targets.get(key, "")
            name = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
            return name if name in archive.namelist() else None
    return None


def _skim(archive: zipfile.ZipFile, part: str) -> tuple[bool, bool]:
    """Fast look: may the cells sprawl too far, is there any formula or error cell."""
    rows = columns = 0
    suspicious = False
    rest = b""
    for chunk in _chunks(archive, archive.getinfo(part), MOST_BYTES):
        data = rest + chunk
        suspicious = suspicious or re.search(rb'<(?:\w+:)?f[\s/>]|t="e"', data) is not None
        refs = _CELL_REF.findall(data)
        if refs:
            columns = max(columns, *(_column_number(name) for name in {ref[0] for ref in refs}))
            rows = max(rows, int(refs[-1][1]), int(refs[0][1]))
        rest = data[-200:]
    return rows * columns > MOST_CELLS, suspicious


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


class _CellScan:
    """Expat handlers that walk the cells of a sheet; ``box`` is the (rows, columns) that hold values."""

    def __init__(self, facts: SheetFacts) -> None:
        self.facts = facts
        self.box = (0, 0)
        self._at = (0, 0)
        self._kind = ""
        self._formula = self._in_value = False
        self._value = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            self._begin(attributes)
        elif name == "f":
            self._formula = True
        elif name in ("v", "t"):
            self._in_value = True

    def _begin(self, attributes: dict[str, str]) -> None:
        found = re.fullmatch(r"([A-Z]{1,3})(\d{1,7})", attributes.get("r", ""))
        self._at = (int(found[2]) - 1, _column_number(found[1].encode()) - 1) if found else (-1, -1)
        self._kind, self._formula, self._value = attributes.get("t", ""), False, ""

    def text(self, data: str) -> None:
        if self._in_value:
            self._value += data[:64]

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in ("v", "t"):
            self._in_value = False
        elif name == "c":
            self._finish()

    def _finish(self) -> None:
        if self._value or self._formula:
            self.box = (
                max(self.box[0], self._at[0] + 1),
                max(self.box[1], self._at[1] + 1),
            )
        if self._kind == "e":
            self.facts.errors[self._at] = self._value
        elif self._formula and not self._value and self._kind != "str":
            self.facts.uncalculated.add(self._at)


def _scan(archive: zipfile.ZipFile, part: str, facts: SheetFacts) -> tuple[int, int]:
    walker = _CellScan(facts)
    parser: Any = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    for chunk in _chunks(archive, archive.getinfo(part), MOST_BYTES):
        parser.Parse(chunk, False)
    return walker.box
