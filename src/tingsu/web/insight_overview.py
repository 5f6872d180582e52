"""The overview of 洞察: what to fix first, and how many complaints came in."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tingsu.base.clock import now
from tingsu.cases.queue import Filters
from tingsu.insight.home import Home, home_figures
from tingsu.web.asking import person_of
from tingsu.web.chart_options import bar_option
from tingsu.web.charts import Cell, Chart, Grid, download
from tingsu.web.insight_frame import frame_of
from tingsu.web.links import cases_href


def show_overview(request: HttpRequest) -> HttpResponseBase:
    """The overview page, or one of its charts as a file."""
    frame = frame_of(request)
    home = home_figures(by=person_of(request), now=now())
    charts = [daily_chart(home)]
    if sent := download(request, charts):
        return sent
    return render(request, "web/insight/overview.html", {"frame": frame, "home": home, "charts": charts})


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
        note=_("以您可查看的全部投诉为底，按收到之日计，共 %(n)d 件。") % {"n": sum(counts)},
        empty=_("近八周没有收到投诉。"),
        unit=_("件"),
    )
