"""What many people tell of in words of their own: one matter, with its growth, its harm, and how sure each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np

from tingsu.insight.certainty import FALSE_SHARE, adjusted, count_bounds, share_bounds
from tingsu.insight.report.batches import Batch
from tingsu.insight.report.figures import ANGRY
from tingsu.insight.report.phrases import Phrase
from tingsu.insight.report.quotes import excerpt
from tingsu.insight.report.read_texts import COMPLAINT, NO_COMPLAINT, ReadTexts
from tingsu.insight.report.rising import Change, compare_last
from tingsu.insight.report.trend import Windows
from tingsu.insight.topics.engine import Found, find_topics
from tingsu.insight.topics.hot import Harm

FEWEST = 3  # voices
COMPLAINING = 0.5  # of a matter's texts that must be complaints or in doubt
ONE_HAND = 0.5  # of the texts from one customer: no matter of many people
LEAST_RATIO = 1.5
REGULATOR = ("监管",)


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure between its 95 % bounds."""

    value: float
    low: float
    high: float


@dataclass(slots=True)
class Matter:
    """Texts about one matter. ``places``: all of them; ``voices``: repeats merged; ``customers`` None: nobody is named.

    ``change``: the last stretch against the earlier ones, None where the dates do not reach; ``q``: the share of false
    ones among the matters named as risen down to this one. ``one_hand``: most of it is from one customer.
    """

    name: str
    places: list[int]
    voices: list[int]
    complaints: int
    customers: int | None
    phrases: list[Phrase]
    first: date | None
    last: date | None
    count: Measured
    angry: Measured
    harm: Measured
    regulator: int
    asked: float
    change: Change | None = None
    q: float | None = None
    quote: str = ""
    one_hand: bool = False
    counts: tuple[int, ...] = field(default=())

    @property
    def has_risen(self) -> bool:
        """Clearly more than its own past explains, false alarms held to 5 % of those named."""
        if self.q is None or self.change is None:
            return False
        return bool(self.q <= FALSE_SHARE and self.change.ratio >= LEAST_RATIO)


def find_matters(texts: ReadTexts, batches: Sequence[Batch], windows: Windows | None) -> list[Matter]:
    """All matters of at least three voices, those of most customers first; a text is in one at most.

    Texts read as no complaint are looked at too (a thank-you note for a repaired pump tells of the pump), but a matter
    of which most texts complain of nothing is left out; what mostly one customer writes stands last (``one_hand``).
    """
    places = [place for place in range(len(texts)) if place not in texts.repeats]
    days = [at.toordinal() if (at := texts.at[place]) else None for place in places]
    found = find_topics([texts.masked[place] for place in places], days, fewest=FEWEST)
    echoes = _echoes(texts, batches)
    named = Counter[int](item.place for item in texts.risks if item.kind in REGULATOR)
    asked: Counter[int] = Counter()
    for item in texts.demands:
        if item.amount is not None:
            asked[item.place] = max(asked[item.place], int(item.amount))
    matters = []
    for one in found:
        voices = [places[member] for member in one.members]
        if _complains(texts, voices):
            matters.append(_measure(texts, one, voices, echoes, named, asked, windows))
    _mark_risen(matters)
    return sorted(matters, key=lambda matter: (matter.one_hand, -_size(matter), -len(matter.places), matter.places[0]))


def _size(matter: Matter) -> int:
    return matter.customers if matter.customers is not None else len(matter.voices)


def _complains(texts: ReadTexts, voices: Sequence[int]) -> bool:
    calm = sum(texts.verdict[place] == NO_COMPLAINT for place in voices)
    return calm <= (1 - COMPLAINING) * len(voices)


def _is_one_hand(texts: ReadTexts, voices: Sequence[int]) -> bool:
    names = Counter(texts.customer[place] for place in voices if texts.customer[place])
    return max(names.values(), default=0) > ONE_HAND * len(voices)


def _echoes(texts: ReadTexts, batches: Sequence[Batch]) -> dict[int, list[int]]:
    """Voice → the repeats that say the same."""
    found: dict[int, list[int]] = {}
    for batch in batches:
        voice = next((place for place in batch.places if place not in texts.repeats), None)
        if voice is not None:
            found[voice] = [place for place in batch.places if place in texts.repeats]
    return found


