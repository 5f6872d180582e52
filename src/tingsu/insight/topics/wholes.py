"""Which runs of characters read as phrases: whole words side by side, one of them saying something, nobody's name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import rjieba

from tingsu.insight.report.phrases import EDGE, TALKING

LONGEST = 6
MOST_WORDS = 3
# ICTCLAS tags: what a phrase may be made of, begin with, and end with. nr is a person: never.
_SAYS = ("n", "v", "a", "i", "l", "j", "s")
_LOOSE = ("nr", "vi", "ad", "vd")
_BEGINS = (*_SAYS, "b")
_INNER = (*_BEGINS, "d", "m", "q", "f")
_LEVELS = frozenset("省市区县州镇乡村路栋期号楼")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_EMPTY = frozenset("是有没说去来做让请想要会能可到给被看问找叫称为对望盼及还只打用") | {"没有"}


def count_wholes(texts: Sequence[str]) -> Counter[str]:
    """In how many of the texts each phrase of one to three whole words stands as such."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(find_wholes(text))
    return counts


def find_wholes(text: str) -> set[str]:
    """Phrases of 2–6 characters made of whole words, each once."""
    found: set[str] = set()
    before: list[tuple[str, str]] = []
    cut = False
    for word, tag in rjieba.tag(text):
        if not _CHINESE.fullmatch(word) or tag.startswith("nr"):
            before, cut = [], word[-1:].isalnum()
            continue
        if cut and word[0] in _LEVELS:  # 市 of "A市": what follows the masked name is no phrase with it
            cut = False
            continue
        cut = False
        before = [*before[-(MOST_WORDS - 1) :], (word, tag)]
        for start in range(len(before)):
            phrase = "".join(one for one, _tag in before[start:])
            if 2 <= len(phrase) <= LONGEST and reads_well(before[start:]):
                found.add(phrase)
    return found


def reads_well(words: Sequence[tuple[str, str]]) -> bool:
    """Whether these words, with their tags, make a phrase that can stand by itself."""
    (first, opening), (last, closing) = words[0], words[-1]
    if not opening.startswith(_BEGINS) or not closing.startswith(_SAYS):
        return False
    if first[0] in EDGE or last[-1] in EDGE or any(word in TALKING for word, _tag in words):
        return False
    if len(words) > 1 and (first in _EMPTY or last in _EMPTY):
        return False
    if any(not tag.startswith(_INNER) for _word, tag in words[1:-1]):
        return False
    return any(len(word) > 1 and tag.startswith(_SAYS) and not tag.startswith(_LOOSE) for word, tag in words)
