"""What the page of a conversation shows to whom: turns with evidence, points with marks, what may be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy

from tingsu.base.clock import now, today
from tingsu.cases.access import is_visible
from tingsu.org.models import User
from tingsu.org.pack import pack_for
from tingsu.org.permissions import can
from tingsu.quality.appeals.tables import ReviewAppeal
from tingsu.quality.appeals.verbs import may_appeal_until
from tingsu.quality.conversations.engine import reasons_of, signs_of
from tingsu.quality.conversations.latent import level_of, possible_callers
from tingsu.quality.conversations.listing import waiting_in_samples
from tingsu.quality.conversations.tables import CallBack, Conversation
from tingsu.quality.reviews.marks import MARKS, machine_marks
from tingsu.quality.reviews.stance import Stance, stance_of
from tingsu.quality.reviews.tables import Review
from tingsu.quality.seeing import inspected_conversations, people_inspected
from tingsu.web.quality_frame import doubtful_points, mark_name, percent, point_names, risk_name, speaker_name
from tingsu.web.words import in_english

STEPS = {
    "reviewed": gettext_lazy("复核"), "looked": gettext_lazy("查看评分"), "revealed": gettext_lazy("查看原文"),
    "appealed": gettext_lazy("申诉"), "decided": gettext_lazy("裁定申诉"), "registered": gettext_lazy("登记投诉"),
    "call": gettext_lazy("安排回访"), "called": gettext_lazy("登记回访结果"), "aside": gettext_lazy("记为不用处理"),
    "tied": gettext_lazy("关联工单"), "named": gettext_lazy("登记经办人"),
}  # fmt: skip
MEASURES = {
    "answer_seconds": (gettext_lazy("应答"), gettext_lazy("秒")),
    "chars_a_minute": (gettext_lazy("语速"), gettext_lazy("字/分钟")),
    "silence_seconds": (gettext_lazy("静默"), gettext_lazy("秒")),
    "interruptions": (gettext_lazy("打断"), gettext_lazy("次")),
}
CALL_DAYS = 2  # offered for a call back


@dataclass(frozen=True, slots=True)
class TurnView:
    """One turn as it is shown; ``points`` are those it is the evidence of."""

    no: int
    speaker: str
    who: str
    text: str
    at: str
    inferred: bool
    points: list[tuple[str, str]]  # (mark, name)


@dataclass(frozen=True, slots=True)
class Choice:
    """One mark to choose."""

    mark: str
    name: str
    picked: bool
    machine: bool


@dataclass(slots=True)
class PointView:
    """One point: the machine's mark with its evidence (empty where it may not be shown), people's, and the choices."""

    id: str
    name: str
    of: float
    doubtful: bool = False  # the machine's mark is often not a reader's
    machine: str = ""
    why: str = ""
    words: str = ""
    turn: int | None = None
    final: str = ""
    said: list[tuple[str, str, str]] = field(default_factory=list)  # (reviewer, mark in words, reason)
    choices: list[Choice] = field(default_factory=list)
    reason: str = ""
    wrong: str = ""
    changed: str = ""  # by an appeal, in words

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """What people said, where it is more than the mark above: a reason, or another mark."""
        differ = len({mark for _who, mark, _reason in self.said} | {self.shown_name}) > 1
        return [one for one in self.said if one[2] or differ]

    @property
    def shown(self) -> str:
        """The mark that counts: people's, else the machine's."""
        return self.final or self.machine

    @property
    def shown_name(self) -> str:
        return mark_name(self.shown)

    @property
    def machine_name(self) -> str:
        return mark_name(self.machine)


def show_whole(
    conversation: Conversation,
    *,
    by: User,
    plain: Sequence[str] | None,
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
) -> dict[str, Any]:
    """The context of the page, as far as this person's stance lets him see."""
    reviews = list(conversation.reviews.select_related("reviewer"))
    stance = stance_of(conversation, reviews, by=by)
    appeal = ReviewAppeal.objects.select_related("by", "decided_by").filter(conversation=conversation).first()
    points = _points(conversation, reviews, appeal, stance) if stance != "caller" else []
    reviewing = stance in ("first", "blind") and bool(conversation.points) and conversation.purged_at is None
    if reviewing:
        _offer(points, conversation, stance, typed, wrong)
    marked = stance in ("first", "open", "own")
    return {
        "conversation": conversation,
        "stance": stance,
        "reviewing": reviewing,
        "marked": marked,
        "turns": _turns(conversation, points if marked else [], plain),
        "revealed": plain is not None,
        "points": points,
        "doubtful": any(point.doubtful and point.why for point in points),
        "reviews": reviews if stance in ("open", "own") else [],
        "typed": typed,
        "share": percent(conversation.share) if stance in ("first", "open") else "",
        "final_share": percent(conversation.final_share) if stance in ("open", "own") else "",
        "case_shown": conversation.case is not None and is_visible(conversation.case, by=by),
        "may_reveal": _may_reveal(conversation, by),
        **_around(conversation, stance),
        **_appealing(conversation, appeal, reviews, stance, by),
        **_next(conversation, stance, by),
    }


def _may_reveal(conversation: Conversation, by: User) -> bool:
    own = conversation.agent_id == by.pk
    return can(by, "reveal_personal_data") and not own and conversation.purged_at is None


