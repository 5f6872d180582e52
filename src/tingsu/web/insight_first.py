"""The card at the top of the home and of the overview: what to fix first, why, and where that is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tingsu.base.clock import now, today
from tingsu.cases.queue import Filters, list_cases, waiting_for
from tingsu.insight.facts.store import read_count
from tingsu.insight.first import Pressing, Work, first_to_fix, work_of
from tingsu.insight.home import Home
from tingsu.insight.measures.tables import Measure
from tingsu.insight.measures.verbs import path_of
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.standing import late_measures, open_alerts
from tingsu.insight.topics.hot import HotSpot
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.web.asking import person_of
from tingsu.web.insight_frame import Frame, usual_frame
from tingsu.web.insight_hot import board_of, is_board_kept, spot_views
from tingsu.web.insight_standing import alert_lines
from tingsu.web.insight_words import Namer
from tingsu.web.links import cases_href
from tingsu.web.navigation import approves
from tingsu.web.words import count_down

WAITING = Filters(waiting="me")


@dataclass(frozen=True, slots=True)
class First:
    """What to fix first in one sentence, its reason, and where that is done."""

    kind: str
    words: str
    why: str
    href: str
    urgent: bool = False


def show_first(request: HttpRequest) -> HttpResponse:
    """The card alone, worked out to the end; the home fetches it where the hot spots decide and were not known yet."""
    by = person_of(request)
    require(by, "view_home")
    board_of(usual_frame(), "harm", by=by)
    return render(request, "web/insight/first.html", first_context(work_of(by=by, at=now()), by=by))


def first_context(home: Home | Work, *, by: User) -> dict[str, Any]:
    """The card and what stands beside it."""
    waiting = waiting_for(by).count() if approves(by) else 0
    first = _first(home, by, waiting)
    return {"first": first, "waiting": 0 if first.kind == "waiting" else waiting}


def _first(home: Home | Work, by: User, waiting: int) -> First:
    frame = usual_frame()
    known = is_board_kept(frame, "harm", by=by)
    worst = board_of(frame, "harm", by=by).worst if known else None
    late, alerts = late_measures(by=by, today=today()), open_alerts(by=by)
    kind = first_to_fix(
        Pressing(
            overdue=home.overdue.count,
            alerts=alerts.count(),
            measures=late.count(),
            hot=worst is not None if known or not read_count() else None,
            today=home.due_today.count,
            waiting=waiting,
            furious=home.furious_open.count,
        )
    )
    if kind == "hot" and worst is not None:
        return _hot(worst, frame)
    if kind == "overdue":
        return _overdue(home, by)
    if kind == "alert":
        return _alert(alerts)
    if kind == "measure":
        return _measure(late)
    if kind == "unknown":
        return First(kind, _("没有逾期。正在看哪里伤客户最重。"), "", "")
    return _of_the_day(kind, home, waiting)


def _hot(spot: HotSpot, frame: Frame) -> First:
    view = spot_views([spot], frame, Namer())[0]
    words = _("先管「%(name)s」：%(period)s %(n)d 件，%(growth)s。")
    told = {"name": view.name, "period": frame.period.words, "n": spot.count, "growth": view.growth or view.normal}
    why = _("没有逾期的工单。按情绪、监管和金额算，这里伤客户最重，而且上升不像偶然。")
    return First("hot", words % told, why, view.page or view.cases)


def _overdue(home: Home | Work, by: User) -> First:
    worst = list_cases(home.overdue.filters, by=by).first()
    over = count_down(worst.next_due).text if worst and worst.next_due else ""
    words = ngettext(
        "先办已逾期的 %(n)d 件，最久的一件%(over)s。",
        "先办已逾期的 %(n)d 件，最久的一件%(over)s。",
        home.overdue.count,
    )
    why = _("答应客户的时间已经过了，拖得越久越容易升级。")
    told = {"n": home.overdue.count, "over": over}
    return First("overdue", words % told, why, cases_href(home.overdue.filters), True)


def _alert(alerts: QuerySet[Alert]) -> First:
    worst = alert_lines(alerts[:1], Namer())[0]
    words = _("先看苗头「%(name)s」：%(told)s，多出 %(beyond)d 件。")
    why = _("没有逾期的工单。这处上升还没有人解释，多出的件数最多。")
    return First("alert", words % {"name": worst.name, "told": worst.told, "beyond": worst.beyond}, why, worst.href)


def _measure(late: QuerySet[Measure]) -> First:
    worst = late.select_related("owner").first()
    assert worst is not None
    words = _("先催整改「%(title)s」：%(owner)s 负责，已超 %(days)d 天。")
    told = {"title": worst.title, "owner": worst.owner.name, "days": (today() - worst.due).days}
    why = _("没有逾期的工单，也没有哪里明显变坏；整改拖着，同样的投诉还会再来。")
    return First("measure", words % told, why, path_of(worst))


def _of_the_day(kind: str, home: Home | Work, waiting: int) -> First:
    if kind == "today":
        n = home.due_today.count
        words = ngettext("先办今天到期的 %(n)d 件。", "先办今天到期的 %(n)d 件。", n)
        why = _("没有逾期，也没有哪里明显变坏；今天办完就都守时。")
        return First(kind, words % {"n": n}, why, cases_href(home.due_today.filters))
    if kind == "waiting":
        words = ngettext("先批等您审批的 %(n)d 件方案。", "先批等您审批的 %(n)d 件方案。", waiting)
        return First(kind, words % {"n": waiting}, _("方案批了，经办人才能答复客户。"), reverse("approvals"))
    if kind == "furious":
        n = home.furious_open.count
        words = ngettext("没有逾期。先看情绪激烈的 %(n)d 件。", "没有逾期。先看情绪激烈的 %(n)d 件。", n)
        why = _("这些客户最可能再投诉或找监管。")
        return First(kind, words % {"n": n}, why, cases_href(home.furious_open.filters))
    words = _("没有逾期，也没有今天到期的，按时限顺序办理即可。")
    return First("calm", words, "", cases_href(home.open.filters))
