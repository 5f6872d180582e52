"""质检: how far machine and reviewers agree, and the team's calibration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tingsu.base.clock import SHANGHAI, read_day, today
from tingsu.quality.agreement.comparing import Calibration, Compared, PointAgreement, calibrate
from tingsu.quality.agreement.kappa import ENOUGH, Agreement
from tingsu.quality.seeing import inspects_all
from tingsu.web.asking import person_of
from tingsu.web.chart_options import bar_option
from tingsu.web.charts import Chart, Grid, download
from tingsu.web.quality_frame import mark_name, percent, quality_frame

USUAL = timedelta(days=90)
MOST_SPLITS = 50


@dataclass(frozen=True, slots=True)
class Said:
    """Two raters over everything, in words."""

    title: str
    about: str
    conversations: int
    pairs: int
    share: str
    kappa: str
    span: str
    why: str
    level: str


def show_agreement(request: HttpRequest) -> HttpResponseBase:
    """Kappa over everything and point by point, the reviewers' leanings, the conversations they differ on."""
    by = person_of(request)
    since = read_day(request.GET.get("since", "")) or today() - USUAL
    until = read_day(request.GET.get("until", "")) or today()
    begin, end = (datetime.combine(day, time.min, SHANGHAI) for day in (since, until + timedelta(days=1)))
    found = calibrate(by, since=begin, until=end)
    charts = [_chart(found)]
    if sent := download(request, charts):
        return sent
    context = {
        "frame": quality_frame(request),
        "since": since,
        "until": until,
        "told": _told(found),
        "charts": charts,
        "rows": [(r, percent(r.changed / r.marks if r.marks else None), _points(r.leaning)) for r in found.rows],
        "everybody": inspects_all(by),
        "splits": [
            (s, [(name, mark_name(a), mark_name(b)) for name, a, b in s.points]) for s in found.splits[:MOST_SPLITS]
        ],
        "enough": ENOUGH,
    }
    return render(request, "web/quality/agreement.html", context)


def kappa_words(found: Agreement) -> str:
    """「0.72」, or why there is none."""
    if found.kappa is not None:
        return f"{found.kappa:.2f}"
    return _("太少") if found.why == "too_few" else _("无从比较")


def span_words(found: Agreement) -> str:
    """「0.55–0.84」; nothing where there is no kappa."""
    return "" if found.low is None or found.high is None else f"{found.low:.2f}–{found.high:.2f}"


def _told(found: Calibration) -> list[Said]:
    return [
        _said(_("机器与复核人"), _("复核时看得到机器的评定：改了多少，不等于独立判断相差多少"), found.seen),
        _said(_("机器与复核人（盲评）"), _("复核时看不到机器的评定"), found.blind),
        _said(_("两位复核人"), _("同一段对话，第二位看不到第一位和机器的评定"), found.reviewers),
    ]


def _said(title: str, about: str, compared: Compared) -> Said:
    found = compared.overall
    return Said(
        title, about, compared.conversations, found.n, percent(found.share), kappa_words(found), span_words(found),
        _why(found, compared.conversations), _level(found),
    )  # fmt: skip


def _why(found: Agreement, conversations: int) -> str:
    if found.why == "too_few":
        return _("共同评过的只有 %(n)d 段，满 %(enough)d 段才算。") % {"n": conversations, "enough": ENOUGH}
    if found.why == "no_variety":
        return _("双方给了完全一样的单一评定，分不清是一致还是碰巧。")
    return ""


def _level(found: Agreement) -> str:
    """What to make of it, by the lower end: below 0.4 the card or its reading needs talking through."""
    if found.low is None:
        return ""
    return "good" if found.low >= 0.6 else "fair" if found.low >= 0.4 else "poor"


def _points(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:+.1f}"


def _chart(found: Calibration) -> Chart:
    """Kappa point by point; what is too few stands in the table alone."""
    sides = (
        (_("机器与复核人"), found.seen),
        (_("机器与复核人（盲评）"), found.blind),
        (_("两位复核人"), found.reviewers),
    )
    names = list(dict.fromkeys(point.name for _title, side in sides for point in side.points))
    of = [{point.name: point for point in side.points} for _title, side in sides]
    known = [name for name in names if any(name in side and side[name].found.kappa is not None for side in of)]
    series = {
        title: [_rounded(points.get(name)) for name in known]
        for (title, _side), points in zip(sides, of, strict=True)
        if any(_rounded(points.get(name)) is not None for name in known)
    }
    option = bar_option(known, series, flat=True)
    rows = [
        [title, *_row(side[name])]
        for (title, _s), side in zip(sides, of, strict=True)
        for name in names
        if name in side
    ]
    told = rows if series else []
    columns = [_("比较"), _("评分点"), _("对数"), _("一致"), "Kappa", _("95% 区间"), _("前者更松"), _("前者更严")]
    note = (
        _("Kappa 扣除了碰巧一致的部分：0 等于碰巧，1 为完全一致。双方都认为不适用的不计，不足 %d 对的不算。") % ENOUGH
    )
    empty = _("每个评分点共同评过的都不足 %d 对，还比不出来。") % ENOUGH
    option["xAxis"] = {"type": "value", "max": 1}
    return Chart(
        "points", _("每个评分点的一致程度"), "bar", option, Grid(columns, told),
        note, empty, "", tall=len(known) > 6,
    )  # fmt: skip


def _row(point: PointAgreement) -> list[Any]:
    found = point.found
    return [
        point.name, found.n, percent(found.share), kappa_words(found), span_words(found) or "—", point.milder,
        point.stricter,
    ]  # fmt: skip


def _rounded(point: PointAgreement | None) -> float | None:
    return None if point is None or point.found.kappa is None else round(point.found.kappa, 2)
