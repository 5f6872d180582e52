"""整改: one measure, its effect with the picture, its steps and evidence, and what may be done next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.base.clock import read_day, today
from tingsu.base.errors import TingsuError
from tingsu.cases.errors import Incomplete
from tingsu.insight.effects.course import Course, draw_course
from tingsu.insight.kept import keep
from tingsu.insight.measures.annex import open_measure_evidence
from tingsu.insight.measures.panels import Compared, compare, scope_now
from tingsu.insight.measures.seeing import find_measure, may_manage, possible_owners
from tingsu.insight.measures.tables import AT_WORK, Measure, MeasureCheck
from tingsu.insight.measures.verbs import (
    add_evidence,
    assign_measure,
    check_effect,
    close_measure,
    mark_done,
    note_progress,
    reopen_measure,
    set_due,
)
from tingsu.insight.measures.watch import without_owner
from tingsu.insight.measures.wording import LEFT_OUT, read_effect, say_effect, say_why
from tingsu.insight.reach import units_seen
from tingsu.org.models import User
from tingsu.web.asking import person_of
from tingsu.web.chart_options import band_option, line_option
from tingsu.web.charts import Cell, Chart, Grid, download
from tingsu.web.insight_frame import frame_of, read_number
from tingsu.web.insight_measures import scope_words
from tingsu.web.insight_words import Namer
from tingsu.web.links import case_href, counted_href
from tingsu.web.refusals import status_of

STRETCH = 4  # weeks a point of the picture holds; 2 while the measure is young
YOUNG = 12  # weeks
QUIET = "#8a8577"  # of the line that is only there to compare with
STEPS = {
    "made": gettext_lazy("建立"), "changed": gettext_lazy("改期"), "assigned": gettext_lazy("改派"),
    "begun": gettext_lazy("开始实施"), "progress": gettext_lazy("进展"), "evidence": gettext_lazy("上传佐证"),
    "done": gettext_lazy("完成"), "checked": gettext_lazy("评估效果"), "closed": gettext_lazy("关闭"),
    "reopened": gettext_lazy("重新打开"), "returned": gettext_lazy("自动重新打开"), "chased": gettext_lazy("催办"),
}  # fmt: skip
PHASES = {
    "plan": gettext_lazy("计划"), "do": gettext_lazy("实施"), "check": gettext_lazy("检查"),
    "act": gettext_lazy("处理"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """A recorded effect in words; ``stale`` where the measure has another start by now."""

    check: MeasureCheck
    said: str
    why: str
    verdict: str
    left_out: list[str]
    stale: bool


def show_measure(request: HttpRequest, number: int) -> HttpResponseBase:
    """The page of a measure; POST does what ``do`` names. Raises NotAllowed, MeasureNotFound."""
    frame = frame_of(request, here="insight-measures")
    by = person_of(request)
    measure = find_measure(number, by=by)
    wrong, status = "", 200
    if request.method == "POST":
        try:
            told = _do(request, measure, by)
        except TingsuError as error:
            wrong, status = error.message, status_of(error)
            measure = find_measure(number, by=by)
        else:
            messages.success(request, told)
            return redirect("insight-measure", number=number)
    charts = [_course_chart(measure, by)] if measure.started_on else []
    if sent := download(request, charts):
        return sent
    context = {"frame": frame, "measure": measure, "charts": charts, "wrong": wrong, "typed": request.POST}
    return render(request, "web/insight/measure.html", {**context, **_shown(measure, by)}, status=status)


def send_measure_evidence(request: HttpRequest, number: int, no: int) -> HttpResponseBase:
    """A file of a measure, only ever as a download."""
    by = person_of(request)
    row, path = open_measure_evidence(find_measure(number, by=by), no, by=by)
    return FileResponse(path.open("rb"), as_attachment=True, filename=row.name, content_type="application/octet-stream")


def _shown(measure: Measure, by: User) -> dict[str, Any]:
    namer = Namer()
    units, scope = list(measure.units.all()), scope_now(measure.scope)
    checks = [_checked(check, measure, by) for check in measure.checks.select_related("by").order_by("-pk")]
    manages = may_manage(measure, by=by)
    works = manages or measure.owner_id == by.pk
    one = units[0].code if len(units) == 1 else ""
    return {
        "units": units,
        "scope": scope_words(scope, namer),
        "cases": counted_href(scope, since=today() - timedelta(days=364), unit=one),
        "latest": checks[0] if checks else None,
        "earlier": checks[1:],
        "steps": [(step, STEPS[step.kind], PHASES[step.phase]) for step in measure.steps.select_related("by")],
        "evidence": list(measure.evidence.select_related("added_by")),
        "overdue": measure.is_late(today()),
        "ownerless": without_owner(measure),
        "from_alert": _alert_href(measure.origin.get("alert", "")),
        "from_case": case_href(measure.origin["case"]) if measure.origin.get("case") else "",
        "at_work": works and measure.state in AT_WORK,
        "may_file": works and measure.is_open,
        "may_check": works and measure.started_on is not None,
        "may_manage": manages and measure.is_open,
        "may_reopen": manages and measure.state not in AT_WORK,
        "owners": list(possible_owners()) if manages and measure.is_open else [],
        "needs_reason": not (checks and checks[0].verdict == "worked" and not checks[0].stale),
    }


def _alert_href(number: str) -> str:
    """The address of the alert a measure came from."""
    known = read_number(number)
    return reverse("insight-alert", args=[known]) if known else ""


def _checked(check: MeasureCheck, measure: Measure, by: User) -> Checked:
    effect = read_effect(check.effect)
    left = check.data.get("left_out", {})
    known = dict(units_seen(by).filter(code__in=left).values_list("code", "name")) if left else {}
    named = [_("%(unit)s：%(why)s") % {"unit": known[code], "why": LEFT_OUT[why]()} for code, why in left.items()
             if code in known]  # fmt: skip
    if len(left) > len(named):
        named.append(_("另有 %(n)d 个机构不在您可查看的范围内") % {"n": len(left) - len(named)})
    return Checked(check, say_effect(effect), say_why(effect), effect.verdict, named,
                   check.started_on != measure.started_on)  # fmt: skip


def _course_chart(measure: Measure, by: User) -> Chart:
    """The course before and after, beside the other units and what would have come without the measure."""
    compared = keep("measure", measure.pk, measure.version, today(), by=by, make=lambda: _course(measure))
    title = _("整改前后")
    empty = _("生效前后还没有可画的整周。")
    if compared is None:
        return Chart("course", title, "line", {}, Grid([], []), empty=empty)
    found, course, scale = compared
    panel = found.panel
    days = [panel.weeks[start] for start in course.starts]
    ends = [panel.weeks[start + course.stretch - 1] + timedelta(days=6) for start in course.starts]
    unit = panel.units[0] if int(panel.treated.sum()) == 1 else ""
    scope = scope_now(measure.scope)
    hrefs = [counted_href(scope, since=a, until=b, unit=unit) if unit else ""
             for a, b in zip(days, ends, strict=True)]  # fmt: skip
    scaled = [None if n is None else round(n * scale, 1) for n in course.others]
    rows = [
        [_span(a, b), Cell(n, href), _kept(other), _kept(likely), _kept(low), _kept(high)]
        for a, b, n, href, other, likely, low, high in zip(
            days, ends, course.seen, hrefs, course.others, course.likely, course.low, course.high, strict=True
        )
    ]
    others = len(found.controls)
    return Chart(
        id="course",
        title=title,
        kind="band" if others else "line",
        option=_option(course, [f"{day:%m-%d}" for day in days], scaled, hrefs if unit else []),
        table=Grid(
            [_("起止"), _("整改机构"), _("对照机构平均"), _("若不整改"), _("若不整改（低）"), _("若不整改（高）")],
            rows,
        ),
        note=_note(course, others),
        empty=empty,
        unit=_("件"),
        tall=True,
    )


def _course(measure: Measure) -> tuple[Compared, Course, float] | None:
    """The comparison, its course, and what turns a control's mean into the treated units' level before."""
    found = compare(measure, until=today())
    if found is None:
        return None
    course = draw_course(found.panel, stretch=STRETCH if found.panel.n_after >= YOUNG else 2)
    mine = sum(course.seen[: course.first])
    theirs = sum(n for n in course.others[: course.first] if n is not None)
    return found, course, mine / theirs if theirs else 1.0


def _option(course: Course, labels: list[str], others: list[float | None], hrefs: list[str]) -> dict[str, Any]:
    name = _("整改机构")
    if all(value is None for value in course.likely):
        option = line_option(labels, {name: list(course.seen)}, hrefs=hrefs)
    else:
        option = band_option(
            labels, list(course.seen), list(course.low), list(course.high), expected=list(course.likely),
            counts_name=name, band_name=_("若不整改的范围"), expected_name=_("若不整改"), hrefs=hrefs,
        )  # fmt: skip
    if any(value is not None for value in others):
        dashed, quiet = {"type": "dashed", "width": 1, "color": QUIET}, {"color": QUIET}
        name_others = _("对照机构（折算）")
        option["series"].append(
            {"type": "line", "name": name_others, "data": others, "lineStyle": dashed, "itemStyle": quiet}
        )
    if course.first < len(labels):
        mark = {"symbol": "none", "label": {"formatter": _("生效")}, "data": [{"xAxis": labels[course.first]}]}
        main = next(one for one in option["series"] if one.get("name") == name)
        main["markLine"] = mark
    return option


def _note(course: Course, others: int) -> str:
    said = {"weeks": course.stretch, "n": others}
    if not others:
        text = _("每点 %(weeks)d 周，重复投诉不计。没有可比的对照机构，画不出若不整改会怎样。")
        return text % said
    return (
        _(
            "每点 %(weeks)d 周，重复投诉不计。浅色带是若不整改、按 %(n)d 个对照机构的起伏估计的 95%% 范围；"
            "虚线是对照机构，折算到整改机构原来的水平。"
        )
        % said
    )


def _span(first: Any, last: Any) -> str:
    return f"{first:%Y-%m-%d} – {last:%m-%d}"


def _kept(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _do(request: HttpRequest, measure: Measure, by: User) -> str:
    doing = _DOINGS.get(request.POST.get("do", ""))
    if doing is None:
        raise Http404
    return doing(request, measure, by)


def _version(request: HttpRequest) -> int:
    return read_number(request.POST.get("version", ""))


def _progress(request: HttpRequest, measure: Measure, by: User) -> str:
    started = _start(request)
    note_progress(measure, request.POST.get("words", ""), by=by, version=_version(request), started_on=started)
    return _("进展已记录。")


def _done(request: HttpRequest, measure: Measure, by: User) -> str:
    mark_done(measure, request.POST.get("words", ""), by=by, version=_version(request), started_on=_start(request))
    return _("已记为完成。满 4 个整周后可以评估效果。")


def _start(request: HttpRequest) -> Any:
    word = request.POST.get("started_on", "")
    day = read_day(word)
    if word and day is None:
        raise Incomplete({"started_on": _("生效日期请写成 2026-01-31 的样子")})
    return day


def _file(request: HttpRequest, measure: Measure, by: User) -> str:
    file = request.FILES.get("file")
    if file is None:
        raise Incomplete({"file": _("请先选择文件")})
    added = add_evidence(measure, str(file.name), cast(BinaryIO, file.file), by=by)
    return _("佐证 %(no)s「%(name)s」已存档。") % {"no": added.no, "name": added.name}


def _check(request: HttpRequest, measure: Measure, by: User) -> str:
    check = check_effect(measure, by=by, version=_version(request))
    return _("效果已评估并记录：%s。") % say_effect(read_effect(check.effect))


def _close(request: HttpRequest, measure: Measure, by: User) -> str:
    close_measure(measure, request.POST.get("reason", ""), by=by, version=_version(request))
    return _("已关闭。以后投诉若再多起来，会自动重新打开并提醒责任人。")


def _reopen(request: HttpRequest, measure: Measure, by: User) -> str:
    reopen_measure(measure, request.POST.get("reason", ""), by=by, version=_version(request))
    return _("已重新打开，已提醒责任人。")


def _assign(request: HttpRequest, measure: Measure, by: User) -> str:
    to = User.objects.filter(username=request.POST.get("owner", "")).first()
    if to is None:
        raise Incomplete({"owner": _("请选择责任人")})
    assign_measure(measure, to, by=by, version=_version(request))
    return _("已改派给%s。") % to


def _move(request: HttpRequest, measure: Measure, by: User) -> str:
    due = read_day(request.POST.get("due", ""))
    if due is None:
        raise Incomplete({"due": _("请填写完成期限")})
    set_due(measure, due, request.POST.get("reason", ""), by=by, version=_version(request))
    return _("期限已改。")


_DOINGS: dict[str, Callable[[HttpRequest, Measure, User], str]] = {
    "progress": _progress, "done": _done, "file": _file, "check": _check, "close": _close, "reopen": _reopen,
    "assign": _assign, "move": _move,
}  # fmt: skip
