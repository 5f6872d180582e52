"""苗头: the inbox of rises, and one of them with its course, its cases, and what was said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.base.clock import local, now, today
from tingsu.base.errors import TingsuError
from tingsu.insight.kept import keep
from tingsu.insight.picked import Picked
from tingsu.insight.reach import manages, manages_all
from tingsu.insight.spikes.alerts import (
    close_alert,
    explain_alert,
    find_alert,
    rate_of_site,
    reopen_alert,
    set_alarm_rate,
    visible_alerts,
)
from tingsu.insight.spikes.course import SHOWN, Course, course_of
from tingsu.insight.spikes.covariates import A_YEAR
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.standing import standing_measures
from tingsu.org.models import User
from tingsu.web.asking import person_of
from tingsu.web.chart_options import band_option
from tingsu.web.charts import Cell, Chart, Grid, download, shown
from tingsu.web.insight_frame import Frame, frame_of, read_number
from tingsu.web.insight_standing import measure_lines
from tingsu.web.insight_subject import why_context
from tingsu.web.insight_words import Namer, kind_of
from tingsu.web.links import counted_href, measure_href
from tingsu.web.refusals import status_of

PAGE = 30
MEASURES = 5  # shown beside an alert
STATES = (
    ("open", gettext_lazy("待解释")),
    ("explained", gettext_lazy("已解释")),
    ("closed", gettext_lazy("已关闭")),
)
STEPS = {
    "opened": gettext_lazy("发现"),
    "extended": gettext_lazy("仍在上升"),
    "explained": gettext_lazy("解释"),
    "closed": gettext_lazy("关闭"),
    "reopened": gettext_lazy("重新打开"),
}
VERBS = {"explain": explain_alert, "close": close_alert, "reopen": reopen_alert}


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert of the inbox, in words."""

    alert: Alert
    name: str
    kind: str
    days: str
    told: str
    copied: str
    cases: str


def show_alerts(request: HttpRequest) -> HttpResponse:
    """The inbox: what waits for an explanation first; POST changes how many false alarms the site puts up with."""
    by = person_of(request)
    frame = frame_of(request, keep=("state",))
    wrong = ""
    if request.method == "POST":
        try:
            _set_rate(request, by)
            return redirect("insight-alerts")
        except TingsuError as error:
            wrong = error.message
    found = _of_unit(visible_alerts(by), frame)
    state = request.GET.get("state", "")
    state = state if state in dict(STATES) else "open"
    counts = dict(found.values_list("state").annotate(n=Count("pk")).order_by())
    page = Paginator(found.filter(state=state), PAGE).get_page(request.GET.get("page"))
    namer = Namer()
    context = {
        "frame": frame,
        "state": state,
        "tabs": [(frame.query(state=name), word, counts.get(name, 0), name == state) for name, word in STATES],
        "rows": [row_of(alert, namer) for alert in page.object_list],
        "page": page,
        "any": bool(counts),
        "rate": rate_of_site(),
        "manages": manages_all(by),
        "wrong": wrong,
        "query": frame.query(state=state),
    }
    return render(request, "web/insight/alerts.html", context, status=400 if wrong else 200)


def show_alert(request: HttpRequest, number: int) -> HttpResponseBase:
    """One alert; POST explains, closes or reopens it. Raises NotAllowed, AlertNotFound."""
    by = person_of(request)
    frame = frame_of(request, here="insight-alerts")
    alert = find_alert(number, by=by)
    wrong, status = "", 200
    if request.method == "POST":
        try:
            messages.success(request, _change(request, alert, by))
            return redirect("insight-alert", number=number)
        except TingsuError as error:
            wrong, status = error.message, status_of(error)
            alert = find_alert(number, by=by)
    asked = request.GET.get("part") == "why"
    why = why_context(_beside_unit(alert), frame, _picked(alert), by=by, now=asked)
    if asked:
        return render(request, "web/insight/why_part.html", why)
    charts = [_course_chart(alert, by)]
    if sent := download(request, charts):
        return sent
    context = {**why, "frame": frame, "charts": charts, "wrong": wrong, "typed": request.POST.get("why", "")}
    return render(request, "web/insight/alert.html", {**context, **_shown(alert, by)}, status=status)


def row_of(alert: Alert, namer: Namer) -> AlertRow:
    """An alert in words."""
    return AlertRow(
        alert,
        namer.words(alert.where) or _("全部投诉"),
        kind_of(alert.where) or _("全部"),
        _days(alert),
        _told(alert),
        _copied(alert),
        cases_of(alert, *(point[0] for point in alert.points)),
    )


def cases_of(alert: Alert, *moments: str) -> str:
    """The address of the complaints of a rise in these of its days or hours, the earliest first."""
    where = _beside_unit(alert)
    since, until = (date.fromisoformat(moment[:10]) for moment in (moments[0], moments[-1]))
    whole = alert.grain == "day" and (until - since).days + 1 == len(moments)
    times = "" if whole else ".".join(moment[:13] for moment in moments)
    return counted_href(where, since=since, until=until, unit=alert.where.get("unit", ""), times=times)


def _beside_unit(alert: Alert) -> dict[str, str]:
    """What the rise is of, its unit apart: that is named by its path, which takes in the units below."""
    return {name: str(value) for name, value in alert.where.items() if name != "unit"}


def _picked(alert: Alert) -> Picked:
    """The complaints of the alert, from its first alarming period to its last."""
    since, until = local(alert.began).date(), local(alert.last).date()
    return Picked(where=_beside_unit(alert), since=since, until=until, under=alert.unit_path)


