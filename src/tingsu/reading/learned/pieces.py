"""A text cut into the pieces a linear model weighs: runs of one to four characters, words, and pairs of words."""

from __future__ import annotations

import re
from collections import Counter
from operator import add

import rjieba

HEAD, TAIL = 1500, 500  # characters of a long text that are weighed: its beginning and its end
_DIGITS = re.compile(r"[0-9]")
_WORD = "\x1f"  # stands after a word, so that a word and the same run of characters stay apart


def plain_form(folded: str) -> str:
    """Folded text with every digit as 0, place by place, and only the beginning and end of a very long one."""
    if len(folded) > HEAD + TAIL:
        folded = f"{folded[:HEAD]}\n{folded[-TAIL:]}"
    return _DIGITS.sub("0", folded)


def cut_pieces(text: str) -> list[str]:
    """Every run of one to four characters of ``text``, then its words, then its pairs of neighbouring words."""
    pairs = list(map(add, text, text[1:]))
    triples = list(map(add, pairs, text[2:]))
    words = [f"{word}{_WORD}" for word in rjieba.cut(text)]
    return [*text, *pairs, *triples, *map(add, triples, text[3:]), *words, *map(add, words, words[1:])]


def count_pieces(text: str) -> Counter[str]:
    """How often each piece stands in ``text`` (already in its plain form)."""
    return Counter(cut_pieces(text))


def is_telling(piece: str) -> bool:
    """Digits and blanks tell nothing of the matter."""
    return not any(char in "0\t\n " for char in piece)


def spoken_form(piece: str) -> str:
    """The piece as it stands in the text."""
    return piece.replace(_WORD, "")
