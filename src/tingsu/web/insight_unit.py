"""The page of a unit: how many complaints, compared with its like, what about, and what is still open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from tingsu.base.clock import today
from tingsu.cases.personal import masked_customer
from tingsu.cases.queue import Filters, list_cases
from tingsu.insight.kept import keep
from tingsu.insight.picked import Breakdown
from tingsu.insight.reach import units_seen
from tingsu.insight.standing import open_alerts, standing_measures
from tingsu.insight.topics.sizes import sizes_on
from tingsu.insight.units import UnitRate, counts_by_path, like_units, rates_beside, typical_rate
from tingsu.org.models import Unit, User
from tingsu.org.permissions import can
from tingsu.web.asking import person_of
from tingsu.web.chart_options import bar_option
from tingsu.web.charts import Cell, Chart, Grid, download
from tingsu.web.insight_frame import Frame, UnitNotFound, frame_of
from tingsu.web.insight_hot import percent
from tingsu.web.insight_standing import MeasureLine, alert_lines, measure_lines
from tingsu.web.insight_subject import (
    before_of,
    column_chart,
    counted,
    heat_chart,
    long_look,
    picked_of,
    quotes,
    weeks_chart,
    why_context,
)
from tingsu.web.insight_words import Namer
from tingsu.web.links import case_href, counted_href
from tingsu.web.queue import Row

OPEN_SHOWN = 8
LIKE_SHOWN = 15
MEASURES = 5


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with its base in words and the list it counts."""

    name: str
    value: str
    told: str
    href: str


def show_unit(request: HttpRequest, code: str) -> HttpResponseBase:
    """The page of a unit in reach, everything below it included. Raises UnitNotFound, NotAllowed."""
    frame = frame_of(request, here="insight-hot")
    by = person_of(request)
    near = list(units_seen(by))
    unit = next((one for one in near if one.code == code), None)
    if unit is None:
        raise UnitNotFound(code)
    namer = Namer()
    picked = picked_of({}, frame, under=unit.path)
    if request.GET.get("part") == "why":
        return render(request, "web/insight/why_part.html", why_context({}, frame, picked, by=by, now=True))
    found, before = counted(picked, by=by), counted(before_of(picked, frame), by=by)
    rates = _rates(unit, near, frame, by)
    charts = [
        weeks_chart(counted(long_look(picked), by=by), picked, by=by, unit=code),
        like_chart(rates, unit, frame),
        *(column_chart(found, before, column, picked, namer, code) for column in ("cause", "product", "channel")),
        heat_chart(counted(long_look(picked), by=by), picked, namer, code),
    ]
    if sent := download(request, charts):
        return sent
    context = {
        "frame": frame,
        "unit": unit,
        "above": [one for one in near if unit.path.startswith(one.path) and one != unit],
        "tiles": _tiles(found, before, rates, unit, frame),
        "charts": [chart for chart in charts if chart.kind != "heat"],
        "heat": next(chart for chart in charts if chart.kind == "heat"),
        "quotes": [(one.text, case_href(one.number)) for one in quotes(picked, 3, by=by) if one.number],
        "hot_query": frame.query(unit=code),
        **_standing(unit, near, by, namer),
        **why_context({}, frame, picked, by=by, now=False),
    }
    return render(request, "web/insight/unit.html", context)


def _standing(unit: Unit, near: list[Unit], by: User, namer: Namer) -> dict[str, Any]:
    """What is open at the unit: its cases, rises nobody explained, measures."""
    filters = Filters(accused=unit.code)
    opened = list_cases(filters, by=by)
    return {
        "open_rows": [Row(case, masked_customer(case.customer)["name"]) for case in opened[:OPEN_SHOWN]],
        "open_query": filters.to_query(),
        "alerts": alert_lines(open_alerts(by=by, under=unit.path)[:MEASURES], namer),
        "no_alerts": _("这里没有待解释的苗头。"),
        "measures": _measures(unit, near, by),
        "manages": can(by, "manage_insight"),
        "no_measures": _("这里没有进行中的整改措施。"),
    }


