"""Where the header of a table is, if it has one: below a merged title, in two storeys, or nowhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tingsu.intake.cells import clean_text, parse_moment
from tingsu.intake.columns import BY_KEY, is_known_name, normalise_name
from tingsu.intake.rows import Merged, Row

_SEARCHED = 10  # first rows looked at
_SENTENCE = re.compile(r"[。！？!?，,；;]")


@dataclass(frozen=True, slots=True)
class Header:
    """Column names; ``row`` is the 1-based row they stand in, None where the file has none."""

    names: tuple[str, ...]
    row: int | None


def find_header(rows: Sequence[Row]) -> Header:
    """The header among the first rows. Without one, columns are called 第1列, 第2列 …"""
    filled = [row for row in rows if any(clean_text(cell) for cell in row.cells)]
    width = max((len(row.cells) for row in filled), default=0)
    place = _by_known_names(filled[:_SEARCHED])
    if place is None and _looks_like_header(filled):
        place = 0
    if place is None:
        return Header(tuple(_("第{n}列").format(n=n + 1) for n in range(width)), None)
    above = filled[place - 1] if place else None
    return Header(_names(filled[place], above, width), filled[place].number)


def _is_label(cell: object) -> bool:
    text = clean_text(cell)
    return 0 < len(text) <= 40 and not _SENTENCE.search(text) and parse_moment(cell) is None and not _is_number(text)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.,]+%?", text) is not None


def _known(row: Row) -> int:
    """How many cells name a role; cells merged sideways count once."""
    return sum(
        is_known_name(cell) and not (isinstance(cell, Merged) and cell.first_row == row.number) for cell in row.cells
    )


def _by_known_names(rows: Sequence[Row]) -> int | None:
    candidates = [
        (place, _known(row))
        for place, row in enumerate(rows)
        if all(_is_label(cell) for cell in row.cells if clean_text(cell))
    ]
    place, hits = max(candidates, key=lambda pair: pair[1], default=(0, 0))
    if hits >= 2:
        return place
    alone = place == 0 and hits == 1 and len(rows) > 0
    return place if alone and (len(rows[0].cells) > 1 or _is_whole_name(rows[0])) else None


def _is_whole_name(row: Row) -> bool:
    """A one-column file has a header only if its first line is a header's name and nothing else."""
    return normalise_name(row.cells[0]) in BY_KEY["text"].exact


def _looks_like_header(rows: Sequence[Row]) -> bool:
    """A first row of short, different labels over a body of another nature (numbers, dates, long text)."""
    if len(rows) < 2 or len(rows[0].cells) < 2:
        return False
    labels = [clean_text(cell) for cell in rows[0].cells]
    if len(set(labels)) < len(labels) or not all(_is_label(cell) for cell in rows[0].cells):
        return False
    return any(
        _differs(labels[index], [row.cells[index : index + 1] for row in rows[1:]]) for index in range(len(labels))
    )


def _differs(label: str, body: Sequence[tuple[object, ...]]) -> bool:
    cells = [cell[0] for cell in body if cell and clean_text(cell[0])]
    if not cells:
        return False
    other = sum(_is_number(clean_text(cell)) or parse_moment(cell) is not None for cell in cells)
    longer = sum(len(clean_text(cell)) > 2 * len(label) + 4 for cell in cells)
    return max(other, longer) >= 0.8 * len(cells)


def _names(row: Row, above: Row | None, width: int) -> tuple[str, ...]:
    """Names of all columns: blank ones numbered, repeated ones told apart by the group above them or by a number."""
    own = [clean_text(cell).replace("\n", "") for cell in row.cells] + [""] * (width - len(row.cells))
    names = [name or _("第{n}列").format(n=index + 1) for index, name in enumerate(own)]
    counts = Counter(names)
    seen: Counter[str] = Counter()
    result = []
    for index, name in enumerate(names):
        group = clean_text(above.cells[index]) if above and index < len(above.cells) else ""
        full = f"{group}/{name}" if counts[name] > 1 and group and group != name else name
        seen[full] += 1
        result.append(full if seen[full] == 1 else f"{full}({seen[full]})")
    return tuple(result)
