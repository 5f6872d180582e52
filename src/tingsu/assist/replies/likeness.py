"""Sentences that read like a known fault though no rule knows their words: weights of character runs, learned.

A sentence's score for a kind is the sum of the weights of its runs of one to three characters, so ``runs_behind`` can
say which of them made it. Taught by ``scripts.teach_replies`` from files in the project; told as a hint only.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tingsu.assist.replies.finding import Finding
from tingsu.assist.replies.frames import clears
from tingsu.assist.replies.rules import ReplyRules
from tingsu.assist.replies.sentences import Sentences
from tingsu.assist.replies.wordings import MOST, tell

PLACE = Path(__file__).parent / "likeness.npz"
KINDS = ("blaming", "forbidden", "over_promise", "tone")
_ENOUGH = 1.75  # log odds: taught without one author, it flagged 1 clean draft of his in 20
_SHORT, _LONG = 6, 160  # characters of a sentence that is looked at


@dataclass(frozen=True)
class Likeness:
    """``weights[run]``: its share in the length of a sentence, then its weight for any fault and for each of KINDS."""

    weights: Mapping[str, tuple[float, ...]]
    bias: tuple[float, ...]

    def scores(self, sentence: str) -> tuple[float, ...]:
        """Log odds of any fault, then of each of KINDS."""
        shares = self._shares(sentence)
        return tuple(
            bias + sum(share * self.weights[run][place] for run, share in shares.items())
            for place, bias in enumerate(self.bias, start=1)
        )

    def runs_behind(self, sentence: str, most: int = 5) -> list[str]:
        """The runs of characters that speak most for a fault, the weightiest first."""
        weighed = {run: share * self.weights[run][1] for run, share in self._shares(sentence).items()}
        return sorted((run for run in weighed if weighed[run] > 0), key=lambda run: -weighed[run])[:most]

    def _shares(self, sentence: str) -> dict[str, float]:
        known = {
            run: (1 + math.log(times)) * self.weights[run][0]
            for run, times in Counter(runs_of(sentence)).items()
            if run in self.weights
        }
        length = math.sqrt(sum(one * one for one in known.values())) or 1.0
        return {run: one / length for run, one in known.items()}


def runs_of(sentence: str) -> Iterator[str]:
    """Every run of one, two and three characters."""
    return (sentence[at : at + size] for size in (1, 2, 3) for at in range(len(sentence) - size + 1))


@cache
def shipped_likeness() -> Likeness:
    """The weights that come with the project."""
    with np.load(PLACE) as data:
        rows = data["weights"].astype(float).tolist()
        return Likeness(
            dict(zip(data["runs"].tolist(), map(tuple, rows), strict=True)), tuple(data["bias"].astype(float).tolist())
        )


def find_likely(sentences: Sentences, found: Iterable[Finding], rules: ReplyRules) -> Iterator[Finding]:
    """Sentences that read like a fault and hold none of ``found``; quoted and reported words are left alone."""
    told = {kind: rules.told(f"likely-{kind}") for kind in KINDS}
    if not any(told.values()):
        return
    taken = [(one.start, one.end) for one in found if one.words]
    known: dict[str, str | None] = {}
    count = 0
    for start, end in own_sentences(sentences):
        sentence = sentences.plain.text[start:end]
        if sentence not in known:
            known[sentence] = kind_of(sentence)
        rule = told.get(known[sentence] or "")
        place = sentences.plain.origin(start, end)
        if rule is None or any(low < place[1] and place[0] < high for low, high in taken):
            continue
        yield tell(rule, rule.kind, sentences.plain, *place)
        count += 1
        if count >= MOST:
            return


def kind_of(sentence: str) -> str | None:
    """The kind of fault the sentence reads like; None: none."""
    any_fault, *kinds = shipped_likeness().scores(sentence)
    return KINDS[kinds.index(max(kinds))] if any_fault > _ENOUGH else None


def own_sentences(sentences: Sentences) -> Iterator[tuple[int, int]]:
    """The sentences in the writer's own words, their end mark left off."""
    plain = sentences.plain
    for low, high in sentences.spans:
        words = plain.text[low:high]
        start, end = high - len(words.lstrip(" \n")), low + len(words.rstrip("。!?;\n "))
        if not _SHORT <= end - start <= _LONG or _is_anothers(plain.quotes, start, end):
            continue
        if not clears(plain, end - 1, end, ("negated", "conditional", "mentioned")):
            yield start, end


def _is_anothers(quotes: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(
        low < end and start < high and (min(high, end) - max(low, start)) * 3 > end - start for low, high in quotes
    )
