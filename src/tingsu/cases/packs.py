"""The pack a case goes by, and what the pack may ask of a case by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tingsu.cases.models import Case, Event
from tingsu.org.pack import pack_of_edition
from tingsu.packs.level_checks import SEVERAL
from tingsu.packs.schema import Pack
from tingsu.reading import normalise

MOVED = "move_edition"  # the event that moves a case to another edition of its pack


def pack_of(case: Case) -> Pack:
    """The pack as it was when the case began, or as it was when the case was moved to a later edition."""
    return pack_of_edition(case.edition, case.pack)


def packs_over(case: Case, events: Iterable[Event]) -> Iterator[tuple[Event, Pack]]:
    """Each event with the pack the case went by when it happened: a case may have been moved to a later edition.

    What was recorded before editions were kept is told by the pack the case goes by now.
    """
    told = sorted(events, key=lambda event: event.seq)
    first = next((event.data["left"] for event in told if event.kind == MOVED), case.edition)
    pack = pack_of_edition(first, case.pack)
    for event in told:
        if event.kind == MOVED:
            pack = pack_of_edition(event.data["edition"], case.pack)
        yield event, pack


def held_value(case: Case, name: str) -> str:
    """What the case holds under ``name``: a field of every case, else a detail this pack asks for; "" for neither."""
    if name in _FIELDS:
        return str(getattr(case, name))
    return str(case.details.get(name, ""))


def held_values(case: Case, name: str) -> list[str]:
    """What the case holds under ``name``, as a list: one value, or those of a field that holds several."""
    if name in SEVERAL:
        return [str(value) for value in getattr(case, name)]
    held = case.details.get(name) if name not in _FIELDS else None
    return [str(value) for value in held] if isinstance(held, list) else [held_value(case, name)]


def told_of(pack: Pack, taxonomy: str, read: str, text: str) -> str:
    """``read``, what the reader said, where the pack's list has it; else the value whose words the text says most.

    A list none of whose values brings words is left to people: "" then, and where no word is said.
    """
    known = pack.find_taxonomy(taxonomy)
    if known is None or known.choice(read) is not None:
        return read if known else ""
    plain = normalise(text)
    best, most = "", 0
    for choice in known.values:
        said = sum(len(word) for word in choice.words if normalise(word) in plain)
        if said > most:
            best, most = choice.id, said
    return best


def say_in_pack(reading: dict[str, Any], pack: Pack, text: str) -> None:
    """Change a reading, as JSON, to what the pack's own lists say of business and cause; what it read is left out."""
    for name in ("business", "cause"):
        read = reading[name]["value"] or ""
        told = told_of(pack, name, read, text)
        if told != read:
            reading[name] = {**reading[name], "value": told or None, "evidence": []}


_FIELDS = frozenset(field.name for field in Case._meta.concrete_fields)
