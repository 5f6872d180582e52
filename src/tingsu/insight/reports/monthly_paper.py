"""The monthly pack in words and tables, ready for page, Word and Excel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tingsu.insight.causes.explain import Explanation
from tingsu.insight.measures.verbs import path_of as measure_path
from tingsu.insight.measures.wording import say_effect, say_why
from tingsu.insight.reports.chosen import rule_words
from tingsu.insight.reports.decisions import decisions_of
from tingsu.insight.reports.heads import is_cut, is_known, paper_of, share
from tingsu.insight.reports.monthly import MeasureState, MonthFigures, MonthlyPack, Spread
from tingsu.insight.reports.names import Names
from tingsu.insight.reports.paper import Linked, Paper, Picture, Section, Table, Value
from tingsu.insight.reports.spans import Span, span_with
from tingsu.insight.spikes.alerts import path_of as alert_path
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.topics.hot import HotBoard, HotSpot
from tingsu.reading import mask

PICKABLE = ("topic", "product", "business", "cause", "channel", "root_cause")
LONGEST_WORDS = 400


def monthly_paper(pack: MonthlyPack) -> Paper:
    """The whole report; says what is missing rather than leave it out."""
    names = Names()
    return paper_of(
        pack,
        _("%(span)s投诉案例分析") % {"span": pack.span.words},
        _("应用商店、论坛、社交媒体等外部声音不是投诉，不在内。客户姓名、电话、账号一律遮盖。"),
        doubts=_doubts(pack),
        sections=[
            _overview(pack),
            *_spread_section(pack, names),
            _hot_section(pack, names),
            _alert_section(pack, names),
            _cause_section(pack, names),
            _case_section(pack, names),
            _measure_section(pack),
            _decision_section(pack, names),
        ],
    )


def _doubts(pack: MonthlyPack) -> list[str]:
    doubts = []
    if not pack.over:
        doubts.append(_("本月还没有结束，数字会再变，不宜与整月相比。"))
    if pack.since_when is None:
        doubts.append(_("还没有任何投诉记录。"))
    elif not is_known(pack, pack.before.span) or is_cut(pack, pack.year_before.span):
        doubts.append(_("记录从 %s 开始，此前的和不满整月的月份无从比较。") % pack.since_when.isoformat())
    return doubts


def _overview(pack: MonthlyPack) -> Section:
    columns = (_("项目"), pack.span.words, pack.span.before.words, pack.span.year_before.words)
    shown = (pack.now, pack.before, pack.year_before)
    known = [is_known(pack, one.span) for one in shown]
    rows: list[list[Value | Linked]] = []
    for name, read, flags in _lines():
        row: list[Value | Linked] = [name]
        for figures, has in zip(shown, known, strict=True):
            row.append(_linked(pack, figures, read(figures), flags) if has else None)
        rows.append(row)
    table = Table("figures", _("主要数字"), columns, rows, note=_("“—”为没有记录或没有可算的底数。金额单位：元。"))
    trend = Table(
        "trend", _("各月投诉量"), (_("月份"), _("投诉量")),
        [[month, Linked(n, pack.scope.in_span(_month(month)))] for month, n in pack.trend],
        note=_("重复投诉已合并。"), empty=_("没有可画的月份。"), picture=Picture("bar", (1,)),
    )  # fmt: skip
    return Section("overview", _("一、总体情况"), [_first_words(pack)], [table, trend])


def _month(key: str) -> Span:
    return span_with("monthly", date.fromisoformat(f"{key}-01"))


def _first_words(pack: MonthlyPack) -> str:
    n, before = pack.now.n, pack.before.n
    if not n:
        return _("本月没有收到投诉。没有投诉不等于没有不满，可看看渠道是否畅通。")
    if not is_known(pack, pack.before.span):
        return _("本月收到投诉 %d 件；上月没有完整的记录，无从比较。") % n
    change = (
        _("与上月持平")
        if n == before
        else (_("比上月多 %d 件") if n > before else _("比上月少 %d 件")) % abs(n - before)
    )
    return _("本月收到投诉 %(n)d 件，%(change)s（上月 %(before)d 件）。") % {"n": n, "change": change, "before": before}


def _lines() -> list[tuple[str, Any, Mapping[str, str] | None]]:
    """(name, how it is read off a month, what picks its complaints)."""

    def of(name: str) -> Any:
        return lambda month: month.rates[name]

    def rate(part: str, base: str) -> Any:
        return lambda month: share(month.rates[part], month.rates[base])

    return [
        (_("投诉量（件）"), of("n"), {}),
        (_("另有重复、已合并而不计（件）"), lambda month: month.merged, None),
        (_("未结（件）"), of("open"), {"ended": ""}),
        (_("已办结（件）"), of("closed"), {"ended": "closed"}),
        (_("撤回等（件）"), lambda month: month.n - month.rates["open"] - month.rates["closed"], None),
        (_("已答复（件）"), of("answered"), None),
        (_("超期答复（件）"), of("answered_late"), {"answered_late": "1"}),
        (_("超期答复率（%，以已答复为底）"), rate("answered_late", "answered"), None),
        (_("认定成立或部分成立（%，以已认定为底）"), rate("valid", "judged"), None),
        (_("已认定（件）"), of("judged"), None),
        (_("回访满意（%，以有评价的为底）"), rate("satisfied", "asked_opinion"), None),
        (_("有评价的（件）"), of("asked_opinion"), None),
        (_("情绪激动（件，强度 2 以上）"), of("angry"), {"angry": "1"}),
        (_("经监管（件）"), of("regulator"), {"regulator": "1"}),
        (_("办结后重启（件）"), of("reopened"), {"reopened": "1"}),
        (_("申请核查（件）"), of("appealed"), {"appealed": "1"}),
        (_("提出金额（元）"), lambda month: round(month.money["asked"], 2), None),
        (_("付款金额（元）"), lambda month: round(month.money["paid"], 2), None),
    ]  # fmt: skip


def _linked(pack: MonthlyPack, figures: MonthFigures, value: Any, where: Mapping[str, str] | None) -> Value | Linked:
    if where is None or value is None or where == {"ended": ""}:  # an empty word of an address picks nothing out
        return value  # type: ignore[no-any-return]
    return Linked(value, pack.scope.in_span(figures.span, where))


def _spread_section(pack: MonthlyPack, names: Names) -> Iterator[Section]:
    titles = {
        "cause": _("投诉原因"), "business": _("业务类别"), "channel": _("受理渠道"), "unit": _("被投诉机构"),
        "root_cause": _("认定的根本原因"),
    }  # fmt: skip
    tables = [_spread_table(pack, spread, titles[spread.column], names) for spread in pack.spreads]
    yield Section("spread", _("二、分布"), [], tables)


def _spread_table(pack: MonthlyPack, spread: Spread, title: str, names: Names) -> Table:
    known = is_known(pack, pack.before.span)
    rows: list[list[Value | Linked]] = [
        [
            names.name(spread.column, value),
            Linked(n, pack.scope.in_span(pack.span, _where({spread.column: value}))) if value else n,
            share(n, pack.now.n),
            _before(pack, spread.column, value, before) if known else None,
        ]
        for value, n, before in spread.rows
    ]
    note = _("以本月 %d 件为底。") % pack.now.n
    if spread.values > len(spread.rows):
        note += _("共 %(values)d 个，列前 %(shown)d 个。") % {"values": spread.values, "shown": len(spread.rows)}
    if spread.column == "root_cause":
        note += _("只有查明并认定了根本原因的才计入。")
    columns = (title, _("件数"), _("占比（%）"), _("上月件数"))
    drawn = Picture("bar", (1, 3) if known else (1,), flat=True)
    return Table(spread.column, title, columns, rows, note, _("本月没有。"), drawn)


def _before(pack: MonthlyPack, column: str, value: str, n: int) -> Value | Linked:
    return Linked(n, pack.scope.in_span(pack.span.before, _where({column: value}))) if value and n else n


def _where(where: Mapping[str, str]) -> dict[str, str]:
    """What picks a combination's complaints: a unit stands for itself, not for all below it."""
    return {("at" if name == "unit" else name): value for name, value in where.items()}


