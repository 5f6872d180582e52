"""The forecast page: eight weeks ahead of one unit, business or topic, its record, and what stands in the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.base.files import decode_text
from tingsu.cases.access import sees_all
from tingsu.insight.forecast.asking import Foretold, NoSuchSeries, Step, foretell, latest_run, series_offered
from tingsu.insight.forecast.calendar import Ahead, take_back_event, take_in_events
from tingsu.insight.forecast.events import read_events
from tingsu.insight.forecast.keeping import Checked, Record, ask_for_forecasts
from tingsu.org.models import Unit, User
from tingsu.org.permissions import can
from tingsu.web.asking import person_of
from tingsu.web.chart_options import band_option
from tingsu.web.charts import Cell, Chart, Grid, download
from tingsu.web.fields import Pick
from tingsu.web.insight_frame import Frame, frame_of, read_number
from tingsu.web.insight_words import Namer
from tingsu.web.links import counted_href

DIMENSIONS: dict[str, Any] = {
    "unit": gettext_lazy("按机构"),
    "business": gettext_lazy("按业务"),
    "topic": gettext_lazy("按话题"),
}
LARGEST = 2_000_000  # bytes of a file of events
DAY = timedelta(days=1)


def show_forecast(request: HttpRequest) -> HttpResponseBase:
    """The page of one series; without a choice, the widest unit in reach."""
    frame = frame_of(request, keep=("by", "key"))
    by = person_of(request)
    dimension = request.GET.get("by", "unit")
    dimension = dimension if dimension in DIMENSIONS else "unit"
    picks = _picks(dimension, by)
    key = frame.unit_code if dimension == "unit" else request.GET.get("key", "")
    key = key or (picks[0].value if picks else "")
    told, sentence = _foretell(dimension, key, by)
    charts = _charts(told) if told else []
    if sent := download(request, charts):
        return sent
    context = {
        "frame": frame,
        "dimension": dimension,
        "dimensions": _dimensions(dimension, frame, by),
        "picks": [Pick(p.value, p.name, picked=p.value == key) for p in picks],
        "told": told,
        "sentence": sentence,
        "name": next((p.name for p in picks if p.value == key), key),
        "charts": charts,
        "record": _record_words(told.record) if told else [],
        "doubts": _doubts(told) if told else [],
        "effects": _effects(told) if told else [],
        "ahead": _ahead(told),
        "manages": can(by, "manage_insight"),
        "units": frame.units,
    }
    return render(request, "web/insight/forecast.html", context)


def change_calendar(request: HttpRequest) -> HttpResponseBase:
    """POST: one event added, a file of events taken in, one taken back, or the forecast asked for anew."""
    by = person_of(request)
    back = f"{reverse('insight-forecast')}#calendar"
    if request.method != "POST":
        return redirect(back)
    try:
        messages.success(request, _change(request, by))
    except TingsuError as error:
        messages.error(request, error.message)
    return redirect(back)


def _change(request: HttpRequest, by: User) -> str:
    at = now()
    if request.POST.get("what") == "forecast":
        ask_for_forecasts(by=by, at=at)
        return _("已交给后台重新预测，一般几分钟后可以看到。")
    if gone := request.POST.get("gone", ""):
        take_back_event(read_number(gone), by=by, at=at)
        return _("已移除这个事件。下一次预测起不再计入。")
    events = read_events(_typed(request), years=range(at.year - 3, at.year + 2))
    count = take_in_events(events, by=by, at=at)
    return _("已载入 %(count)d 天的事件，下一次预测会用上。") % {"count": count}


def _typed(request: HttpRequest) -> str:
    """The file sent, else the line typed, as the CSV that the command reads as well."""
    sent = request.FILES.get("file")
    if sent is not None and not isinstance(sent, list):
        return decode_text(sent.read(LARGEST), sent.name or "")
    cells = [request.POST.get(name, "").replace('"', " ").strip() for name in ("day", "kind", "unit", "amount", "note")]
    cells[2] = cells[2].split(" ")[0]  # a typed pick sends "code name"
    return ",".join(f'"{cell}"' for cell in cells)


def _foretell(dimension: str, key: str, by: User) -> tuple[Foretold | None, str]:
    if latest_run(dimension) is None:
        return None, _("还没有预测。后台每周预测一次；记录满 28 天、至少 5 件投诉后就会有结果。")
    if dimension != "unit" and not sees_all(by):
        return None, _("按业务、按话题的预测以全行投诉为底，只对能查看全行的人开放。请按机构查看。")
    if not key:
        return None, _("您可查看的范围内还没有可以预测的投诉记录。")
    try:
        return foretell(dimension, key, by=by, at=now()), ""
    except NoSuchSeries as error:
        return None, error.message


def _dimensions(here: str, frame: Frame, by: User) -> list[tuple[str, str, bool]]:
    """(query, name, here) of what may be looked at."""
    listed = DIMENSIONS if sees_all(by) else {"unit": DIMENSIONS["unit"]}
    return [
        (frame.query(by="" if one == "unit" else one, key=""), str(name), one == here) for one, name in listed.items()
    ]


def _picks(dimension: str, by: User) -> list[Pick]:
    keys = series_offered(dimension, by=by)
    if dimension == "unit":
        units = {u.code: u for u in Unit.objects.filter(code__in=keys)}
        ordered = sorted((units[key] for key in keys if key in units), key=lambda unit: unit.path)
        return [Pick(unit.code, unit.name) for unit in ordered]
    namer = Namer()
    return [Pick(key, namer.name(dimension, key)) for key in keys]


def _charts(told: Foretold) -> list[Chart]:
    charts = [_weeks_chart(told), _days_chart(told)]
    if told.record:
        charts.append(_record_chart(told.record, told))
    return charts


def _weeks_chart(told: Foretold) -> Chart:
    past = [(week, week + 6 * DAY, count) for week, count in told.past]
    return _band_chart(
        told, told.weeks, past, id="weeks", title=_("今后八周，按周"),
        columns=[_("一周"), _("实际"), _("预计"), _("下限"), _("上限"), _("事件")],
        note=_("以 %(days)d 天的记录为底；色带是 80%% 区间，五周里大约有四周落在里面。预计数是平均值，不是目标。")
        % {"days": told.run.history_days},
    )  # fmt: skip


def _days_chart(told: Foretold) -> Chart:
    past = [(day, day, count) for day, count in told.past_days]
    return _band_chart(
        told, told.days, past, id="days", title=_("今后八周，按天"),
        columns=[_("日期"), _("实际"), _("预计"), _("下限"), _("上限"), _("事件")],
        note=_("圆点是有事件的日子。件数少的机构按天看起伏很大，安排人手请以按周的为准。"),
    )  # fmt: skip


def _band_chart(
    told: Foretold,
    steps: list[Step],
    past: list[tuple[date, date, int]],
    *,
    id: str,
    title: str,
    columns: list[str],
    note: str,
) -> Chart:
    labels = [f"{first:%m-%d}" for first, _last, _n in past] + [f"{step.first:%m-%d}" for step in steps]
    hrefs = [_cases(told, first, last) for first, last, _n in past]
    before, after = [None] * len(past), [None] * len(steps)
    option = band_option(
        labels,
        [*(count for _first, _last, count in past), *after],
        [*before, *(step.low for step in steps)],
        [*before, *(step.high for step in steps)],
        expected=[*before, *(step.mean for step in steps)],
        counts_name=_("实际"),
        band_name=_("80% 区间"),
        expected_name=_("预计"),
        hrefs=[*hrefs, *("" for _step in steps)],
    )
    happening = [_happening(told, step) for step in steps]
    _mark(option, [(f"{s.first:%m-%d}", s.mean) for s, what in zip(steps, happening, strict=True) if what])
    rows: list[list[Any]] = [
        [_span(first, last), Cell(count, href), None, None, None, ""]
        for (first, last, count), href in zip(past, hrefs, strict=True)
    ]
    rows += [
        [_span(s.first, s.last), None, s.mean, s.low, s.high, what] for s, what in zip(steps, happening, strict=True)
    ]
    return Chart(
        id, title, "band", option, Grid(columns, rows if steps else []), note, unit=_("件"), tall=id == "weeks"
    )


def _mark(option: dict[str, Any], points: list[tuple[str, float]]) -> None:
    """A dot on the expected line where something is on."""
    for series in option["series"]:
        if series.get("id") == "expected" and points:
            dots = [{"coord": [label, value]} for label, value in points]
            series["markPoint"] = {"symbol": "circle", "symbolSize": 9, "label": {"show": False}, "data": dots}


def _happening(told: Foretold, step: Step) -> str:
    names = [one.kind for one in told.events if one.day <= step.last and one.until >= step.first]
    return "、".join(dict.fromkeys(names))


def _record_chart(record: Record, told: Foretold) -> Chart:
    """What was foretold beside what came, week by week, and what "as the week before" would have said."""
    weeks: list[Checked] = record.told
    option = band_option(
        [f"{week.first:%m-%d}" for week in weeks],
        [week.truth for week in weeks],
        [week.low for week in weeks],
        [week.high for week in weeks],
        expected=[week.mean for week in weeks],
        counts_name=_("实际"),
        band_name=_("当时的 80% 区间"),
        expected_name=_("当时的预计"),
        hrefs=[_cases(told, week.first, week.first + 6 * DAY) for week in weeks],
    )
    columns = [_("一周"), _("实际"), _("当时的预计"), _("下限"), _("上限"), _("照抄上周"), _("怎么来的")]
    rows = [
        [
            _span(week.first, week.first + 6 * DAY),
            Cell(week.truth, _cases(told, week.first, week.first + 6 * DAY)),
            week.mean,
            week.low,
            week.high,
            week.naive,
            _("回溯演练") if week.rehearsed else _("当时作出"),
        ]
        for week in weeks
    ]
    note = _("每一周取此前最后一次预测。回溯演练是事后只用当时已有的记录重做的预测。")
    return Chart("record", _("以往的预测与实际"), "band", option, Grid(columns, rows), note, unit=_("件"))


def _record_words(record: Record | None) -> list[str]:
    if record is None:
        return [_("还没有一次预测走完一周，准不准暂时无从说起。")]
    words = [
        _("过去 %(runs)d 次预测（其中回溯演练 %(rehearsed)d 次）已走完 %(weeks)d 周。")
        % {"runs": record.runs, "rehearsed": record.rehearsed, "weeks": record.weeks},
        _("平均每周差 %(ours).1f 件，每周平均 %(mean).1f 件。") % {"ours": record.ours, "mean": record.mean},
        _("照抄上周会差 %(naive).1f 件；%(held)d%% 的周落在 80%% 区间内。")
        % {"naive": record.naive, "held": round(100 * record.held)},
    ]
    better = record.better_by
    if better is not None and better <= 0:
        words.append(_("目前还不比照抄上周准：记录短或起伏大时会这样，请按区间、不要按预计数安排。"))
    return words


def _doubts(told: Foretold) -> list[str]:
    said: list[str] = []
    if not told.counted:
        said.append(_("统计用的事实表还没有建好，暂时没有实际件数可比。后台刷新后会补上。"))
    if told.stale:
        said.append(_("这次预测作于 %s，已超过一周：后台任务可能没有运行。") % f"{told.run.made_at:%Y-%m-%d}")
    if not told.run.told.get("checked"):
        said.append(_("记录太短，区间没能用过去核对，只作参考。"))
    if not told.run.told.get("season"):
        said.append(_("记录不足十个月，看不出一年里的淡旺季。"))
    if guessed := told.run.told.get("guessed"):
        said.append(_("%s 年的放假安排还没有载入，节假日按法定节日推算。") % guessed[0][:4])
    if unknown := told.run.told.get("unknown"):
        said.append(_("「%s」以前没有出现过，影响未知，没有计入。") % "」「".join(unknown))
    return said


def _effects(told: Foretold) -> list[tuple[str, float]]:
    """(event, by how much a day's count is multiplied on the average unit), the strongest first."""
    rows = [(str(one["name"]), float(one["factor"])) for one in told.run.told.get("events", [])]
    return sorted(rows, key=lambda row: -row[1])


def _ahead(told: Foretold | None) -> list[tuple[Ahead, str]]:
    """What stands in the calendar, with the name of where it is ("": everywhere)."""
    events = told.events if told else []
    names = dict(Unit.objects.filter(code__in={one.unit_code for one in events}).values_list("code", "name"))
    return [(one, names.get(one.unit_code, one.unit_code)) for one in events]


def _cases(told: Foretold, since: date, until: date) -> str:
    if told.dimension == "unit":
        return counted_href(since=since, until=until, unit=told.key)
    return counted_href({told.dimension: told.key}, since=since, until=until)


def _span(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first.isoformat()} – {last:%m-%d}"
