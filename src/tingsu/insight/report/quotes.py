"""What customers said, in their words: masked, short, one voice each."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher

from tingsu.insight.report.phrases import Phrase
from tingsu.insight.report.read_texts import ReadTexts
from tingsu.insight.report.topics import Topic

LENGTH = 96  # characters shown
ALIKE = 0.55  # of the characters, in order: two quotes beyond it say the same
_CLAUSE = re.compile(r"[，,。！？!?；;：:、\s]")
_STOP = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True, slots=True)
class Quote:
    """A masked excerpt; ``row`` is its number in the file."""

    row: int
    text: str
    emotion: int


def pick_quotes(texts: ReadTexts, topic: Topic, echoes: Set[int], *, most: int = 2, scanned: int = 400) -> list[Quote]:
    """Up to ``most`` telling excerpts of a topic, no two alike, ``echoes`` of other texts left out."""
    step = max(1, len(topic.places) // scanned)
    places = [place for place in topic.places[::step] if place not in echoes]
    phrases = [Phrase(topic.said, 0, 0), *topic.phrases] if topic.said else topic.phrases
    places.sort(key=lambda place: (-_telling(texts, place, phrases), place))
    quotes: list[Quote] = []
    for place in places:
        text = excerpt(texts.masked[place], phrases)
        if not any(is_alike(text, quote.text) for quote in quotes):
            quotes.append(Quote(texts.rows[place], text, texts.emotion[place]))
        if len(quotes) == most:
            break
    return quotes


def _telling(texts: ReadTexts, place: int, phrases: Sequence[Phrase]) -> float:
    """More of the topic's phrases, a sure reading, some heat, neither a cry nor an essay."""
    text = texts.masked[place]
    hits = sum(phrase.text in text for phrase in phrases)
    length = min(len(text) / 40, 1.0) - max(0.0, (len(text) - 300) / 600)
    return hits + texts.confidence[place] + 0.3 * texts.emotion[place] + 2 * length


def excerpt(text: str, phrases: Sequence[Phrase], length: int = LENGTH) -> str:
    """At most ``length`` characters of a masked text, from the sentence with the first phrase on; … marks cuts."""
    flat = re.sub(r"\s+", " ", text).strip()
    if len(flat) <= length:
        return flat
    hits = [at for phrase in phrases if (at := flat.find(phrase.text)) >= 0]
    start = _sentence_start(flat, min(hits, default=0))
    start = min(start, len(flat) - length // 2)
    cut = flat[start : start + length]
    return ("…" if start else "") + cut.strip() + ("…" if start + length < len(flat) else "")


def from_clause(text: str, at: int, passage: str) -> str:
    """``passage``, found in ``text`` at ``at``, without the half clause it may begin with; … where one was cut."""
    if at == 0 or _CLAUSE.match(text[at - 1]):
        return passage
    found = _CLAUSE.search(passage[:12])
    return "…" + (passage[found.end() :] if found and len(passage) > 2 * found.end() else passage)


def _sentence_start(text: str, at: int) -> int:
    """Start of the sentence around ``at``, or a little before ``at`` where the sentence began too far back."""
    starts = [found.end() for found in _STOP.finditer(text, 0, at)]
    start = starts[-1] if starts else 0
    return start if at - start <= LENGTH // 2 else at - LENGTH // 3


def is_alike(one: str, other: str) -> bool:
    """Whether two quotes say much the same."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio() > ALIKE
