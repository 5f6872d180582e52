"""The reading itself: one pass over the text, then each judge in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from tingsu.reading.asks import find_demands, find_risks, find_tags
from tingsu.reading.facts import find_facts, gather_each
from tingsu.reading.folding import Folded, fold_each, read_variants
from tingsu.reading.judges import (
    Heard,
    bound_words,
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
from tingsu.reading.lexicon import lexicon
from tingsu.reading.privacy import find_in_each, mask_found_each
from tingsu.reading.scoring import see
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
    """Step by step, each step for all texts: its tables stay in the processor's cache meanwhile."""
    folded = fold_each(texts)
    parts = list(map(read_variants, map(_part_to_judge, folded)))
    hits = lexicon().find_each([part.text for part in parts])
    seens = list(map(see, texts, parts, hits))
    founds = gather_each([part.text for part in parts], received)
    asked = list(map(find_demands, seens, founds))
    spoken = list(map(find_risks, seens))
    shown = list(map(see_signals, seens))
    signals = [one | more for one, more in zip(shown, map(ask_signals, asked, spoken), strict=True)]
    weighed = shipped_model().weigh_each([plain_form(part.text) for part in parts], signals)
    heard = list(map(Heard, seens, weighed, bound_words([part.text for part in parts])))
    said = list(map(_judge_all, heard, asked, spoken))
    data = find_in_each(folded)
    facts = list(map(find_facts, texts, parts, founds, data))
    masked = mask_found_each(texts, data)
    return [
        Reading(**one, personal_data=private, facts=fact, masked_text=mask, engine=ENGINE)
        for one, private, fact, mask in zip(said, data, facts, masked, strict=True)
    ]


def _judge_all(heard: Heard, asked: Sequence[Demand], spoken: Sequence[Risk]) -> dict[str, Any]:
    """Every field of a Reading that is judged."""
    complaint = judge_complaint(heard)
    emotion = judge_emotion(heard, complaint)
    need, needs = judge_needs(heard, asked, complaint)
    risks = judge_risks(heard, spoken, complaint)
    return {
        "complaint": complaint,
        "business": judge(heard, "business", complaint),
        "cause": judge(heard, "cause", complaint),
        "emotion": emotion,
        "need": need,
        "needs": needs,
        "demands": judge_demands(heard, asked, complaint, need),
        "risks": risks,
        "tags": find_tags(heard.seen, risks, emotion),
        "root": judge(heard, "root", complaint),
        "failure": judge(heard, "failure", complaint),
        "latent": judge_latent(heard, complaint),
    }
