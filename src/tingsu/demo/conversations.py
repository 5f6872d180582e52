"""The demo bank's conversations, played through the real verbs: handed in, scored, reviewed, appealed, coached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from tingsu.base.clock import SHANGHAI, local
from tingsu.demo.people import read_content
from tingsu.org.models import User
from tingsu.quality.appeals.verbs import appeal_review
from tingsu.quality.coaching.suggesting import scripts_for
from tingsu.quality.coaching.verbs import CardDraft, Practice, make_card
from tingsu.quality.conversations.engine import settle_turns
from tingsu.quality.conversations.importing import Given, take_in
from tingsu.quality.conversations.judging import score_waiting
from tingsu.quality.conversations.latent import plan_call
from tingsu.quality.conversations.tables import Conversation, Handover
from tingsu.quality.reviews.marks import machine_marks
from tingsu.quality.reviews.verbs import Mark, review_conversation
from tingsu.quality.sampling.verbs import DrawAsked, draw_sample

WORKING_HOUR = time(10, 20)
HANDED_IN_BY, SOURCE = "head", "录音平台"


def load_conversations(at: datetime) -> int:
    """Play the conversations of ``content/conversations.yaml`` as they went up to ``at``; the people must be there.

    In order: everything is handed in and scored; reviews, an appeal, a coaching card, a sample and a call back follow.
    Returns how many conversations there are; nothing happens where they were loaded before.
    """
    if Handover.objects.filter(name=SOURCE).exists():
        return 0
    content: dict[str, Any] = read_content("conversations.yaml")
    at = local(at)
    held = _take(content["conversations"], at)
    _review(content["reviews"], held, at)
    _appeal(content["appeals"], held, at)
    _coach(content["cards"], held, at)
    _sample(content["samples"], at)
    _call_back(content["calls"], held, at)
    return len(held)


def _take(plans: Iterable[Mapping[str, Any]], at: datetime) -> dict[str, Conversation]:
    """Everything handed in and scored; name → the conversation."""
    items = [
        Given(settle_turns(plan["id"], _turns(plan), agent=plan["who"], channel=plan["channel"]), _day(at, plan["ago"]))
        for plan in plans
    ]
    made = take_in(items, name=SOURCE, by=User.objects.get(username=HANDED_IN_BY), held_at=at, at=_day(at, 1))
    score_waiting(handover=made.pk, at=_day(at, 1))
    return {row.name: row for row in Conversation.objects.filter(handover=made)}


def _turns(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each line as an utterance; with ``times``, the seconds at which each begins."""
    starts: list[float] = plan.get("times", [])
    turns = []
    for place, line in enumerate(plan["said"]):
        who, _, text = line.partition("：")
        start = float(starts[place]) if place < len(starts) else None
        turns.append({"speaker": who, "text": text, "start": start, "end": _end(starts, place)})
    return turns


def _end(starts: list[float], place: int) -> float | None:
    """A turn ends a second before the next begins."""
    return float(starts[place + 1]) - 1 if place + 1 < len(starts) else None


def _day(at: datetime, ago: int) -> datetime:
    return datetime.combine(at.date() - timedelta(days=ago), WORKING_HOUR, SHANGHAI)


def _review(plans: Iterable[Mapping[str, Any]], held: dict[str, Conversation], at: datetime) -> None:
    for plan in plans:
        row, by = held[plan["id"]], User.objects.get(username=plan["by"])
        row.refresh_from_db()
        marks = _marks(row, bool(plan.get("low")), second=row.reviewed_at is not None)
        review_conversation(row, marks, by=by, version=row.version, note=plan.get("note", ""), at=_day(at, 1))


def _marks(row: Conversation, low: bool, *, second: bool) -> dict[str, Mark]:
    """The machine's marks; ``low`` refuses what the reviewer did not hear; the second reviewer is a shade milder."""
    marks = {point: Mark(mark) for point, mark in machine_marks(row.points).items()}
    given = sorted(point for point, one in marks.items() if one.mark == "yes")
    missing = sorted(point for point, one in marks.items() if one.mark == "no")
    if low and given:
        marks[given[0]] = Mark("no", "听录音没有做到，机器把客套话算进去了")
    if second and missing:
        marks[missing[0]] = Mark("part")
    return marks


def _appeal(plans: Iterable[Mapping[str, Any]], held: dict[str, Conversation], at: datetime) -> None:
    for plan in plans:
        row, by = held[plan["id"]], User.objects.get(username=plan["by"])
        row.refresh_from_db()
        points = sorted(point for point, mark in row.final.items() if mark == "no")[:2]
        appeal_review(row, points, plan["words"], by=by, version=row.version, at=at)


def _coach(plans: Iterable[Mapping[str, Any]], held: dict[str, Conversation], at: datetime) -> None:
    for plan in plans:
        agent = User.objects.select_related("unit").get(username=plan["agent"])
        practise = [_practice(one, held) for one in plan["practise"]]
        scripts = [script.id for script in scripts_for([one.point for one in practise], agent.unit)[: plan["scripts"]]]
        due = (at + timedelta(days=plan["days"])).date()
        draft = CardDraft(plan["strengths"], practise, plan["action"], due, scripts)
        make_card(agent, draft, by=User.objects.get(username=plan["coach"]), at=at)


def _practice(plan: Mapping[str, Any], held: dict[str, Conversation]) -> Practice:
    row = held[plan["id"]]
    name = next(point["name"] for point in row.points if point["id"] == plan["point"])
    return Practice(plan["point"], name, plan["words"], row.pk, plan["turn"])


def _sample(plans: Iterable[Mapping[str, Any]], at: datetime) -> None:
    by = User.objects.get(username=HANDED_IN_BY)
    for plan in plans:
        numbers = {name: plan[name] for name in ("per_agent", "risk_percent", "random_percent", "seed")}
        since = at.date() - timedelta(days=plan["days"])
        draw_sample(DrawAsked(plan["title"], since, at.date(), **numbers), by=by, at=at)


def _call_back(plans: Iterable[Mapping[str, Any]], held: dict[str, Conversation], at: datetime) -> None:
    for plan in plans:
        row = held[plan["id"]]
        row.refresh_from_db()
        to, by = (User.objects.get(username=plan[name]) for name in ("to", "by"))
        plan_call(row, to, (at + timedelta(days=1)).date(), plan["note"], by=by, version=row.version, at=at)
