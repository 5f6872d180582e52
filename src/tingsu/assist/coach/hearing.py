"""What is heard in a conversation: the need, how heated the customer is, and whether heat rises, stays or falls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from tingsu.assist.coach.rules import CoachRules, Marks
from tingsu.assist.coach.turns import cut_turn
from tingsu.reading import read
from tingsu.reading.types import Evidence, Reading

Trend = Literal["", "calm", "rising", "staying", "falling"]
Read = Callable[[str], Reading]
LATEST = 8  # of the customer's turns are read
LONGEST_READ = 800  # characters of them together
SHORT = 6  # characters below which a calm line (嗯, 好吧) does not show that anger has gone
ANGRY = 2
CUE_COUNTS = 0.5  # what a turn with words of a need adds to what the reader gives it, at most twice
SURE = 0.5  # from which a need is named
MOST_WORDS = 6
read_line = lru_cache(maxsize=512)(read)  # the latest lines, in memory only: each turn the conversation comes whole


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as the coach takes it: its number from 1, whose it is (told or taken), and what its words mark."""

    no: int
    speaker: str
    text: str
    marks: Marks
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class HeardWord:
    """Words that led to a judgement, and the turn they were said in; turn 0 is what was known before."""

    turn: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What is heard of the customer. ``emotion`` None: nothing was said; ``levels`` are the latest turns' heat.

    ``story`` is what the customer said last, a line a turn.
    """

    need: str = ""
    emotion: int | None = None
    trend: Trend = ""
    words: tuple[HeardWord, ...] = ()
    levels: tuple[tuple[int, int], ...] = ()  # (turn, heat 0–3), oldest first
    business: str = ""
    cause: str = ""
    demands: tuple[str, ...] = ()
    story: str = ""


@dataclass(frozen=True, slots=True)
class Background:
    """What is known before anything is said: of the case, or of where the two are talking."""

    need: str = ""
    business: str = ""
    cause: str = ""
    demands: tuple[str, ...] = ()
    channel: str = ""
    story: str = ""
    face_to_face: bool = True


def hear(said: Sequence[Said], rules: CoachRules, background: Background, *, reader: Read = read_line) -> Heard:
    """What is heard in the customer's latest turns; what they do not say is taken from the background."""
    turns = [one for one in said if one.speaker == "customer" and one.text.strip()][-LATEST:]
    if not turns:
        return Heard(
            need=background.need, business=background.business, cause=background.cause, demands=background.demands
        )
    levels, heat_words = _heat(turns, reader)
    joined, starts = _join(turns)
    reading = reader(joined)
    need, need_words = _need(turns, reading, starts, background)
    return Heard(
        need=need,
        emotion=levels[-1][1],
        trend=_trend([level for _, level in levels]),
        words=_distinct([*need_words, *heat_words]),
        levels=tuple(levels),
        business=background.business or reading.business.value or "",
        cause=background.cause or reading.cause.value or "",
        demands=background.demands or tuple(demand.kind for demand in reading.demands),
        story=joined,
    )


def _heat(turns: Sequence[Said], reader: Read) -> tuple[list[tuple[int, int]], list[HeardWord]]:
    """(turn, level) and the words that tell it. A short calm line lets heat sink by one, not vanish."""
    levels: list[tuple[int, int]] = []
    words: list[HeardWord] = []
    before = 0
    for turn in turns:
        emotion = reader(cut_turn(turn.text)[:LONGEST_READ]).emotion
        level = max(emotion.strength, turn.marks.heat)
        if turn.marks.heat and turn.marks.heat >= emotion.strength:
            words.append(HeardWord(turn.no, turn.marks.heat_words, "emotion"))
        elif emotion.strength >= 1:
            words += [HeardWord(turn.no, e.text, "emotion") for e in emotion.evidence[:1]]
        if level < before and len(turn.text) < SHORT:
            level = before - 1
        levels.append((turn.no, level))
        before = level
    return levels, words[::-1]


def _trend(levels: Sequence[int]) -> Trend:
    """How heat went over the last turns."""
    now, earlier = levels[-1], levels[-4:-1]
    if now < ANGRY:
        return "falling" if max(earlier, default=0) >= ANGRY else "calm"
    if earlier and now > earlier[-1]:
        return "rising"
    if earlier and now < max(earlier):
        return "falling"
    return "staying" if len(earlier) >= 1 and min(earlier[-2:]) >= ANGRY else "rising"


def _join(turns: Sequence[Said]) -> tuple[str, list[tuple[int, int]]]:
    """The turns' words as one text, the latest kept whole, and (place, turn) where each begins."""
    kept: list[Said] = []
    room = LONGEST_READ
    for turn in reversed(turns):
        if room <= 0:
            break
        kept.insert(0, turn)
        room -= len(turn.text) + 1
    pieces = [cut_turn(turn.text)[-LONGEST_READ:] for turn in kept]
    places = [0]
    for before, _ in pairwise(pieces):
        places.append(places[-1] + len(before) + 1)
    return "\n".join(pieces), list(zip(places, (turn.no for turn in kept), strict=True))


def _need(
    turns: Sequence[Said], reading: Reading, starts: Sequence[tuple[int, int]], background: Background
) -> tuple[str, list[HeardWord]]:
    """The need the customer shows most, and the words that show it."""
    scores = dict(reading.needs)
    for need in {need for turn in turns for need in turn.marks.needs}:
        hits = sum(need in turn.marks.needs for turn in turns)
        scores[need] = scores.get(need, 0.0) + CUE_COUNTS * min(hits, 2)
    if background.need:
        scores[background.need] = scores.get(background.need, 0.0) + CUE_COUNTS / 2
    best = max(scores, key=lambda need: scores[need], default="")
    said = [HeardWord(turn.no, turn.marks.needs[best], "need") for turn in reversed(turns) if best in turn.marks.needs]
    if not said and (reading.need.value is None or scores.get(best, 0.0) < SURE):
        return background.need, []
    if reading.need.value == best:
        said += [HeardWord(_turn_of(e, starts), e.text, "need") for e in reading.need.evidence if len(e.text) > 1]
    return best, said


def _turn_of(evidence: Evidence, starts: Sequence[tuple[int, int]]) -> int:
    return max((place, no) for place, no in starts if place <= evidence.start)[1]


def _distinct(words: Sequence[HeardWord]) -> tuple[HeardWord, ...]:
    """Each wording once; what tells the need before what tells the heat."""
    first: dict[str, HeardWord] = {}
    for word in words:
        if not any(word.text in seen for seen in first):
            first[word.text] = word
    needs = [word for word in first.values() if word.why == "need"][: MOST_WORDS // 2]
    heat = [word for word in first.values() if word.why == "emotion"][: MOST_WORDS - len(needs)]
    return (*needs, *heat)
