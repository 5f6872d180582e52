"""The quarter's view in words and tables, ready for page, Word and Excel."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from tingsu.insight.reports.facets import FACETS, codes_in_force
from tingsu.insight.reports.heads import is_cut, is_known, paper_of, share
from tingsu.insight.reports.monthly import MonthFigures
from tingsu.insight.reports.names import Names
from tingsu.insight.reports.paper import Linked, Paper, Picture, Section, Table, Value
from tingsu.insight.reports.quarter import PER_CUSTOMERS, PER_OUTLETS, QuarterView, RegionLine, per
from tingsu.insight.reports.responses import ENGLISH, MEANS, NAMES
from tingsu.insight.reports.spans import Span

Row = list[Value | Linked]


def quarter_paper(view: QuarterView) -> Paper:
    """The whole report; says what is missing rather than leave it out."""
    return paper_of(
        view,
        _("%(span)s投诉管理与监管报告") % {"span": view.span.words},
        _("应用商店、论坛、社交媒体等外部声音另行存放，不计入本报告。"),
        doubts=_doubts(view),
        sections=[_total_section(view), _region_section(view), _facet_section(view), _response_section(view)],
    )


def _doubts(view: QuarterView) -> list[str]:
    doubts = []
    if not view.over:
        doubts.append(_("本季度还没有结束，数字会再变。"))
    if not view.size.outlets:
        doubts.append(_("没有营业网点数，故不列每千营业网点投诉量。可由管理员用机构规模表补上。"))
    if not view.size.customers:
        doubts.append(_("没有个人客户数，故不列每千万个人客户投诉量。可由管理员用机构规模表补上。"))
    if view.since_when is None:
        doubts.append(_("还没有任何投诉记录。"))
    elif not is_known(view, view.before.span) or is_cut(view, view.year_before.span):
        doubts.append(_("记录从 %s 开始，此前的和不满整季的季度无从比较。") % view.since_when.isoformat())
    return doubts


def _total_section(view: QuarterView) -> Section:
    spans = (view.now, view.before, view.year_before)
    columns = (_("项目"), *(one.span.words for one in spans))
    known = [is_known(view, one.span) for one in spans]

    def row(name: str, values: list[Value | Linked]) -> Row:
        return [name, *(value if has else None for value, has in zip(values, known, strict=True))]

    rows = [
        row(_("投诉总量（件，重复已合并）"), [_count(view, one) for one in spans]),
        row(_("合并之前（件）"), [one.n + one.merged for one in spans]),
        row(_("经监管（件）"), [_count(view, one, "regulator") for one in spans]),
        row(_("超期答复（件）"), [_count(view, one, "answered_late") for one in spans]),
        row(_("已答复（件）"), [one.rates["answered"] for one in spans]),
        row(_("超期答复率（%，以已答复为底）"), [share(o.rates["answered_late"], o.rates["answered"]) for o in spans]),
    ]  # fmt: skip
    rows += _rate_rows(view)
    note = _("“—”为没有记录、没有底数或没有规模。")
    if view.size.customers or view.size.outlets:
        note += _("规模取自机构规模表与机构资料：%s。") % _size_words(view)
    table = Table("totals", _("总量"), columns, rows, note)
    return Section("totals", _("一、总量"), [], [table])


def _rate_rows(view: QuarterView) -> list[Row]:
    """Only of this quarter: sizes of earlier ones may have been others."""
    return [
        [_("每千营业网点（件）"), per(view.now.n, view.size.outlets, PER_OUTLETS), None, None],
        [_("每千万个人客户（件）"), per(view.now.n, view.size.customers, PER_CUSTOMERS), None, None],
    ]


def _size_words(view: QuarterView) -> str:
    said = []
    if view.size.outlets:
        said.append(_("营业网点 %s 个") % f"{view.size.outlets:,}")
    if view.size.customers:
        said.append(_("个人客户 %s 人") % f"{view.size.customers:,}")
    return _("，").join(said)


def _count(view: QuarterView, figures: MonthFigures, flag: str = "") -> Linked:
    where: Mapping[str, str] = {flag: "1"} if flag else {}
    return Linked(figures.rates[flag or "n"], view.scope.in_span(figures.span, where))


def _region_section(view: QuarterView) -> Section:
    names = Names()
    columns = (_("机构"), _("投诉量（件）"), _("占比（%）"), _("上季度（件）"), _("每千营业网点"), _("每千万个人客户"))
    rows: list[Row] = [
        [
            names.name("unit", line.code),
            _region_link(view, line, line.n, view.span),
            share(line.n, view.now.n),
            _region_link(view, line, line.before, view.span.before),
            per(line.n, line.size.outlets, PER_OUTLETS),
            per(line.n, line.size.customers, PER_CUSTOMERS),
        ]
        for line in view.regions
    ]
    note = _("按被投诉机构归属；未指明的归主办机构。规模不知道的不算比率。件数少的机构，比率起伏很大。")
    table = Table(
        "regions", _("按地区（机构）"), columns, rows, note, _("本季度没有投诉。"), Picture("bar", (1,), flat=True)
    )
    return Section("regions", _("二、按地区"), [], [table])


def _region_link(view: QuarterView, line: RegionLine, n: int, span: Span) -> Value | Linked:
    if not line.listed or not n:
        return n
    return Linked(n, view.scope.in_span(span, {"unit" if line.below else "at": line.code}))


def _facet_section(view: QuarterView) -> Section:
    codes = codes_in_force()
    words = [
        _("分面与名称按 JR/T 0169-2018。业务与原因取自研判并经人确认的归类。"),
        _("渠道由受理渠道换算；来信、监管转办等没有对应的，列入“其他前台”。"),
    ]
    words.append(
        _("代码来自管理员提供的代码表。")
        if codes
        else _("没有代码表，故不列代码；管理员可用 tingsu report codes 载入。")
    )
    names = Names()
    came = Table(
        "ways", _("受理渠道"), (_("受理渠道"), _("件数"), _("占比（%）")),
        [
            [names.name("channel", way),
             Linked(n, view.scope.in_span(view.span, {"channel": way})) if way else n, share(n, view.now.n)]
            for way, n in view.sources
        ],
        empty=_("本季度没有投诉。"),
    )  # fmt: skip
    return Section(
        "facets", _("三、按渠道、业务、原因"), words, [*(_facet_table(view, facet, codes) for facet in FACETS), came]
    )


def _facet_table(view: QuarterView, facet: str, codes: Mapping[tuple[str, str], str]) -> Table:
    title = str(FACETS[facet])
    columns = (title, *((_("代码"),) if codes else ()), _("件数"), _("占比（%）"), _("上季度（件）"))
    rows: list[Row] = []
    for word, (n, before) in view.facets[facet].items():
        picked = {f"facet_{facet}": word}
        count = Linked(n, view.scope.in_span(view.span, picked)) if n else n
        earlier = Linked(before, view.scope.in_span(view.span.before, picked)) if before else before
        coded = [codes.get((facet, word), "")] if codes else []
        rows.append([word, *coded, count, share(n, view.now.n), earlier])
    drawn = Picture("bar", (2 if codes else 1,), flat=True)
    return Table(f"facet_{facet}", title, columns, rows, _("以 %d 件为底。") % view.now.n, picture=drawn)


def _response_section(view: QuarterView) -> Section:
    columns = (_("办理结果"), _("CFPB 类别"), _("件数"), _("占比（%）"), _("如何归入"))
    rows: list[Row] = []
    for category in NAMES:
        n = view.responses[category]
        count = Linked(n, view.scope.in_span(view.span, {"response": category})) if n else n
        rows.append([str(NAMES[category]), ENGLISH[category], count, share(n, view.now.n), str(MEANS[category])])
    words = [
        _("类别与美国消费者金融保护局（CFPB）公开的相同，每件只归一类，依次看：超期、未办、付款、补救、说明。"),
        _("尚未答复的是否已经超期，此处看不出，一律计入“处理中”。"),
    ]
    table = Table("responses", _("办理结果"), columns, rows, _("合计 %d 件。") % sum(view.responses.values()))
    return Section("responses", _("四、办理结果"), words, [table])
