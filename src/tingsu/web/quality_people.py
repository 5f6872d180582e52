"""质检: one colleague's trend and coaching cards, and everybody's own page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tingsu.base.clock import now, read_day, today
from tingsu.base.errors import TingsuError
from tingsu.cases.errors import Incomplete
from tingsu.org.models import User
from tingsu.quality.coaching.suggesting import MOST_PRACTISE, known_scripts, scripts_for, suggest_card
from tingsu.quality.coaching.tables import CoachingCard
from tingsu.quality.coaching.trends import PointTrend, Trend, trend_of
from tingsu.quality.coaching.verbs import (
    CardDraft,
    Practice,
    answer_card,
    cards_of,
    find_card,
    follow_up_card,
    make_card,
    open_cards,
)
from tingsu.quality.conversations.engine import card_of
from tingsu.quality.conversations.latent import calls_of
from tingsu.quality.reviews.stance import blind_numbers
from tingsu.quality.seeing import find_person, own_conversations, people_inspected
from tingsu.web.asking import person_of
from tingsu.web.chart_options import line_option
from tingsu.web.charts import Cell, Chart, Grid, download, heat_level
from tingsu.web.quality_frame import percent, point_names, quality_frame, read_number, read_version
from tingsu.web.refusals import status_of
from tingsu.web.words import in_english

USUAL_DUE = timedelta(days=14)
SHOWN = 50


def show_people(request: HttpRequest) -> HttpResponseBase:
    """The colleagues within reach who have conversations, and the cards to follow up. Raises NotAllowed."""
    by = person_of(request)
    people = people_inspected(by).filter(conversations__isnull=False).annotate(
        held=Count("conversations", distinct=True),
        reviewed=Count("conversations", filter=Q(conversations__reviewed_at__isnull=False), distinct=True),
        last=Max("conversations__held_at"),
    )  # fmt: skip
    context = {
        "frame": quality_frame(request),
        "people": list(people.distinct()),
        "cards": list(open_cards(by)[:SHOWN]),
        "today": today(),
    }
    return render(request, "web/quality/people.html", context)


def show_person(request: HttpRequest, username: str) -> HttpResponseBase:
    """A colleague's trend, cards, and the form of a new card; POST makes one or follows one up."""
    by = person_of(request)
    person = find_person(username, by=by)
    wrong: dict[str, str] = {}
    said, status = "", 200
    if request.method == "POST":
        try:
            messages.success(request, _do(request, person, by))
            return redirect("quality-person", username=username)
        except TingsuError as error:
            wrong = error.fields if isinstance(error, Incomplete) else {}
            said, status = error.message, status_of(error)
    trend = trend_of(person, at=now(), by=by)
    charts = charts_of(trend, point_names(person.unit))
    if sent := download(request, charts):
        return sent
    context = {
        "frame": quality_frame(request),
        "person": person,
        "trend": trend,
        "charts": charts,
        "cards": _cards(cards_of(person, by=by), by),
        "wrong": wrong,
        "said": said,
        "today": today(),
        **_form(request, person, by),
    }
    return render(request, "web/quality/person.html", context, status=status)


def show_mine(request: HttpRequest) -> HttpResponseBase:
    """One's own reviewed conversations, trend, cards and calls to make; POST answers a card."""
    by = person_of(request)
    said, status = "", 200
    if request.method == "POST":
        try:
            card = find_card(read_number(request.POST.get("card", "")) or 0, by=by)
            answer_card(card, request.POST.get("answer", ""), by=by, version=read_version(request))
            messages.success(request, _("已记下您的回应。"))
            return redirect("quality-mine")
        except TingsuError as error:
            said, status = error.message, status_of(error)
    trend = trend_of(by, at=now(), reviewed_only=True)
    charts = charts_of(trend, point_names(by.unit), own=True) if trend.reviewed else []
    if sent := download(request, charts):
        return sent
    reviewed = (
        own_conversations(by).select_related("appeal").defer("turns", "masked", "points").order_by("-reviewed_at")
    )
    context = {
        "frame": quality_frame(request, here="quality-mine"),
        "reviewed": [(one, percent(one.final_share), getattr(one, "appeal", None)) for one in reviewed[:SHOWN]],
        "cards": _cards(cards_of(by, by=by), by),
        "calls": list(calls_of(by)),
        "charts": charts,
        "said": said,
        "today": today(),
    }
    return render(request, "web/quality/mine.html", context, status=status)


def charts_of(trend: Trend, names: dict[str, str], *, own: bool = False) -> list[Chart]:
    """The course by months, and the points month by month as a heat table."""
    labels = [f"{month.first:%Y-%m}" for month in trend.months]
    series = {} if own else {_("机器评分（每一段）"): [_hundred(month.share) for month in trend.months]}
    series[_("复核后得分")] = [_hundred(month.final) for month in trend.months]
    columns = [_("月份"), _("复核过的"), _("复核后得分")] if own else [
        _("月份"), _("对话"), _("机器评分"), _("复核过的"), _("复核后得分"),
    ]  # fmt: skip
    rows = [
        [label, *(() if own else (month.n, _hundred(month.share))), month.reviewed, _hundred(month.final)]
        for label, month in zip(labels, trend.months, strict=True)
    ]
    course = Chart(
        "course", _("得分走势"), "line", line_option(labels, series), Grid(columns, rows),
        _("满分 100。段数少的月份起伏大，只看大势。"), unit=_("分"),
    )  # fmt: skip
    return [course, _points_chart(trend, labels, names)]