def _hot_section(pack: MonthlyPack, names: Names) -> Section:
    tables = [
        _hot_table("hot", _("件数最多的"), pack.hot, pack, names),
        _hot_table("growing", _("比自己平常多得最多的"), pack.growing, pack, names),
    ]
    words = [*pack.hot.doubts]
    if pack.hot.windows:
        words.append(_("“平常”取自此前 %d 段同样长的时间；“可信”指误报不超过 5%% 时仍站得住。") % pack.hot.windows)
    return Section("hot", _("三、热点"), words, tables)


def _hot_table(id_: str, title: str, board: HotBoard, pack: MonthlyPack, names: Names) -> Table:
    columns = (
        _("热点"),
        _("件数"),
        _("占比（%）"),
        _("平常"),
        _("正常范围"),
        _("可信"),
        _("情绪激动"),
        _("经监管"),
        _("原话（已遮盖）"),
    )
    rows = [_hot_row(spot, pack, names) for spot in board.spots]
    note = _("以本月 %d 件为底。") % board.base
    return Table(id_, title, columns, rows, note, _("没有够得上热点的。"), Picture("bar", (1, 3), flat=True))


def _hot_row(spot: HotSpot, pack: MonthlyPack, names: Names) -> list[Value | Linked]:
    usual = "—"
    if spot.normal_low is not None and spot.normal_high is not None:
        usual = f"{spot.normal_low:.0f}–{spot.normal_high:.0f}"
    return [
        names.words(spot.where),
        Linked(spot.count, pack.scope.in_span(pack.span, _where(spot.where))),
        round(100 * spot.share, 1),
        None if spot.expected is None else round(spot.expected, 1),
        usual,
        _("是") if spot.sure else _("否"),
        _flagged(spot, spot.angry, "angry", pack),
        _flagged(spot, spot.regulator, "regulator", pack),
        mask(spot.samples[0].text) if spot.samples else "",
    ]


