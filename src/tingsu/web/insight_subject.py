"""The parts that the page of a topic and the page of a unit share: how it goes week by week, and who, where, which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tingsu.insight.causes.asking import NothingToCompare, Side, before_rise, explain_rise
from tingsu.insight.causes.said import base_sentence, largest_sentence, sentences
from tingsu.insight.days import monday_of
from tingsu.insight.facts.figures import run, span
from tingsu.insight.facts.scope import facts_for
from tingsu.insight.kept import is_kept, keep
from tingsu.insight.picked import Breakdown, Picked, breakdown
from tingsu.insight.topics.hot import Period
from tingsu.insight.topics.samples import Sample, pick_samples
from tingsu.insight.weeks import Weeks, weeks_of
from tingsu.org.models import User
from tingsu.web.chart_options import band_option, bar_option
from tingsu.web.charts import Cell, Chart, Grid, heat_level
from tingsu.web.insight_frame import Frame
from tingsu.web.insight_words import KINDS, Namer
from tingsu.web.links import counted_href

HISTORY = 40 * 7  # days looked at for the weeks
HEAT_WEEKS = 10
HEAT_ROWS = 12
BARS = 8


def counted(picked: Picked, *, by: User) -> Breakdown:
    """The complaints picked, counted every way, worked out once."""
    return keep("breakdown", picked.key, by=by, make=lambda: breakdown(facts_for(by), picked))


def first_day(by: User) -> date | None:
    """The first day the facts in reach cover; None where there are none."""
    told = keep("span", by=by, make=lambda: run(span(facts_for(by)))[0])
    day: date | None = told["first"]
    return day


def quotes(picked: Picked, most: int, *, by: User) -> tuple[Sample, ...]:
    """Masked excerpts, the telling ones."""
    assert picked.since and picked.until
    period = Period(picked.since, picked.until)

    def make() -> tuple[Sample, ...]:
        facts = facts_for(by)
        if picked.under:
            facts = facts.filter(facts.unit_path.startswith(picked.under))
        return pick_samples(facts, period, picked.where, most)

    return keep("quotes", picked.key, most, by=by, make=make)


def long_look(picked: Picked) -> Picked:
    """The same complaints over the time the pictures of weeks need."""
    assert picked.until
    return replace(picked, since=picked.until - timedelta(days=HISTORY))


def weeks_chart(found: Breakdown, picked: Picked, *, by: User, unit: str = "") -> Chart:
    """How many a week, beside what is normal; each week leads to its complaints."""
    assert picked.until
    first = first_day(by)
    weeks = weeks_of(found.by_day, first=max(first, picked.until - timedelta(days=HISTORY)) if first else picked.until,
                     until=picked.until)  # fmt: skip
    hrefs = [_week_href(picked, monday, unit) for monday in weeks.mondays]
    labels = [f"{monday:%m-%d}" for monday in weeks.mondays]
    option = band_option(
        labels,
        weeks.counts,
        weeks.low,
        weeks.high,
        expected=weeks.expected,
        counts_name=_("每周收到"),
        band_name=_("平时范围"),
        expected_name=_("平时"),
        marked=[f"{monday:%m-%d}" for monday in weeks.marked],
        hrefs=hrefs,
    )
    return Chart("weeks", _("每周件数"), "band", option, _weeks_grid(weeks, hrefs), _weeks_note(weeks),
                 _("还不到一整周，画不出走势。"), _("件"))  # fmt: skip


def _weeks_grid(weeks: Weeks, hrefs: list[str]) -> Grid:
    columns = [_("周（从周一起）"), _("件数"), _("平时"), _("平时下限"), _("平时上限"), _("高于平时")]
    rows = zip(weeks.mondays, weeks.counts, hrefs, weeks.expected, weeks.low, weeks.high, strict=True)
    told = [
        [monday, Cell(n, href), None if usual is None else round(usual, 1), low, high, monday in weeks.marked]
        for monday, n, href, usual, low, high in rows
    ]
    return Grid(columns, told if any(weeks.counts) else [])


def _weeks_note(weeks: Weeks) -> str:
    if all(low is None for low in weeks.low):
        return _("整周数还不足 13 周，看不出平时范围。重复投诉已并入首件。")
    return _("平时范围由每周之前的 12 周得出；红点是明显高于平时的周。未过完的一周不画。重复投诉已并入首件。")


def _week_href(picked: Picked, monday: date, unit: str) -> str:
    last = monday + timedelta(days=6)
    return counted_href(picked.where, since=monday, until=min(last, picked.until or last), unit=unit)


def column_chart(
    found: Breakdown, before: Breakdown, column: str, picked: Picked, namer: Namer, unit: str = ""
) -> Chart:
    """The most frequent values of a column, this period beside the one before."""
    counts, earlier = found.by[column], before.by[column]
    top = _top(counts, BARS)
    names = [namer.name(column, value) for value in top]
    hrefs = [_value_href(picked, column, value, unit) for value in top]
    series = {_("本期"): [counts[value] for value in top], _("上期"): [earlier[value] for value in top]}
    kind = str(KINDS[column])
    rows = [
        [name, Cell(counts[value], href), earlier[value], _percent(counts[value], found.total)]
        for name, value, href in zip(names, top, hrefs, strict=True)
    ]
    grid = Grid([kind, _("本期"), _("上期"), _("占本期（%）")], rows)
    note = _("以本期 %(n)d 件为底，写明%(kind)s的 %(known)d 件。") % {
        "n": found.total,
        "kind": kind,
        "known": counts.total(),
    }
    option = bar_option(names, series, hrefs=hrefs, flat=True)
    empty = _("这段时间没有写明%(kind)s的投诉。") % {"kind": kind}
    return Chart(f"by-{column}", _("按%(kind)s") % {"kind": kind}, "bar", option, grid, note, empty, _("件"))


def heat_chart(found: Breakdown, picked: Picked, namer: Namer, unit: str = "") -> Chart:
    """Unit by week; each number leads to its complaints."""
    assert picked.until
    last = monday_of(picked.until)
    mondays = [last - timedelta(days=7 * n) for n in reversed(range(HEAT_WEEKS))]
    sums = Counter({code: sum(weeks[m] for m in mondays) for code, weeks in found.by_week.items() if code})
    top = _top(sums, HEAT_ROWS)
    most = max((found.by_week[code][monday] for code in top for monday in mondays), default=0)
    rows = [
        [namer.name("unit", code), *_heat_cells(found.by_week[code], code, mondays, most, picked, unit)] for code in top
    ]
    columns = [_("机构"), *(f"{monday:%m-%d}" for monday in mondays)]
    note = _("列是每周的周一，最后一周可能还没过完；颜色越深件数越多。")
    return Chart("heat", _("机构与周"), "heat", {}, Grid(columns, rows), note, _("这段时间没有指明机构的投诉。"))


def _heat_cells(
    weeks: Mapping[date, int], code: str, mondays: list[date], most: int, picked: Picked, unit: str
) -> list[Any]:
    here = replace(picked, where={**picked.where, "unit": code})
    return [
        Cell(n, _week_href(here, monday, unit) if n else "", heat_level(n, most))
        for monday, n in ((monday, weeks[monday]) for monday in mondays)
    ]


def _value_href(picked: Picked, column: str, value: str, unit: str) -> str:
    return counted_href({**picked.where, column: value}, since=picked.since, until=picked.until, unit=unit)


def _top(counts: Counter[str], most: int) -> list[str]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [value for value, n in ranked[:most] if n]


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def why_context(where: Mapping[str, str], frame: Frame, picked: Picked, *, by: User, now: bool) -> dict[str, Any]:
    """What explains the change against the time before; unless it is known or asked for ``now`` the page fetches it."""
    assert picked.since and picked.until
    side = Side(picked.since, picked.until, picked.under, where=tuple(sorted(where.items())))
    if not now and not is_kept("compared", side, before_rise(side), by=by):
        return {"why_query": frame.query(part="why")}
    try:
        found = explain_rise(where, by=by, since=side.since, until=side.until, under=side.under)
    except NothingToCompare as nothing:
        return {"why_nothing": nothing.message}
    namer, scale = Namer(), found.explanation.total_before / max(found.n_b, 1)
    largest = largest_sentence(found.explanation, found.differences, namer.words, scale=scale)
    told = [words for words in (*sentences(found.explanation, namer.words), largest) if words]
    return {"why_told": told, "why_days": found.b.days, "why_base": base_sentence(found.explanation)}


def picked_of(where: Mapping[str, str], frame: Frame, *, under: str = "") -> Picked:
    """The complaints with these values in the frame's period; ``under`` a unit's path, else the frame's unit."""
    path = under or (frame.unit.path if frame.unit else "")
    return Picked(where=where, since=frame.period.since, until=frame.period.until, under=path)


def before_of(picked: Picked, frame: Frame) -> Picked:
    """The same complaints in the period before."""
    return replace(picked, since=frame.period.before.since, until=frame.period.before.until)
