"""The reading itself: one pass over the text, then each judge in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from tingsu.reading.asks import find_demands, find_risks, find_tags
from tingsu.reading.facts import find_facts, gather
from tingsu.reading.folding import Folded, fold, read_variants
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
from tingsu.reading.lexicon import lexicon
from tingsu.reading.privacy import find_in, mask_found
from tingsu.reading.scoring import Seen, see
from tingsu.reading.types import Reading

ENGINE = "lexicon-3+learned-1"
_HEAD, _TAIL = 12_000, 4_000  # characters of a very long text that are judged; personal data is sought in all of it


def _part_to_judge(folded: Folded) -> Folded:
    """The folded text, or its beginning and end when it is longer than anyone writes."""
    text = folded.text
    if len(text) <= _HEAD + _TAIL:
        return folded
    places = folded.places if folded.places is not None else range(len(text))
    cut = len(text) - _TAIL
    return Folded(f"{text[:_HEAD]}\n{text[cut:]}", (*places[:_HEAD], places[_HEAD], *places[cut:]))


def _see(text: str, folded: Folded) -> Seen:
    part = read_variants(_part_to_judge(folded))
    return see(text, part, lexicon().find(part.text))


def read(text: str, received: date | None = None) -> Reading:
    """Everything the engine says of ``text``. Pure, thread-safe, never raises for a string.

    ``received`` is the day the text came in; without it 上周三 and 3月5日 stay unresolved.
    Judges the first 12,000 and last 4,000 characters of longer texts; masks personal data everywhere.
    """
    folded = fold(text)
    seen = _see(text, folded)
    found = gather(seen.text, received)
    asked, spoken = find_demands(seen, found), find_risks(seen)
    signals = see_signals(seen) | ask_signals(asked, spoken)
    heard = Heard(seen, shipped_model().weigh(plain_form(seen.text), signals))
    complaint = judge_complaint(heard)
    emotion = judge_emotion(heard, complaint)
    need, needs = judge_needs(heard, asked, complaint)
    risks = judge_risks(heard, spoken, complaint)
    data = find_in(folded)
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
        facts=find_facts(text, seen.folded, found, data),
        tags=find_tags(seen, risks, emotion),
        root=judge(heard, "root", complaint),
        failure=judge(heard, "failure", complaint),
        latent=judge_latent(heard, complaint),
    )


def read_many(texts: Iterable[str], received: date | None = None) -> Iterator[Reading]:
    """A Reading for every text, lazily and in order; ``received`` is the day all of them came in."""
    return (read(text, received) for text in texts)
