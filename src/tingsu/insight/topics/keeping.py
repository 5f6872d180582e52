"""Topics kept from week to week: found again under the same id, given to new complaints, renamed and merged by people.

What a person decided (a name, a merger) no later run changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tingsu.base.clock import local
from tingsu.base.errors import TingsuError
from tingsu.cases.access import sees_all
from tingsu.insight.facts.engine import ask, open_facts
from tingsu.insight.facts.figures import counts_by, run, within
from tingsu.insight.facts.scope import facts_for
from tingsu.insight.facts.store import keep_topics
from tingsu.insight.topics.engine import Found, find_topics
from tingsu.insight.topics.profiles import assign, weigh_phrases
from tingsu.insight.topics.tables import Topic, TopicName
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.permissions import require

DAYS = 180  # looked back
FEWEST = 5  # complaints of a new topic
VOICES = 3  # different people: one who writes often is no topic
SAME_CASES, SAME_PHRASES = 0.5, 0.4  # shared, for a topic to be the one found before
LONGEST_NAME = 60


class TopicRefused(TingsuError):
    """The name or merger cannot be."""

    code = "topic_refused"


@dataclass(frozen=True, slots=True)
class Run:
    """What a search for topics did: topics found again and new ones, complaints looked at and given a topic."""

    again: int
    new: int
    looked: int
    given: int


@dataclass(frozen=True, slots=True)
class _Rows:
    """Complaints looked at, in step: ids, masked texts, day numbers, the topic each has, who sent it."""

    cases: list[int]
    texts: list[str]
    days: list[int | None]
    topics: list[str]
    customers: list[str]

    def voices(self, members: Sequence[int]) -> int:
        """How many different people; a complaint of nobody known counts as one."""
        names = [self.customers[place] for place in members]
        return len(set(names) - {""}) + names.count("")


def search_topics(*, at: datetime, days: int = DAYS) -> Run:
    """Find the topics of the last ``days`` days in the facts, under their old ids where they are known.

    In order: complaints (repeats left out) are grouped; each group is held against the topics kept; new ones are born
    with a name of their own; every complaint of the time looked at is given its topic, in the facts from their next
    refresh on. A topic that is not found stays: its complaints keep it.
    """
    rows = _read(local(at).date(), days)
    found = [
        one
        for one in find_topics(rows.texts, rows.days, fewest=FEWEST)
        if one.name and rows.voices(one.members) >= VOICES
    ]
    with transaction.atomic():
        known = {topic.pk: topic for topic in Topic.objects.select_for_update()}
        matched = match_topics(found, rows.topics, known)
        members: dict[int, int] = {}
        for one, pk in zip(found, matched, strict=True):
            kept = _keep(one, known.get(pk) if pk is not None else None, len(rows.texts), at)
            members |= dict.fromkeys(one.members, kept.pk)
    given = _give(rows, members)
    again = sum(pk is not None for pk in matched)
    return Run(again, len(found) - again, len(rows.texts), given)


def assign_topics(*, at: datetime, days: int = DAYS) -> int:
    """Give the complaints of the last ``days`` days the topic whose phrases they hold; returns how many have one."""
    return _give(_read(local(at).date(), days), {})


def match_topics(found: Sequence[Found], given: Sequence[str], known: Mapping[int, Topic]) -> list[int | None]:
    """For each found topic the known one it is, None for a new one; a known one is found once at most.

    ``given``: the topic that each complaint has. A topic is the same where half of the smaller one's complaints are
    shared, or two fifths of the phrases' weight.
    """
    sizes = Counter(given)
    fits = [
        (fit, at, pk)
        for at, one in enumerate(found)
        for pk, topic in known.items()
        if (fit := _fit(one, topic, Counter(given[place] for place in one.members), sizes)) > 0
    ]
    matched: list[int | None] = [None] * len(found)
    taken: set[int] = set()
    for _fitness, at, pk in sorted(fits, key=lambda entry: (-entry[0], entry[1], entry[2])):
        if matched[at] is None and pk not in taken:
            matched[at] = pk
            taken.add(pk)
    return matched


def _fit(one: Found, topic: Topic, held: Counter[str], sizes: Counter[str]) -> float:
    """How surely the found topic is this one; 0: it is not."""
    key = str(root_of(topic).pk)
    cases = held[key] / max(1, min(len(one.members), sizes[key])) if held[key] else 0.0
    mine = {said.text: said.inside / max(1, one.profile.of) for said in one.profile.phrases}
    theirs = {phrase for phrase, _weight in topic.phrases}
    phrases = sum(share for phrase, share in mine.items() if phrase in theirs) / max(sum(mine.values()), 1e-9)
    if phrases >= SAME_PHRASES or (cases >= SAME_CASES and phrases > 0.1):
        return cases + phrases
    return 0.0


def root_of(topic: Topic) -> Topic:
    """The topic it was merged into, to the end; itself where it was not."""
    seen = {topic.pk}
    while topic.merged_into is not None and topic.merged_into.pk not in seen:
        topic = topic.merged_into
        seen.add(topic.pk)
    return topic


def _keep(found: Found, topic: Topic | None, texts: int, at: datetime) -> Topic:
    weights = weigh_phrases(found.profile, texts)
    phrases = [[phrase, round(weight, 3)] for phrase, weight in weights.items()]
    if topic is None:
        topic = Topic.objects.create(name=found.name[:LONGEST_NAME], phrases=phrases, born_at=at, seen_at=at)
        TopicName.objects.create(topic=topic, name=topic.name, by=None, at=at)
        return topic
    topic.phrases, topic.seen_at = phrases, at
    topic.save(update_fields=["phrases", "seen_at"])
    return topic


def _read(today: date, days: int) -> _Rows:
    table = open_facts()
    table = within(table.filter(~table.is_repeat), today - timedelta(days=days), today)
    told: dict[str, list[Any]] = ask(
        table.order_by("case_id").select("case_id", "text", "day", "topic", "customer")
    ).to_pydict()
    numbers = [day.toordinal() if day else None for day in told["day"]]
    plain = {name: [value or "" for value in told[name]] for name in ("text", "topic", "customer")}
    return _Rows(told["case_id"], plain["text"], numbers, plain["topic"], plain["customer"])


def _give(rows: _Rows, members: Mapping[int, int]) -> int:
    """Give each complaint the topic it was found in (``members``: place → topic), else the one whose phrases it holds,
    else the one it has; of merged topics the root. Returns how many have one."""
    topics = list(Topic.objects.select_related("merged_into"))
    roots = {topic.pk: str(root_of(topic).pk) for topic in topics}
    chosen = assign(rows.texts, [dict(topic.phrases) for topic in topics])
    given = {}
    for place, (case, at, had) in enumerate(zip(rows.cases, chosen, rows.topics, strict=True)):
        pk = members.get(place) or (topics[at].pk if at is not None else int(had or 0))
        given[case] = roots.get(pk, "")
    keep_topics(given)
    return sum(bool(topic) for topic in given.values())


def topic_names(ids: Sequence[str] | None = None) -> dict[str, str]:
    """Id → name of the topics asked for, all of them by default; a merged one goes by the name of its root."""
    wanted = Topic.objects.select_related("merged_into")
    if ids is not None:
        wanted = wanted.filter(pk__in=[int(one) for one in ids if one.isdigit()])
    return {str(topic.pk): root_of(topic).name for topic in wanted}


def find_topic(pk: int) -> Topic:
    """The topic of this id. Raises TopicRefused."""
    found = Topic.objects.select_related("merged_into").filter(pk=pk).first()
    if found is None:
        raise TopicRefused(_("没有编号为 {pk} 的话题。").format(pk=pk))
    return found


def seen_topics(*, by: User) -> frozenset[str] | None:
    """Ids of the topics with a complaint in this person's reach; None: all, for who sees every case.

    A topic's name and phrases are customers' words: they are for who may see one of these. Raises NotAllowed.
    """
    if sees_all(by):
        return None
    return frozenset(row["topic"] for row in run(counts_by(facts_for(by), "topic")) if row["topic"])


def _require_topics(*topics: Topic, by: User) -> None:
    """Pass if the person manages insight and sees each topic, or the one it was merged into. Raises as its callers."""
    require(by, "manage_insight")
    seen = seen_topics(by=by)
    for topic in topics:
        if seen is not None and not {str(topic.pk), str(root_of(topic).pk)} & seen:
            raise TopicRefused(_("没有编号为 {pk} 的话题。").format(pk=topic.pk))


def rename_topic(topic: Topic, name: str, *, by: User, at: datetime) -> Topic:
    """Give a topic another name for good; the old ones are kept. Raises NotAllowed, TopicRefused."""
    _require_topics(topic, by=by)
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > LONGEST_NAME:
        raise TopicRefused(_("话题的名称要写 1 到 {most} 个字。").format(most=LONGEST_NAME))
    if Topic.objects.filter(name=wanted, merged_into=None).exclude(pk=topic.pk).exists():
        raise TopicRefused(_("已有话题叫“{name}”。若是同一件事，请把两个话题合并。").format(name=wanted))
    with transaction.atomic():
        before, topic.name, topic.named_by = topic.name, wanted, by
        topic.save(update_fields=["name", "named_by"])
        TopicName.objects.create(topic=topic, name=wanted, by=by, at=at)
        note_access("topic_renamed", {"topic": topic.pk, "from": before, "to": wanted}, by=by, at=at)
    return topic


def merge_topics(topic: Topic, into: Topic, *, by: User, at: datetime) -> Topic:
    """Count a topic's complaints under another from the next giving of topics on. Raises NotAllowed, TopicRefused."""
    _require_topics(topic, into, by=by)
    root = root_of(into)
    if root.pk == root_of(topic).pk:
        raise TopicRefused(_("这两个已经是同一个话题。"))
    with transaction.atomic():
        topic.merged_into = root
        topic.save(update_fields=["merged_into"])
        note_access("topic_merged", {"topic": topic.pk, "into": root.pk}, by=by, at=at)
    return root


def part_topic(topic: Topic, *, by: User, at: datetime) -> Topic:
    """Take a merger back. Raises NotAllowed, TopicRefused."""
    _require_topics(topic, by=by)
    if topic.merged_into is None:
        raise TopicRefused(_("这个话题没有并入别的话题。"))
    with transaction.atomic():
        before, topic.merged_into = topic.merged_into.pk, None
        topic.save(update_fields=["merged_into"])
        note_access("topic_parted", {"topic": topic.pk, "from": before}, by=by, at=at)
    return topic
