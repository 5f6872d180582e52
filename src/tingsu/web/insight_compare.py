"""The comparison: two periods or two units, what makes the difference, and every value beside its like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.insight.causes.asking import Compared, NothingToCompare, Side, compare_sides
from tingsu.insight.causes.compare import Difference
from tingsu.insight.causes.explain import NAMELESS, Part
from tingsu.insight.causes.said import (
    Wording,
    base_sentence,
    between_units,
    headline,
    largest_sentence,
    over_time,
    part_sentence,
)
from tingsu.insight.causes.said import rest_sentence as said_of_rest
from tingsu.insight.kept import is_kept
from tingsu.insight.reach import units_seen
from tingsu.insight.topics.sizes import size_of, sizes_on
from tingsu.org.permissions import can
from tingsu.web.asking import person_of
from tingsu.web.chart_options import bar_option
from tingsu.web.charts import Cell, Chart, Grid, download
from tingsu.web.insight_frame import Frame, Period, frame_of, read_period
from tingsu.web.insight_words import KINDS, Namer
from tingsu.web.links import counted_href, measure_href

KEPT = ("with", "b_since", "b_until", "b_unit")
WITH: dict[str, Any] = {
    "before": gettext_lazy("上一段时间"),
    "year": gettext_lazy("去年同期"),
    "days": gettext_lazy("另一段时间"),
    "unit": gettext_lazy("另一家机构"),
}
DRAWN = 12
LISTED = 300


@dataclass(frozen=True, slots=True)
class PartView:
    """One part in words; ``now`` and ``before`` lead to the complaints on either side, ``measure`` to curing it."""

    said: str
    now: str
    before: str
    phrases: list[tuple[str, str]]
    falls: bool
    measure: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The two sides and what they are called; ``other`` is "" where a unit to compare with is still to be chosen."""

    a: Side
    b: Side
    names: tuple[str, str]
    wording: Wording


def show_compare(request: HttpRequest) -> HttpResponseBase:
    """The page. A comparison nobody has worked out yet is fetched by the page itself once it stands (``part``)."""
    frame = frame_of(request, keep=KEPT)
    by = person_of(request)
    told: list[str] = []
    pair = read_pair(request, frame, told)
    way = way_of(request)
    context: dict[str, Any] = {"frame": frame, "pair": pair, "way": way, "told": told, "ways": _ways(frame, way)}
    context["manages"] = can(by, "manage_insight")
    context["other_units"] = [pick for pick in frame.units if pick.value != frame.unit_code]
    if pair is None:
        return render(request, "web/insight/compare.html", context)
    ready = {"part", "chart", "whole"} & set(request.GET)
    if not ready and not is_kept("compared", pair.a, pair.b, by=by):
        context |= {"part_query": frame.query(part="1"), "whole_query": frame.query(whole="1")}
        return render(request, "web/insight/compare.html", context)
    try:
        found = compare_sides(pair.a, pair.b, by=by)
    except NothingToCompare as nothing:
        told.append(nothing.message)
        return render(request, _template(request), context | {"nothing": True})
    namer = Namer()
    chart = difference_chart(found, pair, namer)
    if sent := download(request, [chart]):
        return sent
    context |= {"found": found, "chart": chart} | _answer(found, pair, namer)
    return render(request, _template(request), context)


def _template(request: HttpRequest) -> str:
    return "web/insight/compare_part.html" if "part" in request.GET else "web/insight/compare.html"


def way_of(request: HttpRequest) -> str:
    """What is compared with; the period before where the address says nothing sensible."""
    asked = request.GET.get("with", "")
    return asked if asked in WITH else "before"


def read_pair(request: HttpRequest, frame: Frame, told: list[str]) -> Pair | None:
    """The two sides an address asks for; None where the other unit is still to be chosen."""
    way = way_of(request)
    path, code = (frame.unit.path, frame.unit.code) if frame.unit else ("", "")
    a = Side(frame.period.since, frame.period.until, path, code)
    if way == "unit":
        return _pair_of_units(request, frame, a)
    other = _other_period(request, frame.period, way, told)
    b = Side(other.since, other.until, path, code)
    names = (_span(a.since, a.until), _span(b.since, b.until))
    return Pair(a, b, names, over_time(_("去年同期约") if way == "year" else _("对比期约")))


def _other_period(request: HttpRequest, period: Period, way: str, told: list[str]) -> Period:
    if way == "year":
        # 364 days: whole weeks, so that weekdays stand beside their like.
        return Period(period.since - timedelta(days=364), period.until - timedelta(days=364), 0)
    if way == "days" and request.GET.get("b_since"):
        query = {"since": request.GET["b_since"], "until": request.GET.get("b_until", "")}
        return read_period(query, period.until, told)
    return period.before


def _pair_of_units(request: HttpRequest, frame: Frame, a: Side) -> Pair | None:
    code = request.GET.get("b_unit", "").strip().split(" ")[0]
    other = next((unit for unit in units_seen(person_of(request)) if unit.code == code), None) if code else None
    if other is None or frame.unit is None or other == frame.unit:
        return None
    known = sizes_on(a.until)
    sizes = (size_of(frame.unit.path, known).customers, size_of(other.path, known).customers)
    both = sizes if all(sizes) else (0, 0)
    first = Side(a.since, a.until, a.under, a.unit, customers=both[0])
    second = Side(a.since, a.until, other.path, other.code, customers=both[1])
    return Pair(first, second, (frame.unit.name, other.name), between_units())


def _span(since: date, until: date) -> str:
    return _("%(since)s 至 %(until)s") % {"since": since.isoformat(), "until": until.isoformat()}


