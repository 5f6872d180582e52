"""How alike two texts are in what they say, 0–1: shared runs of characters, a learned direction, what is asked for."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

from tingsu.reading.similar.meaning import SIGNS, UNKNOWN, Profile, profile

LIKENESSES = ("singles", "pairs", "direction")
_ALMOST = 0.99  # the most that texts get which are not the same


def similarity(first: str, second: str) -> float:
    """0 (no character shared) to 1 (the same text, but for script, width, case, spaces and punctuation); symmetric.

    Trained on labelled pairs of short questions, so it orders paraphrases; it is no probability. Of a long text the
    first 1,200 and the last 400 characters are weighed.
    """
    return compare(profile(first), profile(second))


def compare(first: Profile, second: Profile) -> float:
    """``similarity`` of two texts made ready before."""
    if first.bare == second.bare:
        return 1.0
    if first.singles.keys().isdisjoint(second.singles):
        return 0.0
    if second.bare < first.bare:
        first, second = second, first  # one order of adding, so that both ways give the same to the last digit
    coefficients = first.meaning.coefficients
    lowest, highest = _ends(coefficients)
    points = coefficients["start"] + sum(
        coefficients[name] * value for name, value in likenesses(first, second).items()
    )
    return min(_ALMOST, max(0.0, (_logistic(points) - lowest) / (highest - lowest)))


def likenesses(first: Profile, second: Profile) -> dict[str, float]:
    """Each way in which two texts are alike, 0–1, and each in which they differ, -1–0."""
    roots = first.meaning.roots
    sums = list(zip(first.sums, second.sums, strict=True))
    found = {
        "singles": _overlap(first.singles, second.singles, sums[0], roots),
        "pairs": _overlap(first.pairs, second.pairs, sums[1], roots),
        "direction": max(0.0, float(first.vector @ second.vector)),
    }
    share = min(first.shortness, second.shortness)
    for name, one, other in zip(SIGNS, first.signs, second.signs, strict=True) if share else ():
        found[f"{name}:both"] = share * (one and other)
        found[f"{name}:one"] = -share * (one != other)
    return found


def _ends(coefficients: Mapping[str, float]) -> tuple[float, float]:
    """The chance of texts that share nothing, and of texts that share everything."""
    start = coefficients["start"]
    return _logistic(start), _logistic(start + sum(coefficients[name] for name in LIKENESSES))


def _overlap(first: Counter[str], second: Counter[str], sums: tuple[float, float], roots: Mapping[str, float]) -> float:
    """The shared part of both texts' runs, each by the root of its weight."""
    met = first.keys() & second.keys()
    shared = math.fsum(roots.get(run, UNKNOWN) * min(first[run], second[run]) for run in met)
    total = sums[0] + sums[1] - shared
    return shared / total if total else 0.0


def _logistic(points: float) -> float:
    return 1.0 / (1.0 + math.exp(-points))
