"""What two texts say in the same words, as spans in both originals: the proof shown beside a likeness."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from tingsu.reading.similar.forms import place_bare

SHORTEST = 6  # characters without punctuation; shorter runs are shared by chance
MOST = 12
_SEED = 4  # characters; every passage holds such runs, which are looked up
_PLACES = 12  # of one run that are tried; a run that stands everywhere says nothing
_LONGEST = 20_000  # characters of each text that are looked at


@dataclass(frozen=True, slots=True)
class Span:
    """``text[start:end]`` of the original."""

    start: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Passage:
    """One wording that stands in both texts."""

    first: Span
    second: Span


def matching_passages(first: str, second: str, *, shortest: int = SHORTEST, most: int = MOST) -> list[Passage]:
    """The longest wordings ``first`` and ``second`` share, at most ``most``, in the order of the first text.

    Alike but for script, width, case, spaces and punctuation; none overlaps another in either text. ``shortest``
    counts letters and characters. Time grows with the lengths only.
    """
    one, other = place_bare(first, _LONGEST), place_bare(second, _LONGEST)
    chosen = _without_overlaps(_runs(one.text, other.text, shortest), most)
    return [Passage(Span(*one.origin(a, a + size)), Span(*other.origin(b, b + size))) for a, b, size in sorted(chosen)]


def _runs(one: str, other: str, shortest: int) -> list[tuple[int, int, int]]:
    """(place in one, place in other, length): from left to right through ``other``, the longest run at each place."""
    seed = min(_SEED, shortest)
    where: dict[str, list[int]] = defaultdict(list)
    for place in range(len(one) - seed + 1):
        places = where[one[place : place + seed]]
        if len(places) < _PLACES:
            places.append(place)
    runs, at = [], 0
    while at <= len(other) - seed:
        found = [(_extend(one, other, a, at, seed), a) for a in where.get(other[at : at + seed], ())]
        size, a = max(found, key=lambda run: (run[0], -run[1]), default=(0, 0))
        if size >= shortest:
            runs.append((a, at, size))
        at += max(size - seed + 1, 1)
    return runs


def _extend(one: str, other: str, a: int, b: int, size: int) -> int:
    """How far the run that begins at ``a`` and ``b`` goes; doubling steps, so that long runs cost little."""
    most = min(len(one) - a, len(other) - b)
    step = 32
    while size < most:
        step = min(step, most - size)
        if one[a + size : a + size + step] == other[b + size : b + size + step]:
            size += step
            step *= 2
        elif step == 1:
            break
        else:
            step //= 2
    return size


def _without_overlaps(runs: list[tuple[int, int, int]], most: int) -> list[tuple[int, int, int]]:
    chosen: list[tuple[int, int, int]] = []
    for a, b, size in sorted(runs, key=lambda run: (-run[2], run[0])):
        if len(chosen) == most:
            break
        if all((a + size <= x or x + n <= a) and (b + size <= y or y + n <= b) for x, y, n in chosen):
            chosen.append((a, b, size))
    return chosen