def _measures(unit: Unit, near: list[Unit], by: User) -> list[MeasureLine]:
    below = [one.code for one in near if one.path.startswith(unit.path)]
    rows = standing_measures(by=by, today=today(), most=MEASURES, unit=unit.code, also=below)
    return measure_lines(rows, today())


def _rates(unit: Unit, near: list[Unit], frame: Frame, by: User) -> list[UnitRate]:
    since, until = frame.period.since, frame.period.until
    counts = keep("unit-counts", since, until, by=by, make=lambda: counts_by_path(by=by, since=since, until=until))
    # Here a branch is counted with everything below it, so its own number of customers holds as well.
    customers = {one.code: one.customers for one in near}
    customers |= {code: size.customers for code, size in sizes_on(until).items() if size.customers}
    return rates_beside(unit, like_units(unit, near), counts, customers)


def _tiles(found: Breakdown, before: Breakdown, rates: list[UnitRate], unit: Unit, frame: Frame) -> list[Tile]:
    def leads(**more: str) -> str:
        return counted_href(None, since=frame.period.since, until=frame.period.until, unit=unit.code, **more)

    mine = next(row for row in rates if row.code == unit.code)
    pleased = found.satisfied / found.opinions if found.opinions else None
    return [
        Tile(_("收到"), str(found.total), _("上期 %(n)d 件") % {"n": before.total}, leads()),
        Tile(_("每千客户"), "—" if mine.rate is None else f"{mine.rate:.2f}", _rate_told(mine, rates), leads()),
        Tile(_("情绪激动"), str(found.angry), _of(found.angry, found.total), leads(angry="1")),
        Tile(_("经监管"), str(found.regulator), _of(found.regulator, found.total), leads(regulator="1")),
        Tile(
            _("超期答复"),
            str(found.answered_late),
            _("已答复 %(n)d 件") % {"n": found.answered},
            leads(answered_late="1"),
        ),
        Tile(
            _("满意率"),
            "—" if pleased is None else percent(pleased),
            _("%(n)d 位客户评价") % {"n": found.opinions},
            leads(satisfaction="dissatisfied"),
        ),
    ]


def _rate_told(mine: UnitRate, rates: list[UnitRate]) -> str:
    if mine.rate is None or mine.low is None or mine.high is None:
        return _("没有登记客户数")
    usual = typical_rate(rates)
    words = _("%(low).2f–%(high).2f；同类合计 %(usual).2f")
    return words % {"low": mine.low, "high": mine.high, "usual": usual or 0.0}


def _of(part: int, whole: int) -> str:
    return _("占 %(share)s%%") % {"share": percent(part / whole)[:-1]} if whole else _("这段时间没有投诉")


def like_chart(rates: list[UnitRate], unit: Unit, frame: Frame) -> Chart:
    """Like units by their rate, this one among them; where no size is known, only the table of counts."""
    known = [row for row in rates if row.rate is not None]
    shown = known[:LIKE_SHOWN]
    if all(row.code != unit.code for row in shown):
        shown += [row for row in known if row.code == unit.code]
    hrefs = [counted_href(since=frame.period.since, until=frame.period.until, unit=row.code) for row in shown]
    series = {_("每千客户件数"): [round(row.rate or 0, 3) for row in shown]}
    option = bar_option([row.name for row in shown], series, hrefs=hrefs, flat=True)
    columns = [_("机构"), _("件数"), _("客户数"), _("每千客户"), _("下限"), _("上限")]
    rows = [_like_row(row, frame) for row in rates]
    note = _("与您可查看的同类机构相比，含下辖机构；上下限为 95%% 区间，件数少时区间宽，名次不说明好坏。") % {}
    empty = _("同类机构都没有登记客户数，无法按每千客户比较。可在系统管理的机构页登记。")
    return Chart("like", _("与同类机构比"), "bar", option, Grid(columns, rows if known else []), note, empty)


def _like_row(row: UnitRate, frame: Frame) -> list[Any]:
    href = counted_href(since=frame.period.since, until=frame.period.until, unit=row.code)
    numbers = [None if one is None else round(one, 3) for one in (row.rate, row.low, row.high)]
    return [row.name, Cell(row.count, href), row.customers or None, *numbers]
