"""`tingsu spikes COUNTS.csv --date D --count N`: which counts rise above what is normal, date by date."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table as Grid

from tingsu.base.errors import TingsuError
from tingsu.base.files import read_text

if TYPE_CHECKING:  # the engines behind these take a second to load; other commands must not wait for them
    from tingsu.insight.spikes.counted import Counted
    from tingsu.insight.spikes.expect import Bounds
    from tingsu.intake.tables import Table

DATES = ("日期", "时间", "周", "统计日期", "受理日期", "day", "date", "week")
COUNTS = ("件数", "数量", "投诉量", "投诉件数", "count", "counts", "n", "cases")
SHOWN = 10  # alarms told on the terminal
AT_ONCE = 50  # series judged between two steps of the bar
MOST_POOLED = 500  # series that may lower each other's bar


class BadOption(TingsuError):
    """An option's value means nothing here."""

    code = "bad_option"


def spikes(
    file: Annotated[Path, typer.Argument(help="按日或按周的件数表：.csv .xlsx .xls .parquet .json；UTF-8 或 GBK")],
    day: Annotated[str, typer.Option("--date", metavar="列名", help="哪一列是日期；不写则按列名认")] = "",
    count: Annotated[str, typer.Option("--count", metavar="列名", help="哪一列是件数；不写则按列名认")] = "",
    by: Annotated[
        list[str] | None, typer.Option("--by", metavar="列名", help="按哪一列分开看，如网点；可写多次")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="结果写到哪里（.csv）")] = Path("spikes.csv"),
    a_year: Annotated[
        float, typer.Option("--alpha", metavar="次数", help="每条序列一年容许误报几次；越大越灵敏，误报也越多")
    ] = 0.5,
    events: Annotated[
        Path | None, typer.Option(metavar="文件", help="发薪日、国债发行日等：一行一个，如 2026-12-10,国债发行")
    ] = None,
    holidays: Annotated[
        Path | None, typer.Option(metavar="文件", help="还没有内置的放假安排：CSV 或 ICS，如 2027-02-06,rest")
    ] = None,
    grain: Annotated[str, typer.Option(metavar="日|周", help="按日还是按周看；不写则从日期推断")] = "",
    rejects: Annotated[Path | None, typer.Option(metavar="文件", help="用不了的行写到哪里；默认在结果旁边")] = None,
    encoding: Annotated[str | None, typer.Option(help="文本文件的编码；默认自动判断")] = None,
    sheet: Annotated[str | None, typer.Option(help="Excel 工作表名；默认行数最多的一张")] = None,
) -> None:
    """从每天或每周的件数里找苗头：正常应有多少、最多到多少、哪几天超出。

    每一期只拿它之前的数来比：走势、季节、星期、放假和调休都算进预期，过去的高峰不会抬高预期。件数大于“上界”就报警
    （报警列为 1）。连着两三期都偏高，也会报警，哪怕每一期单看都不算多；所以刚涨过之后，上界会低一些。

    例：tingsu spikes 每日件数.csv --date 日期 --count 件数 --by 网点 -o 苗头.csv
    """
    import django

    django.setup()
    from tingsu.insight.spikes.expect import alpha_of

    console = Console(stderr=True)
    table, counted = _take_in(console, file, output, day, count, by or [], grain, encoding, sheet)
    alpha = alpha_of(a_year, counted.grain)
    bounds = _judge(console, counted, alpha, _events(events, counted.days), _calendar(holidays))
    names = [table.columns[n] for n in _columns(table, by or [])]
    _write(output, counted, bounds, names, rejects)
    _say_done(console, counted, bounds, output, a_year)


def _take_in(
    console: Console,
    file: Path,
    output: Path,
    day: str,
    count: str,
    by: Sequence[str],
    grain: str,
    encoding: str | None,
    sheet: str | None,
) -> tuple[Table, Counted]:
    from tingsu.base.clock import today
    from tingsu.insight.spikes.counted import count_up
    from tingsu.intake.tables import open_table

    if output.exists() and file.exists() and output.samefile(file):
        raise BadOption(_("结果不能写到原文件上，请用 -o 另指一个文件名。"))
    grains = {"": None, "日": "day", "day": "day", "周": "week", "week": "week"}
    if grain not in grains:
        raise BadOption(_("--grain 只能写“日”或“周”，这里是“{word}”。").format(word=grain))
    table = open_table(file, encoding=encoding, sheet=sheet)
    counted = count_up(
        table.rows(),
        day_column=_column(table, day, "--date", DATES),
        count_column=_column(table, count, "--count", COUNTS),
        by_columns=_columns(table, by),
        grain=grains[grain],  # type: ignore[arg-type]
        today=today(),
    )
    said = [*table.notices, *counted.notes, _("共 {n} 条序列").format(n=len(counted.keys))]
    console.print(f"{file.name}：" + "；".join(said), markup=False, highlight=False)
    return table, counted


def _column(table: Table, wanted: str, flag: str, names: Sequence[str]) -> int:
    """The column asked for, or the first whose name says it."""
    from tingsu.intake.columns import find_column, normalise_name

    if wanted:
        return find_column(table.path, table.columns, wanted, flag)
    plain = [normalise_name(name) for name in table.columns]
    for name in names:
        if name in plain:
            return plain.index(name)
    raise BadOption(
        _("没认出哪一列是{what}，请用 {flag} 写明列名。有这些列：{columns}。").format(
            what=_("日期") if flag == "--date" else _("件数"), flag=flag, columns="、".join(table.columns)
        )
    )


def _columns(table: Table, by: Sequence[str]) -> list[int]:
    from tingsu.intake.columns import find_column

    return [find_column(table.path, table.columns, name, "--by") for name in by]


