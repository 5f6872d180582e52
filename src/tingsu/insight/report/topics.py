"""What is complained about: business × cause, the vague cells opened up by what their texts say in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from tingsu.insight.report.phrases import Phrase, contrast, count_units, find_units, keep_distinct
from tingsu.insight.report.read_texts import COMPLAINT, OTHER, ReadTexts

MOST_SCANNED = 60_000  # complaints whose words are counted; beyond it every n-th is taken
MOST_PARTS = 8  # phrase topics one cell is opened into
LARGE_SHARE = 0.15  # of all complaints: a cell this large says too little as one topic
LARGE_COUNT = 60
_PART_SHARE = 0.02  # of the cell: the least a phrase must hold to stand as a topic


def cell_name(business: str, cause: str) -> str:
    """借记卡 · 定价收费; what is 其他 is not said, so "" where both are."""
    return " · ".join(part for part in (business, cause) if part != OTHER)


@dataclass(slots=True)
class Topic:
    """Complaints about one thing. ``places`` are theirs; ``phrases`` what sets them apart from the other complaints.

    ``said``: the phrase that makes it, where a large or vague cell was opened; ``is_rest``: what was left of one.
    """

    business: str
    cause: str
    places: list[int]
    said: str = ""
    is_rest: bool = False
    phrases: list[Phrase] = field(default_factory=list)

    @property
    def name(self) -> str:
        """借记卡 · 定价收费; 设施设备系统：“闪退”; 说到“扰民”."""
        cell = cell_name(self.business, self.cause)
        if self.said:
            text = _("{cell}：“{phrase}”") if cell else _("说到“{phrase}”")
            return text.format(cell=cell, phrase=self.said)
        if self.is_rest:
            return _("{cell}：其余").format(cell=cell) if cell else _("没有共同说法的其他投诉")
        return cell or _("没有归类的其他投诉")

    @property
    def is_plain(self) -> bool:
        """Whether it says something: neither what was left of a cell nor a cell without business and cause."""
        return not self.is_rest and (bool(self.said) or self.business != OTHER or self.cause != OTHER)


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
    """Phrases of the scanned complaints, by place; ``whole`` counts each batch of like texts as one voice."""

    units: dict[int, set[str]]
    voices: set[int]
    whole: Counter[str]

    def count(self, places: Iterable[int]) -> tuple[Counter[str], int]:
        """In how many voices among ``places`` each phrase stands, and how many voices there are."""
        heard = [self.units[place] for place in places if place in self.voices]
        return count_units(heard), len(heard)


def scan_words(texts: ReadTexts, echoes: Set[int] = frozenset()) -> Words:
    """The phrases of all complaints, from the masked text, so that no personal data can become a phrase.

    ``echoes`` are places whose text another place already says; they raise no count.
    """
    step = max(1, -(-len(texts.complaints) // MOST_SCANNED))
    units = {place: find_units(texts.masked[place]) for place in texts.complaints[::step]}
    voices = units.keys() - echoes
    whole = count_units(units[place] for place in voices)
    common = {unit for unit, count in whole.items() if count > 1}
    return Words({p: found & common for p, found in units.items()}, voices, Counter({u: whole[u] for u in common}))


def find_topics(texts: ReadTexts, words: Words) -> list[Topic]:
    """All topics, most complaints first, remainders last; every complaint is in exactly one."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place in texts.complaints:
        groups[texts.business[place], texts.cause[place]].append(place)
    large = max(LARGE_COUNT, LARGE_SHARE * len(texts.complaints))
    topics: list[Topic] = []
    for (business, cause), places in groups.items():
        topic = Topic(business, cause, places)
        opened = not topic.is_plain or len(places) >= large
        topics.extend(_open_up(topic, words) if opened else [topic])
    for topic in topics:
        topic.phrases = _describe(topic, words)
    return sorted(topics, key=lambda topic: (not topic.is_plain, -len(topic.places), topic.name))


def _describe(topic: Topic, words: Words) -> list[Phrase]:
    inside, voices = words.count(topic.places)
    found = contrast(inside, voices, words.whole, len(words.voices), most=6)
    return [phrase for phrase in found if phrase.text != topic.said][:5]


def _open_up(topic: Topic, words: Words) -> list[Topic]:
    """Greedy: the phrase that sets most of what is left apart becomes a topic, again and again; then the remainder."""
    left = {place: words.units.get(place, set()) for place in topic.places}
    least = max(5, round(_PART_SHARE * len(left)))
    opened: list[Topic] = []
    while len(opened) < MOST_PARTS:
        phrase = _leading_phrase(left, words, least, [part.said for part in opened])
        if phrase is None:
            break
        taken = [place for place, units in left.items() if phrase in units]
        opened.append(Topic(topic.business, topic.cause, taken, said=phrase))
        for place in taken:
            del left[place]
    rest = Topic(topic.business, topic.cause, list(left), is_rest=bool(opened))
    return [*opened, rest] if left else opened


def _leading_phrase(left: Iterable[int], words: Words, least: int, before: Sequence[str]) -> str | None:
    inside, voices = words.count(left)
    candidates = contrast(inside, voices, words.whole, len(words.voices), most=40)
    known = [Phrase(said, 0, 0.0) for said in before]
    candidates = [phrase for phrase in candidates if phrase.count >= least]
    fresh = keep_distinct([*known, *candidates], len(known) + 1)[len(known) :]
    return fresh[0].text if fresh else None


@dataclass(slots=True)
class Matrix:
    """Business × cause: both by size with 其他 last, ``counts`` keyed by the pair."""

    businesses: list[str]
    causes: list[str]
    counts: dict[tuple[str, str], int]
    by_business: Counter[str]
    by_cause: Counter[str]


def count_matrix(cells: Sequence[tuple[str, str, int]]) -> Matrix:
    """The cells as a table."""
    by_business: Counter[str] = Counter()
    by_cause: Counter[str] = Counter()
    for business, cause, count in cells:
        by_business[business] += count
        by_cause[cause] += count
    counts = {(business, cause): count for business, cause, count in cells}
    return Matrix(_by_size(by_business), _by_size(by_cause), counts, by_business, by_cause)


def _by_size(counts: Counter[str]) -> list[str]:
    return sorted(counts, key=lambda label: (label == OTHER, -counts[label], label))
