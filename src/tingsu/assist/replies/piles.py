"""Too much of one thing: exclamation marks, and words of the trade that customers do not know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tingsu.assist.replies.finding import Finding
from tingsu.assist.replies.plain import Plain
from tingsu.assist.replies.rules import ReplyRules
from tingsu.assist.replies.wordings import MOST, tell
from tingsu.reading.folding import fold
from tingsu.reading.privacy.words import one_of

_MARKS = re.compile("[!！]{2,}")
_MARK = re.compile("[!！]")
FEW_MARKS, FEW_WORDS = 3, 3  # from so many on in a draft, in a sentence


def find_piles(plain: Plain, rules: ReplyRules) -> Iterator[Finding]:
    """Marks in a row or three in a draft; three different words of the trade in a sentence."""
    marks, jargon = rules.told("exclamations"), rules.told("jargon")
    if marks is not None and (span := _marks(plain.draft)):
        yield tell(marks, marks.kind, plain, *span)
    if jargon is None or not rules.checks.jargon:
        return
    words, told = _words(rules.checks.jargon), 0
    for start, end in plain.sentences:
        said = list(words.finditer(plain.text, start, end))
        if len({one[0] for one in said}) >= FEW_WORDS and told < MOST:
            told += 1
            yield tell(jargon, jargon.kind, plain, *plain.origin(said[0].start(), said[-1].end()))


def _marks(draft: str) -> tuple[int, int] | None:
    if row := _MARKS.search(draft):
        return row.span()
    found = list(_MARK.finditer(draft))
    return found[-1].span() if len(found) >= FEW_MARKS else None


@lru_cache(maxsize=16)
def _words(jargon: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(one_of(fold(word).text for word in jargon))
