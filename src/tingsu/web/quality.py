"""质检: what an inspector does first, the list of conversations, the likely complaints, the appeals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.base.clock import now, today
from tingsu.org.models import User
from tingsu.quality.appeals.verbs import appeals_seen, waiting_appeals
from tingsu.quality.coaching.verbs import open_cards
from tingsu.quality.conversations.engine import signs_of
from tingsu.quality.conversations.latent import calls_of, latent_risks, level_of
from tingsu.quality.conversations.listing import RISKS, SORTS, Listed, list_conversations, waiting_in_samples
from tingsu.quality.conversations.tables import Conversation, Handover
from tingsu.quality.reviews.stance import blind_among
from tingsu.quality.seeing import inspected_conversations, inspected_units, inspects, people_inspected
from tingsu.web.asking import person_of
from tingsu.web.fields import Pick
from tingsu.web.quality_frame import percent, quality_frame, risk_name

PAGE, SHOWN, FIRST = 50, 60, 8
STATE_NAMES = {
    "": gettext_lazy("全部"), "drawn": gettext_lazy("抽中待复核"), "waiting": gettext_lazy("未复核"),
    "reviewed": gettext_lazy("已复核"), "appealed": gettext_lazy("有申诉"), "unscored": gettext_lazy("待评分"),
}  # fmt: skip
RISK_FILTERS = {"": gettext_lazy("不限"), "high": gettext_lazy("较高"), "middle": gettext_lazy("中等以上")}
SORT_NAMES = {
    "": gettext_lazy("最新的在前"),
    "risk": gettext_lazy("投诉风险高的在前"),
    "share": gettext_lazy("得分低的在前"),
}
_WHY = 2  # reasons told of one conversation in a list


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation of a list."""

    conversation: Conversation
    share: str
    level: str
    risk: str
    why: list[str]
    blind: bool = False  # he may still review it blind


def show_quality(request: HttpRequest) -> HttpResponse:
    """What waits for this inspector, most pressing first. Who inspects nobody is sent to his own page."""
    by = person_of(request)
    if not inspects(by):
        return redirect("quality-mine")
    reach = inspected_conversations(by)
    drawn = waiting_in_samples(reach)
    latent = latent_risks(by)
    cards = open_cards(by)
    appeals = list(waiting_appeals(by)[:FIRST])
    context = {
        "frame": quality_frame(request, here="quality"),
        "drawn": rows_of(_light(drawn).order_by("-risk", "-held_at")[:FIRST], by),
        "drawn_count": drawn.count(),
        "latent": rows_of(latent.defer("turns", "masked", "points")[:FIRST], by),
        "latent_count": latent.count(),
        "appeals": appeals,
        "blind": blind_among((one.conversation for one in appeals), by=by),
        "cards": list(cards.filter(due__lte=today())[:FIRST]),
        "calls": list(calls_of(by)[:FIRST]),
        "unscored": reach.filter(scored_at=None, score_failed="").count(),
        "failed": reach.filter(scored_at=None).exclude(score_failed="").count(),
        "total": reach.count(),
        "handovers": list(Handover.objects.filter(by=by).order_by("-pk")[:3]),
        "today": today(),
    }
    return render(request, "web/quality/home.html", context)


def show_conversations(request: HttpRequest) -> HttpResponse:
    """The conversations within reach, narrowed as the address says. Raises NotAllowed."""
    by = person_of(request)
    listed = Listed.from_query(request.GET)
    page = Paginator(list_conversations(listed, by=by), PAGE).get_page(request.GET.get("page"))
    context = {
        "frame": quality_frame(request),
        "listed": listed,
        "page": page,
        "rows": rows_of(page.object_list, by),
        "views": [(listed.to_query(state=state), name, state == listed.state) for state, name in STATE_NAMES.items()],
        "earlier": listed.to_query(page=str(page.previous_page_number())) if page.has_previous() else "",
        "later": listed.to_query(page=str(page.next_page_number())) if page.has_next() else "",
        **_selects(listed, by),
    }
    return render(request, "web/quality/conversations.html", context)


def show_risks(request: HttpRequest) -> HttpResponse:
    """Ordinary conversations out of which a complaint may come, the likeliest first. Raises NotAllowed."""
    by = person_of(request)
    found = latent_risks(by).defer("turns", "masked", "points")
    rows = rows_of(found[:SHOWN], by, most=None)
    context = {"frame": quality_frame(request), "rows": rows, "total": found.count(), "most": SHOWN}
    return render(request, "web/quality/risks.html", context)


def show_appeals(request: HttpRequest) -> HttpResponse:
    """Appeals within reach, those that wait first. Raises NotAllowed."""
    by = person_of(request)
    waiting = list(waiting_appeals(by)[:PAGE])
    decided = list(appeals_seen(by).exclude(outcome="")[:PAGE])
    blind = blind_among((one.conversation for one in (*waiting, *decided)), by=by)
    context = {"frame": quality_frame(request), "waiting": waiting, "decided": decided, "blind": blind, "now": now()}
    return render(request, "web/quality/appeals.html", context)


def rows_of(conversations: Iterable[Conversation], by: User, *, most: int | None = _WHY) -> list[Row]:
    """Conversations as a list shows them: no score of one that this person may still review blind, nor why it is risky.

    How risky it is stays: somebody must see to it soon.
    """
    listed = list(conversations)
    blind = blind_among(listed, by=by)
    return [
        Row(
            one,
            percent(None if one.pk in blind else one.share),
            level_of(one.risk),
            risk_name(level_of(one.risk)),
            [] if one.pk in blind else signs_of(one)[:most],
            one.pk in blind,
        )
        for one in listed
    ]


def _light(rows: Any) -> Any:
    return rows.select_related("agent", "unit").defer("turns", "masked", "points")


def _selects(listed: Listed, by: User) -> dict[str, Any]:
    units = [Pick(u.code, u.name, picked=u.code == listed.unit) for u in _with_conversations(by)]
    people = people_inspected(by).filter(pk__in=Conversation.objects.values("agent"))
    return {
        "units": units,
        "people": [_pick(person, listed.agent) for person in people],
        "risks": [(value, RISK_FILTERS[value], value == listed.risk) for value in RISKS],
        "sorts": [(value, SORT_NAMES[value], value == listed.sort) for value in SORTS],
        "empty_words": _("没有符合条件的对话。") if listed.is_narrowed else _("还没有对话。"),
    }  # fmt: skip


def _pick(person: User, picked: str) -> Pick:
    return Pick(person.username, person.name, person.unit.name if person.unit else "", picked=person.username == picked)


def _with_conversations(by: User) -> Any:
    return inspected_units(by).filter(pk__in=Conversation.objects.values("unit"))