def _points(
    conversation: Conversation, reviews: Sequence[Review], appeal: ReviewAppeal | None, stance: Stance
) -> list[PointView]:
    names, marks = point_names(conversation.unit), machine_marks(conversation.points)
    reasons, doubtful = reasons_of(conversation), doubtful_points(conversation.unit)
    seen = reviews if stance == "open" else reviews[:1] if stance == "own" else []
    shown = []
    for point in conversation.points:
        name = point["id"]
        view = PointView(name, names.get(name, point["name"]), point["of"], name in doubtful)
        if stance != "blind":
            view.machine, view.why, view.words, view.turn = marks[name], reasons[name], point["words"], point["turn"]
        if stance in ("open", "own"):
            view.final = conversation.final.get(name, "")
            view.said = [_said(review, name) for review in seen if name in review.marks]
            if appeal is not None and name in appeal.changes:
                view.changed = mark_name(appeal.changes[name])
        shown.append(view)
    return shown


def _said(review: Review, id: str) -> tuple[str, str, str]:
    return str(review.reviewer), mark_name(review.marks[id]["mark"]), review.marks[id]["reason"]


def _offer(
    points: Sequence[PointView],
    conversation: Conversation,
    stance: Stance,
    typed: Mapping[str, str],
    wrong: Mapping[str, str],
) -> None:
    """The choices of the review form: the machine's mark is chosen beforehand where it is shown, none where not."""
    for view in points:
        picked = typed.get(f"mark_{view.id}", view.machine if stance == "first" else "")
        view.choices = [Choice(mark, mark_name(mark), mark == picked, mark == view.machine) for mark in MARKS]
        view.reason, view.wrong = typed.get(f"reason_{view.id}", ""), wrong.get(view.id, "")


def _turns(conversation: Conversation, points: Sequence[PointView], plain: Sequence[str] | None) -> list[TurnView]:
    shows: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for point in points:
        if point.turn is not None:
            shows[point.turn].append((point.shown, point.name))
    texts = plain if plain is not None else conversation.masked
    return [
        TurnView(
            turn["no"], turn["speaker"], speaker_name(turn["speaker"]), text, _clock(turn["start"]), turn["inferred"],
            shows[turn["no"]],
        )
        for turn, text in zip(conversation.turns, texts, strict=True)
    ]  # fmt: skip


def _clock(seconds: float | None) -> str:
    return "" if seconds is None else f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"


def _around(conversation: Conversation, stance: Stance) -> dict[str, Any]:
    """What stands beside turns and points; nothing that gives a mark away where none may be seen."""
    told = stance in ("first", "open")
    level = level_of(conversation.risk) if told else ""
    measures = [
        (str(name), f"{conversation.measures[key]:.0f}", str(unit))
        for key, (name, unit) in MEASURES.items()
        if conversation.measures.get(key) is not None
    ]
    steps = conversation.steps.select_related("by") if stance in ("first", "blind", "open") else ()
    return {
        "risk": level,
        "risk_name": risk_name(level),
        "risk_why": signs_of(conversation) if told else [],
        "measures": measures if told or stance == "own" else [],
        "steps": [(step, STEPS.get(step.kind, step.kind)) for step in steps],
    }


def _appealing(
    conversation: Conversation, appeal: ReviewAppeal | None, reviews: Sequence[Review], stance: Stance, by: User
) -> dict[str, Any]:
    until = may_appeal_until(conversation)
    had_part = any(review.reviewer_id == by.pk for review in reviews)
    inside = stance in ("first", "blind", "open")
    names = point_names(conversation.unit) if appeal else {}
    return {
        "appeal": appeal if stance in ("own", "open") else None,  # its words tell the first reviewer's marks
        "appeal_points": [names.get(point, point) for point in appeal.points] if appeal else [],
        "appeal_until": until,
        "may_appeal": stance == "own" and appeal is None and until is not None and now() <= until,
        "may_decide": inside and appeal is not None and not appeal.outcome and not had_part and stance == "open",
        "must_look": inside and appeal is not None and not appeal.outcome and not had_part and stance == "blind",
        "had_part": inside and appeal is not None and not appeal.outcome and had_part,
        "marks": [(mark, mark_name(mark)) for mark in MARKS],
    }


def _next(conversation: Conversation, stance: Stance, by: User) -> dict[str, Any]:
    inside = stance in ("first", "blind", "open")
    calls = list(conversation.calls.select_related("owner", "made_by")) if inside or stance == "caller" else []
    mine = CallBack.objects.filter(conversation=conversation, owner=by, done_at=None).first()
    settled = conversation.case_id is not None or conversation.next_step != "" or conversation.purged_at is not None
    told: dict[str, Any] = {
        "calls": calls,
        "call_mine": mine,
        "results": [(value, str(name)) for value, name in CallBack.Result.choices],
        "inside": inside,
        "following": _following(conversation, by) if inside else None,
        "may_settle": inside and not settled,
        "may_record": can(by, "record_case"),
        "unknown_agent": inside and conversation.agent_id is None and conversation.reviewed_at is None,
    }
    if told["may_settle"]:
        language = "en" if in_english() else "zh"
        values = pack_for(by).taxonomy("channel").values
        told["channels"] = [(v.id, v.name.in_language(language) if v.name else v.id) for v in values]
        told["callers"] = list(possible_callers(conversation))
        told["call_due"] = _in_days(CALL_DAYS)
    if told["unknown_agent"]:
        told["people"] = list(people_inspected(by))
    return told


def _following(conversation: Conversation, by: User) -> int | None:
    """The next conversation to review: drawn, not reviewed, the riskiest first."""
    rows = waiting_in_samples(inspected_conversations(by)).exclude(pk=conversation.pk)
    return rows.order_by(F("risk").desc(nulls_last=True), "pk").values_list("pk", flat=True).first()


def _in_days(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()
