"""The sentences of a draft with the sets of words each holds: what every pattern is tried against."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tingsu.assist.replies.grammar import Grammar, Pattern
from tingsu.assist.replies.plain import Plain


@dataclass(frozen=True)
class Sentences:
    """``held[i]`` are the sets of words the i-th sentence holds, as bits; ``all_held`` those of the whole draft."""

    plain: Plain
    spans: Sequence[tuple[int, int]]
    held: Sequence[int]
    all_held: int

    def matches(self, patterns: Sequence[Pattern]) -> Iterator[tuple[int, int]]:
        """Start and end in the plain text of every match of any of ``patterns``, by pattern, then in order."""
        text, whole = self.plain.text, self.all_held
        for pattern in patterns:
            needs = pattern.needs
            if needs & whole != needs:
                continue
            for (start, end), held in zip(self.spans, self.held, strict=True):
                if needs & held == needs:
                    for match in pattern.expression.finditer(text, start, end):
                        if match.end() > match.start():
                            yield match.span()

    def number_at(self, place: int) -> int:
        """The number of the sentence ``place`` lies in."""
        return max(0, bisect_right(self.spans, (place, len(self.plain.text))) - 1)


def cut_sentences(plain: Plain, grammar: Grammar) -> Sentences:
    """The sentences of ``plain``, looked through once for all words of all patterns."""
    spans = plain.sentences
    begins = [start for start, _ in spans]
    held = [0] * len(spans)
    places, bits = grammar.found(plain.text) if spans else ([], [])  # marks alone make no sentence
    for place, bit in zip(places, bits, strict=True):
        held[bisect_right(begins, place) - 1] |= bit
    whole = 0
    for one in held:
        whole |= one
    return Sentences(plain, spans, held, whole)
