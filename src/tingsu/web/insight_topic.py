"""The page of a topic: how it goes, who, where and which, and what customers say."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError
from tingsu.web.asking import person_of
from tingsu.web.charts import download
from tingsu.web.insight_frame import frame_of
from tingsu.web.insight_subject import (
    before_of,
    column_chart,
    counted,
    heat_chart,
    long_look,
    picked_of,
    quotes,
    weeks_chart,
)
from tingsu.web.insight_words import Namer
from tingsu.web.links import case_href, counted_href


class TopicNotFound(TingsuError):
    """There is no such topic, or none of its complaints is in this person's reach."""

    code = "not_found"

    def __init__(self, topic: str) -> None:
        self.topic = topic
        super().__init__(_("没有这个话题，或您可查看的范围内没有它的投诉。请从热点进入。"))


def show_topic(request: HttpRequest, topic_id: str) -> HttpResponseBase:
    """The page of a topic. Raises TopicNotFound, NotAllowed."""
    frame = frame_of(request, here="insight-hot")
    by = person_of(request)
    picked = picked_of({"topic": topic_id}, frame)
    long = counted(long_look(picked), by=by)
    found, before = counted(picked, by=by), counted(before_of(picked, frame), by=by)
    if not long.total and not found.total:
        raise TopicNotFound(topic_id)
    namer, unit = Namer(), frame.unit_code
    charts = [
        weeks_chart(long, picked, by=by, unit=unit),
        heat_chart(long, picked, namer, unit),
        *(
            column_chart(found, before, column, picked, namer, unit)
            for column in ("unit", "cause", "product", "channel")
        ),
    ]
    if sent := download(request, charts):
        return sent
    context: dict[str, Any] = {
        "frame": frame,
        "name": namer.name("topic", topic_id),
        "found": found,
        "before": before,
        "cases": counted_href(picked.where, since=picked.since, until=picked.until, unit=unit),
        "charts": charts,
        "quotes": [(one.text, case_href(one.number)) for one in quotes(picked, 5, by=by) if one.number],
    }
    return render(request, "web/insight/topic.html", context)
