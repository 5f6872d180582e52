"""What outside voices say in a period: how much from where, about what, and what is more than usual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from tingsu.insight.days import monday_of
from tingsu.insight.feeds.store import feeds_seal, open_feeds
from tingsu.insight.report.phrases import contrast, count_units, find_units
from tingsu.insight.report.rising import Change, compare_last, pick_rising
from tingsu.org.models import User
from tingsu.org.permissions import require

LIKE = "yes"  # verdict of a post that reads like a complaint
EARLIER = 7  # stretches of the same length before the period that tell what is usual
SAMPLED = 1500  # texts that phrases are looked for in
TOPICS = 12
PHRASES = 4


@dataclass(frozen=True, slots=True)
class SourceFigure:
    """One source in the period: posts, those that read like complaints, mean rating (None: none given)."""

    name: str
    kind: str
    posts: int
    like: int
    rated: int
    rating: float | None
    newest: date | None


@dataclass(frozen=True, slots=True)
class VoiceTopic:
    """Business × cause of the posts that read like complaints, with phrases and how it was before (None: not long)."""

    business: str
    cause: str
    count: int
    phrases: tuple[str, ...]
    change: Change | None
    rising: bool


@dataclass(frozen=True, slots=True)
class Voices:
    """Everything the page shows; ``undated`` posts are in no period."""

    since: date
    until: date
    sources: list[SourceFigure]
    weeks: dict[str, list[tuple[date, int]]]
    topics: list[VoiceTopic]
    posts: int
    like: int
    undated: int
    first: date | None


def voices_of(*, by: User, since: date, until: date, source: str = "") -> Voices:
    """The figures of a period, both ends included; ``source`` narrows to one. Raises NotAllowed (view_home)."""
    require(by, "view_home")
    return _voices(feeds_seal(), since, until, source)


@lru_cache(maxsize=32)
def _voices(seal: str, since: date, until: date, source: str) -> Voices:
    """Worked out once for each state of the posts (``seal``)."""
    rows = open_feeds()
    if source:
        rows = rows.filter(rows.source == source)
    table = (
        rows.select("source", "kind", "day", "rating", "verdict", "business", "cause", "text").to_pyarrow().to_pylist()
    )
    within = [row for row in table if row["day"] and since <= row["day"] <= until]
    days = [row["day"] for row in table if row["day"]]
    return Voices(
        since=since,
        until=until,
        sources=_sources(within),
        weeks=_weeks(within, since, until),
        topics=_topics(table, since, until),
        posts=len(within),
        like=sum(row["verdict"] == LIKE for row in within),
        undated=sum(row["day"] is None for row in table),
        first=min(days, default=None),
    )


def _sources(rows: Sequence[dict[str, Any]]) -> list[SourceFigure]:
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_name.setdefault(row["source"], []).append(row)
    found = [_source(name, mine) for name, mine in by_name.items()]
    return sorted(found, key=lambda one: (-one.like, -one.posts, one.name))


def _source(name: str, rows: Sequence[dict[str, Any]]) -> SourceFigure:
    ratings = [row["rating"] for row in rows if row["rating"]]
    return SourceFigure(
        name=name,
        kind=rows[0]["kind"],
        posts=len(rows),
        like=sum(row["verdict"] == LIKE for row in rows),
        rated=len(ratings),
        rating=sum(ratings) / len(ratings) if ratings else None,
        newest=max(row["day"] for row in rows),
    )


def _weeks(rows: Sequence[dict[str, Any]], since: date, until: date) -> dict[str, list[tuple[date, int]]]:
    """Posts like complaints by source and week (Monday), zeros filled in."""
    first = monday_of(since)
    mondays = [first + timedelta(days=7 * n) for n in range((until - first).days // 7 + 1)]
    counted = Counter((row["source"], monday_of(row["day"])) for row in rows if row["verdict"] == LIKE)
    names = sorted({row["source"] for row in rows})
    return {name: [(monday, counted[name, monday]) for monday in mondays] for name in names}


def _topics(table: Sequence[dict[str, Any]], since: date, until: date) -> list[VoiceTopic]:
    """The topics of the period, most first; rising ones by the same rule as in the report of a file."""
    length = (until - since).days + 1
    covered = min((row["day"] for row in table if row["day"]), default=since)
    stretches = min(EARLIER, max((since - covered).days // length, 0))
    counts: dict[tuple[str, str], list[int]] = {}
    texts: dict[tuple[str, str], list[str]] = {}
    for row in table:
        if row["verdict"] != LIKE or not row["day"] or row["day"] > until:
            continue
        back = (until - row["day"]).days // length
        if back > stretches:
            continue
        topic = (row["business"] or "", row["cause"] or "")
        counts.setdefault(topic, [0] * (stretches + 1))[stretches - back] += 1
        if back == 0:
            texts.setdefault(topic, []).append(row["text"])
    changes = {topic: compare_last(told, [length] * len(told)) for topic, told in counts.items()}
    topics = sorted((t for t in counts if counts[t][-1]), key=lambda topic: (-counts[topic][-1], topic))
    everyone = list(changes)
    rising = {everyone[at] for at in pick_rising([changes[topic] for topic in everyone])}
    said = _phrases(texts, topics[:TOPICS])
    return [VoiceTopic(*t, counts[t][-1], said[t], changes[t], t in rising) for t in topics[:TOPICS]]


def _phrases(
    texts: dict[tuple[str, str], list[str]], topics: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, ...]]:
    each = max(20, SAMPLED // max(len(texts), 1))
    units = {topic: [find_units(text) for text in said[:each]] for topic, said in texts.items()}
    whole = count_units(found for mine in units.values() for found in mine)
    base = sum(len(mine) for mine in units.values())
    told = {}
    for topic in topics:
        mine = units.get(topic, [])
        told[topic] = tuple(one.text for one in contrast(count_units(mine), len(mine), whole, base, most=PHRASES))
    return told
