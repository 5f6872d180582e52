"""The reading itself: one pass over the text, then each judge in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from tingsu.reading.asks import find_demands, find_risks, find_tags
from tingsu.reading.facts import Found, find_facts, gather
from tingsu.reading.folding import Folded, fold_each, read_variants_each
from tingsu.reading.judges import (
    Heard,
    judge,
    judge_complaint,
    judge_demands,
    judge_emotion,
    judge_latent,
    judge_needs,
    judge_risks,
)
from tingsu.reading.learned.pieces import plain_form
from tingsu.reading.learned.shipped import shipped_model
from tingsu.reading.learned.signals import ask_signals, see_signals
from tingsu.reading.lexicon import Hit, lexicon
from tingsu.reading.privacy import find_in, mask_found
from tingsu.reading.scoring import Seen, see
from tingsu.reading.types import Demand, Reading, Risk

ENGINE = "lexicon-3+learned-1"
_HEAD, _TAIL = 12_000, 4_000  # characters of a very long text that are judged; personal data is sought in all of it
_TOGETHER, _LONG_TOGETHER = 64, 20_000  # texts, and characters, that are read at once


def _part_to_judge(folded: Folded) -> Folded:
    """The folded text, or its beginning and end when it is longer than anyone writes."""
    text = folded.text
    if len(text) <= _HEAD + _TAIL:
        return folded
    places = folded.places if folded.places is not None else range(len(text))
    cut = len(text) - _TAIL
    return Folded(f"{text[:_HEAD]}\n{text[cut:]}", (*places[:_HEAD], places[_HEAD], *places[cut:]))


def read(text: str, received: date | None = None) -> Reading:
    """Everything the engine says of ``text``. Pure, thread-safe, never raises for a string.

    ``received`` is the day the text came in; without it 上周三 and 3月5日 stay unresolved.
    Judges the first 12,000 and last 4,000 characters of longer texts; masks personal data everywhere.
    """
    return _read_together([text], received)[0]


def read_many(texts: Iterable[str], received: date | None = None) -> Iterator[Reading]:
    """A Reading for every text, in order, equal to what ``read`` gives; ``received`` is the day all of them came in.

    Lazy: takes at most 64 texts ahead of what it has given, and few where they are long.
    """
    for together in _take_together(texts):
        yield from _read_together(together, received)


def _take_together(texts: Iterable[str]) -> Iterator[list[str]]:
    """Neighbours in groups that are neither many nor long."""
    taken: list[str] = []
    size = 0
    for text in texts:
        taken.append(text)
        size += len(text)
        if len(taken) == _TOGETHER or size > _LONG_TOGETHER:
            yield taken
            taken, size = [], 0
    if taken:
        yield taken


def _read_together(texts: Sequence[str], received: date | None) -> list[Reading]:
    folded = fold_each(texts)
    parts = read_variants_each(list(map(_part_to_judge, folded)))
    hits = lexicon().find_each([part.text for part in parts])
    told = [_hear(*one, received) for one in zip(texts, folded, parts, hits, strict=True)]
    weighed = shipped_model().weigh_each([plain_form(one.seen.text) for one in told], [one.signals for one in told])
    return [_judge_all(one, Heard(one.seen, each)) for one, each in zip(told, weighed, strict=True)]


class _Told(NamedTuple):
    """What rules and words say of one text, before the model weighs it."""

    folded: Folded
    seen: Seen
    found: Found
    asked: tuple[Demand, ...]
    spoken: tuple[Risk, ...]
    signals: dict[str, float]


def _hear(text: str, folded: Folded, part: Folded, hits: Sequence[Hit], received: date | None) -> _Told:
    seen = see(text, part, hits)
    found = gather(seen.text, received)
    asked, spoken = find_demands(seen, found), find_risks(seen)
    return _Told(folded, seen, found, asked, spoken, see_signals(seen) | ask_signals(asked, spoken))


def _judge_all(told: _Told, heard: Heard) -> Reading:
    seen, asked, text = told.seen, told.asked, told.seen.original
    complaint = judge_complaint(heard)
    emotion = judge_emotion(heard, complaint)
    need, needs = judge_needs(heard, asked, complaint)
    risks = judge_risks(heard, told.spoken, complaint)
    data = find_in(told.folded)
    return Reading(
        complaint=complaint,
        business=judge(heard, "business", complaint),
        cause=judge(heard, "cause", complaint),
        emotion=emotion,
        need=need,
        needs=needs,
        demands=judge_demands(heard, asked, complaint, need),
        risks=risks,
        personal_data=data,
        masked_text=mask_found(text, data),
        engine=ENGINE,
        facts=find_facts(text, seen.folded, told.found, data),
        tags=find_tags(seen, risks, emotion),
        root=judge(heard, "root", complaint),
        failure=judge(heard, "failure", complaint),
        latent=judge_latent(heard, complaint),
    )
