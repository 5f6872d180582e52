"""An export of posts (CSV, Excel, JSON …) as posts: text, time, author, rating, address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tingsu.base.clock import is_plausible, local
from tingsu.intake.cells import clean_text
from tingsu.intake.columns import guess_columns, normalise_name
from tingsu.intake.rows import Reject
from tingsu.intake.tables import open_table, to_message

RATING = ("评分", "星级", "打分", "评价星级", "满意度评分", "score", "rating", "stars", "star")
ADDRESS = ("链接", "网址", "地址链接", "原文链接", "帖子链接", "url", "link", "href", "permalink")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_STARS = "★⭐"
SHORTEST_ID = 5  # characters from which a number of its own tells posts apart in every export


@dataclass(frozen=True, slots=True)
class Post:
    """One post as the export has it, unmasked. ``external_id``: "" where the export only counts its lines."""

    row: int
    text: str
    at: datetime | None
    author: str
    rating: int | None
    url: str
    unit: str
    external_id: str


def read_posts(
    path: Path, *, at: datetime, named: Mapping[str, str | None] | None = None, encoding: str | None = None
) -> Iterator[Post | Reject]:
    """Every row as a post or a Reject with its reason. A time before 1970 or after ``at`` is taken as unknown.

    ``named``: role (text, title, date, unit, customer, id) → column, as for complaints. Raises TableError.
    """
    table = open_table(path, encoding=encoding)
    plan = guess_columns(path, table.columns, table.sample, named=named)
    rating, address = _find(table.columns, RATING), _find(table.columns, ADDRESS)
    for row in table.rows():
        message = row if isinstance(row, Reject) else to_message(row, plan)
        if isinstance(row, Reject) or isinstance(message, Reject):
            yield message  # type: ignore[misc]
            continue
        yield Post(
            row=message.row,
            text=message.text,
            at=_when(message.at, at),
            author=message.customer,
            rating=read_rating(_cell(row.cells, rating)),
            url=read_address(_cell(row.cells, address)),
            unit=message.unit,
            external_id=message.external_id if len(message.external_id) >= SHORTEST_ID else "",
        )


def read_rating(cell: object) -> int | None:
    """1–5 stars from 「4」「4星」「★★★」「80分」; None where it says none of these."""
    text = clean_text(cell)
    if stars := sum(text.count(mark) for mark in _STARS):
        return min(stars, 5)
    found = _DIGITS.search(text)
    if not found:
        return None
    value = float(found[0])
    if value > 10:  # out of a hundred
        value = value / 20
    elif value > 5:  # out of ten
        value = value / 2
    return min(max(round(value), 1), 5) if value > 0 else None


def read_address(cell: object) -> str:
    """A web address; "" for anything else. What stands behind ? or # may name a person and is cut off."""
    text = clean_text(cell)
    if not re.fullmatch(r"https?://\S{3,480}", text):
        return ""
    return re.split(r"[?#]", text)[0]


def _when(moment: datetime | None, at: datetime) -> datetime | None:
    if moment is None or not is_plausible(moment):
        return None
    told = local(moment)
    return None if told > at + timedelta(days=1) else told


def _find(columns: tuple[str, ...], names: tuple[str, ...]) -> int | None:
    plain = [normalise_name(column) for column in columns]
    return next((plain.index(name) for name in names if name in plain), None)


def _cell(cells: tuple[object, ...], index: int | None) -> object:
    return cells[index] if index is not None and index < len(cells) else None
