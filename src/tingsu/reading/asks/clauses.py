"""The sentences and clauses of a text, found once and asked for often."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cached_property, lru_cache

_SENTENCE_END = re.compile(r"[。!?;\n]|…+|~{2,}")
# In recognised speech a space stands where a stop should.
_CLAUSE_END = re.compile(r"[。!?;\n,:、…]|~{2,}| {2,}|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
# The same for texts without the odd ends: one set of characters is looked for much faster.
_SENTENCE_STOP, _CLAUSE_STOP = re.compile(r"[。!?;\n]"), re.compile(r"[。!?;\n,:、…]")
# What the bank's side says in a written-down talk, to the end of its turn.
_THEIR_TURN = re.compile(
    r"(?:^|\n)[ ]?(?:坐席|客服|工作人员|柜员|经理|大堂|银行|专员|话务员|员工|接线员|主管)[^:\n]{0,6}:[^\n]*"
)
_FAR = 120  # characters of a sentence that are looked at on either side; speech without any stop goes on for pages


@lru_cache(maxsize=128)
def clauses_of(text: str) -> Clauses:
    """The clauses of ``text``, found once for all who ask about the same text."""
    return Clauses(text)


class Clauses:
    """Where the clause or sentence around a place begins and ends."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _sentences(self) -> list[int]:
        odd = "…" in self.text or "~" in self.text
        return [match.end() for match in (_SENTENCE_END if odd else _SENTENCE_STOP).finditer(self.text)]

    @cached_property
    def _clauses(self) -> list[int]:
        odd = " " in self.text or "~" in self.text
        return [match.end() for match in (_CLAUSE_END if odd else _CLAUSE_STOP).finditer(self.text)]

    @cached_property
    def _theirs(self) -> list[tuple[int, int]]:
        talk = ":" in self.text and "\n" in self.text
        return [match.span() for match in _THEIR_TURN.finditer(self.text)] if talk else []

    def is_theirs(self, place: int) -> bool:
        """Whether the bank's side speaks at the place, in a talk written down turn by turn."""
        if not self._theirs:
            return False
        turn = bisect_right(self._theirs, (place, len(self.text))) - 1
        return turn >= 0 and place < self._theirs[turn][1]

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
