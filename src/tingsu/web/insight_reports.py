"""报告: the list of reports, having one made, the schedules of their sending, and one report to read and print."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tingsu.base.clock import today
from tingsu.cases.errors import Incomplete
from tingsu.insight.measures.seeing import possible_owners
from tingsu.insight.reports.paper import Linked, Section, Table, bare, from_json
from tingsu.insight.reports.scope import covers, scope_of, units_covered
from tingsu.insight.reports.spans import BadPeriod, Span, span_with
from tingsu.insight.reports.tables import KeptReport, Kind, ReportSchedule, ReportSending
from tingsu.insight.reports.verbs import (
    LAST_DAY,
    TYPES,
    ask_report,
    end_schedule,
    find_report,
    may_take,
    schedule_report,
    send_again,
    take_report,
    take_table,
    visible_reports,
    visible_schedules,
)
from tingsu.org.models import User
from tingsu.org.permissions import can
from tingsu.web.asking import person_of
from tingsu.web.chart_options import bar_option, line_option
from tingsu.web.charts import Cell, Chart, Grid, download
from tingsu.web.fields import Pick
from tingsu.web.insight_frame import frame_of, read_number

MONTHS, QUARTERS = 13, 8  # offered
SENDINGS = 3  # latest ones shown of a schedule
USUAL_DAY = 5
TALL = 12  # bars that lie, from which on a picture is drawn tall


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report in the list."""

    report: KeptReport
    kind: str
    period: str
    scope: str


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One schedule: what it sends, to how many, and how its latest sendings went."""

    schedule: ReportSchedule
    kind: str
    scope: str
    to: str
    sendings: list[ReportSending]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section with its tables as charts."""

    section: Section
    charts: list[Chart]


def show_reports(request: HttpRequest) -> HttpResponse:
    """The reports within reach, the form to have one made, and the schedules; POST does what ``do`` says."""
    frame = frame_of(request)
    by = person_of(request)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            messages.success(request, _do(request, by))
        except Incomplete as error:
            wrong = error.fields
        except BadPeriod as error:
            wrong = {"period": error.message}
        else:
            return redirect("insight-reports")
    context = {
        "frame": frame,
        "wrong": wrong,
        "said": request.POST,
        "reports": [_line(kept) for kept in visible_reports(by=by)],
        "schedules": [_schedule_line(schedule) for schedule in visible_schedules(by=by)],
        "manages": can(by, "manage_insight"),
        **(_forms(request, by) if can(by, "manage_insight") else {}),
    }
    return render(request, "web/insight/reports.html", context, status=422 if wrong else 200)


def show_report(request: HttpRequest, number: int) -> HttpResponseBase:
    """One report to read and print; ``?file=docx|xlsx|pdf`` is the whole of it, ``?chart=…`` one table as a file."""
    frame = frame_of(request, here="insight-reports")
    by = person_of(request)
    kept = find_report(number, by=by)
    if "file" in request.GET:
        made = take_report(kept, request.GET["file"], by=by)
        return _sent(made.name, made.content, made.type)
    context: dict[str, Any] = {"frame": frame, "line": _line(kept), "report": kept}
    if kept.content is not None:
        if "chart" in request.GET:
            sent = download(request, [_chart(take_table(kept, request.GET["chart"], by=by))])
            assert sent is not None
            return sent
        paper = from_json(kept.content)
        sections = [ShownSection(one, [_chart(table) for table in one.tables]) for one in paper.sections]
        context |= {"paper": paper, "sections": sections, "endings": list(TYPES) if may_take(kept, by=by) else []}
    return render(request, "web/insight/report.html", context)


def _sent(name: str, content: bytes, kind: str) -> FileResponse:
    import io

    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=kind)


def _do(request: HttpRequest, by: User) -> str:
    doing = _DOINGS.get(request.POST.get("do", ""))
    if doing is None:
        raise Incomplete({"do": _("没有看懂要做什么，请重新点一次")})
    return doing(request, by)


def _make(request: HttpRequest, by: User) -> str:
    kind, _colon, key = request.POST.get("period", "").partition(":")
    ask_report(kind, request.POST.get("unit", ""), key, by=by)
    return _("已开始制作，一般一分钟内完成；完成后在下面的列表里打开。")


