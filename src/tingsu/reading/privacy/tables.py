"""Names in tables: a header names the column, the rows below hold the names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tingsu.reading.privacy.found import Found
from tingsu.reading.privacy.name_shapes import Trust, is_han, name_end

_PEOPLE = (
    "(?:客户|投诉人|联系人|经办人|收款人|付款人|被投诉人|申请人|员工|柜员|持卡人|投保人|收件人|登记人|户主|负责人|处理人"
    "|主办人|当事人|来访人|接待人|来信人|来电人|反映人|举报人|经办|复核)"
)
_HEADER = re.compile(f"{_PEOPLE}(?:姓名|户名|名字|名称)?|姓名|户名|名字|名称|name")
# A cell that heads names, between splitters: nearly every line is let go by this one look.
_HEADER_CELL = re.compile(f'(?:^|[,|;/ ]) {{0,3}}"?(?:{_HEADER.pattern})(?=$|[,|;/ "])', re.MULTILINE)
_SPLITTERS = (",", "|", ";", "/", " ")
_MOST_COLUMNS, _WIDEST, _LONGEST = 60, 12, 2_000  # cells of a header line, characters of one and of all

Header = tuple[str, list[int], int]  # splitter, columns that hold names, how many columns


def read_header(line: str) -> Header | None:
    """How to read the rows below a folded line that heads a table with names; None where it heads none."""
    if len(line) > _LONGEST or _HEADER_CELL.search(line) is None or any(char.isdigit() for char in line):
        return None
    for splitter in _SPLITTERS:
        cells = _cells(line, splitter) if 0 < line.count(splitter) < _MOST_COLUMNS else []
        if cells and all(end - start <= _WIDEST for start, end in cells):
            named = [n for n, (start, end) in enumerate(cells) if end > start and _HEADER.fullmatch(line[start:end])]
            if named:
                return splitter, named, len(cells)
    return None


def find_in_tables(text: str) -> Iterator[Found]:
    """Names in the rows below a header of folded ``text``."""
    if "\n" not in text or _HEADER_CELL.search(text) is None:
        return
    header: Header | None = None
    place = 0
    for line in text.split("\n"):
        if header is not None:
            yield from _find_in_row(text, line, place, header)
        goes_on = header is not None and (not line or line.count(header[0]) + 1 >= header[2])  # \r\n folds to two ends
        header = read_header(line) or (header if goes_on else None)
        place += len(line) + 1


def _find_in_row(text: str, line: str, place: int, header: Header) -> Iterator[Found]:
    splitter, columns, count = header
    cells = _cells(line, splitter)
    if len(cells) < count:  # more where a cell holds commas, full-width ones among them
        return
    trust = Trust.FIELD if len(cells) == count else Trust.FORM  # then only what looks like a name
    for column in columns:
        start, end = (place + edge for edge in cells[column])
        if 2 <= end - start <= _WIDEST and is_han(text[start]) and name_end(text, start, trust) == end:
            yield Found("姓名", start, end)


def _cells(line: str, splitter: str) -> list[tuple[int, int]]:
    """Start and end of each cell, blanks and quotes around it left out."""
    cells, start = [], 0
    for part in line.split(splitter):
        inner = part.strip(' "')
        offset = part.find(inner) if inner else 0
        cells.append((start + offset, start + offset + len(inner)))
        start += len(part) + len(splitter)
    return cells
