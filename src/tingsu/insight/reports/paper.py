"""A report as plain data: sections of sentences and tables; page, Word and Excel show nothing that is not in it.

A table may name columns of its own to be drawn, so that a picture cannot differ from the figures beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Linked:
    """A value that leads somewhere in the product: a count to its complaints, a title to its page."""

    value: Value
    href: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn of a table: ``columns`` by number, over the labels in column 0; bars lie down where ``flat``."""

    kind: Literal["line", "bar"]
    columns: tuple[int, ...]
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One table; its ``id`` is the chart's on the page and unlike any other in the report. ``note`` names its base."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: list[list[Value | Linked]]
    note: str = ""
    empty: str = ""
    picture: Picture | None = None

    def plain(self) -> Iterator[list[Value]]:
        """The rows as bare values."""
        for row in self.rows:
            yield [bare(cell) for cell in row]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under one heading."""

    id: str
    title: str
    words: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole report. ``about``: what it covers, counted from what, made when; ``doubts``: what to keep in mind."""

    kind: str
    key: str
    title: str
    scope: str
    since: date
    until: date
    made_at: datetime
    about: list[str]
    doubts: list[str]
    sections: list[Section]

    def tables(self) -> Iterator[Table]:
        """Every table in order."""
        for section in self.sections:
            yield from section.tables


def bare(cell: Value | Linked) -> Value:
    """The value of a cell."""
    return cell.value if isinstance(cell, Linked) else cell


def to_json(paper: Paper) -> dict[str, Any]:
    """The report as it is kept."""
    kept = asdict(paper)
    for name in ("since", "until", "made_at"):
        kept[name] = kept[name].isoformat()
    return kept


def from_json(kept: dict[str, Any]) -> Paper:
    """The report as it was made."""
    return Paper(
        **{name: kept[name] for name in ("kind", "key", "title", "scope", "about", "doubts")},
        since=date.fromisoformat(kept["since"]),
        until=date.fromisoformat(kept["until"]),
        made_at=datetime.fromisoformat(kept["made_at"]),
        sections=[_section(one) for one in kept["sections"]],
    )


def _section(kept: dict[str, Any]) -> Section:
    return Section(kept["id"], kept["title"], list(kept["words"]), [_table(one) for one in kept["tables"]])


def _table(kept: dict[str, Any]) -> Table:
    drawn = kept["picture"]
    picture = Picture(drawn["kind"], tuple(drawn["columns"]), drawn["flat"]) if drawn else None
    rows = [[Linked(**cell) if isinstance(cell, dict) else cell for cell in row] for row in kept["rows"]]
    plain = {name: kept[name] for name in ("id", "title", "note", "empty")}
    return Table(**plain, columns=tuple(kept["columns"]), rows=rows, picture=picture)
