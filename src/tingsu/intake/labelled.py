"""Labelled texts from any table file, ready to be taught."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tingsu.intake.cells import clean_text
from tingsu.intake.columns import find_column, guess_columns
from tingsu.intake.rows import Reject
from tingsu.intake.tables import open_table, to_message
from tingsu.reading.learned.described import Told


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a file told; ``unread`` are rows that hold no text, ``bare`` counts rows without a label."""

    told: list[Told]
    unread: list[Reject]
    bare: int
    notices: list[str]


def read_labelled(
    path: Path,
    *,
    text: str | None,
    label: str,
    title: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    on_row: Callable[[int], None] = lambda done: None,
) -> Labelled:
    """Every row with a text and a label; ``on_row`` hears how many rows are read.

    Raises TableError and its kinds, MissingColumn where a named column is not there.
    """
    table = open_table(path, encoding=encoding, sheet=sheet)
    column = find_column(path, table.columns, label, "--label")
    plan = guess_columns(path, table.columns, table.sample, named={"text": text, "title": title})
    if not title:
        plan = replace(plan, columns={role: index for role, index in plan.columns.items() if role != "title"})
    shown = [f"text = {table.columns[plan.columns['text']]}", f"label = {table.columns[column]}"]
    told, unread, bare = list[Told](), list[Reject](), 0
    for done, row in enumerate(table.rows(), start=1):
        message = row if isinstance(row, Reject) else to_message(row, plan)
        if isinstance(message, Reject):
            unread.append(message)
        elif said := clean_text(row.cells[column] if column < len(row.cells) else None):  # type: ignore[union-attr]
            told.append(Told(message.text, said, origin=str(message.row)))
        else:
            bare += 1
        if done % 100 == 0:
            on_row(done)
    return Labelled(told, unread, bare, [*table.notices, *shown])


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, to say later what a model was taught from."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
