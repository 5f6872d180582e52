"""Personal data found and masked (PIPL: show the least that the work needs)."""

from __future__ import annotations

from collections.abc import Iterable

from tingsu.reading.folding import Folded, fold
from tingsu.reading.identifiers import Found, find_identifiers
from tingsu.reading.people import find_people
from tingsu.reading.types import PersonalDatum

_ROUNDS = 4  # a mask may uncover a cue beside it; after this many passes nothing new has ever been seen


def _without_overlaps(found: Iterable[Found]) -> list[Found]:
    """In order of place; where two overlap the longer one stays, of equals the earlier source."""
    taken: list[Found] = []
    for item in sorted(found, key=lambda one: (one.start, one.start - one.end)):
        if taken and item.start < taken[-1].end:
            if item.end - item.start > taken[-1].end - taken[-1].start:
                taken[-1] = item
            continue
        taken.append(item)
    return taken


def find_in(folded: Folded) -> tuple[PersonalDatum, ...]:
    """Personal data of a text already folded, in order, without overlaps."""
    found = _without_overlaps([*find_identifiers(folded.text), *find_people(folded.text)])
    return tuple(
        PersonalDatum(item.kind, *folded.origin(item.start, item.end), item.masked, item.valid) for item in found
    )


def find_personal_data(text: str) -> tuple[PersonalDatum, ...]:
    """Personal data in ``text``: kind, place, what to show instead, and whether its checksum holds."""
    return find_in(fold(text))


def apply_masks(text: str, data: Iterable[PersonalDatum]) -> str:
    """``text`` with every datum replaced by its mask."""
    parts: list[str] = []
    place = 0
    for datum in data:
        parts += (text[place : datum.start], datum.masked)
        place = datum.end
    return "".join((*parts, text[place:]))


def mask_found(text: str, data: tuple[PersonalDatum, ...]) -> str:
    """The masked text given what was found in it; masking the result again changes nothing."""
    for _ in range(_ROUNDS):
        if not data:
            return text
        text = apply_masks(text, data)
        data = find_personal_data(text)
    return text


def mask(text: str) -> str:
    """``text`` with personal data masked in a readable shape: 138****5678, 张**, 6222 **** **** 1234.

    Order numbers, sums and dates stay. ``mask(mask(text)) == mask(text)``.
    """
    return mask_found(text, find_personal_data(text))