def _of_unit(alerts: QuerySet[Alert], frame: Frame) -> QuerySet[Alert]:
    return alerts.filter(unit_path__startswith=frame.unit.path) if frame.unit else alerts


def _days(alert: Alert) -> str:
    first, last = (str(point[0]).replace("T", " ")[:16] for point in (alert.points[0], alert.points[-1]))
    if first == last:
        return first
    return _("%(first)s 至 %(last)s") % {"first": first, "last": last}


def _told(alert: Alert) -> str:
    """The counts, which are those of the alarming periods alone."""
    words = {"expected": shown(round(alert.expected, 1)), "observed": alert.observed, "n": len(alert.points)}
    if len(alert.points) == 1:
        return _("预期约 %(expected)s 件，实有 %(observed)d 件") % words
    return _("报警的 %(n)d 期合计预期约 %(expected)s 件，实有 %(observed)d 件") % words


def _copied(alert: Alert) -> str:
    share = {"share": f"{alert.alike:.0%}"}
    if alert.kind == Alert.Kind.BATCH:
        return _("多为同一批投诉（%(share)s）") % share
    if alert.kind == Alert.Kind.COPIES:
        return _("多为同一份文字（%(share)s）") % share
    return ""


def _set_rate(request: HttpRequest, by: User) -> None:
    try:
        a_year = float(request.POST.get("a_year", ""))
    except ValueError:
        a_year = 0.0
    set_alarm_rate(a_year, request.POST.get("reason", ""), by=by)
    messages.success(request, _("已调整，下一次巡看起生效。"))


def _change(request: HttpRequest, alert: Alert, by: User) -> str:
    verb = VERBS.get(request.POST.get("do", ""), explain_alert)
    verb(alert, request.POST.get("why", ""), by=by, version=read_number(request.POST.get("version", "")))
    return _("已记下。")


def _shown(alert: Alert, by: User) -> dict[str, Any]:
    namer = Namer()
    row = row_of(alert, namer)
    managed = manages(by, alert.unit_path)
    measure = {**alert.where, "alert": str(alert.pk)}
    return {
        "alert": alert,
        "row": row,
        "rarity": rarity(alert),
        "also": [namer.words(where) or _("全部投诉") for where in alert.also],
        "points": [
            {
                "at": point[0].replace("T", " ")[:16],
                "observed": point[1],
                "expected": shown(round(point[2], 1)),
                "upper": shown(point[3]),
                "href": cases_of(alert, point[0]),
            }
            for point in reversed(alert.points)
        ],
        "steps": [(step, STEPS.get(step.kind, step.kind)) for step in alert.steps.select_related("by")],
        "manages": managed,
        "measure": measure_href(measure) if managed else "",
        "measures": measure_lines(standing_measures(by=by, today=today(), most=MEASURES, alert=str(alert.pk)), today()),
        "no_measures": _("还没有因这条苗头建立的整改。"),
    }


def rarity(alert: Alert) -> str:
    """How rare so strong a rise would be while nothing is amiss."""
    years = 1 / max(alert.chance, 1e-12) / A_YEAR["hour" if alert.grain == "hour" else "day"]
    if years >= 100:
        return _("如果一切如常，这样的上升百年难遇。")
    if years >= 1:
        return _("如果一切如常，这样的上升约 %(n)d 年一遇。") % {"n": round(years)}
    return _("如果一切如常，这样的上升约 %(n)d 个月一遇。") % {"n": max(1, round(12 * years))}


def _course_chart(alert: Alert, by: User) -> Chart:
    at = now()
    course = keep("alert", alert.pk, alert.version, at.date(), at.hour, by=by, make=lambda: course_of(alert, at=at))
    title = _("件数与上界")
    if course is None:
        return Chart("course", title, "band", {}, Grid([], []), empty=_("没有可以画的记录。"))
    return _drawn(alert, course, title)


def _drawn(alert: Alert, course: Course, title: str) -> Chart:
    shown_last = min(SHOWN[alert.grain], len(course.moments))
    places = range(len(course.moments) - shown_last, len(course.moments))
    labels = [_label(course.moments[n]) for n in places]
    counts = [int(course.counts[n]) for n in places]
    known = [bool(course.bounds.known[n]) for n in places]
    expected = [round(float(course.bounds.expected[n]), 1) if k else None for n, k in zip(places, known, strict=True)]
    upper = [float(course.bounds.upper[n]) if k else None for n, k in zip(places, known, strict=True)]
    hrefs = [cases_of(alert, course.moments[n].isoformat()) for n in places]
    marked = [_label(_moment(point[0])) for point in alert.points]
    option = band_option(
        labels,
        counts,
        [None if value is None else 0.0 for value in upper],
        upper,
        expected=expected,
        counts_name=_("件数"),
        band_name=_("平常范围"),
        expected_name=_("预期"),
        marked=[label for label in marked if label in labels],
        hrefs=hrefs,
    )
    rows = [
        [label, Cell(count, href), usual, bound, _("报警") if label in marked else ""]
        for label, count, usual, bound, href in zip(labels, counts, expected, upper, hrefs, strict=True)
    ]
    note = _("重复投诉不计。预期算进了走势、星期、放假、调休和登记的事件；超出平常范围才报警。当天、当前小时还会增加。")
    return Chart("course", title, "band", option, Grid([_("时间"), _("件数"), _("预期"), _("上界"), ""], rows), note)


def _moment(word: str) -> date:
    return datetime.fromisoformat(word) if "T" in word else date.fromisoformat(word)


def _label(moment: date) -> str:
    return f"{moment:%m-%d %H}:00" if isinstance(moment, datetime) else f"{moment:%Y-%m-%d}"
