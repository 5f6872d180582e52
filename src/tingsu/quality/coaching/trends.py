"""How one person's conversations went, month by month and point by point."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tingsu.base.clock import local
from tingsu.org.models import User
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.reviews.marks import NA, NO, PART, YES, machine_marks
from tingsu.quality.reviews.stance import blind_numbers

MONTHS = 6
MOST = 3000  # conversations looked at, the newest
FEW = 3  # marks below which nothing is said of a point
_WORTH = {YES: 1.0, PART: 0.5, NO: 0.0}
Worth = tuple[float, bool]  # a value, and whether its conversation may still be reviewed blind


@dataclass(frozen=True, slots=True)
class Month:
    """One month: conversations with their mean machine share, and of those reviewed the mean share people left."""

    first: date
    n: int
    share: float | None
    reviewed: int
    final: float | None


@dataclass(frozen=True, slots=True)
class PointTrend:
    """One point: how often it could be judged, its mean (0–1), month by month (None: never), and where it shows.

    ``shown`` is the newest reviewed conversation in which it was missing, with the turn: what was not reviewed the
    person himself may not open, and what the asker may still review blind is not pointed out to him.
    """

    id: str
    name: str
    n: int
    share: float | None
    months: list[float | None]
    shown: tuple[int, int | None] | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A person's months and points, the weakest point first."""

    months: list[Month]
    points: list[PointTrend]
    conversations: int
    reviewed: int


def trend_of(person: User, *, at: datetime, by: User | None = None, reviewed_only: bool = False) -> Trend:
    """The last six months of a person's conversations: three queries.

    People's marks count where a conversation was reviewed, the machine's elsewhere; with ``reviewed_only`` nothing but
    what was reviewed, which is what the person himself may see. ``by`` is who inspects and asks: fewer than FEW
    conversations that he may still review blind stay out of a mean, which would tell him their marks.
    """
    firsts = _months_before(local(at).date())
    rows = Conversation.objects.filter(agent=person, held_at__date__gte=firsts[0], scored_at__isnull=False)
    if reviewed_only:
        rows = rows.filter(reviewed_at__isnull=False)
    wanted = rows.order_by("-held_at", "-pk").values("pk", "held_at", "share", "points", "final", "final_share")[:MOST]
    found = list(wanted)
    blind = blind_numbers([row["pk"] for row in found if row["final"]], by=by) if by is not None else set()
    by_month: dict[date, list[Mapping[str, Any]]] = defaultdict(list)
    for row in found:
        by_month[local(row["held_at"]).date().replace(day=1)].append(row)
    months = [_month(first, by_month[first], blind) for first in firsts]
    return Trend(months, _points(found, firsts, blind), len(found), sum(bool(row["final"]) for row in found))


def _months_before(day: date) -> list[date]:
    firsts = [day.replace(day=1)]
    while len(firsts) < MONTHS:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    return firsts[::-1]


def _month(first: date, rows: Sequence[Mapping[str, Any]], blind: set[int]) -> Month:
    shares = [(row["share"], row["pk"] in blind) for row in rows if row["share"] is not None]
    finals = [(row["final_share"], row["pk"] in blind) for row in rows if row["final_share"] is not None]
    return Month(first, len(shares), _mean(_told(shares)), len(finals), _mean(_told(finals)))


def _points(rows: Sequence[Mapping[str, Any]], firsts: list[date], blind: set[int]) -> list[PointTrend]:
    names: dict[str, str] = {}
    worth: dict[str, dict[date, list[Worth]]] = defaultdict(lambda: defaultdict(list))
    shown: dict[str, tuple[int, int | None]] = {}
    for row in rows:  # the newest first
        marks = row["final"] or machine_marks(row["points"])
        for point in row["points"]:
            names.setdefault(point["id"], point["name"])
            mark = marks.get(point["id"], NA)
            if mark == NA:
                continue
            worth[point["id"]][local(row["held_at"]).date().replace(day=1)].append((_WORTH[mark], row["pk"] in blind))
            if mark != YES and row["final"] and row["pk"] not in blind:
                shown.setdefault(point["id"], (row["pk"], point["turn"]))
    points = [
        _point(point, name, worth[point], firsts, shown.get(point)) for point, name in names.items() if worth[point]
    ]
    return sorted(points, key=lambda point: (point.n < FEW, point.share or 0.0, -point.n))


def _point(
    id: str, name: str, worth: Mapping[date, list[Worth]], firsts: list[date], shown: tuple[int, int | None] | None
) -> PointTrend:
    every = _told([value for values in worth.values() for value in values])
    months = [_mean(_told(worth.get(first, []))) for first in firsts]
    return PointTrend(id, name, len(every), _mean(every), months, shown)


def _told(values: Sequence[Worth]) -> list[float]:
    """What a mean may be of: without those to be reviewed blind where they are so few that it would tell them."""
    kept = sum(blind for _value, blind in values)
    return [value for value, blind in values if not blind or kept >= FEW]


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return sum(known) / len(known) if known else None
