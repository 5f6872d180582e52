"""What a pack brings for the person who answers: scripts, objections, reply checks, coaching, the score card.

They stand beside the procedure, in ``answering/<part>/*.yaml`` of the pack's folder (a list may go on from file to
file), and are no part of what a case keeps of its pack: a better wording helps cases in flight at once.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from tingsu.packs.files import FIRST, Row, Unreadable, place, read_files
from tingsu.packs.loader import SHIPPED, PackError, find_pack, say_mistake
from tingsu.packs.wording import Part

FOLDER = "answering"
DEEPEST = 5  # packs that stand on packs
P = TypeVar("P", bound=Part)


@cache
def load_part(model: type[P], part: str, pack: str, extra: tuple[Path, ...] = ()) -> P:
    """One part of a pack, laid over the same part of the packs it stands on. Raises PackError with every mistake.

    Of lists whose members have an id the pack's own come first, then those below that it does not say again; anything
    else of its own stands instead of what is below.
    """
    folders = _standing(find_pack(pack, extra), extra)
    said = [read_part(model, part, folder) for folder in folders]
    whole = said[-1]
    for own in reversed(said[:-1]):
        whole = _lay_over(own, whole)
    return whole


def read_part(model: type[P], part: str, folder: Path) -> P:
    """What the pack in ``folder`` says itself of a part; empty where it says nothing. Raises PackError."""
    try:
        data, lines = read_files(folder / FOLDER / part, joining=True)
    except Unreadable as error:
        raise PackError(folder.name, [_within(part, row) for row in error.rows]) from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        rows = [place(e["loc"], say_mistake(e), lines) for e in error.errors()]
        raise PackError(folder.name, [_within(part, row) for row in rows]) from None


def _within(part: str, row: Row) -> Row:
    return (f"{FOLDER}/{part}/{row[0]}", *row[1:])


def _standing(folder: Path, extra: tuple[Path, ...]) -> list[Path]:
    """The pack's folder and those it stands on, nearest first."""
    found = [folder]
    while (below := _below(found[-1], extra)) and len(found) < DEEPEST:
        found.append(below)
    return found


def _below(folder: Path, extra: tuple[Path, ...]) -> Path | None:
    first = folder / FIRST
    said = yaml.load(first.read_text(encoding="utf-8-sig"), yaml.CSafeLoader) if first.is_file() else None
    name = (said or {}).get("based_on")
    roots = (folder.parent, *extra, SHIPPED)
    return next((root / name for root in roots if (root / name).is_dir()), None) if name else None


def _lay_over(own: P, below: P) -> P:
    changes = {name: _joined(getattr(own, name), getattr(below, name)) for name in own.model_fields_set}
    return below.model_copy(update=changes)


def _joined(own: Any, below: Any) -> Any:
    if not _have_ids(own) or not _have_ids(below):
        return own
    said = {member.id for member in own}
    return (*own, *(member for member in below if member.id not in said))


def _have_ids(members: Any) -> bool:
    return isinstance(members, tuple) and all(hasattr(member, "id") for member in members)
