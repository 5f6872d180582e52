"""Reads a Word table: its columns, merged cells, borders and row heights."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from docx.oxml.ns import qn

from tingsu.documents.printing.pieces import Cell, Paragraph, Row, Table
from tingsu.documents.printing.styles import first, twips

if TYPE_CHECKING:
    from tingsu.documents.printing.word import Reader

SIDES = {"top": "top", "bottom": "bottom", "left": "left", "start": "left", "right": "right", "end": "right"}
_UPRIGHT: dict[str, Any] = {"center": "horizon", "bottom": "bottom"}
EIGHTHS = 8  # of a point, in which borders are measured


def read_table(element: Any, reader: Reader, part: Any) -> Table:
    """One table, the tables in its cells included."""
    layers = reader.styles.table_layers(element.find(qn("w:tblPr")))
    grid = element.find(qn("w:tblGrid"))
    widths = [twips(column.get(qn("w:w"))) for column in ([] if grid is None else grid.findall(qn("w:gridCol")))]
    table = Table(widths, [])
    align = first(layers, "w:jc")
    if align is not None and align.get(qn("w:val")) in ("center", "right"):
        table.align = align.get(qn("w:val"))
    frame = _Frame(first(layers, "w:tblBorders"), len(widths))
    rows = element.findall(qn("w:tr"))
    open_cells: dict[int, Cell] = {}
    for index, source in enumerate(rows):
        frame.is_first, frame.is_last = index == 0, index == len(rows) - 1
        table.rows.append(_row(source, reader, part, open_cells, frame))
    if not any(widths):
        _guess_widths(table)
    return table


@dataclass(slots=True)
class _Frame:
    """The borders a table gives its cells."""

    borders: Any
    columns: int
    is_first: bool = False
    is_last: bool = False

    def around(self, column: int, columns: int) -> dict[str, float]:
        """Side → width for a cell of the current row."""
        return {
            "top": self._width("w:top" if self.is_first else "w:insideH"),
            "bottom": self._width("w:bottom" if self.is_last else "w:insideH"),
            "left": self._width("w:left" if column == 0 else "w:insideV"),
            "right": self._width("w:right" if column + columns >= self.columns else "w:insideV"),
        }

    def _width(self, name: str) -> float:
        return 0.0 if self.borders is None else _width(self.borders, name)


def _row(source: Any, reader: Reader, part: Any, open_cells: dict[int, Cell], frame: _Frame) -> Row:
    properties = source.find(qn("w:trPr"))
    row = Row([])
    if properties is not None:
        height = properties.find(qn("w:trHeight"))
        row.height = twips(None if height is None else height.get(qn("w:val")))
        row.header = properties.find(qn("w:tblHeader")) is not None
        row.whole = properties.find(qn("w:cantSplit")) is not None
    column = 0
    for cell in source.iter(qn("w:tc")):
        if cell.getparent() is not source and cell.getparent().tag != qn("w:sdtContent"):
            continue  # of a table inside
        column += _cell(cell, column, row, reader, part, open_cells, frame)
    return row


def _cell(
    source: Any, column: int, row: Row, reader: Reader, part: Any, open_cells: dict[int, Cell], frame: _Frame
) -> int:
    """Put one cell into its row, or one more row into the cell above that it is merged with; returns its columns."""
    properties = source.find(qn("w:tcPr"))
    span = _read(properties, "w:gridSpan")
    columns = int(span) if span.isdecimal() else 1
    merged = None if properties is None else properties.find(qn("w:vMerge"))
    if merged is not None and merged.get(qn("w:val")) != "restart" and column in open_cells:
        open_cells[column].rows += 1
        return columns
    fill = "" if properties is None else _attribute(properties.find(qn("w:shd")), "w:fill")
    made = Cell(
        reader.blocks(source, part) or [Paragraph()],
        column,
        columns,
        fill=fill if re.fullmatch(r"[0-9A-Fa-f]{6}", fill) else "",
        upright=_UPRIGHT.get(_read(properties, "w:vAlign"), "top"),
        borders=frame.around(column, columns) | _own_borders(properties),
    )
    open_cells.pop(column, None)
    if merged is not None:
        open_cells[column] = made
    row.cells.append(made)
    return columns


def _own_borders(properties: Any) -> dict[str, float]:
    borders = None if properties is None else properties.find(qn("w:tcBorders"))
    if borders is None:
        return {}
    return {
        side: _width(borders, f"w:{name}") for name, side in SIDES.items() if borders.find(qn(f"w:{name}")) is not None
    }


def _width(borders: Any, name: str) -> float:
    found = borders.find(qn(name))
    if found is None or found.get(qn("w:val")) in ("nil", "none"):
        return 0.0
    size = found.get(qn("w:sz")) or "4"
    return max(float(size) / EIGHTHS, 0.25) if size.replace(".", "", 1).isdecimal() else 0.5


def _guess_widths(table: Table) -> None:
    columns = max((cell.column + cell.columns for row in table.rows for cell in row.cells), default=1)
    table.widths = [0.0] * columns


def _read(properties: Any, tag: str) -> str:
    return "" if properties is None else _attribute(properties.find(qn(tag)), "w:val")


def _attribute(element: Any, name: str) -> str:
    return "" if element is None else str(element.get(qn(name)) or "")
