"""The page of a topic: how it goes, who, where and which, what customers say, and what it is called."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tingsu.base.clock import now, today
from tingsu.base.errors import TingsuError
from tingsu.insight.kept import keep
from tingsu.insight.picked import Breakdown
from tingsu.insight.standing import open_alerts, standing_measures
from tingsu.insight.topics.keeping import TopicRefused, merge_topics, rename_topic, root_of, seen_topics
from tingsu.insight.topics.tables import Topic
from tingsu.org.models import User
from tingsu.org.permissions import can, require
from tingsu.web.asking import person_of
from tingsu.web.charts import Chart, download
from tingsu.web.insight_frame import Frame, address_of, frame_of, read_number
from tingsu.web.insight_standing import alert_lines, measure_lines
from tingsu.web.insight_subject import (
    before_of,
    column_chart,
    counted,
    heat_chart,
    long_look,
    picked_of,
    quotes,
    weeks_chart,
    why_context,
)
from tingsu.web.insight_words import Namer
from tingsu.web.links import case_href, counted_href

MEASURES = 5
PHRASES = 12


class TopicNotFound(TingsuError):
    """There is no such topic, or none of its complaints is in this person's reach."""

    code = "not_found"

    def __init__(self, topic: str) -> None:
        self.topic = topic
        super().__init__(_("没有这个话题，或您可查看的范围内没有它的投诉。请从热点进入。"))


def show_topic(request: HttpRequest, topic_id: str) -> HttpResponseBase:
    """The page of a topic, or of the one it was merged into; POST renames or merges it. Raises TopicNotFound."""
    frame = frame_of(request, here="insight-hot")
    by = person_of(request)
    topic = _find(topic_id)
    root = root_of(topic)
    if not _is_in_reach(topic, by) and not _is_in_reach(root, by):
        raise TopicNotFound(topic_id)
    if request.method == "POST":
        return _change(request, topic, frame, by)
    if root != topic:
        return redirect("insight-topic", root.pk)
    return _show(request, topic, frame, by)


def _seen(by: User) -> frozenset[str] | None:
    return keep("topics-seen", by=by, make=lambda: seen_topics(by=by))


def _is_in_reach(topic: Topic, by: User) -> bool:
    seen = _seen(by)
    return seen is None or str(topic.pk) in seen


def _find(word: str) -> Topic:
    topic = Topic.objects.select_related("merged_into").filter(pk=read_number(word)).first()
    if topic is None:
        raise TopicNotFound(word)
    return topic


def _show(
    request: HttpRequest, topic: Topic, frame: Frame, by: User, wrong: str = "", typed: str = ""
) -> HttpResponseBase:
    picked = picked_of({"topic": str(topic.pk)}, frame)
    if request.GET.get("part") == "why":
        told = why_context(picked.where, frame, picked, by=by, now=True)
        return render(request, "web/insight/why_part.html", told)
    long, found = counted(long_look(picked), by=by), counted(picked, by=by)
    taken_in = [one.name for one in topic.taken_in.all()]
    before = counted(before_of(picked, frame), by=by)
    namer, unit = Namer(), frame.unit_code
    charts = [weeks_chart(long, picked, by=by, unit=unit), *_columns(found, before, picked, namer, unit)]
    heat = heat_chart(long, picked, namer, unit)
    if sent := download(request, [*charts, heat]):
        return sent
    forecast = address_of("insight-forecast")
    context: dict[str, Any] = {
        "frame": frame,
        "topic": topic,
        "name": topic.name,
        "taken_in": taken_in,
        "phrases": [_phrase(phrase, picked, unit) for phrase, _weight in topic.phrases[:PHRASES]],
        "found": found,
        "before": before,
        "cases": counted_href(picked.where, since=picked.since, until=picked.until, unit=unit),
        "charts": charts,
        "heat": heat,
        "quotes": [(one.text, case_href(one.number)) for one in quotes(picked, 5, by=by) if one.number],
        "alerts": alert_lines(open_alerts(by=by, topic=str(topic.pk))[:MEASURES], namer),
        "no_alerts": _("这个话题没有待解释的苗头。"),
        "measures": measure_lines(standing_measures(by=by, today=today(), most=MEASURES, topic=str(topic.pk)), today()),
        "no_measures": _("还没有针对这个话题的整改措施。"),
        "forecast": f"{forecast}?by=topic&key={topic.pk}" if forecast else "",
        "wrong": wrong,
        "typed": typed,
        "others": _others(topic, by) if can(by, "manage_insight") else None,
    }
    context |= why_context(picked.where, frame, picked, by=by, now=False)
    return render(request, "web/insight/topic.html", context, status=422 if wrong else 200)


def _columns(found: Breakdown, before: Breakdown, picked: Any, namer: Namer, unit: str) -> list[Chart]:
    columns = ("unit", "cause", "product", "channel")
    return [column_chart(found, before, column, picked, namer, unit) for column in columns]


def _phrase(phrase: str, picked: Any, unit: str) -> tuple[str, str]:
    where = {**picked.where, "phrase": phrase}
    return phrase, counted_href(where, since=picked.since, until=picked.until, unit=unit)


def _others(topic: Topic, by: User) -> list[Topic]:
    """What the topic could be merged into: other topics this person sees."""
    others = Topic.objects.filter(merged_into=None).exclude(pk=topic.pk).order_by("name")
    return [other for other in others if _is_in_reach(other, by)]


def _change(request: HttpRequest, topic: Topic, frame: Frame, by: User) -> HttpResponseBase:
    require(by, "manage_insight")
    try:
        return _changed(request, topic, by)
    except (TopicRefused, TopicNotFound) as refused:
        return _show(request, topic, frame, by, refused.message, request.POST.get("name", ""))


def _changed(request: HttpRequest, topic: Topic, by: User) -> HttpResponse:
    doing = request.POST.get("do")
    if doing == "rename":
        rename_topic(topic, request.POST.get("name", ""), by=by, at=now())
        messages.success(request, _("已改名。以后每次找话题都用这个名称。"))
        return redirect("insight-topic", topic.pk)
    if doing == "merge":
        into = _find(request.POST.get("into", "").strip().split(" ")[0])
        root = merge_topics(topic, into, by=by, at=now())
        messages.success(request, _("已并入「%(name)s」。件数在下一次更新统计后合在一起。") % {"name": root.name})
        return redirect(reverse("insight-topic", args=[root.pk]))
    raise TopicRefused(_("没有看懂要做什么，请再点一次按钮。"))
