"""外部声音: what is said in app stores, forums, social media and on cards; which of it a person should record."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tingsu.base.clock import local, now
from tingsu.base.errors import TingsuError
from tingsu.base.text import is_storable
from tingsu.insight.causes.explain import NAMELESS
from tingsu.insight.feeds.figures import Voices, VoiceTopic, voices_of
from tingsu.insight.feeds.posts import posts_to_look_at, sources_known
from tingsu.insight.feeds.tables import FeedPost, FeedSource
from tingsu.insight.feeds.taking_in import import_feed, settle_post
from tingsu.org.pack import pack_for
from tingsu.org.permissions import can
from tingsu.web.asking import person_of
from tingsu.web.chart_options import bar_option, line_option
from tingsu.web.charts import Cell, Chart, Grid, download
from tingsu.web.insight_frame import Frame, frame_of, read_number
from tingsu.web.insight_words import Namer

KEPT = ("source", "business", "cause")
PAGE = 10
LONGEST_WORD = 60
_CHANNELS = {"app_store": "app_store", "forum": "social", "social": "social", "feedback_card": "lobby"}


@dataclass(frozen=True, slots=True)
class PostView:
    """One post as the list shows it; ``channel`` is what the recording page is opened with."""

    post: FeedPost
    topic: str
    day: str
    received_at: str
    channel: str


def show_feeds(request: HttpRequest) -> HttpResponseBase:
    """The page: sources, the course of time, topics, what rises, and the posts somebody should look at."""
    frame = frame_of(request, keep=KEPT)
    by = person_of(request)
    said = {name: _word(request, name) for name in KEPT}
    voices = voices_of(by=by, since=frame.period.since, until=frame.period.until, source=said["source"])
    namer = Namer()
    charts = [sources_chart(voices, frame), weeks_chart(voices), topics_chart(voices, frame, namer)]
    if sent := download(request, charts):
        return sent
    no = _page_no(request)
    found = posts_to_look_at(
        by=by, since=frame.period.since, until=frame.period.until, **said, first=(no - 1) * PAGE, most=PAGE
    )
    channels = {value.id for value in pack_for(by).taxonomy("channel").values}
    context: dict[str, Any] = {
        "frame": frame,
        "voices": voices,
        "charts": charts,
        "rising": [_rise(topic, frame, namer) for topic in voices.topics if topic.rising],
        "posts": [_view(post, namer, channels) for post in found.rows],
        "total": found.total,
        "narrowed": _narrowed(said, frame, namer),
        "earlier": frame.query(page=str(no - 1)) if no > 1 else "",
        "later": frame.query(page=str(no + 1)) if no * PAGE < found.total else "",
        "sources": sources_known(by=by),
        "kinds": FeedSource.Kind.choices,
        "may_import": can(by, "manage_insight"),
        "may_record": can(by, "record_case"),
    }
    return render(request, "web/insight/feeds.html", context)


@require_POST
def take_in(request: HttpRequest) -> HttpResponse:
    """Take an uploaded export in, and say on the page what came of it."""
    by = person_of(request)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("请先选择导出的文件。"))
        return redirect("insight-feeds")
    suffix = Path(str(file.name)).suffix[:10]
    with tempfile.TemporaryDirectory(dir=settings.TINGSU_HOME, prefix="feed-") as folder:
        path = Path(folder) / f"upload{suffix}"
        with path.open("wb") as draft:
            for chunk in file.chunks():
                draft.write(chunk)
        try:
            source, kind = str(request.POST.get("source", "")), str(request.POST.get("kind", ""))
            done = import_feed(path, source=source, kind=kind, by=by, at=now())
        except TingsuError as error:
            if error.code == "not_allowed":
                raise
            messages.error(request, error.message)
            return redirect("insight-feeds")
    words = _("「%(source)s」新增 %(added)d 条，已有 %(known)d 条，读不了 %(rejected)d 行。")
    told = {"source": done.source, "added": done.added, "known": done.known, "rejected": len(done.rejected)}
    messages.success(request, words % told)
    return redirect("insight-feeds")


@require_POST
def take_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """Note that a person records this post as a complaint, and open the recording page with what the form carries."""
    settle_post(post_id, FeedPost.State.TAKEN, by=person_of(request), at=now())
    # 307: the browser sends the same form on, so that the recording page opens filled.
    return redirect(reverse("record"), preserve_request=True)


@require_POST
def leave_post(request: HttpRequest, post_id: int) -> HttpResponse:
    """Note that this post is no complaint."""
    settle_post(post_id, FeedPost.State.LEFT, by=person_of(request), at=now())
    messages.success(request, _("已记为不作投诉。"))
    return redirect("insight-feeds")


def sources_chart(voices: Voices, frame: Frame) -> Chart:
    """Posts of each source, those like complaints apart."""
    kinds = dict(FeedSource.Kind.choices)
    option = bar_option(
        [one.name for one in voices.sources],
        {
            _("像投诉"): [one.like for one in voices.sources],
            _("其他"): [one.posts - one.like for one in voices.sources],
        },
        flat=True,
        stacked=True,
    )
    rows = [
        [
            *(
                Cell(one.name, f"?{frame.query(source=one.name)}"),
                str(kinds.get(one.kind, one.kind)),
                one.posts,
                one.like,
            ),
            *(None if one.rating is None else round(one.rating, 1), one.rated, one.newest),
        ]
        for one in voices.sources
    ]
    columns = [_("来源"), _("类别"), _("条数"), _("像投诉"), _("平均星级"), _("给了星级的"), _("最近一条")]
    note = _("以这段时间有日期的 %(n)d 条为底。外部声音不计入投诉量，也不进监管报送。") % {"n": voices.posts}
    return Chart(
        "sources", _("从哪里来"), "bar", option, Grid(columns, rows), note=note, empty=_nothing(), unit=_("条")
    )


def weeks_chart(voices: Voices) -> Chart:
    """Posts like complaints, week by week."""
    mondays = [monday for monday, _n in next(iter(voices.weeks.values()), [])]
    labels = [f"{monday:%m-%d}" for monday in mondays]
    option = line_option(labels, {name: [n for _monday, n in weeks] for name, weeks in voices.weeks.items()})
    columns = [_("周（周一）"), *voices.weeks]
    rows = [[monday, *(weeks[at][1] for weeks in voices.weeks.values())] for at, monday in enumerate(mondays)]
    note = _("只数读起来像投诉的；首尾两周可能不满七天。")
    return Chart("weeks", _("走势"), "line", option, Grid(columns, rows), note=note, empty=_nothing(), unit=_("条"))


def topics_chart(voices: Voices, frame: Frame, namer: Namer) -> Chart:
    """What the posts like complaints are about."""
    names = [_topic(topic.business, topic.cause, namer) for topic in voices.topics]
    option = bar_option(names, {_("像投诉"): [topic.count for topic in voices.topics]}, flat=True)
    columns = [_("话题"), _("条数"), _("平时"), _("正常上限"), _("多过平时"), _("多说到")]
    rows = [
        [
            *(Cell(name, f"?{frame.query(business=topic.business, cause=topic.cause)}"), topic.count),
            *(_usual(topic), topic.change.upper if topic.change else None, topic.rising, "、".join(topic.phrases)),
        ]
        for name, topic in zip(names, voices.topics, strict=True)
    ]
    note = _("以这段时间像投诉的 %(n)d 条为底；平时按此前同样长的各段推算，不足三段时不作判断。") % {"n": voices.like}
    return Chart("topics", _("说什么"), "bar", option, Grid(columns, rows), note=note, empty=_nothing(), unit=_("条"))


def _usual(topic: VoiceTopic) -> float | None:
    return None if topic.change is None else round(topic.change.expected, 1)


def _nothing() -> str:
    return _("这段时间没有外部声音。")


def _rise(topic: VoiceTopic, frame: Frame, namer: Namer) -> dict[str, str]:
    assert topic.change
    words = _("%(name)s：%(now)d 条，平时约 %(usual).1f 条，正常不超过 %(upper)d 条")
    told = {"now": topic.count, "usual": topic.change.expected, "upper": topic.change.upper}
    return {
        "said": words % {"name": _topic(topic.business, topic.cause, namer), **told},
        "phrases": "、".join(topic.phrases),
        "query": frame.query(business=topic.business, cause=topic.cause),
    }


def _topic(business: str, cause: str, namer: Namer) -> str:
    named = (("business", business), ("cause", cause))
    where = {name: value for name, value in named if value not in NAMELESS}
    return namer.words(where) if where else _("没有归类")


def _view(post: FeedPost, namer: Namer, channels: set[str]) -> PostView:
    at = local(post.posted_at) if post.posted_at else None
    channel = _CHANNELS.get(post.source.kind, "")
    return PostView(
        post,
        _topic(post.business, post.cause, namer),
        f"{at:%Y-%m-%d}" if at else _("日期不明"),
        f"{now():%Y-%m-%dT%H:%M}",
        channel if channel in channels else "",
    )


def _narrowed(said: dict[str, str], frame: Frame, namer: Namer) -> list[dict[str, str]]:
    """What the page is narrowed to, each with the address without it."""
    words = {"source": said["source"]} | {n: namer.name(n, said[n]) for n in ("business", "cause") if said[n]}
    return [{"words": word, "query": frame.query(**{name: ""})} for name, word in words.items() if word]


def _word(request: HttpRequest, name: str) -> str:
    word = request.GET.get(name, "").strip()
    return word if len(word) <= LONGEST_WORD and is_storable(word) else ""


def _page_no(request: HttpRequest) -> int:
    return max(read_number(request.GET.get("page", "")), 1)