def _measure(
    texts: ReadTexts,
    one: Found,
    voices: list[int],
    echoes: dict[int, list[int]],
    named: Counter[int],
    asked: Counter[int],
    windows: Windows | None,
) -> Matter:
    places = sorted({*voices, *(echo for voice in voices for echo in echoes.get(voice, ()))})
    moments = sorted(at for place in places if (at := texts.at[place]))
    counts = _count_windows(texts, voices, windows)
    phrases = [Phrase(said.text, said.inside, said.lift) for said in one.profile.phrases[:8]]
    angry = sum(texts.emotion[place] >= ANGRY for place in voices)
    return Matter(
        name=one.name,
        places=places,
        voices=voices,
        complaints=sum(texts.verdict[place] == COMPLAINT for place in places),
        customers=_customers(texts, voices),
        phrases=phrases,
        first=_day(moments[:1]),
        last=_day(moments[-1:]),
        count=_bounded(len(voices)),
        angry=_shared(angry, len(voices)),
        harm=_harm(texts, voices, named, asked),
        regulator=sum(place in named for place in voices),
        asked=float(sum(asked[place] for place in voices)),
        change=compare_last(counts, [windows.days] * len(counts)) if windows else None,
        quote=_quote(texts, voices, phrases),
        counts=counts,
        one_hand=_is_one_hand(texts, voices),
    )


def _day(moments: Sequence[datetime]) -> date | None:
    return moments[0].date() if moments else None


def _customers(texts: ReadTexts, voices: Sequence[int]) -> int | None:
    names = [texts.customer[place] for place in voices]
    known = set(names) - {""}
    return len(known) + names.count("") if known else None


def _count_windows(texts: ReadTexts, voices: Sequence[int], windows: Windows | None) -> tuple[int, ...]:
    if windows is None:
        return ()
    counts = [0] * len(windows.starts)
    for place in voices:
        at = texts.at[place]
        if at is not None and (index := windows.index(at.date())) is not None:
            counts[index] += 1
    return tuple(counts)


def _bounded(count: int) -> Measured:
    low, high = count_bounds(np.array([float(count)]))
    return Measured(count, round(float(low[0]), 1), round(float(high[0]), 1))


def _shared(count: int, base: int) -> Measured:
    low, high = share_bounds(np.array([float(count)]), float(base))
    return Measured(round(count / max(1, base), 4), round(float(low[0]), 4), round(float(high[0]), 4))


def _harm(texts: ReadTexts, voices: Sequence[int], named: Counter[int], asked: Counter[int]) -> Measured:
    """By the weights of the hot spots: each complaint, anger, the regulator, yuan asked for."""
    weigh = Harm()
    each = [
        weigh.complaint
        + weigh.angry * (texts.emotion[place] >= ANGRY)
        + weigh.regulator * (place in named)
        + weigh.asked * asked[place]
        for place in voices
    ]
    total, spread = sum(each), 1.96 * sum(one * one for one in each) ** 0.5
    return Measured(round(total, 2), round(max(0.0, total - spread), 2), round(total + spread, 2))


def _quote(texts: ReadTexts, voices: Sequence[int], phrases: Sequence[Phrase]) -> str:
    """The text with most of the phrases, neither a cry nor an essay, cut to a line or two."""

    def telling(place: int) -> float:
        text = texts.masked[place]
        return sum(phrase.text in text for phrase in phrases) - abs(len(text) - 120) / 200

    best = max(voices[:200], key=telling)
    return excerpt(texts.masked[best], phrases)


def _mark_risen(matters: Sequence[Matter]) -> None:
    tried = [matter for matter in matters if matter.change is not None]
    if tried:
        q = adjusted(np.array([matter.change.chance for matter in tried if matter.change]))
        for matter, value in zip(tried, q.tolist(), strict=True):
            matter.q = value


def plain_matter(matter: Matter, rows: Sequence[int]) -> dict[str, Any]:
    """The matter with its row numbers ``rows``, ready for JSON."""
    change = matter.change
    return {
        "kind": "one_hand" if matter.one_hand else "matter",
        "name": matter.name,
        "texts": len(matter.places),
        "complaints": matter.complaints,
        "voices": asdict(matter.count),
        "customers": matter.customers,
        "first": matter.first.isoformat() if matter.first else "",
        "last": matter.last.isoformat() if matter.last else "",
        "phrases": [{"text": phrase.text, "complaints": phrase.count} for phrase in matter.phrases],
        "growth": None
        if change is None
        else {
            "last": change.last,
            "expected": round(change.expected, 2),
            "upper": change.upper,
            "chance": float(change.chance),
            "q": matter.q,
            "risen": matter.has_risen,
            "counts": list(matter.counts),
        },
        "angry": asdict(matter.angry),
        "regulator": matter.regulator,
        "asked": matter.asked,
        "harm": asdict(matter.harm),
        "quote": matter.quote,
        "rows": list(rows),
    }
