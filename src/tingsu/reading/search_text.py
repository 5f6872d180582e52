"""Search form and tokens: two Chinese characters find their case, simplified or traditional.

The index keeps overlapping pairs of Chinese characters and whole Latin or digit words. A single Chinese character is
a token only where it stands alone, so a one-character query finds only such places.
"""

from __future__ import annotations

import re

from tingsu.reading.folding import fold

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_HAN}]+)|((?:(?![{_HAN}_])\w)+)")


def normalise(text: str) -> str:
    """The search form: simplified, half-width, lower-case, no invisible characters, single spaces, trimmed."""
    return " ".join(fold(text).text.split())


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]


def bigrams(text: str) -> list[str]:
    """Tokens of ``text`` for a character-bigram index, in reading order, repeats kept.

    A run of Chinese characters gives its overlapping pairs (``投诉银行`` → 投诉 诉银 银行); a run of one gives itself.
    A run of letters or digits gives one lower-case word.
    """
    tokens: list[str] = []
    for match in _RUN.finditer(fold(text).text):
        tokens.extend(_pairs(match[1]) if match[1] else [match[2]])
    return tokens


def search_terms(query: str) -> list[list[str]]:
    """What a text must hold to answer ``query``: every phrase, each a list of tokens that stand next to each other.

    ``信用卡 95588`` → [[信用, 用卡], [95588]]. Empty when nothing in the query can be searched for.
    """
    return [_pairs(match[1]) if match[1] else [match[2]] for match in _RUN.finditer(fold(query).text)]