def _flagged(spot: HotSpot, n: int, flag: str, pack: MonthlyPack) -> Value | Linked:
    return Linked(n, pack.scope.in_span(pack.span, {**_where(spot.where), flag: "1"})) if n else n


def _alert_section(pack: MonthlyPack, names: Names) -> Section:
    columns = (_("苗头"), _("类别"), _("起止"), _("件数"), _("通常约"), _("状态"), _("解释"))
    rows: list[list[Value | Linked]] = [
        [
            Linked(names.words(alert.where), alert_path(alert)),
            str(alert.get_kind_display()),
            f"{alert.first_day}–{alert.last_day}",
            alert.observed,
            round(alert.expected, 1),
            str(alert.get_state_display()),
            _explained(alert),
        ]
        for alert in pack.alerts
    ]
    table = Table("alerts", _("本月的苗头"), columns, rows, _("一次上升只算一条。"), _("本月没有发现异常上升。"))
    return Section("alerts", _("四、苗头及解释"), [], [table])


def _explained(alert: Alert) -> str:
    said = [step.words for step in alert.steps.all() if step.kind in ("explained", "closed") and step.words]
    return mask(said[-1])[:LONGEST_WORDS] if said else _("尚无解释")


def _cause_section(pack: MonthlyPack, names: Names) -> Section:
    title = _("五、变化从哪里来")
    columns = (_("部分"), _("本月"), _("通常"), _("变化"), _("95% 区间"), _("占全部变化（%）"), _("说法"))
    if pack.explanation is None or pack.usual is None:
        why = _("此前没有记录，无从比较。") if pack.usual is None else _("本月没有投诉，无从解释。")
        return Section("causes", title, [why], [Table("causes", _("变化的来源"), columns, [], empty=why)])
    told = pack.explanation
    rows: list[list[Value | Linked]] = [
        [
            names.words(part.where),
            Linked(part.now_all, pack.scope.in_span(pack.span, _cause_where(part.where)))
            if "branch" not in part.where
            else part.now_all,
            round(part.before_all, 1), round(part.change, 1), f"{part.low:+.0f} – {part.high:+.0f}",
            None if part.share_of_change is None else round(100 * part.share_of_change), "、".join(part.phrases),
        ]
        for part in told.parts
    ]  # fmt: skip
    rest = told.rest
    if rows:
        rows.append(
            [_("其余"), rest.now, round(rest.before, 1), round(rest.change, 1), f"{rest.low:+.0f} – {rest.high:+.0f}",
             None if rest.share_of_change is None else round(100 * rest.share_of_change), ""]
        )  # fmt: skip
    note = _("“通常”为 %(since)s 至 %(until)s 折成同样多的天数。变化扣除了前面各行已经解释的部分。") % {
        "since": pack.usual[0].isoformat(), "until": pack.usual[1].isoformat(),
    }  # fmt: skip
    table = Table("causes", _("变化的来源"), columns, rows, note, _("变化不集中在任何一处。"))
    return Section("causes", title, [_change_words(told)], [table])