def _answer(found: Compared, pair: Pair, namer: Namer) -> dict[str, Any]:
    told = found.explanation
    return {
        "headline": _headline(found, pair),
        "parts": [part_view(found, part, pair, namer) for part in told.parts],
        "rest": said_of_rest(told, wording=pair.wording),
        "largest": largest_sentence(
            told,
            found.differences,
            lambda where: name_part(where, namer),
            scale=_scale(found),
            wording=pair.wording,
        ),
        "base": base_sentence(told),
        "a_href": counted_href(since=found.a.since, until=found.a.until, unit=found.a.unit),
        "b_href": counted_href(since=found.b.since, until=found.b.until, unit=found.b.unit),
        "doubts": _doubts(found, pair),
    }


def _headline(found: Compared, pair: Pair) -> str:
    if found.basis == "share":
        words = _("%(a)s %(n_a)d 件，%(b)s %(n_b)d 件。没有登记两家的客户数，多少不好比，只比投诉的构成。")
        return words % {"a": pair.names[0], "b": pair.names[1], "n_a": found.n_a, "n_b": found.n_b}
    return headline(found.explanation, wording=pair.wording)


def _doubts(found: Compared, pair: Pair) -> list[str]:
    said = []
    if found.b.since != pair.b.since:
        said.append(_("对比的时间从最早一件投诉 %(day)s 起算，按天数折合。") % {"day": found.b.since.isoformat()})
    if found.basis == "days" and found.a.days != found.b.days:
        said.append(
            _("两段时间不一样长（%(a)d 天与 %(b)d 天），对比期已按天数折合。") % {"a": found.a.days, "b": found.b.days}
        )
    return said


def part_view(found: Compared, part: Part, pair: Pair, namer: Namer) -> PartView:
    """A part in words, with where its numbers lead."""

    def leads(side: Side, **more: str) -> str:
        return part_href(part.where, side, **more)

    return PartView(
        part_sentence(found.explanation, part, lambda where: name_part(where, namer), wording=pair.wording),
        leads(found.a),
        leads(found.b),
        [(phrase, leads(found.a, phrase=phrase)) for phrase in part.phrases],
        part.change < 0,
        measure_href(part.where | {"unit": part.where.get("unit") or part.where.get("branch") or found.a.unit}),
    )


def part_href(where: Mapping[str, str], side: Side, **more: str) -> str:
    """The list of a part's complaints on one side; a branch means everything below it."""
    rest = {name: value for name, value in where.items() if name != "branch"} | dict(side.where)
    return counted_href(rest, since=side.since, until=side.until, unit=where.get("branch") or side.unit, **more)


def name_part(where: Mapping[str, str], namer: Namer) -> str:
    """「江州分行（含下辖） · 服务态度及质量」."""
    rest = {name: value for name, value in where.items() if name != "branch"}
    words = [_("%(unit)s（含下辖）") % {"unit": namer.name("unit", where["branch"])}] if "branch" in where else []
    return " · ".join([*words, *([namer.words(rest)] if rest else [])])


def difference_chart(found: Compared, pair: Pair, namer: Namer) -> Chart:
    """The surest differences as bars, every value as a table."""
    scale, other = _scale(found), _("%(name)s（折合）") % {"name": pair.names[1]}
    telling = [one for one in found.differences if one.value not in NAMELESS][:60]
    drawn = sorted(telling, key=lambda one: (not one.sure, -abs(one.a - one.b * scale)))[:DRAWN]
    option = bar_option(
        [f"{_kind(one)}：{name_part({one.dimension: one.value}, namer)}" for one in drawn],
        {
            pair.names[0]: [one.a for one in drawn],
            other: [round(one.b * scale, 1) for one in drawn],
        },
        hrefs=[part_href({one.dimension: one.value}, found.a) for one in drawn],
        flat=True,
    )
    columns = [
        *(_("按什么"), _("值"), pair.names[0], pair.names[1], other),
        *(_("倍数"), _("下限"), _("上限"), _("不像偶然")),
    ]
    rows = [_difference_row(one, found, scale, namer) for one in found.differences[:LISTED]]
    note = _(
        "以 %(a)d 件与 %(b)d 件为底，重复投诉已并入首件。%(basis)s上下限为 95%% 区间；“不像偶然”指误报不超过 5%%。"
    )
    words = note % {"a": found.n_a, "b": found.n_b, "basis": _basis_words(found)}
    return Chart("compare", _("逐项对比"), "bar", option, Grid(columns, rows), note=words, unit=_("件"), tall=True)


def _scale(found: Compared) -> float:
    """What one complaint of B is worth beside A's."""
    if found.basis == "share":
        return found.n_a / found.n_b if found.n_b else 1.0
    a, b = found.a, found.b
    return a.days / b.days * ((a.customers / b.customers) if found.basis == "customers" else 1.0)


def _basis_words(found: Compared) -> str:
    return {
        "days": _("按天数折合。"),
        "customers": _("按客户数折合。"),
        "share": _("按各自总数的占比折合。"),
    }[found.basis]


def _difference_row(one: Difference, found: Compared, scale: float, namer: Namer) -> list[Any]:
    where = {one.dimension: one.value}
    return [
        *(_kind(one), name_part(where, namer)),
        *(Cell(one.a, part_href(where, found.a)), Cell(one.b, part_href(where, found.b)), round(one.b * scale, 1)),
        *(_rounded(one.ratio), _rounded(one.low), _rounded(one.high), one.sure),
    ]


def _kind(one: Difference) -> str:
    return _("分行") if one.dimension == "branch" else str(KINDS.get(one.dimension, one.dimension))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _ways(frame: Frame, way: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "query": frame.query(**{"with": "" if one == "before" else one}), "here": one == way}
        for one, name in WITH.items()
    ]
