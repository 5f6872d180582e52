"""Concept grammars made ready: a pattern of tokens (``packs.reply_checks``) becomes one bounded expression.

A sentence is tried only against patterns of which it holds a word for every token, so most cost one look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tingsu.base.errors import TingsuError
from tingsu.reading.folding import fold
from tingsu.reading.privacy.words import one_of
from tingsu.reading.trie import Trie, codes_of

STOP = ",:"
FIGURE = "[0-9零〇一二两三四五六七八九十百千万亿]"
_GAP = re.compile(r"(\.\.|~)(\d{1,2})")
_MAYBE = re.compile(r"\(([^()]*)\)")


class BadPattern(TingsuError):
    """A pattern cannot be read; ``pattern`` and ``why`` say which and what is wrong."""

    code = "bad_pattern"

    def __init__(self, pattern: str, why: str) -> None:
        self.pattern, self.why = pattern, why
        super().__init__(f"检查规则里的句式「{pattern}」写得不对：{why}")


@dataclass(frozen=True)
class Pattern:
    """An expression, and the sets of words of which a sentence must hold one each, a bit a set."""

    expression: re.Pattern[str]
    needs: int
    written: str


def spell_out(word: str) -> Iterator[str]:
    """没(有)办法 → 没办法, 没有办法; folded."""
    match = _MAYBE.search(word)
    if match is None:
        yield fold(word).text
        return
    for inner in ("", match[1]):
        yield from spell_out(word[: match.start()] + inner + word[match.end() :])


class Grammar:
    """Patterns compiled one by one, which share the looking for words."""

    def __init__(self, slots: Mapping[str, Iterable[str]]) -> None:
        self._slots = {name: self._words(words) for name, words in slots.items()}
        self._sets: dict[frozenset[str], int] = {}
        self._ready: tuple[Trie, list[int]] | None = None
        self._known: dict[str, Pattern] = {}

    def compile(self, pattern: str, *, widely: bool = False) -> Pattern:
        """``widely``: a gap at the end takes all it may, for patterns that clear what they meet. Raises BadPattern."""
        written = f"{pattern} widely" if widely else pattern
        if written not in self._known:
            parts, needs = [], 0
            for token in pattern.split():
                part, words = self._piece(token, pattern)
                parts.append(part)
                if words:
                    needs |= 1 << self._sets.setdefault(words, len(self._sets))
            if not needs:
                raise BadPattern(pattern, "至少要有一个不可省略的词")
            if widely and _GAP.fullmatch(pattern.split()[-1]):
                parts[-1] = parts[-1].removesuffix("?")
            self._known[written] = Pattern(re.compile("".join(parts)), needs, pattern)
            self._ready = None
        return self._known[written]

    def found(self, text: str) -> tuple[list[int], list[int]]:
        """Places of ``text`` where words of patterns begin, and for each the sets it belongs to, as bits; unordered."""
        if self._ready is None:
            self._ready = self._make_ready()
        trie, bits = self._ready
        places, words = trie.find(codes_of(text))
        return places.tolist(), [bits[word] for word in words.tolist()]

    def _make_ready(self) -> tuple[Trie, list[int]]:
        bits: dict[str, int] = {}
        for words, number in self._sets.items():
            for word in words:
                bits[word] = bits.get(word, 0) | 1 << number
        return Trie(list(bits)), list(bits.values())

    def _piece(self, piece: str, pattern: str) -> tuple[str, frozenset[str] | None]:
        """The expression of a piece, and the words of which one must be there."""
        if piece == "^":
            return f"(?:(?<=[{STOP}。!?;\\n])|(?<![\\s\\S]))", None
        if piece == "$":
            return f"(?=[{STOP}。!?;\\n]|$)", None
        if piece == "?":
            return r"\?", None
        if piece == "#":
            return f"{FIGURE}{{1,12}}", None
        if gap := _GAP.fullmatch(piece):
            stops = STOP if gap[1] == ".." else ""
            return f"[^{stops}。!?;\\n]{{0,{gap[2]}}}?", None
        if piece.startswith("<!"):
            return "".join(f"(?<!{re.escape(word)})" for word in self._chosen(piece[2:], pattern)), None
        if piece.startswith("!"):
            return f"(?!{one_of(self._chosen(piece[1:], pattern))})", None
        optional = piece.endswith("?")
        words = self._chosen(piece.removesuffix("?"), pattern)
        return (f"(?:{one_of(words)})" + ("?" if optional else "")), (None if optional else frozenset(words))

    def _chosen(self, token: str, pattern: str) -> list[str]:
        words: list[str] = []
        for part in token.split("|"):
            if part.startswith("@"):
                if part[1:] not in self._slots:
                    raise BadPattern(pattern, f"没有名为「{part[1:]}」的词组")
                words += self._slots[part[1:]]
            else:
                words += spell_out(part)
        if any("(" in word or ")" in word or "?" in word for word in words):
            raise BadPattern(pattern, "括号里不能有 |，? 只能写在最后")
        if not all(words):
            raise BadPattern(pattern, "有空的词")
        return words

    def _words(self, words: Iterable[str]) -> list[str]:
        return sorted({spelled for word in words for spelled in spell_out(word)})


def first_match(patterns: Sequence[Pattern], text: str, held: int) -> re.Match[str] | None:
    """The first of ``patterns`` that meets ``text``, of which the sets of words in ``held`` are there."""
    for pattern in patterns:
        if pattern.needs & held == pattern.needs and (match := pattern.expression.search(text)):
            return match
    return None