def _cause_where(where: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in _where(where).items() if name in (*PICKABLE, "at")}


def _change_words(told: Explanation) -> str:
    said = _("本月 %(now)d 件，通常约 %(before)s 件，相差 %(change)s（95%% 区间 %(low)s 到 %(high)s）。") % {
        "now": told.total_now, "before": f"{told.total_before:.0f}", "change": f"{told.change:+.0f}",
        "low": f"{told.low:+.0f}", "high": f"{told.high:+.0f}",
    }  # fmt: skip
    return said + (_("这个变化超出了平常的起伏。") if told.sure else _("这个变化在平常的起伏之内。"))


def _case_section(pack: MonthlyPack, names: Names) -> Section:
    columns = (
        _("编号"),
        _("收到"),
        _("机构"),
        _("业务"),
        _("原因"),
        _("入选理由"),
        _("投诉内容（已遮盖）"),
        _("根本原因"),
        _("认定"),
        _("付款（元）"),
    )
    rows: list[list[Value | Linked]] = []
    for case in pack.cases:
        row = case.row
        said = [names.name(name, row[name]) for name in ("unit", "business", "cause")]
        found = [names.name("root_cause", row["root_cause"]) if row["root_cause"] else _("未认定")]
        judged = names.name("verdict", row["verdict"]) if row["verdict"] else _("未认定")
        rows.append(
            [Linked(case.number, f"/cases/{case.number}/"), case.day.isoformat(), *said, "；".join(case.reasons),
             case.text, *found, judged, row["paid"]]
        )  # fmt: skip
    words = [
        _("按下列规则轮流各取一件，取满十件为止，不由人挑选；同一份文字只取一件：") + "；".join(rule_words()) + "。",
        _("逐件讨论：客户要的是什么，我们哪一步没做好，换一个做法会怎样，哪条制度或话术要改。"),
    ]
    table = Table("cases", _("典型案例"), columns, rows, empty=_("本月没有可讨论的案例。"))
    return Section("cases", _("六、典型案例"), words if rows else [], [table])


def _measure_section(pack: MonthlyPack) -> Section:
    columns = (_("整改措施"), _("机构"), _("责任人"), _("期限"), _("状态"), _("效果"), _("依据"))
    rows = [_measure_row(state) for state in pack.measures]
    note = _("效果由没有整改的同类机构作对照估算；状态为制作报告时的状态。")
    table = Table("measures", _("整改措施及效果"), columns, rows, note, _("没有进行中或本月关闭的整改措施。"))
    return Section("measures", _("七、整改"), [], [table])


def _measure_row(state: MeasureState) -> list[Value | Linked]:
    measure, effect = state.measure, state.effect
    return [
        Linked(mask(measure.title), measure_path(measure)),
        "、".join(state.units),
        str(measure.owner),
        measure.due.isoformat() + (_("（已逾期）") if state.late else ""),
        str(measure.get_state_display()),
        say_effect(effect) if effect else _("尚未评估"),
        say_why(effect) if effect else "",
    ]


def _decision_section(pack: MonthlyPack, names: Names) -> Section:
    columns = (_("要决定的"), _("事由"), _("决定"), _("责任人"), _("期限"))
    rows: list[list[Value | Linked]] = [
        [one.kind, Linked(one.what, one.href), "", "", ""] for one in decisions_of(pack, names)
    ]
    table = Table("decisions", _("提请决定的事项"), columns, rows, empty=_("没有需要会议决定的事项。"))
    return Section("decisions", _("八、提请决定"), [], [table])