def _points_chart(trend: Trend, labels: list[str], names: dict[str, str]) -> Chart:
    rows = [
        [
            names.get(point.id, point.name),
            point.n,
            _hundred(point.share),
            *(_heat(value) for value in point.months),
        ]
        for point in trend.points
    ]  # fmt: skip
    columns = [_("评分点"), _("评过的"), _("平均"), *labels]
    note = _("最弱的在前；颜色越深，没做到的越多。复核过的按复核，其余按机器评定。")
    return Chart("points", _("各评分点"), "heat", {}, Grid(columns, rows), note, _("还没有可看的评定。"))


def _heat(value: float | None) -> Cell:
    return Cell(_hundred(value), level=heat_level(None if value is None else 1 - value, 1))


def _hundred(value: float | None) -> int | None:
    return None if value is None else round(100 * value)


def _cards(cards: Iterable[CoachingCard], by: User) -> list[dict[str, Any]]:
    """The cards as they are shown: none points to a conversation this person may still review blind."""
    shown = list(cards)
    cited = {item["conversation"] for card in shown for item in card.practise if item["conversation"]}
    kept = blind_numbers(sorted(cited), by=by) if any(card.agent_id != by.pk for card in shown) else set()
    return [_card(card, kept) for card in shown]


def _card(card: CoachingCard, kept: set[int]) -> dict[str, Any]:
    known = {script.id: script for script in known_scripts(card.agent.unit)}
    language = "en" if in_english() else "zh"
    scripts = [known[name] for name in card.scripts if name in known]
    late = card.followed_at is None and card.due < today()
    practise = [{**item, "conversation": None} if item["conversation"] in kept else item for item in card.practise]
    told = [(s.title.in_language(language), s) for s in scripts]
    return {"card": card, "practise": practise, "scripts": told, "late": late}


def _form(request: HttpRequest, person: User, by: User) -> dict[str, Any]:
    """The form of a new card: what was typed, else what the reviews suggest."""
    found = suggest_card(person, at=now(), by=by)
    posted, names = request.POST, point_names(person.unit)
    language = "en" if in_english() else "zh"
    better = {point.id: point.better.in_language(language) for point in card_of(person.unit).points}
    offered = [_offered(no, _at(found.practise, no), posted, better) for no in range(1, MOST_PRACTISE + 1)]
    picked = set(posted.getlist("scripts"))
    scripts = found.scripts or scripts_for([], person.unit)
    strengths = "、".join(names.get(point.id, point.name) for point in found.strengths)
    return {
        "strengths": posted.get("strengths", _("%s做得稳定。") % strengths if strengths else ""),
        "practise": offered,
        "points": list(names.items()),
        "scripts": [(s, s.title.in_language(language), not posted or s.id in picked) for s in scripts],
        "action": posted.get("action", ""),
        "reviewed": list(_reviewed(person)),
        "due": posted.get("due") or (today() + USUAL_DUE).isoformat(),
    }


def _reviewed(person: User) -> Any:
    """What a card may cite: conversations the person himself can open, the newest first."""
    rows = own_conversations(person).only("pk", "name", "gist", "held_at", "agent")
    return rows.order_by("-held_at")[:SHOWN]


def _at(points: list[PointTrend], no: int) -> PointTrend | None:
    return points[no - 1] if no <= len(points) else None


def _offered(no: int, point: PointTrend | None, posted: Any, better: dict[str, str]) -> dict[str, Any]:
    shown = point.shown if point and point.shown else None
    return {
        "no": no,
        "point": posted.get(f"point_{no}", point.id if point else ""),
        "words": posted.get(f"practise_{no}", better.get(point.id, "") if point else ""),
        "conversation": read_number(posted.get(f"conversation_{no}", "")) or (shown[0] if shown else None),
        "turn": posted.get(f"turn_{no}", (shown[1] or "") if shown else ""),
    }


def _do(request: HttpRequest, person: User, by: User) -> str:
    posted = request.POST
    if posted.get("do") == "follow":
        card = find_card(read_number(posted.get("card", "")) or 0, by=by)
        follow_up_card(card, posted.get("outcome", ""), by=by, version=read_version(request))
        return _("跟进结果已记录，已通知本人。")
    due = read_day(posted.get("due", ""))
    if due is None:
        raise Incomplete({"due": _("请填写跟进日期")})
    names = point_names(person.unit)
    practise = [one for no in range(1, MOST_PRACTISE + 1) if (one := _practice(no, posted, names))]
    draft = CardDraft(posted.get("strengths", ""), practise, posted.get("action", ""), due, posted.getlist("scripts"))
    make_card(person, draft, by=by)
    return _("辅导卡已建立，已通知%s。") % person


def _practice(no: int, posted: Any, names: dict[str, str]) -> Practice | None:
    point, words = posted.get(f"point_{no}", ""), posted.get(f"practise_{no}", "")
    if point not in names and not words.strip():
        return None
    conversation, turn = read_number(posted.get(f"conversation_{no}", "")), read_number(posted.get(f"turn_{no}", ""))
    return Practice(point if point in names else "", names.get(point, ""), words, conversation, turn)
