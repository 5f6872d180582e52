"""Tables: a turn a row, both sides in one row, or a whole conversation in one cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from tingsu.intake.cells import clean_text
from tingsu.intake.rows import Reject, Row, TableError
from tingsu.intake.tables import open_table
from tingsu.quality.transcripts import fields
from tingsu.quality.transcripts.plain_text import read_plain
from tingsu.quality.transcripts.times import read_time
from tingsu.quality.transcripts.turns import Raw, Said

_ROLES = {
    "conversation": fields.CONVERSATION,
    "speaker": fields.SPEAKER,
    "text": fields.TEXT,
    "start": fields.START,
    "end": fields.END,
    "agent": fields.AGENT_NAME,
    "channel": fields.CHANNEL,
    "agent_text": fields.AGENT_TEXT,
    "customer_text": fields.CUSTOMER_TEXT,
}


class _Columns:
    """Which column is what; a role without a column has none."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self.at: dict[str, int] = {}
        for role, wanted in _ROLES.items():
            name = fields.find_name(names, wanted)
            if name is not None:
                self.at[role] = names.index(name)

    def text(self, row: Row, role: str) -> str:
        index = self.at.get(role)
        return clean_text(row.cells[index]) if index is not None and index < len(row.cells) else ""

    def time(self, row: Row, role: str) -> float | None:
        index = self.at.get(role)
        if index is None or index >= len(row.cells):
            return None
        return read_time(row.cells[index], milliseconds=fields.is_in_milliseconds(self._names[index]))


def read_rows(path: Path, *, encoding: str | None, sheet: str | None = None) -> Iterator[Raw | Reject]:
    """Every conversation of a table; rows of one conversation need not stand together. Raises TableError."""
    table = open_table(path, encoding=encoding, sheet=sheet)
    columns = _Columns(table.columns)
    if {"speaker", "text"} <= set(columns.at):
        yield from _gather(table.rows(), columns, path.stem, paired=False)
    elif {"agent_text", "customer_text"} <= set(columns.at):
        yield from _gather(table.rows(), columns, path.stem, paired=True)
    elif "text" in columns.at or len(table.columns) == 1:
        columns.at.setdefault("text", 0)
        yield from _whole(table.rows(), columns, path.stem, alone=len(table.columns) == 1)
    else:
        text = _("没有认出哪一列是说话人、哪一列是内容。文件里有这些列：{found}。请把列名改成“角色”“内容”再试。")
        raise TableError(path, text.format(found="、".join(table.columns)))


def _gather(rows: Iterable[Row | Reject], columns: _Columns, name: str, *, paired: bool) -> Iterator[Raw | Reject]:
    raws: dict[str, Raw] = {}
    for row in rows:
        if isinstance(row, Reject):
            yield row
            continue
        id_ = columns.text(row, "conversation") or name
        raw = raws.setdefault(id_, Raw(id_, []))
        raw.agent = raw.agent or ("" if paired else columns.text(row, "agent"))
        raw.channel = raw.channel or columns.text(row, "channel")
        raw.said += _pair(row, columns) if paired else [_turn(row, columns)]
    yield from raws.values()


def _pair(row: Row, columns: _Columns) -> list[Said]:
    order = sorted(("customer_text", "agent_text"), key=lambda role: columns.at[role])
    marks = {"customer_text": "客户", "agent_text": "客服"}
    said = [Said(marks[role], columns.text(row, role), line=row.number) for role in order]
    return [one for one in said if one.text]


def _turn(row: Row, columns: _Columns) -> Said:
    said = Said(columns.text(row, "speaker"), columns.text(row, "text"), line=row.number)
    try:
        said.start, said.end = columns.time(row, "start"), columns.time(row, "end")
    except ValueError as error:
        said.start = said.end = None
        said.bad_time = str(error)
    return said


def _whole(rows: Iterable[Row | Reject], columns: _Columns, name: str, *, alone: bool) -> Iterator[Raw | Reject]:
    """A conversation a cell; a file of one column without breaks in its cells is one conversation, a turn a line."""
    read = list(rows)
    cells = [(row, columns.text(row, "text")) for row in read if isinstance(row, Row)]
    yield from (row for row in read if isinstance(row, Reject))
    if alone and not any("\n" in text for _row, text in cells):
        yield from read_plain((text for _row, text in cells), name)
        return
    for row, text in cells:
        id_ = columns.text(row, "conversation") or f"{name}-{row.number}"
        for raw in read_plain(text.splitlines(), id_):
            raw.agent, raw.channel = columns.text(row, "agent"), columns.text(row, "channel")
            for one in raw.said:
                one.line = row.number
            yield raw
