"""What is said in conversations: the card's concepts found in every turn, many conversations at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from tingsu.assist.replies.grammar import Grammar, Pattern
from tingsu.base.errors import TingsuError
from tingsu.packs.scorecards import Concept, ScoreCard
from tingsu.quality.scoring.mood import Mood, feel_each
from tingsu.quality.transcripts import AGENT, CUSTOMER, Transcript, Turn
from tingsu.reading.folding import Folded, fold_each

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
# What recognisers and chat windows slip in: pauses, unknown marks, smileys, fillers between words.
_NOISE = re.compile(
    rf"#e-[a-z]\d*\[数字x\]|\[unk\]|&nbsp;|[_~～…]+|呃+|嗯+(?=[{_HAN}])|(?<=[{_HAN}])[啊嘞](?=[{_HAN}])"
)
_SPACED = re.compile(r"(?<=\S) (?=\S(?: |$))")
_TRIES = 6  # matches of one pattern in one turn that are looked at
_SHOWN = 40  # characters of a turn shown as evidence
_MOST_EARS = 16
_CLAUSE = re.compile(r"[。！？!?；;\n，,]")


class BadCard(TingsuError):
    """A score card names a concept it does not have; ``id`` is where."""

    code = "bad_card"

    def __init__(self, id: str, concept: str) -> None:
        self.id, self.concept = id, concept
        super().__init__(f"评分卡的「{id}」用到了没有写明的说法「{concept}」，请在 concepts 里补上。")


@dataclass(frozen=True, slots=True)
class Mark:
    """A concept heard in turn ``at`` (index), at ``start``–``end`` of its heard text."""

    at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PutAgain:
    """The customer's turn ``at`` (index) says again what turn ``before`` said; ``asked``: one of them is a question."""

    at: int
    before: int
    asked: bool


@dataclass(slots=True)
class Heard:
    """One conversation ready to be scored. ``texts`` are what was heard of each turn, noise left out."""

    transcript: Transcript
    texts: list[Folded]
    marks: dict[str, list[Mark]]
    mood: Mood
    agents: list[int]
    customers: list[int]
    again: list[PutAgain] | None = None  # kept by ``putagain`` once it is known

    def of(self, *concepts: str) -> list[Mark]:
        """All marks of these concepts in order of turns."""
        found = [mark for concept in concepts for mark in self.marks.get(concept, ())]
        return sorted(found, key=lambda mark: (mark.at, mark.start)) if len(concepts) > 1 else found

    def turn(self, at: int) -> Turn:
        return self.transcript.turns[at]

    def text(self, at: int) -> str:
        """What was heard of a turn, folded."""
        return self.texts[at].text

    def words(self, mark: Mark) -> str:
        """The clause around a mark, as it stands in the transcript."""
        text, original = self.texts[mark.at], self.turn(mark.at).text
        if mark.end <= mark.start:
            return ""
        return clause_around(original, *text.origin(mark.start, mark.end))


def clause_around(text: str, start: int, end: int) -> str:
    """``text[start:end]`` with the rest of its clauses, at most forty characters or so."""
    room = max(0, _SHOWN - (end - start)) // 2
    low = max(0, start - room)
    for cut in _CLAUSE.finditer(text, low, start):
        low = cut.end()
    after = _CLAUSE.search(text, end)
    high = min(len(text), end + room, after.start() if after else len(text))
    return text[low:high].strip()[: 2 * _SHOWN]


def opening_words(text: str) -> str:
    """The beginning of a turn, to show which one is meant."""
    line = text.strip().replace("\n", " ")
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"


