"""What a finder reports, and how reports that meet are settled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Found(NamedTuple):
    """Personal data at ``start``–``end`` of the folded text; ``valid`` is False where a checksum fails."""

    kind: str
    start: int
    end: int
    valid: bool = True


def settle(found: Iterable[Found]) -> list[Found]:
    """In order of place, without overlaps, and no character that was found is lost.

    Of two that meet the longer one names the kind (of equals the earlier source) and reaches over both.
    """
    taken: list[Found] = []
    for item in sorted(found, key=lambda one: (one.start, one.start - one.end)):
        if not taken or item.start >= taken[-1].end:
            taken.append(item)
            continue
        last = taken[-1]
        if item.end > last.end:
            main = item if item.end - item.start > last.end - last.start else last
            taken[-1] = Found(main.kind, last.start, item.end, main.valid)
    return taken
