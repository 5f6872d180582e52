"""The hot-spot board: what is complained of most, what grows, what harms, each with how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.insight.facts.scope import facts_for
from tingsu.insight.kept import is_kept, keep
from tingsu.insight.topics.hot import HotBoard, HotSpot, Period, Rank, hot_board
from tingsu.insight.topics.sizes import sizes_of_lowest, stamp_of_sizes
from tingsu.org.models import User
from tingsu.web.asking import person_of
from tingsu.web.chart_options import bar_option
from tingsu.web.charts import Cell, Chart, Grid, download, shown
from tingsu.web.insight_frame import Frame, frame_of
from tingsu.web.insight_words import Namer, kind_of
from tingsu.web.links import case_href, counted_href

DRAWN = 12  # bars of the picture
SHORT = 5  # spots of the short list
_PARTS = {"1": "web/insight/hot_part.html", "short": "web/insight/hot_short.html"}
SPARK = (96, 24)  # width and height of a small history
RANKS: dict[str, Any] = {
    "volume": gettext_lazy("按件数"),
    "growth": gettext_lazy("按增长"),
    "harm": gettext_lazy("按伤害"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a small history, in its drawing's own measure."""

    x: float
    y: float
    width: float
    height: float
    now: bool


@dataclass(frozen=True, slots=True)
class QuoteView:
    """A masked excerpt and its case."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class SpotView:
    """One hot spot in words; every number leads to its cases."""

    place: int
    name: str
    kind: str
    page: str
    cases: str
    spot: HotSpot
    share: str
    normal: str
    growth: str
    certainty: str
    angry_href: str
    regulator_href: str
    rates: list[str]
    quotes: list[QuoteView]
    bars: list[Bar]
    history: str


def show_hot(request: HttpRequest) -> HttpResponseBase:
    """The board. A board nobody has worked out yet is fetched by the page itself once it stands (``part``)."""
    frame = frame_of(request, keep=("by",))
    by = person_of(request)
    part = request.GET.get("part", "")
    rank: Rank = "harm" if part == "short" else rank_of(request)
    ready = part or "chart" in request.GET or "whole" in request.GET
    context: dict[str, Any] = {"frame": frame, "rank": rank, "ranks": _ranks(frame, rank)}
    if not ready and not is_board_kept(frame, rank, by=by):
        context["part_query"] = frame.query(part="1")
        context["whole_query"] = frame.query(whole="1")
        return render(request, "web/insight/hot.html", context)
    board = board_of(frame, rank, by=by)
    spots = spot_views(board.to_mend[:SHORT] if part == "short" else board.spots, frame, Namer())
    chart = board_chart(spots, board)
    if sent := download(request, [chart]):
        return sent
    context |= {"board": board, "spots": spots, "chart": chart}
    return render(request, _PARTS.get(part, "web/insight/hot.html"), context)


def short_context(frame: Frame, *, by: User) -> dict[str, Any]:
    """What the short list of hot spots on another page needs; without ``board`` the page fetches it itself."""
    if not is_board_kept(frame, "harm", by=by):
        return {"short_query": frame.query(part="short")}
    board = board_of(frame, "harm", by=by)
    return {"board": board, "spots": spot_views(board.to_mend[:SHORT], frame, Namer())}


def rank_of(request: HttpRequest) -> Rank:
    """The order asked for; by count where the address says nothing sensible."""
    asked = request.GET.get("by", "")
    return asked if asked in get_args(Rank) else "volume"  # type: ignore[return-value]


def board_of(frame: Frame, rank: Rank, *, by: User) -> HotBoard:
    """The board of the frame's period and unit, in this person's reach."""
    return keep("hot", *_asked(frame, rank, by), by=by, make=lambda: _make_board(frame, rank, by))


def is_board_kept(frame: Frame, rank: Rank, *, by: User) -> bool:
    """Whether the board is at hand."""
    return is_kept("hot", *_asked(frame, rank, by), by=by)


def _asked(frame: Frame, rank: Rank, by: User) -> tuple[Any, ...]:
    path = frame.unit.path if frame.unit else ""
    return (rank, frame.period.since, frame.period.until, path, stamp_of_sizes(by=by))


def _make_board(frame: Frame, rank: Rank, by: User) -> HotBoard:
    facts = facts_for(by)
    if frame.unit:
        facts = facts.filter(facts.unit_path.startswith(frame.unit.path))
    return hot_board(
        facts,
        Period(frame.period.since, frame.period.until),
        rank=rank,
        sizes=sizes_of_lowest(frame.period.until),
        samples=1,
        phrases=True,
    )


def spot_views(spots: Sequence[HotSpot], frame: Frame, namer: Namer) -> list[SpotView]:
    """Spots in words, in their order."""
    return [_view(place, spot, frame, namer) for place, spot in enumerate(spots, start=1)]


def _view(place: int, spot: HotSpot, frame: Frame, namer: Namer) -> SpotView:
    since, until, unit = frame.period.since, frame.period.until, frame.unit_code

    def leads(**more: str) -> str:
        return counted_href(spot.where, since=since, until=until, unit=unit, **more)

    return SpotView(
        place=place,
        name=namer.words(spot.where),
        kind=kind_of(spot.where),
        page=_page_of(spot, frame),
        cases=leads(),
        spot=spot,
        share=_("占 %(share)s（%(low)s–%(high)s）")
        % {"share": percent(spot.share), "low": percent(spot.share_low), "high": percent(spot.share_high)},
        normal=_normal(spot),
        growth=growth_words(spot),
        certainty=certainty_words(spot),
        angry_href=leads(angry="1"),
        regulator_href=leads(regulator="1"),
        rates=[_rate_words(rate) for rate in spot.rates],
        quotes=[QuoteView(sample.text, case_href(sample.number) if sample.number else "") for sample in spot.samples],
        bars=bars_of((*spot.history, spot.count)),
        history=_("此前各段件数：%s") % "、".join(map(str, spot.history)) if spot.history else "",
    )


def _page_of(spot: HotSpot, frame: Frame) -> str:
    """The page of a single topic or unit; "" for anything else."""
    if set(spot.where) == {"topic"}:
        return _with(reverse("insight-topic", args=[spot.where["topic"]]), frame)
    if set(spot.where) == {"unit"}:
        return _with(reverse("insight-unit", args=[spot.where["unit"]]), frame)
    return ""


def _with(address: str, frame: Frame) -> str:
    query = "&".join(f"{name}={word}" for name, word in frame.period.to_query().items())
    return f"{address}?{query}" if query else address


def percent(share: float) -> str:
    """「48.5%」; cut, not rounded up to the whole."""
    return f"{int(share * 1000) / 10:g}%"


def _normal(spot: HotSpot) -> str:
    if spot.normal_low is None or spot.normal_high is None:
        return _("平时多少还说不准")
    return _("平时 %(low)s–%(high)s 件") % {
        "low": shown(round(spot.normal_low)),
        "high": shown(round(spot.normal_high)),
    }


def growth_words(spot: HotSpot) -> str:
    """How many times the usual, with the least it may be; "" where there is nothing to compare with."""
    if spot.expected is None or spot.growth_low is None:
        return ""
    if spot.expected < 1:
        return _("此前几乎没有，新出现") if spot.sure else ""
    if spot.count <= spot.expected:
        return _("不比平时多")
    words = _("约为平时的 %(times)s 倍，至少 %(least)s 倍")
    return words % {"times": f"{spot.growth or 0:.1f}", "least": f"{spot.growth_low:.1f}"}


def certainty_words(spot: HotSpot) -> str:
    """Whether the rise may be chance."""
    if spot.q is None:
        return ""
    return _("上升不像偶然") if spot.sure else ""


def _rate_words(rate: Any) -> str:
    per = {"customers": _("每千客户"), "outlets": _("每千网点")}[rate.per]
    words = _("%(per)s %(value)s 件（%(low)s–%(high)s），通常 %(normal)s 件")
    numbers = {name: f"{getattr(rate, name):.2g}" for name in ("value", "low", "high", "normal")}
    return words % {"per": per, **numbers}


def bars_of(counts: Sequence[float]) -> list[Bar]:
    """A small history as bars, the last one the present."""
    width, height = SPARK
    most, step = max(counts, default=0), width / max(len(counts), 1)
    tall = [max(1.0, height * n / most) if n and most else 0.5 for n in counts]
    return [
        Bar(round(at * step, 1), round(height - h, 1), round(step * 0.7, 1), round(h, 1), at == len(counts) - 1)
        for at, h in enumerate(tall)
    ]


def board_chart(spots: list[SpotView], board: HotBoard) -> Chart:
    """The first spots as bars, and all of them as a table."""
    first = spots[:DRAWN]
    option = bar_option(
        [view.name for view in first],
        {_("本期"): [view.spot.count for view in first], _("平时"): [_rounded(view.spot.expected) for view in first]},
        hrefs=[view.cases for view in first],
        flat=True,
    )
    columns = [
        *(_("热点"), _("是什么"), _("件数"), _("占比"), _("平时件数"), _("平时下限"), _("平时上限"), _("至少几倍")),
        *(_("不像偶然"), _("情绪激动"), _("经监管"), _("索赔（元）"), _("实付（元）"), _("伤害分")),
    ]
    note = _(
        "以 %(since)s 至 %(until)s 的 %(base)d 件为底，重复投诉已并入首件；与此前 %(windows)d 段同样长的时间相比。"
    ) % {
        "since": board.period.since,
        "until": board.period.until,
        "base": board.base,
        "windows": board.windows,
    }
    grid = Grid(columns, [_grid_row(view) for view in spots])
    return Chart("hot", _("热点排行"), "bar", option, grid, note=note, unit=_("件"), tall=True)


def _grid_row(view: SpotView) -> list[Any]:
    spot = view.spot
    return [
        *(Cell(view.name, view.page or view.cases), view.kind, Cell(spot.count, view.cases), percent(spot.share)),
        *(_rounded(spot.expected), spot.normal_low, spot.normal_high, _rounded(spot.growth_low)),
        *(spot.sure, Cell(spot.angry, view.angry_href), Cell(spot.regulator, view.regulator_href)),
        *(round(spot.asked, 2), round(spot.paid, 2), round(spot.harm, 1)),
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _ranks(frame: Frame, rank: Rank) -> list[dict[str, Any]]:
    return [
        {"name": name, "query": frame.query(by="" if one == "volume" else one), "here": one == rank}
        for one, name in RANKS.items()
    ]
