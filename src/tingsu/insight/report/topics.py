"""What is complained about: business × cause, the vague cells opened up by what their texts say in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from tingsu.insight.report.phrases import Phrase, contrast, count_units, find_units, keep_distinct
from tingsu.insight.report.read_texts import COMPLAINT, OTHER, ReadTexts

MOST_SCANNED = 60_000  # complaints whose words are counted; beyond it every n-th is taken
MOST_PARTS = 8  # phrase topics one vague cell is opened into
_VAGUE_SHARE = 0.02  # of the cell: the least a phrase must hold to stand as a topic


@dataclass(slots=True)
class Topic:
    """Complaints about one thing. ``places`` are theirs; ``phrases`` what sets them apart from the other complaints."""

    business: str
    cause: str
    places: list[int]
    said: str = ""  # the phrase that makes it, where a vague cell was opened
    phrases: list[Phrase] = field(default_factory=list)

    @property
    def name(self) -> str:
        """借记卡 · 定价收费; 说到“扰民”."""
        if self.said:
            return _("说到“{phrase}”").format(phrase=self.said)
        parts = [part for part in (self.business, self.cause) if part != OTHER]
        return " · ".join(parts) or _("没有共同说法的其他投诉")

    @property
    def is_vague(self) -> bool:
        return self.business == OTHER and self.cause == OTHER and not self.said


def count_cells(texts: ReadTexts) -> list[tuple[str, str, int]]:
    """(business, cause, complaints), most first."""
    table = texts.table
    counted = (
        table.filter(table.verdict == COMPLAINT)
        .group_by("business", "cause")
        .agg(n=lambda rows: rows.count())
        .order_by(["n", "business", "cause"])
        .to_pyarrow()
        .to_pylist()
    )
    return [(row["business"], row["cause"], row["n"]) for row in reversed(counted)]


@dataclass(slots=True)
class Words:
    """Units of the scanned complaints; ``places`` says whose they are."""

    places: list[int]
    units: list[set[str]]
    whole: Counter[str]


def scan_words(texts: ReadTexts) -> Words:
    """The phrases of all complaints, from the masked text, so that no personal data can become a phrase."""
    step = max(1, -(-len(texts.complaints) // MOST_SCANNED))
    places = texts.complaints[::step]
    units = [find_units(texts.masked[place]) for place in places]
    whole = count_units(units)
    common = {unit for unit, count in whole.items() if count > 1}
    return Words(places, [found & common for found in units], Counter({u: whole[u] for u in common}))


def find_topics(texts: ReadTexts, words: Words) -> list[Topic]:
    """All topics, most complaints first; every complaint is in exactly one."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place in texts.complaints:
        groups[texts.business[place], texts.cause[place]].append(place)
    by_place = dict(zip(words.places, words.units, strict=True))
    topics: list[Topic] = []
    for (business, cause), places in groups.items():
        topic = Topic(business, cause, places)
        topics.extend(_open_up(topic, by_place, words) if topic.is_vague else [topic])
    for topic in topics:
        topic.phrases = _describe(topic, by_place, words)
    return sorted(topics, key=lambda topic: (topic.is_vague, -len(topic.places), topic.name))


def _describe(topic: Topic, by_place: dict[int, set[str]], words: Words) -> list[Phrase]:
    units = [by_place[place] for place in topic.places if place in by_place]
    found = contrast(count_units(units), len(units), words.whole, len(words.places), most=6)
    return [phrase for phrase in found if phrase.text != topic.said][:5]


def _open_up(topic: Topic, by_place: dict[int, set[str]], words: Words) -> list[Topic]:
    """Greedy: the phrase that holds most of what is left becomes a topic, again and again; then the remainder."""
    left = {place: by_place.get(place, set()) for place in topic.places}
    least = max(5, round(_VAGUE_SHARE * len(left)))
    opened: list[Topic] = []
    while len(opened) < MOST_PARTS:
        phrase = _leading_phrase(list(left.values()), words, least, [part.said for part in opened])
        if phrase is None:
            break
        taken = [place for place, units in left.items() if phrase in units]
        opened.append(Topic(topic.business, topic.cause, taken, said=phrase))
        for place in taken:
            del left[place]
    return [*opened, Topic(topic.business, topic.cause, list(left))] if left else opened


def _leading_phrase(units: Sequence[set[str]], words: Words, least: int, before: list[str]) -> str | None:
    counts = count_units(units)
    n_whole = len(words.places)
    candidates = [
        Phrase(unit, count, count * _weight(unit, words.whole[unit] / n_whole))
        for unit, count in counts.items()
        if count >= least
    ]
    candidates.sort(key=lambda phrase: (-phrase.z, phrase.text))
    known = [Phrase(said, 0, 0.0) for said in before]
    fresh = keep_distinct([*known, *candidates], len(known) + 1)[len(known) :]
    return fresh[0].text if fresh else None


def _weight(unit: str, share: float) -> float:
    """A phrase all texts share says little; a longer one says more."""
    return (1 - share) ** 4 * min(len(unit), 5)


def count_matrix(cells: Sequence[tuple[str, str, int]]) -> dict[str, Any]:
    """Business × cause as a table: ``businesses`` and ``causes`` by size, ``counts`` keyed by the pair."""
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for business, cause, count in cells:
        rows[business] += count
        columns[cause] += count
    order = lambda counter: sorted(counter, key=lambda key: (key == OTHER, -counter[key]))  # noqa: E731
    return {
        "businesses": order(rows),
        "causes": order(columns),
        "counts": {(business, cause): count for business, cause, count in cells},
        "row_totals": rows,
        "column_totals": columns,
    }
