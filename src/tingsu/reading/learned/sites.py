"""A site's own models at work: the shipped reader's answer, corrected where people taught the site better.

>>> reader = Reader({"business": kept})                    # doctest: +SKIP
>>> reader.read("手机银行转账一直失败").business.value       # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from tingsu.reading.engine import read
from tingsu.reading.folding import Folded, fold
from tingsu.reading.learned.described import JUDGED, Described, describe, start_from
from tingsu.reading.learned.site_model import SiteModel
from tingsu.reading.learned.store import Kept, Store
from tingsu.reading.types import Emotion, Evidence, Judgement, Reading

WHY = "本行训练时见过的措辞"
_SHOWN = 5  # places in a text
_ALTERNATIVES = 4


def judge_by(model: SiteModel, described: Described) -> Judgement:
    """The likeliest label with its chance, the wordings that pulled, and what else was near."""
    start = start_from(described, model.name, model.labels) if model.starts else None
    weighed = model.weigh(described.plain, described.named(), start)
    ranked = weighed.chances()
    label, chance = ranked[0]
    places = _find_places(described, weighed.wordings(label))
    return Judgement(label, round(chance, 4), places, tuple(ranked[:_ALTERNATIVES]))


def _find_places(described: Described, wordings: Iterable[str]) -> tuple[Evidence, ...]:
    """Where the wordings stand first, neighbours joined, as places of the text before folding."""
    folded = fold(described.masked)
    found = sorted((at, at + len(word)) for word in wordings if (at := _find(folded, word)) >= 0)
    joined: list[tuple[int, int]] = []
    for start, end in found:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    places = (folded.origin(start, end) for start, end in joined[:_SHOWN])
    return tuple(Evidence(start, end, described.masked[start:end], WHY) for start, end in places)


def _find(folded: Folded, word: str) -> int:
    return folded.text.find(word)


@dataclass(frozen=True, slots=True)
class Reader:
    """The shipped reader with a site's models: ``taught`` by the label they are for (business, cause, emotion, need).

    Without models it says exactly what ``read`` says. Safe in threads.
    """

    taught: Mapping[str, Kept] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()

    def read(self, text: str, received: date | None = None) -> Reading:
        """``read``, with the site's judgement in place of the shipped one where the site was taught."""
        reading = read(text, received)
        return self.correct(text, reading) if self.taught else reading

    def read_many(self, texts: Iterable[str], received: date | None = None) -> Iterator[Reading]:
        """A Reading for every text, lazily and in order."""
        return (self.read(text, received) for text in texts)

    def correct(self, text: str, reading: Reading) -> Reading:
        """``reading`` of ``text`` as the site's models would have it; a text that is no complaint keeps no class."""
        described = describe(reading)
        for name, kept in self.taught.items():
            if name == "emotion" or reading.complaint.value != "no":
                judged = judge_by(kept.model, described)
                reading = _put(reading, name, _in_plain(judged, text))
        keys = "+".join(kept.card.key for kept in self.taught.values())
        return replace(reading, engine=f"{reading.engine}+{keys}")


def _in_plain(judged: Judgement, text: str) -> Judgement:
    """The evidence as the text itself has it; masking moves no place."""
    return replace(judged, evidence=tuple(replace(e, text=text[e.start : e.end]) for e in judged.evidence))


def _put(reading: Reading, name: str, judged: Judgement) -> Reading:
    if name == "emotion":
        strength = int(judged.value or 0)
        kept = reading.emotion.evidence if strength == reading.emotion.strength else judged.evidence
        return replace(reading, emotion=Emotion(strength, judged.confidence, kept))
    before: Judgement = getattr(reading, name)
    if before.value == judged.value and before.evidence:
        judged = replace(judged, evidence=before.evidence)  # named words say more than wordings
    if name == "business":
        return replace(reading, business=judged)
    if name == "cause":
        return replace(reading, cause=judged)
    needs = {**reading.needs, judged.value or "": max(judged.confidence, reading.needs.get(judged.value or "", 0.0))}
    return replace(reading, need=judged, needs=needs)


def load_reader(store: Store) -> Reader:
    """The reader with what is in force in ``store``; a broken model steps back to the one before it, and says so."""
    taught, troubles = {}, list[str]()
    force = store.in_force()
    for name in JUDGED:
        if name in force:
            kept, wrong = store.load_in_force(name)
            troubles.extend(wrong)
            if kept is not None:
                taught[name] = kept
    return Reader(taught, tuple(troubles))
