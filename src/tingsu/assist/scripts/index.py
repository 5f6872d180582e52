"""Scripts made ready for finding: which words stand where, how rare they are, and what each is about."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np

from tingsu.assist.scripts.situation import load_cues
from tingsu.packs.scripts import Script
from tingsu.reading import normalise
from tingsu.reading.search_text import bigrams
from tingsu.reading.similar.meaning import profile

Floats = np.ndarray[Any, np.dtype[np.float32]]
# How much a word counts by where it stands: search words and titles were written to be found by.
FIELDS: Mapping[str, float] = {"title": 2.0, "words": 2.5, "text": 1.0, "ordinary": 0.8, "why": 0.5}
SINGLE: Mapping[str, float] = {"title": 2.0, "words": 2.5, "text": 0.5, "ordinary": 0.4}  # the same of one character
_HAN = re.compile("[\u4e00-\u9fff]")
# Of nearness in meaning: what a script is found by, all it says, its wording, and the nearest of its search words.
CLOSE: Mapping[str, float] = {"found_by": 0.25, "whole": 0.36, "text": 0.12, "word": 0.27}
K1, B = 1.2, 0.5  # of BM25: how soon repeats stop counting, how much a long script is held back
ALIKE = 1.75  # what a word that means the same counts, where it is the best of its set, beside the word itself
# Words every query and every script has; they tell nothing apart.
EMPTY = frozenset(
    [
        "客户",
        "这个",
        "那个",
        "一个",
        "我们",
        "你们",
        "他们",
        "您的",
        "我的",
        "的时",
        "时候",
        "怎么",
        "么办",
        "什么",
        "一下",
        "可以",
        "应该",
    ]
)


@dataclass(frozen=True, slots=True)
class Hits:
    """How well each script answers a query's words, and by which tokens."""

    scores: Floats
    tokens: list[str]  # of the query, in order, each once


class Postings:
    """BM25 over tokens that weigh by where they stand."""

    def __init__(self, counts: Sequence[Mapping[str, float]]) -> None:
        """``counts``: for each text, what its tokens weigh together."""
        self.size = len(counts)
        self._found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        lengths = np.array([sum(count.values()) for count in counts] or [1], dtype=np.float32)
        held_back = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
        for place, count in enumerate(counts):
            for token, weight in count.items():
                self._found[token].append((place, weight * (K1 + 1) / (weight + float(held_back[place]))))

    def rarity(self, token: str) -> float:
        """The inverse document frequency of a token; 0 where no text has it."""
        found = len(self._found.get(token, ()))
        return math.log(1 + (self.size - found + 0.5) / (found + 0.5)) if found else 0.0

    def holds(self, place: int, token: str) -> bool:
        """Whether the text at ``place`` has the token."""
        return any(at == place for at, _ in self._found.get(token, ()))

    def score(self, tokens: Iterable[str], weight: float = 1.0) -> Floats:
        """What the tokens score in each text."""
        scores = np.zeros(self.size, dtype=np.float32)
        for token in tokens:
            rarity = self.rarity(token) * weight
            for place, score in self._found.get(token, ()):
                scores[place] += rarity * score
        return scores


class Index:
    """The scripts of one shelf. Pure: knows no database; safe in threads."""

    def __init__(self, scripts: Sequence[Script]) -> None:
        self.scripts = tuple(scripts)
        self._pairs = Postings([_weigh(script, bigrams, FIELDS) for script in self.scripts])
        self._singles = Postings([_weigh(script, characters, SINGLE) for script in self.scripts])

    def look_up(self, query: str, *, with_alike: bool = True) -> Hits:
        """BM25 of every script for the query; words of like meaning count too, at a discount."""
        tokens = list(dict.fromkeys(t for t in bigrams(query) if t not in EMPTY))
        scores = self._pairs.score(tokens)
        if with_alike:
            for words in sets_alike(query):
                scores += ALIKE * self._score_set(words, tokens)
        return Hits(scores, tokens)

    def _score_set(self, words: Iterable[str], said: Collection[str]) -> Floats:
        """What the best of a set of like words scores in each script: one thing meant is one thing found.

        Tokens the query has itself have counted already.
        """
        best = np.zeros(len(self.scripts), dtype=np.float32)
        for word in words:
            tokens = [token for token in bigrams(word) if token not in said]
            if tokens:
                np.maximum(best, self._pairs.score(tokens, 1 / len(tokens)), out=best)
        return best

    def look_up_characters(self, query: str) -> Floats:
        """BM25 over single characters: 骂、拍、哭 are words too, and 骂我们 shares only 骂 with 骂人."""
        return self._singles.score(dict.fromkeys(characters(query)))

    def liken(self, query: str) -> Floats:
        """How close in meaning every script is to the query, -1 to 1, over its parts as ``CLOSE`` weighs them."""
        vector = profile(query).vector
        if not self.scripts:
            return np.zeros(0, dtype=np.float32)
        words: Floats = np.maximum.reduceat(self._words @ vector, self._first_words)
        likeness: list[Floats] = [CLOSE[part] * (meanings @ vector) for part, meanings in self._meanings.items()]
        total: Floats = np.sum([CLOSE["word"] * words, *likeness], axis=0, dtype=np.float32)
        return total

    def rarity(self, token: str) -> float:
        """How rare a token is among the scripts; 0 where none has it."""
        return self._pairs.rarity(token)

    def holds(self, place: int, token: str) -> bool:
        """Whether the script at ``place`` has the token."""
        return self._pairs.holds(place, token)

    @cached_property
    def _meanings(self) -> dict[str, Floats]:
        return {
            part: np.stack([profile(say(script)).vector for script in self.scripts]) for part, say in _PARTS.items()
        }

    @cached_property
    def _words(self) -> Floats:
        return np.stack([profile(word).vector for script in self.scripts for word in (script.title.zh, *script.words)])

    @cached_property
    def _first_words(self) -> list[int]:
        """Where the words of each script begin among those of all."""
        return list(accumulate((1 + len(script.words) for script in self.scripts[:-1]), initial=0))


_PARTS: Mapping[str, Callable[[Script], str]] = {
    "found_by": lambda script: f"{script.title.zh} {' '.join(script.words)}",
    "whole": lambda script: f"{script.title.zh} {script.text} {script.ordinary}",
    "text": lambda script: script.text,
}


def sets_alike(query: str) -> list[tuple[str, ...]]:
    """The sets of like words of which the query says one, without the words it says."""
    plain = normalise(query)
    return [
        tuple(word for word in words if word not in plain)
        for words in load_cues().alike if any(word in plain for word in words)
    ]  # fmt: skip


def said_of(script: Script) -> Iterable[tuple[str, str]]:
    """The texts of a script by the field they stand in."""
    yield "title", script.title.zh
    yield "words", "\n".join(script.words)
    yield "text", script.text
    yield "ordinary", script.ordinary
    yield "why", script.why


def characters(text: str) -> list[str]:
    """The Chinese characters of a text, in search form, repeats kept."""
    return _HAN.findall(normalise(text))


def _weigh(script: Script, split: Callable[[str], list[str]], fields: Mapping[str, float]) -> dict[str, float]:
    count: dict[str, float] = defaultdict(float)
    for name, text in said_of(script):
        if weight := fields.get(name):
            for token in split(text):
                count[token] += weight
    return count
