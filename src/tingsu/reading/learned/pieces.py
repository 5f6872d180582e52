"""A text cut into the pieces a linear model weighs: runs of characters, and for a site's models words as well."""

from __future__ import annotations

import re
from collections import Counter
from operator import add

import rjieba

HEAD, TAIL = 1500, 500  # characters of a long text that are weighed: its beginning and its end
_DIGITS = re.compile(r"[0-9]")
_LONE = re.compile("[\ud800-\udfff]")  # halves of a character, which the word cutter refuses
_WORD = "\x1f"  # stands after a word, so that a word and the same run of characters stay apart


def plain_form(folded: str) -> str:
    """Folded text with every digit as 0, place by place, and only the beginning and end of a very long one."""
    if len(folded) > HEAD + TAIL:
        folded = f"{folded[:HEAD]}\n{folded[-TAIL:]}"
    return _DIGITS.sub("0", folded)


def cut_runs(text: str) -> list[str]:
    """Every run of one to four characters of ``text``: what the shipped model weighs."""
    pairs = list(map(add, text, text[1:]))
    triples = list(map(add, pairs, text[2:]))
    return [*text, *pairs, *triples, *map(add, triples, text[3:])]


def cut_words(text: str) -> list[str]:
    """The words of ``text``, joined again as long as it."""
    words: list[str] = rjieba.cut(_LONE.sub(" ", text))
    return words


def cut_pieces(text: str) -> list[str]:
    """The runs of ``text``, its words, and its pairs of neighbouring words: what a site's models weigh."""
    words = [f"{word}{_WORD}" for word in cut_words(text)]
    return [*cut_runs(text), *words, *map(add, words, words[1:])]


def count_pieces(text: str) -> Counter[str]:
    """How often each piece stands in ``text`` (already in its plain form)."""
    return Counter(cut_pieces(text))


def is_telling(piece: str) -> bool:
    """Digits and blanks tell nothing of the matter."""
    return not any(char in "0\t\n " for char in piece)


def spoken_form(piece: str) -> str:
    """The piece as it stands in the text."""
    return piece.replace(_WORD, "")
