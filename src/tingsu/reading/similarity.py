"""How alike two texts are, by the characters and character pairs they share."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

from tingsu.reading.folding import fold

_NOISE = re.compile(r"[\W_]+")
# Words that carry no matter: two complaints do not become alike by sharing them.
_LIGHT = frozenset("的了吗呢吧啊我你他她是在就都也还有和与着过么这那个一不")


def _counts(text: str) -> tuple[Counter[str], Counter[str]]:
    plain = _NOISE.sub("", fold(text).text)
    singles = Counter(plain)
    for char in _LIGHT & singles.keys():
        singles[char] = 0
    return +singles, Counter(map("".join, pairwise(plain)))


def _cosine(first: Counter[str], second: Counter[str]) -> float:
    if not first or not second:
        return 0.0
    shared = sum(count * second[key] for key, count in first.items())
    return shared / math.sqrt(sum(c * c for c in first.values()) * sum(c * c for c in second.values()))


def similarity(first: str, second: str) -> float:
    """0 (nothing shared) to 1 (the same characters in the same order, but for width, script, case, punctuation)."""
    (singles_a, pairs_a), (singles_b, pairs_b) = _counts(first), _counts(second)
    if pairs_a == pairs_b and singles_a == singles_b:
        return 1.0
    return min(1.0, 0.5 * _cosine(singles_a, singles_b) + 0.5 * _cosine(pairs_a, pairs_b))