class Ear:
    """A card's concepts made ready. Thread-safe after building. Raises BadCard, BadPattern."""

    def __init__(self, card: ScoreCard) -> None:
        self.card = card
        self._grammar = Grammar({slot.id: slot.words for slot in card.slots})
        self._by_side: dict[str, dict[int, list[tuple[str, Pattern]]]] = {AGENT: {}, CUSTOMER: {}}
        self._unless: dict[str, list[Pattern]] = {}
        for concept in card.concepts:
            self._take(concept)
        known = {concept.id for concept in card.concepts}
        for id_, concept_id in _named(card):
            if concept_id not in known:
                raise BadCard(id_, concept_id)

    def _take(self, concept: Concept) -> None:
        """Patterns are filed by the newest set of words they need: the rarest, for common sets come first."""
        index = self._by_side[concept.by]
        for written in concept.patterns:
            pattern = self._grammar.compile(written)
            index.setdefault(pattern.needs.bit_length() - 1, []).append((concept.id, pattern))
        self._unless[concept.id] = [self._grammar.compile(written) for written in concept.unless]

    def hear(self, transcripts: Sequence[Transcript]) -> list[Heard]:
        """The conversations as they are heard; the word tables are walked once for all of them."""
        turns = [turn for transcript in transcripts for turn in transcript.turns]
        texts = [quieten(folded) for folded in fold_each([turn.text for turn in turns])]
        held = self._held([text.text for text in texts])
        customers = [
            "\n".join(turn.text for turn in transcript.turns if turn.speaker == CUSTOMER) for transcript in transcripts
        ]
        moods = feel_each(customers)
        heard, begin = [], 0
        for transcript, mood in zip(transcripts, moods, strict=True):
            end = begin + len(transcript.turns)
            heard.append(self._one(transcript, texts[begin:end], held[begin:end], mood))
            begin = end
        return heard

    def _held(self, texts: Sequence[str]) -> list[int]:
        """The sets of words each text holds, as bits."""
        held = [0] * len(texts)
        if not texts:
            return held
        places, bits = self._grammar.found("\n".join(texts))
        ends = np.fromiter(accumulate(len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
        owners = np.searchsorted(ends, np.asarray(places, dtype=np.int64), side="right").tolist()
        for owner, bit in zip(owners, bits, strict=True):
            held[owner] |= bit
        return held

    def _one(self, transcript: Transcript, texts: list[Folded], held: list[int], mood: Mood) -> Heard:
        marks: dict[str, list[Mark]] = {}
        agents, customers = [], []
        for at, turn in enumerate(transcript.turns):
            if turn.speaker == AGENT:
                agents.append(at)
            elif turn.speaker == CUSTOMER:
                customers.append(at)
            else:
                continue
            for concept, mark in self._find(turn.speaker, at, texts[at].text, held[at]).items():
                marks.setdefault(concept, []).append(mark)
        return Heard(transcript, texts, marks, mood, agents, customers)

    def _find(self, side: str, at: int, text: str, held: int) -> dict[str, Mark]:
        """The first mark of each concept in one turn."""
        found: dict[str, Mark] = {}
        index, left = self._by_side[side], held
        while left:
            number = left.bit_length() - 1
            left ^= 1 << number
            for concept, pattern in index.get(number, ()):
                if concept in found or pattern.needs & held != pattern.needs:
                    continue
                if span := self._meets(concept, pattern, text, held):
                    found[concept] = Mark(at, *span)
        return found

    def _meets(self, concept: str, pattern: Pattern, text: str, held: int) -> tuple[int, int] | None:
        for tried, match in enumerate(pattern.expression.finditer(text)):
            if tried == _TRIES:
                break
            if match.end() > match.start() and not self._is_cleared(concept, match.span(), text, held):
                return match.span()
        return None

    def _is_cleared(self, concept: str, span: tuple[int, int], text: str, held: int) -> bool:
        low, high = max(0, span[0] - _SHOWN), span[1] + _SHOWN
        for pattern in self._unless[concept]:
            if pattern.needs & held == pattern.needs:
                for match in pattern.expression.finditer(text, low, high):
                    if match.start() < span[1] and span[0] < match.end():
                        return True
        return False


_EARS: dict[int, Ear] = {}  # an ear holds its card, so that no other card gets its id


def _named(card: ScoreCard) -> list[tuple[str, str]]:
    points = [(point.id, concept) for point in card.points for concept in (*point.concepts, *point.excused_by)]
    steps = [(step.id, concept) for step in card.steps for concept in step.concepts]
    return [*points, *steps, *((sign.id, sign.concept) for sign in card.signs if sign.concept)]


def ear_of(card: ScoreCard) -> Ear:
    """The card's ear, built once a process; cards are told apart by identity, for comparing two takes long."""
    kept = _EARS.get(id(card))
    if kept is None or kept.card is not card:
        if len(_EARS) >= _MOST_EARS:
            _EARS.clear()
        kept = _EARS[id(card)] = Ear(card)
    return kept


def quieten(folded: Folded) -> Folded:
    """A turn without noise; blanks stay, unless every character stands alone (您 好 请 问)."""
    text = folded.text
    if " " in text and len(_SPACED.findall(text)) * 3 >= len(text):
        folded = _without(folded, [(at, at + 1) for at, char in enumerate(text) if char == " "])
    cuts = [match.span() for match in _NOISE.finditer(folded.text)]
    return _without(folded, cuts) if cuts else folded


def _without(folded: Folded, cuts: Sequence[tuple[int, int]]) -> Folded:
    text, places = folded.text, folded.places if folded.places is not None else range(len(folded.text))
    pieces: list[str] = []
    kept: list[int] = []
    done = 0
    for start, end in cuts:
        pieces.append(text[done:start])
        kept += places[done:start]
        done = end
    kept += places[done:]
    return Folded("".join((*pieces, text[done:])), tuple(kept))
