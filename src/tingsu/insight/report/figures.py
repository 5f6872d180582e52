"""The figures of the report, each a plain function of the read texts; every share states its base."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

import numpy as np

from tingsu.insight.certainty import share_bounds
from tingsu.insight.report.read_texts import COMPLAINT, NO_COMPLAINT, UNSURE, Named, ReadTexts
from tingsu.insight.report.topics import Topic

ANGRY = 2  # emotion from here on counts as angry


@dataclass(frozen=True, slots=True)
class Count:
    """``count`` of ``base`` things carry ``label``."""

    label: str
    count: int
    base: int

    @property
    def share(self) -> float:
        return self.count / self.base if self.base else 0.0


@dataclass(frozen=True, slots=True)
class Overview:
    """What the file holds in all. ``first``/``last``: dates of complaints; None where the file has none.

    ``undated``: complaints without a date that can be meant; ``ahead``: those dated after today. Neither is ``dated``.
    """

    texts: int
    complaints: int
    not_complaints: int
    unsure: int
    dated: int
    undated: int
    ahead: int
    first: date | None
    last: date | None
    customers: int
    repeats: int
    with_personal_data: int
    characters: int


def count_overview(texts: ReadTexts) -> Overview:
    """Totals of the file; customers and dates are those of the complaints."""
    verdicts = Counter(texts.verdict)
    days = [at.date() for place in texts.complaints if (at := texts.at[place])]
    ahead = len(texts.ahead & set(texts.complaints))
    names = {texts.customer[place] for place in texts.complaints} - {""}
    return Overview(
        texts=len(texts),
        complaints=verdicts[COMPLAINT],
        not_complaints=verdicts[NO_COMPLAINT],
        unsure=verdicts[UNSURE],
        dated=len(days),
        undated=verdicts[COMPLAINT] - len(days) - ahead,
        ahead=ahead,
        first=min(days, default=None),
        last=max(days, default=None),
        customers=len(names),
        repeats=len(texts.repeats),
        with_personal_data=sum(count > 0 for count in texts.personal),
        characters=sum(map(len, texts.texts)),
    )


@dataclass(frozen=True, slots=True)
class Heard:
    """One channel or unit: its texts, the complaints among them, the angry ones among those."""

    label: str
    texts: int
    complaints: int
    angry: int


def count_heard(texts: ReadTexts, column: str) -> list[Heard]:
    """Complaints by channel or unit, most first; the texts that name none come as label ""."""
    table = texts.table
    said = table.verdict == COMPLAINT
    counted = (
        table.group_by(label=table[column])
        .agg(
            texts=lambda rows: rows.count(),
            complaints=said.sum(),
            angry=(said & (table.emotion >= ANGRY)).sum(),
        )
        .to_pyarrow()
        .to_pylist()
    )
    found = [Heard(**row) for row in counted]
    return sorted(found, key=lambda heard: (heard.label == "", -heard.complaints, -heard.texts, heard.label))


def count_emotions(texts: ReadTexts) -> list[Count]:
    """Complaints by strength 0–3, all four present."""
    table = texts.table
    counted = (
        table.filter(table.verdict == COMPLAINT)
        .group_by("emotion")
        .agg(n=lambda rows: rows.count())
        .to_pyarrow()
        .to_pylist()
    )
    by_strength = {row["emotion"]: row["n"] for row in counted}
    base = len(texts.complaints)
    return [Count(str(strength), by_strength.get(strength, 0), base) for strength in range(4)]


def count_needs(texts: ReadTexts) -> list[Count]:
    """Complaints by the main need of the customer, most first."""
    counts = Counter(texts.need[place] for place in texts.complaints)
    return [Count(need, count, len(texts.complaints)) for need, count in counts.most_common()]


def rank_angriest(topics: Sequence[Topic], texts: ReadTexts, *, fewest: int = 10) -> list[tuple[Topic, Count]]:
    """Topics by the share of angry complaints, ranked by its lower 95 % bound so that small ones do not win by luck."""
    found = []
    for topic in topics:
        if len(topic.places) >= fewest and topic.is_plain:
            angry = sum(texts.emotion[place] >= ANGRY for place in topic.places)
            found.append((topic, Count(topic.name, angry, len(topic.places))))
    low, _high = share_bounds(
        np.array([c.count for _t, c in found], float), np.array([c.base for _t, c in found], float)
    )
    order = np.argsort(-low, kind="stable")
    return [found[at] for at in order.tolist()]


@dataclass(frozen=True, slots=True)
class Mentioned:
    """One kind of demand or risk and the complaints that carry it."""

    kind: str
    places: tuple[int, ...]
    amounts: tuple[Decimal, ...] = ()

    @property
    def middle_amount(self) -> Decimal | None:
        return median(self.amounts) if self.amounts else None

    @property
    def largest_amount(self) -> Decimal | None:
        return max(self.amounts, default=None)


def count_named(texts: ReadTexts, named: Iterable[Named]) -> list[Mentioned]:
    """Demands or risks of the complaints by kind, most complaints first; a complaint counts once per kind."""
    places: dict[str, set[int]] = defaultdict(set)
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for item in named:
        if texts.verdict[item.place] == COMPLAINT and item.kind != "none":
            places[item.kind].add(item.place)
            if item.amount is not None:
                amounts[item.kind].append(item.amount)
    found = [Mentioned(kind, tuple(sorted(at)), tuple(sorted(amounts[kind]))) for kind, at in places.items()]
    return sorted(found, key=lambda item: (-len(item.places), item.kind))


def count_with_any(named: Sequence[Mentioned]) -> int:
    """Complaints that carry at least one of the kinds."""
    return len({place for item in named for place in item.places})
