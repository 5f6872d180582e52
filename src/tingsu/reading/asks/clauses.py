"""The sentences and clauses of a text, found once and asked for often."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

_SENTENCE_END = re.compile(r"[。!?;\n]|…+|~{2,}")
_CLAUSE_END = re.compile(r"[。!?;\n,:、…]|~{2,}| {2,}")
_FAR = 120  # characters of a sentence that are looked at on either side; speech without any stop goes on for pages


class Clauses:
    """Where the clause or sentence around a place begins and ends."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._sentences = [match.end() for match in _SENTENCE_END.finditer(text)]
        self._clauses = [match.end() for match in _CLAUSE_END.finditer(text)]

    def clause_start(self, place: int) -> int:
        return self._start(self._clauses, place)

    def clause_end(self, place: int) -> int:
        """Where the clause ends, its comma or stop left out."""
        return self._end(self._clauses, place)

    def sentence_start(self, place: int) -> int:
        return self._start(self._sentences, place)

    def sentence_end(self, place: int) -> int:
        return self._end(self._sentences, place)

    def _start(self, ends: list[int], place: int) -> int:
        before = bisect_right(ends, place)
        return max(ends[before - 1] if before else 0, place - _FAR)

    def _end(self, ends: list[int], place: int) -> int:
        after = bisect_left(ends, place + 1)
        return min(ends[after] - 1 if after < len(ends) else len(self.text), place + _FAR)
