"""The first page: for those who watch over figures, what to fix first; for everyone, the work in hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tingsu.base.clock import now
from tingsu.cases.access import visible_cases
from tingsu.cases.models import Case
from tingsu.cases.personal import masked_customer
from tingsu.cases.queue import Filters, list_cases, waiting_for
from tingsu.cases.standing import stuck_approvals
from tingsu.insight.home import Home, Rate, home_figures
from tingsu.org.models import User
from tingsu.org.permissions import can
from tingsu.web.asking import person_of
from tingsu.web.navigation import approves
from tingsu.web.queue import Row
from tingsu.web.words import count_down

IN_HAND = 8
WAITING = Filters(waiting="me")


@dataclass(frozen=True, slots=True)
class First:
    """What to do first, in words, and the list it leads to."""

    words: str
    query: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class RateView:
    """A rate as the page shows it: percent, in words how many fell short, and the filter that lists those."""

    name: str
    percent: str
    query: str
    good: bool
    told: str


def show_home(request: HttpRequest) -> HttpResponse:
    """Figures for whoever may see them, and the cases in this person's hands."""
    by = person_of(request)
    context: dict[str, Any] = {"mine": _rows(_in_hand(by)), "may_record": can(by, "record_case")}
    if not can(by, "view_home"):
        return render(request, "web/home_clerk.html", context)
    home = home_figures(by=by, now=now())
    waiting = waiting_for(by).count() if approves(by) else 0
    first = _first(home, by, waiting)
    also = 0 if first.query == WAITING.to_query() else waiting
    context |= {"home": home, "first": first, "rates": _rates(home), "waiting": also}
    context["stuck"] = stuck_approvals(by=by) if can(by, "manage_delegations") else []
    context["rising"] = next((topic for topic in home.topics if topic.is_rising), None)
    context["daily"] = {"days": [f"{d:%m-%d}" for d, _n in home.daily], "counts": [n for _d, n in home.daily]}
    context["most"] = max((unit.received for unit in home.units), default=1)
    context["most_topic"] = max((topic.count for topic in home.topics), default=1)
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


def _first(home: Home, by: User, waiting: int) -> First:
    """The one thing that cannot wait: overdue before due today before approvals before anger."""
    if home.overdue.count:
        worst = list_cases(home.overdue.filters, by=by).first()
        over = count_down(worst.next_due).text if worst and worst.next_due else ""
        words = ngettext(
            "先办已逾期的 %(n)d 件，最久的一件%(over)s。",
            "先办已逾期的 %(n)d 件，最久的一件%(over)s。",
            home.overdue.count,
        )
        return First(words % {"n": home.overdue.count, "over": over}, home.overdue.filters.to_query(), True)
    if home.due_today.count:
        words = ngettext("先办今天到期的 %(n)d 件。", "先办今天到期的 %(n)d 件。", home.due_today.count)
        return First(words % {"n": home.due_today.count}, home.due_today.filters.to_query(), False)
    if waiting:
        words = ngettext("先批等您审批的 %(n)d 件方案。", "先批等您审批的 %(n)d 件方案。", waiting)
        return First(words % {"n": waiting}, WAITING.to_query(), False)
    if home.furious_open.count:
        words = ngettext(
            "没有逾期。先看情绪激烈的 %(n)d 件。", "没有逾期。先看情绪激烈的 %(n)d 件。", home.furious_open.count
        )
        return First(words % {"n": home.furious_open.count}, home.furious_open.filters.to_query(), False)
    return First(_("没有逾期，也没有今天到期的，按时限顺序办理即可。"), home.open.filters.to_query(), False)


def _rates(home: Home) -> list[RateView]:
    fell_short = _("%(whole)s 件中 %(short)s 件没做到")
    return [
        _rate(_("答复及时率"), home.answered, 1.0, fell_short),
        _rate(_("响应及时率"), home.responded, 1.0, fell_short),
        _rate(_("结案率"), home.closed, 0.8, _("%(whole)s 件中 %(short)s 件未结")),
        _rate(_("满意率"), home.satisfied, 0.9, _("%(whole)s 件中 %(short)s 件不满意")),
    ]


def _rate(name: str, rate: Rate, aim: float, lacking: str) -> RateView:
    share = rate.share
    if share is None:
        return RateView(name, "—", rate.filters.to_query(), True, _("还没有数据"))
    percent = f"{int(share * 1000) / 10:g}%"  # cut, not rounded: 99.97% is not 100%
    told = _("%(whole)s 件全部做到") if rate.part == rate.whole else lacking
    counts = {"whole": rate.whole, "short": rate.whole - rate.part}
    return RateView(name, percent, rate.filters.to_query(), share >= aim, told % counts)