def _schedule(request: HttpRequest, by: User) -> str:
    posted = request.POST
    schedule_report(
        posted.get("kind", ""),
        posted.get("unit", ""),
        read_number(posted.get("day", "")),
        people=posted.getlist("people"),
        addresses=posted.get("addresses", "").replace(",", "\n").replace("，", "\n").split("\n"),
        by=by,
    )
    return _("已设定，到日子由系统发出。")


def _end(request: HttpRequest, by: User) -> str:
    end_schedule(_number(request), by=by)
    return _("已停止，不再发送。")


def _again(request: HttpRequest, by: User) -> str:
    send_again(_number(request), by=by)
    return _("已排队，几分钟内再发一次；已经收到的不会重收。")


_DOINGS: dict[str, Callable[[HttpRequest, User], str]] = {
    "make": _make,
    "schedule": _schedule,
    "end": _end,
    "again": _again,
}


def _number(request: HttpRequest) -> int:
    return read_number(request.POST.get("number", ""))


def _forms(request: HttpRequest, by: User) -> dict[str, Any]:
    """What the two forms offer, with what was typed."""
    posted = request.POST
    units = [Pick(u.code, u.name, picked=u.code == posted.get("unit")) for u in units_covered(by)]
    if covers(by, ""):
        units.insert(0, Pick("", scope_of(None).name))
    people = possible_owners().exclude(email="")
    chosen = posted.getlist("people")
    return {
        "units": units,
        "periods": [(str(Kind(kind).label), list(_periods(kind, many))) for kind, many in _OFFERED],
        "kinds": [Pick(value, str(label), picked=value == posted.get("kind")) for value, label in Kind.choices],
        "people": [
            Pick(p.username, p.name, p.unit.name if p.unit else "", picked=p.username in chosen) for p in people
        ],
        "day": posted.get("day", USUAL_DAY),
        "last_day": LAST_DAY,
    }


_OFFERED: tuple[tuple[Any, int], ...] = (("monthly", MONTHS), ("quarter", QUARTERS))


def _periods(kind: Any, many: int) -> Iterator[Pick]:
    """The last one that is over is picked; the running one comes first."""
    span: Span = span_with(kind, today())
    for no in range(many):
        words = _("%s（还没有结束）") % span.words if no == 0 else span.words
        yield Pick(f"{kind}:{span.key}", words, picked=no == 1 and kind == "monthly")
        span = span.before


def _line(kept: KeptReport) -> ReportLine:
    return ReportLine(
        kept, str(kept.get_kind_display()), _period_words(kept.kind, kept.period), scope_of(kept.unit).name
    )


def _period_words(kind: str, key: str) -> str:
    from tingsu.insight.reports.spans import read_span_key

    return read_span_key(kind, key, today=today()).words  # type: ignore[arg-type]


def _schedule_line(schedule: ReportSchedule) -> ScheduleLine:
    to = [*(str(person) for person in schedule.people.all()), *schedule.addresses]
    sendings = list(schedule.sendings.all())[:SENDINGS]
    return ScheduleLine(
        schedule, str(schedule.get_kind_display()), scope_of(schedule.unit).name, "、".join(to), sendings
    )


def _chart(table: Table) -> Chart:
    """The table as a chart of the page: drawn where it has a picture, else the table alone."""
    grid = Grid(table.columns, [[_cell(cell) for cell in row] for row in table.rows])
    if table.picture is None or not table.rows:
        return Chart(table.id, table.title, "heat", {}, grid, table.note, table.empty)
    rows = list(table.plain())
    labels = [str(row[0]) for row in rows]
    series = {table.columns[column]: [_drawn(row[column]) for row in rows] for column in table.picture.columns}
    first = table.picture.columns[0]
    hrefs = [cell.href if isinstance(cell := row[first], Linked) else "" for row in table.rows]
    if table.picture.kind == "line":
        option = line_option(labels, series, hrefs=hrefs)
    else:
        option = bar_option(labels, series, hrefs=hrefs if len(series) == 1 else (), flat=table.picture.flat)
    tall = table.picture.flat and len(rows) >= TALL
    return Chart(table.id, table.title, table.picture.kind, option, grid, table.note, table.empty, tall=tall)


def _cell(cell: Any) -> Any:
    return Cell(cell.value, cell.href) if isinstance(cell, Linked) else bare(cell)


def _drawn(value: Any) -> float | int | None:
    return value if isinstance(value, int | float) else None
