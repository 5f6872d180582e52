"""The first page: for those who watch over figures, what to fix first; for everyone, the work in hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tingsu.base.clock import now
from tingsu.cases.access import visible_cases
from tingsu.cases.models import Case
from tingsu.cases.personal import masked_customer
from tingsu.cases.queue import Filters, list_cases
from tingsu.cases.standing import stuck_approvals
from tingsu.insight.home import Home, Rate, home_figures
from tingsu.insight.reach import units_seen
from tingsu.insight.standing import open_alerts
from tingsu.org.models import User
from tingsu.org.permissions import can
from tingsu.web.asking import person_of
from tingsu.web.charts import download
from tingsu.web.insight_first import first_context
from tingsu.web.insight_frame import address_of, usual_frame
from tingsu.web.insight_hot import short_context
from tingsu.web.insight_overview import daily_chart
from tingsu.web.insight_standing import alert_lines
from tingsu.web.insight_words import Namer
from tingsu.web.queue import Row

IN_HAND = 8
ALERTS = 3


@dataclass(frozen=True, slots=True)
class RateView:
    """A rate as the page shows it: percent, in words how many fell short, and the filter that lists those."""

    name: str
    percent: str
    query: str
    good: bool
    told: str


def show_home(request: HttpRequest) -> HttpResponseBase:
    """Figures for whoever may see them, and the cases in this person's hands; or the chart of the page as a file."""
    by = person_of(request)
    context: dict[str, Any] = {"mine": _rows(_in_hand(by)), "may_record": can(by, "record_case")}
    if not can(by, "view_home"):
        return render(request, "web/home_clerk.html", context)
    home = home_figures(by=by, now=now())
    chart = daily_chart(home)
    if sent := download(request, [chart]):
        return sent
    frame = usual_frame()
    context |= {"home": home, "frame": frame, "rates": _rates(home), "chart": chart}
    context |= first_context(home, by=by) | short_context(frame, by=by)
    context["alerts"] = alert_lines(open_alerts(by=by)[:ALERTS], Namer())
    context["alerts_href"] = address_of("insight-alerts")
    context["stuck"] = stuck_approvals(by=by) if can(by, "manage_delegations") else []
    context["reached"] = set(units_seen(by).values_list("code", flat=True))
    context["most"] = max((unit.received for unit in home.units), default=1)
    return render(request, "web/home.html", context)


def _in_hand(by: User) -> QuerySet[Case]:
    """What this person owns and has not ended, or else what this person recorded, latest first."""
    owned = list_cases(Filters(owner="me"), by=by)
    if can(by, "view_home"):
        return owned[:IN_HAND]
    recorded = visible_cases(by).filter(recorded_by=by).select_related("customer", "owner", "lead_unit")
    return recorded.order_by(F("closed_at").asc(nulls_first=True), "-received_at")[: 2 * IN_HAND]


def _rows(cases: QuerySet[Case]) -> list[Row]:
    return [Row(case, masked_customer(case.customer)["name"]) for case in cases]


def _rates(home: Home) -> list[RateView]:
    """What was kept, each with what it is of: a case not answered yet is in no rate of answers, however late it is."""
    answered, responded = _("已答复的 %(whole)s 件全部做到"), _("已响应的 %(whole)s 件全部做到")
    every = _("%(whole)s 件全部做到")
    return [
        _rate(_("答复及时率"), home.answered, 1.0, answered, _("已答复的 %(whole)s 件中 %(short)s 件没做到")),
        _rate(_("响应及时率"), home.responded, 1.0, responded, _("已响应的 %(whole)s 件中 %(short)s 件没做到")),
        _rate(_("结案率"), home.closed, 0.8, every, _("%(whole)s 件中 %(short)s 件未结")),
        _rate(_("满意率"), home.satisfied, 0.9, every, _("%(whole)s 件中 %(short)s 件不满意")),
    ]


def _rate(name: str, rate: Rate, aim: float, kept: str, lacking: str) -> RateView:
    share = rate.share
    if share is None:
        return RateView(name, "—", rate.filters.to_query(), True, _("还没有数据"))
    percent = f"{int(share * 1000) / 10:g}%"  # cut, not rounded: 99.97% is not 100%
    told = kept if rate.part == rate.whole else lacking
    counts = {"whole": rate.whole, "short": rate.whole - rate.part}
    return RateView(name, percent, rate.filters.to_query(), share >= aim, told % counts)