def _events(file: Path | None, days: Sequence[date]) -> list[object]:
    from tingsu.insight.forecast.events import read_events

    if file is None:
        return []
    return list(read_events(read_text(file), years=range(days[0].year, days[-1].year + 2)))


def _calendar(file: Path | None) -> object:
    from tingsu.calendars.notices import read_notice
    from tingsu.calendars.working_days import calendar_of

    return calendar_of("CN", read_notice(read_text(file)) if file else ())


def _judge(console: Console, counted: Counted, alpha: float, events: object, calendar: object) -> list[Bounds]:
    """Series by series in handfuls, so that the bar moves; few enough are pooled, and then judged at once."""
    from tingsu.cli.progress import progress_bar
    from tingsu.insight.spikes.expect import expect

    many = len(counted.keys)
    pooled = [list(range(many))] if 3 <= many <= MOST_POOLED else []
    at_once = many if pooled else AT_ONCE
    judged = []
    with progress_bar(console, _("逐期判断")) as begin:
        tell = begin(many)
        for first in range(0, many, at_once):
            part = counted.counts[first : first + at_once]
            judged.append(
                expect(
                    part,
                    counted.days,
                    alpha=alpha,
                    calendar=calendar,  # type: ignore[arg-type]
                    events=events,  # type: ignore[arg-type]
                    grain=counted.grain,
                    pools=pooled,
                )
            )
            tell(min(first + at_once, many))
    return judged


def _write(
    output: Path, counted: Counted, judged: Sequence[Bounds], names: Sequence[str], rejects: Path | None
) -> None:
    from tingsu.base.files import disarm
    from tingsu.cli.analyse import write_all
    from tingsu.intake.rejects import rejects_csv

    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    heads = [_("日期"), _("件数"), _("预期") + "(expected)", _("上界") + "(upper)", _("报警") + "(alarm)"]
    lines.writerow([*map(disarm, names), *heads, _("概率") + "(chance)", _("说明")])
    for bounds, first in _parts(judged):
        _write_part(lines, counted, bounds, first)
    written = {output: "\ufeff" + out.getvalue()}
    beside = rejects or output.with_name(f"{output.stem}-rejects.csv")
    if counted.rejects or beside.exists():
        written[beside] = rejects_csv(counted.rejects)
    write_all(written)


def _parts(judged: Sequence[Bounds]) -> list[tuple[Bounds, int]]:
    """Each part with the number of its first series."""
    firsts = [0]
    for bounds in judged:
        firsts.append(firsts[-1] + len(bounds.alarm))
    return list(zip(judged, firsts, strict=False))


def _write_part(lines: object, counted: Counted, bounds: Bounds, first: int) -> None:
    from tingsu.base.files import disarm

    for n in range(len(bounds.alarm)):
        key = [disarm(word) for word in counted.keys[first + n]]
        for at, day in enumerate(counted.days):
            count = int(counted.counts[first + n, at])
            lines.writerow([*key, day.isoformat(), count, *_cells(bounds, n, at, day)])  # type: ignore[attr-defined]


def _cells(bounds: Bounds, n: int, at: int, day: date) -> list[object]:
    if not bounds.known[n, at]:
        return ["", "", "", "", _("之前的数太少，不作判断")]
    unknown = (
        _("{year} 年的放假安排未知，按周一至周五上班推算").format(year=day.year) if day.year in bounds.unknown else ""
    )
    return [
        f"{bounds.expected[n, at]:.2f}",
        int(bounds.upper[n, at]),
        int(bounds.alarm[n, at]),
        f"{bounds.chance[n, at]:.2g}",
        unknown,
    ]


def _say_done(console: Console, counted: Counted, judged: Sequence[Bounds], output: Path, a_year: float) -> None:
    alarms = [
        (at, first + n, bounds, n)
        for bounds, first in _parts(judged)
        for n, at in zip(*bounds.alarm.nonzero(), strict=True)
    ]
    known = sum(int(bounds.known.sum()) for bounds in judged)
    text = _("判断了 {known} 个数，报警 {alarms} 个（每条序列一年约容许误报 {a_year:g} 次）。结果：{output}")
    console.print(text.format(known=known, alarms=len(alarms), a_year=a_year, output=output), markup=False)
    if not known:
        console.print(_("之前的数太少，一个也没有判断：按日至少要 36 天，按周至少要 13 周。"), style="yellow")
    for year in sorted({year for bounds in judged for year in bounds.unknown}):
        said = _("{year} 年的放假安排未知，按周一至周五上班推算；可用 --holidays 补上。").format(year=year)
        console.print(said, style="yellow", markup=False)
    if counted.rejects:
        said = _("{n} 行用不了，原因写在结果旁边的 -rejects.csv。").format(n=len(counted.rejects))
        console.print(said, style="yellow", markup=False)
    if alarms:
        _show(console, counted, sorted(alarms, key=lambda alarm: (-alarm[0], alarm[2].chance[alarm[3], alarm[0]])))


def _show(console: Console, counted: Counted, alarms: Sequence[tuple[int, int, Bounds, int]]) -> None:
    """The latest alarms, the strongest of a date first."""
    grid = Grid(_("日期"), _("序列"), _("件数"), _("预期"), _("上界"), box=None, pad_edge=False, header_style="dim")
    for at, series, bounds, n in alarms[:SHOWN]:
        numbers = (f"{counted.counts[series, at]:.0f}", f"{bounds.expected[n, at]:.1f}", f"{bounds.upper[n, at]:.0f}")
        grid.add_row(counted.days[at].isoformat(), " / ".join(counted.keys[series]) or _("全部"), *numbers)
    console.print(_("最近的报警："), markup=False)
    console.print(grid, markup=False)
