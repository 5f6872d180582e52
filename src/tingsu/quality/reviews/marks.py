"""Marks: what a person or the machine says of one point, and what the points of a conversation come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

YES, PART, NO, NA = MARKS = ("yes", "part", "no", "na")
_WORTH = {YES: 1.0, PART: 0.5, NO: 0.0}


def mark_of(got: float | None, of: float) -> str:
    """The mark a score comes to: all of it, some of it, nothing; ``na`` where it could not be judged."""
    if got is None or of <= 0:
        return NA
    if got >= of:
        return YES
    return PART if got > 0 else NO


def machine_marks(points: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Point → mark, of points as a conversation keeps them."""
    return {point["id"]: mark_of(point["got"], point["of"]) for point in points}


def share_of(marks: Mapping[str, str], points: Iterable[Mapping[str, Any]]) -> float | None:
    """What marks come to, 0–1, each point by its weight; None where none of them could be judged."""
    got = of = 0.0
    for point in points:
        mark = marks.get(point["id"], NA)
        if mark != NA:
            got += _WORTH[mark] * point["of"]
            of += point["of"]
    return got / of if of else None
