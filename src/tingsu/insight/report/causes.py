"""Why the last stretch has more (or fewer) complaints than the earlier ones: the parts that account for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from tingsu.insight.causes.explain import Cells, Explanation, Part, explain_change
from tingsu.insight.causes.said import base_sentence, headline, over_time, part_sentence, rest_sentence
from tingsu.insight.report.phrases import contrast
from tingsu.insight.report.read_texts import OTHER, ReadTexts
from tingsu.insight.report.topics import Topic, Words
from tingsu.insight.report.trend import Riser, Windows

MOST_RISERS = 3  # explained beside the whole
PHRASES = 4
_EXPLAINED = ("topic", "unit", "channel")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why ``name`` (the whole, or one riser) changed; ``rows`` are the row numbers of each part's last complaints."""

    name: str
    since: date
    until: date
    told: Explanation
    rows: list[list[int]]

    @property
    def said(self) -> dict[str, Any]:
        """The answer in sentences."""
        wording = over_time()
        return {
            "headline": headline(self.told, wording=wording),
            "parts": [(part_sentence(self.told, part, name_of), "、".join(part.phrases)) for part in self.told.parts],
            "rest": rest_sentence(self.told, wording=wording),
            "base": base_sentence(self.told),
        }


def find_reasons(
    texts: ReadTexts, topics: Sequence[Topic], words: Words, windows: Windows, risers: Sequence[Riser]
) -> list[Reason]:
    """The whole first, then the strongest risers that have parts; repeats are counted once, as everywhere over time."""
    dated = _Dated.of(texts, topics, windows)
    reasons = [dated.explain(_("全部投诉"), set(dated.window), words, windows)]
    for riser in [one for one in risers if one.kind in _EXPLAINED][:MOST_RISERS]:
        reason = dated.explain(riser.name, dated.places_of(riser), words, windows)
        if reason.told.parts:
            reasons.append(reason)
    return reasons


def plain_reasons(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    """JSON-ready, each part with its rows."""
    return [
        {
            "name": reason.name,
            "since": reason.since.isoformat(),
            "until": reason.until.isoformat(),
            "said": [reason.said["headline"], *(said for said, _ in reason.said["parts"]), reason.said["rest"]],
            "now": reason.told.total_now,
            "before": round(reason.told.total_before, 2),
            "change_low": round(reason.told.low, 2),
            "change_high": round(reason.told.high, 2),
            "sure": reason.told.sure,
            "general": reason.told.general,
            "parts": [_plain_part(part, rows) for part, rows in zip(reason.told.parts, reason.rows, strict=True)],
            "rest": asdict(reason.told.rest),
        }
        for reason in reasons
    ]


def name_of(where: Mapping[str, str]) -> str:
    """「信用卡 · 定价收费」; a topic's name already holds business and cause."""
    return " · ".join(where.values())


def _plain_part(part: Part, rows: list[int]) -> dict[str, Any]:
    return {**asdict(part), "phrases": list(part.phrases), "rows": rows}


@dataclass
class _Dated:
    """Merged, dated complaints: place → its window, and the values they are told apart by."""

    texts: ReadTexts
    window: dict[int, int]
    values: dict[str, dict[int, str]]

    @classmethod
    def of(cls, texts: ReadTexts, topics: Sequence[Topic], windows: Windows) -> _Dated:
        window = {}
        for place in texts.complaints:
            at = texts.at[place]
            if at is not None and place not in texts.repeats and (index := windows.index(at.date())) is not None:
                window[place] = index
        topic = {place: one.name for one in topics if one.is_plain and one.said for place in one.places}
        columns = {"unit": texts.unit, "channel": texts.channel, "business": texts.business, "cause": texts.cause}
        values = {name: {place: column[place] for place in window} for name, column in columns.items()}
        return cls(texts, window, {**values, "topic": {place: topic.get(place, "") for place in window}})

    def places_of(self, riser: Riser) -> set[int]:
        """All dated complaints of a riser, of every window."""
        if riser.kind == "topic":
            values = {place for place in riser.places if place in self.window}
            topic = {(self.values["business"][p], self.values["cause"][p], self.values["topic"][p]) for p in values}
            return {
                p
                for p in self.window
                if (self.values["business"][p], self.values["cause"][p], self.values["topic"][p]) in topic
            }
        return {place for place in self.window if self.values[riser.kind][place] == riser.name}

    def explain(self, name: str, places: set[int], words: Words, windows: Windows) -> Reason:
        """Why these complaints are more in the last window than in the earlier ones."""
        kept = sorted(places)
        last = len(windows.starts) - 1
        now = np.array([self.window[place] == last for place in kept], float)
        values = {name: [told[place] for place in kept] for name, told in self.values.items()}
        telling = {name: column for name, column in values.items() if len(set(column) - {"", OTHER}) > 1}
        cells = Cells(telling, now, 1 - now, float(windows.days), float(windows.days * last))
        told = explain_change(cells, phrases=lambda where: self._phrases(where, kept, words, last))
        rows = [
            [self.texts.rows[p] for p in kept if self.window[p] == last and self._is_in(p, part.where)]
            for part in told.parts
        ]
        since = windows.starts[-1]
        return Reason(name, since, since + timedelta(days=windows.days - 1), told, rows)

    def _is_in(self, place: int, where: Mapping[str, str]) -> bool:
        return all(self.values[name][place] == value for name, value in where.items())

    def _phrases(self, where: Mapping[str, str], places: Sequence[int], words: Words, last: int) -> list[str]:
        mine = [place for place in places if self.window[place] == last and self._is_in(place, where)]
        inside, voices = words.count(mine)
        return [one.text for one in contrast(inside, voices, words.whole, len(words.voices), most=PHRASES)]
