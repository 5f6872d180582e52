"""整改: the board of measures round the PDCA circle, and the making of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.base.clock import now, read_day, today
from tingsu.cases.errors import Incomplete
from tingsu.insight.effects.estimate import Effect
from tingsu.insight.measures.panels import SCOPES
from tingsu.insight.measures.seeing import possible_owners, units_to_manage, visible_measures
from tingsu.insight.measures.tables import Measure
from tingsu.insight.measures.verbs import MeasureDraft, create_measure
from tingsu.insight.measures.watch import without_owner
from tingsu.insight.measures.wording import current_effect, say_briefly_why, say_effect
from tingsu.org.models import Unit, User
from tingsu.org.pack import choices_in_force
from tingsu.org.permissions import can, require
from tingsu.web.asking import person_of
from tingsu.web.fields import Pick
from tingsu.web.insight_frame import Frame, frame_of
from tingsu.web.insight_words import KINDS, Namer
from tingsu.web.words import in_english

SHOWN_CLOSED = timedelta(days=180)
USUAL_DUE = timedelta(days=30)
MOST = 200
COLUMNS = (
    ("plan", gettext_lazy("计划"), (Measure.State.PLANNED,)),
    ("do", gettext_lazy("实施"), (Measure.State.DOING, Measure.State.REOPENED)),
    ("check", gettext_lazy("检查"), (Measure.State.DONE, Measure.State.CHECKED)),
    ("act", gettext_lazy("处理"), (Measure.State.CLOSED,)),
)
ORIGINS = ("alert", "topic", "case")
_LISTED = ("cause", "business", "channel")  # columns offered as lists of the pack


@dataclass(frozen=True, slots=True)
class Card:
    """One measure on the board."""

    measure: Measure
    units: str
    scope: str
    effect: Effect | None
    said: str
    why: str
    overdue: bool
    ownerless: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One quarter of the circle with its measures."""

    phase: str
    name: str
    cards: list[Card]


def show_measures(request: HttpRequest) -> HttpResponse:
    """The board of the measures this person may see, the most pressing first in each column."""
    frame = frame_of(request)
    by = person_of(request)
    cards = _cards(frame, by)
    context = {
        "frame": frame,
        "columns": [_column(cards, *column) for column in COLUMNS],
        "total": len(cards),
        "worked": _count(cards, "worked"),
        "not_shown": _count(cards, "not_shown"),
        "worse": _count(cards, "worse"),
        "overdue": sum(card.overdue for card in cards),
        "manages": can(by, "manage_insight"),
        "most": MOST,
    }
    return render(request, "web/insight/measures.html", context)


def make_measure(request: HttpRequest) -> HttpResponse:
    """The form of a new measure, filled from the address (a topic, an alert, a comparison); POST makes it."""
    frame = frame_of(request, here="insight-measures")
    by = person_of(request)
    require(by, "manage_insight")
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = create_measure(_draft(request), by=by)
        except Incomplete as error:
            wrong = error.fields
        else:
            messages.success(request, _("整改措施已建立，已提醒责任人。"))
            return redirect("insight-measure", number=made.pk)
    context = {"frame": frame, "wrong": wrong, **_form(request, by)}
    return render(request, "web/insight/measure_new.html", context, status=422 if wrong else 200)


def scope_words(scope: dict[str, str], namer: Namer) -> str:
    """What a measure is against, in words; everything where it is against nothing in particular."""
    return namer.words(scope) or str(_("全部投诉"))


def _cards(frame: Frame, by: User) -> list[Card]:
    closed_before = now() - SHOWN_CLOSED
    wanted = visible_measures(by).exclude(state=Measure.State.CLOSED, closed_at__lt=closed_before)
    if frame.unit is not None:
        wanted = wanted.filter(units__path__startswith=frame.unit.path).distinct()
    found = list(
        wanted.select_related("owner", "made_by").prefetch_related("units", "checks").order_by("due", "pk")[:MOST]
    )
    namer = Namer()
    return [_card(measure, namer) for measure in found]


def _card(measure: Measure, namer: Namer) -> Card:
    effect = current_effect(measure)
    return Card(
        measure,
        "、".join(unit.name for unit in measure.units.all()),
        scope_words(measure.scope, namer),
        effect,
        say_effect(effect) if effect else "",
        say_briefly_why(effect) if effect else "",
        measure.is_late(today()),
        without_owner(measure),
    )


def _column(cards: list[Card], phase: str, name: Any, states: tuple[str, ...]) -> Column:
    mine = [card for card in cards if card.measure.state in states]
    return Column(phase, str(name), sorted(mine, key=lambda card: (not card.ownerless, not card.overdue)))


def _count(cards: list[Card], verdict: str) -> int:
    return sum(card.effect is not None and card.effect.verdict == verdict for card in cards)


def _form(request: HttpRequest, by: User) -> dict[str, Any]:
    """What the form offers, and what is filled in: what was typed, else what the address says."""
    said = request.POST if request.method == "POST" else request.GET
    units = said.getlist("units") or [code for code in (said.get("unit") or said.get("branch", "")).split(",") if code]
    namer = Namer()
    language = "en" if in_english() else "zh"
    lists = [
        (
            name,
            [
                Pick(choice.id, choice.name.in_language(language) if choice.name else choice.id,
                     picked=said.get(name) == choice.id)
                for choice in choices_in_force(name)
            ],
        )
        for name in _LISTED
    ]  # fmt: skip
    topic = said.get("topic", "")
    return {
        "said": said,
        "due": said.get("due") or (today() + USUAL_DUE).isoformat(),
        "units": [Pick(u.code, u.name, picked=u.code in units) for u in units_to_manage(by)],
        "owners": [
            Pick(p.username, p.name, p.unit.name if p.unit else "", picked=said.get("owner") == p.username)
            for p in possible_owners()
        ],
        "lists": [(name, str(KINDS[name]), picks) for name, picks in lists],
        "topic_name": namer.name("topic", topic) if topic else "",
        "origins": [(name, said.get(name, "")) for name in ORIGINS if said.get(name)],
    }


def _draft(request: HttpRequest) -> MeasureDraft:
    posted = request.POST
    owner = User.objects.filter(username=posted.get("owner", ""), is_active=True).first()
    missing = {}
    if owner is None:
        missing["owner"] = _("请选择责任人")
    due = read_day(posted.get("due", ""))
    if due is None:
        missing["due"] = _("请填写完成期限")
    if owner is None or due is None:
        raise Incomplete(missing)
    return MeasureDraft(
        title=posted.get("title", ""),
        scope={name: value for name in SCOPES if (value := posted.get(name, "").strip()[:200])},
        units=list(Unit.objects.filter(code__in=posted.getlist("units"))),
        root_cause=posted.get("why", ""),
        what=posted.get("what", ""),
        owner=owner,
        due=due,
        origin={name: value for name in ORIGINS if (value := posted.get(name, "").strip()[:60])},
    )
