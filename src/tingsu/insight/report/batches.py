"""Texts that came more than once: the same words or nearly, from one customer (repeats) or many (a batch)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from tingsu.insight.report.read_texts import ReadTexts

SHORTEST = 12  # characters; below that people write the same by chance ("打不开")
LONGEST_GAP = 31  # days; without a customer, the same words later than this are taken as a new complaint


class Group(Protocol):
    """What ``find_groups`` gives: texts alike, by index."""

    @property
    def members(self) -> Sequence[int]: ...
    @property
    def kind(self) -> str: ...
    @property
    def representative(self) -> int: ...
    @property
    def passage(self) -> str: ...


@dataclass(slots=True)
class Batch:
    """Complaints that say the same. ``kind``: same (word for word) or near. ``customers`` None: the file names none.

    ``passage`` is the shared stretch, raw: mask it before showing.
    """

    places: list[int]
    kind: str
    representative: int
    passage: str
    customers: int | None
    first: datetime | None
    last: datetime | None

    @property
    def is_repeat(self) -> bool:
        """Everything from one customer."""
        return self.customers == 1


def build_batches(texts: ReadTexts, places: Sequence[int], groups: Sequence[Group]) -> list[Batch]:
    """Groups over ``places`` (indices of the groups point into it) as batches, most texts first."""
    batches = []
    for group in groups:
        members = sorted(places[index] for index in group.members)
        if len(members) < 2 or len(texts.texts[members[0]]) < SHORTEST:
            continue
        names = {texts.customer[place] for place in members} - {""}
        moments = sorted(at for place in members if (at := texts.at[place]) is not None)
        batches.append(
            Batch(
                places=members,
                kind=group.kind,
                representative=places[group.representative],
                passage=group.passage,
                customers=_count_customers(texts, members, names),
                first=moments[0] if moments else None,
                last=moments[-1] if moments else None,
            )
        )
    return sorted(batches, key=lambda batch: (-len(batch.places), batch.places[0]))


def _count_customers(texts: ReadTexts, members: Sequence[int], names: set[str]) -> int | None:
    """Different customers; texts without a name count as one more each. None where no text of the batch has one."""
    if not names:
        return None
    return len(names) + sum(not texts.customer[place] for place in members)


def mark_repeats(texts: ReadTexts, batches: Sequence[Batch]) -> None:
    """Note in ``texts.repeats`` every text that says again what its customer already said; the first stays.

    Where the file names no customer, only word-for-word copies within a month of the one before count as repeats:
    different people do not write a whole complaint in the same words by chance.
    """
    for batch in batches:
        ordered = sorted(batch.places, key=lambda place: (_sort_key(texts.at[place]), place))
        if batch.customers is None:
            if batch.kind == "same":
                texts.repeats.update(_copies(texts, ordered))
            continue
        seen: set[str] = set()
        for place in ordered:
            customer = texts.customer[place]
            if customer and customer in seen:
                texts.repeats.add(place)
            seen.add(customer)
    texts.__dict__.pop("table", None)  # it carries the repeat column


def _copies(texts: ReadTexts, ordered: Sequence[int]) -> list[int]:
    copies = []
    for before, place in pairwise(ordered):
        one, other = texts.at[before], texts.at[place]
        if one is None or other is None or (other - one).days <= LONGEST_GAP:
            copies.append(place)
    return copies


def _sort_key(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0


def list_echoes(batches: Sequence[Batch]) -> set[int]:
    """Every text of a batch but one: a phrase sent forty times is one voice when words are counted."""
    return {place for batch in batches for place in batch.places if place != batch.representative}


def count_returning(texts: ReadTexts) -> list[int]:
    """How many complaints each customer with more than one made (repeats included), most first."""
    by_customer: dict[str, int] = defaultdict(int)
    for place in texts.complaints:
        if texts.customer[place]:
            by_customer[texts.customer[place]] += 1
    return sorted((count for count in by_customer.values() if count > 1), reverse=True)
