"""The overview of 洞察: what to fix first, where it hurts, and how it goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tingsu.base.clock import local, now, today
from tingsu.cases.queue import Filters
from tingsu.insight.facts.scope import facts_for
from tingsu.insight.first import work_of
from tingsu.insight.home import Home
from tingsu.insight.kept import keep
from tingsu.insight.standing import open_alerts, standing_measures
from tingsu.insight.trend import Week, weekly_trend
from tingsu.org.models import User
from tingsu.web.asking import person_of
from tingsu.web.chart_options import bar_option, line_option
from tingsu.web.charts import Cell, Chart, Grid, download
from tingsu.web.insight_first import first_context
from tingsu.web.insight_frame import Frame, address_of, frame_of
from tingsu.web.insight_hot import short_context
from tingsu.web.insight_risks import rows_for_overview
from tingsu.web.insight_standing import alert_lines, measure_lines
from tingsu.web.insight_words import Namer
from tingsu.web.links import cases_href, counted_href

WEEKS = 26
RISKS = 5
MEASURES = 5
ALERTS = 5
SIX = timedelta(days=6)


def show_overview(request: HttpRequest) -> HttpResponseBase:
    """The overview page, or one of its charts as a file."""
    frame = frame_of(request)
    by = person_of(request)
    weeks = _trend(frame, by)
    charts = [flow_chart(weeks, frame), satisfaction_chart(weeks)]
    if sent := download(request, charts):
        return sent
    context: dict[str, Any] = {"frame": frame, "charts": charts}
    context["risks"] = rows_for_overview(by)[:RISKS]
    context["measures"] = measure_lines(standing_measures(by=by, today=today(), most=MEASURES), today())
    context["alerts"] = alert_lines(open_alerts(by=by)[:ALERTS], Namer())
    context["alerts_href"] = address_of("insight-alerts")
    context["measures_href"] = address_of("insight-measures")
    context |= first_context(work_of(by=by, at=now()), by=by) | short_context(frame, by=by)
    return render(request, "web/insight/overview.html", context)


def _trend(frame: Frame, by: User) -> list[Week]:
    path = frame.unit.path if frame.unit else ""
    until = frame.period.until

    def make() -> list[Week]:
        facts = facts_for(by)
        return weekly_trend(facts.filter(facts.unit_path.startswith(path)) if path else facts, until=until, weeks=WEEKS)

    return keep("trend", path, until, by=by, make=make)


def flow_chart(weeks: list[Week], frame: Frame) -> Chart:
    """Received and answered a week; what was received leads to its complaints."""
    hrefs = [
        counted_href(since=week.monday, until=min(week.monday + SIX, frame.period.until), unit=frame.unit_code)
        for week in weeks
    ]
    labels = [f"{week.monday:%m-%d}" for week in weeks]
    option = line_option(
        labels, {_("收到"): [w.received for w in weeks], _("答复"): [w.answered for w in weeks]}, hrefs=hrefs
    )
    rows = [[w.monday, Cell(w.received, href), w.answered] for w, href in zip(weeks, hrefs, strict=True)]
    some = any(week.received or week.answered for week in weeks)
    return Chart(
        "flow",
        _("每周收到与答复"),
        "line",
        option,
        Grid([_("周（从周一起）"), _("收到"), _("答复")], rows if some else []),
        _("收到按收到之日计，答复按答复之日计；最后一周可能还没过完。重复投诉已并入首件。"),
        _("近 26 周没有投诉。"),
        _("件"),
    )


def satisfaction_chart(weeks: list[Week]) -> Chart:
    """Satisfied of those who said so, by the week of the answer."""
    shares = [None if week.share is None else round(100 * week.share, 1) for week in weeks]
    option = line_option([f"{week.monday:%m-%d}" for week in weeks], {_("满意率"): shares})
    option["yAxis"] |= {"min": 0, "max": 100}
    rows = [[week.monday, share, week.pleased, week.opinions] for week, share in zip(weeks, shares, strict=True)]
    opinions = sum(week.opinions for week in weeks)
    return Chart(
        "satisfaction",
        _("每周满意率"),
        "line",
        option,
        Grid([_("周（从周一起）"), _("满意率（%）"), _("满意或接受"), _("评价人数")], rows if opinions else []),
        _("以答复后作出评价的 %(n)d 位客户为底；一周只有几位评价时，起落不说明好坏。") % {"n": opinions},
        _("近 26 周没有客户评价。"),
        "%",
    )


def daily_chart(home: Home) -> Chart:
    """How many complaints came in each day of the last eight weeks; every day leads to its cases."""
    days = [day for day, _n in home.daily]
    hrefs = [cases_href(Filters(state="all", since=f"{day}", until=f"{day}")) for day in days]
    counts = [n for _day, n in home.daily]
    rows = [[day, Cell(n, href)] for day, n, href in zip(days, counts, hrefs, strict=True)]
    return Chart(
        id="daily",
        title=_("近八周每天收到"),
        kind="bar",
        option=bar_option([f"{day:%m-%d}" for day in days], {_("收到"): counts}, hrefs=hrefs),
        table=Grid([_("日期"), _("件数")], rows if any(counts) else []),
        note=_("以您可查看的投诉为底，按收到之日计，共 %(n)d 件，截至 %(at)s。")
        % {"n": sum(counts), "at": f"{local(home.as_of):%H:%M}"},
        empty=_("近八周没有收到投诉。"),
        unit=_("件"),
    )
