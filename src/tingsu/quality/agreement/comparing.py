"""Reviews turned into pairs of marks: machine and reviewer, and the two reviewers of one conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tingsu.org.models import User
from tingsu.quality.agreement.kappa import Agreement, Pair, agreement_of, agreement_over
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.reviews.marks import NA
from tingsu.quality.reviews.tables import Review
from tingsu.quality.seeing import inspected_conversations, inspects_all

MOST = 5000  # reviews looked at, the newest


@dataclass(frozen=True, slots=True)
class PointAgreement:
    """One point of the card: agreement, and how often the first rater was the milder and the stricter one."""

    id: str
    name: str
    found: Agreement
    milder: int
    stricter: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Two raters over everything and point by point; ``conversations`` they have in common."""

    conversations: int
    overall: Agreement
    points: list[PointAgreement]


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """One reviewer: how many, how often the machine's mark was changed, and how much more or less he gives (0–1)."""

    reviewer: User
    reviews: int
    marks: int
    changed: int
    leaning: float | None


@dataclass(frozen=True, slots=True)
class Split:
    """A conversation on which its two reviewers differ: point name → (first, second)."""

    conversation: Conversation
    first: User
    second: User
    points: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything the calibration page shows. ``seen``: the reviewer saw the machine's marks; ``blind``: he did not."""

    seen: Compared
    blind: Compared
    reviewers: Compared
    rows: list[ReviewerRow]
    splits: list[Split] = field(default_factory=list)


def calibrate(by: User, *, since: datetime, until: datetime) -> Calibration:
    """The agreement of the reviews handed in between the two moments, within reach: one query. Raises NotAllowed.

    How single reviewers lean is for who inspects the whole house; anybody else sees his own line.
    """
    reach = inspected_conversations(by).values("pk")
    rows = Review.objects.filter(conversation__in=reach, at__gte=since, at__lt=until)
    wanted = rows.select_related("conversation__agent", "reviewer").defer(
        "conversation__turns", "conversation__masked", "conversation__measures", "conversation__risk_why"
    )
    reviews = list(wanted.order_by("-at", "-pk")[:MOST])
    own = reviews if inspects_all(by) else [review for review in reviews if review.reviewer_id == by.pk]
    both = _two_of_one(reviews)
    names = _names(reviews)
    return Calibration(
        seen=_compare([_with_machine(r) for r in reviews if not r.blind], names),
        blind=_compare([_with_machine(r) for r in reviews if r.blind], names),
        reviewers=_compare([_with_each_other(a, b) for a, b in both], names),
        rows=_rows(own),
        splits=[split for a, b in both if (split := _split(a, b, names)).points],
    )


def _names(reviews: Iterable[Review]) -> dict[str, str]:
    return {p["id"]: p["name"] for review in reviews for p in review.conversation.points}


def _with_machine(review: Review) -> dict[str, Pair]:
    return _judged({point: (mark, review.marks[point]["mark"]) for point, mark in review.machine.items()})


def _with_each_other(first: Review, second: Review) -> dict[str, Pair]:
    common = first.marks.keys() & second.marks.keys()
    return _judged({point: (first.marks[point]["mark"], second.marks[point]["mark"]) for point in common})


def _judged(pairs: Mapping[str, Pair]) -> dict[str, Pair]:
    """Without what both leave out: agreeing that there was nothing to judge would pass for agreement in judging."""
    return {point: pair for point, pair in pairs.items() if pair != (NA, NA)}


def _two_of_one(reviews: Sequence[Review]) -> list[tuple[Review, Review]]:
    of: dict[int, dict[int, Review]] = defaultdict(dict)
    for review in reviews:
        of[review.conversation_id][review.no] = review
    return [(two[1], two[2]) for two in of.values() if len(two) == 2]


def _compare(groups: Sequence[Mapping[str, Pair]], names: Mapping[str, str]) -> Compared:
    points = [_point(point, name, [g[point] for g in groups if point in g]) for point, name in names.items()]
    overall = agreement_over([list(group.values()) for group in groups])
    return Compared(len(groups), overall, [point for point in points if point.found.n])


def _point(id: str, name: str, pairs: Sequence[Pair]) -> PointAgreement:
    order = {"no": 0, "part": 1, "yes": 2}
    both = [(order[a], order[b]) for a, b in pairs if a in order and b in order]
    milder, stricter = sum(a > b for a, b in both), sum(a < b for a, b in both)
    return PointAgreement(id, name, agreement_of(pairs), milder, stricter)


def _rows(reviews: Sequence[Review]) -> list[ReviewerRow]:
    of: dict[User, list[Review]] = defaultdict(list)
    for review in reviews:
        of[review.reviewer].append(review)
    return sorted((_row(reviewer, own) for reviewer, own in of.items()), key=lambda row: -row.reviews)


def _row(reviewer: User, reviews: Sequence[Review]) -> ReviewerRow:
    marks = sum(len(review.machine) for review in reviews)
    changed = sum(r.machine[p] != r.marks[p]["mark"] for r in reviews for p in r.machine)
    return ReviewerRow(reviewer, len(reviews), marks, changed, _mean(reviews, _leaning))


def _leaning(review: Review) -> float | None:
    share = review.conversation.share
    return None if share is None or review.share is None else review.share - share


def _mean(reviews: Sequence[Review], of: Callable[[Review], float | None]) -> float | None:
    known = [value for review in reviews if (value := of(review)) is not None]
    return sum(known) / len(known) if known else None


def _split(first: Review, second: Review, names: Mapping[str, str]) -> Split:
    differ = [
        (names.get(point, point), a, b) for point, (a, b) in sorted(_with_each_other(first, second).items()) if a != b
    ]
    return Split(first.conversation, first.reviewer, second.reviewer, differ)
