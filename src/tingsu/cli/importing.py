"""`tingsu import`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table as Grid

from tingsu.base.files import whole_file
from tingsu.cli.progress import progress_bar

if TYPE_CHECKING:
    from collections import Counter

    from tingsu.intake.columns import ColumnPlan
    from tingsu.intake.importing import Outcome
    from tingsu.intake.rows import Reject
    from tingsu.intake.tables import Table

console = Console(stderr=True)
Column = Annotated[str | None, typer.Option(metavar="列名", help="不写则自动认列。")]


def import_cases(
    file: Annotated[Path, typer.Argument(help="投诉清单：.csv .xlsx .xls .parquet .json .jsonl。")],
    by: Annotated[str, typer.Option(help="以谁的名义登记（登录名）。")],
    source: Annotated[str, typer.Option(help="这些投诉来自哪个系统；同一来源的同一编号只登记一次。")] = "文件导入",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只试一遍，什么也不写入。")] = False,
    channel_default: Annotated[str, typer.Option(help="渠道空着或认不出时记作哪个渠道（代码）。")] = "outside",
    keep_unknown_units: Annotated[
        bool, typer.Option("--keep-unknown-units", help="机构认不出的行也登记，被投诉机构留空。")
    ] = False,
    rejects: Annotated[Path | None, typer.Option(help="登记不了的行写到哪里；默认在原文件旁边。")] = None,
    encoding: Annotated[str | None, typer.Option(help="文本文件的编码；默认自动判断。")] = None,
    sheet: Annotated[str | None, typer.Option(help="Excel 工作表名；默认行数最多的一张。")] = None,
    text: Column = None,
    title: Column = None,
    date: Column = None,
    channel: Column = None,
    unit: Column = None,
    id_column: Annotated[str | None, typer.Option("--id", metavar="列名", help="原系统的编号。")] = None,
    customer: Column = None,
    name: Column = None,
    phone: Column = None,
    id_no: Column = None,
    account_no: Column = None,
    email: Column = None,
    address: Column = None,
    accused_person: Column = None,
) -> None:
    """把投诉清单登记为工单：好的行逐件登记，坏的行连同原因另存；中断后再运行一次会接着导入，不会重复。"""
    from tingsu.intake.columns import guess_columns
    from tingsu.intake.drafting import Drafter, find_details, settle_columns
    from tingsu.intake.importing import count_rows, import_table
    from tingsu.intake.tables import open_table
    from tingsu.org.pack import active_pack
    from tingsu.org.staff import find_person

    if active_pack().taxonomy("channel").choice(channel_default) is None:
        known = "、".join(f"{c.id}（{c.name}）" for c in active_pack().taxonomy("channel").values)
        raise typer.BadParameter(_("没有名为“{id}”的渠道。可选：{known}").format(id=channel_default, known=known))
    person = find_person(by)
    table = open_table(file, encoding=encoding, sheet=sheet)
    roles = {"text": text, "title": title, "date": date, "channel": channel, "unit": unit, "customer": customer}
    details = {"name": name, "phone": phone, "id_no": id_no, "account_no": account_no, "email": email}
    plan = settle_columns(table, guess_columns(file, table.columns, table.sample, named={**roles, "id": id_column}))
    found = find_details(table, plan, {**details, "address": address, "accused_person": accused_person})
    _show_plan(table, plan, found)
    drafter = Drafter(
        plan, found, source=source.strip(), channel=channel_default, keep_unknown_units=keep_unknown_units
    )
    try:
        with progress_bar(console, _("试导入") if dry_run else _("登记工单")) as tell:
            outcome = import_table(table, drafter, by=person, dry_run=dry_run, on_row=tell(count_rows(table)))
    except KeyboardInterrupt:
        console.print(_("已中断。已登记的工单完整无缺；再运行一次同样的命令，会接着导入其余的行。"))
        raise typer.Exit(130) from None
    beside = rejects or file.with_name(f"{file.stem}-rejects.csv")
    _keep_rejects(outcome.rejects, beside)
    _show_outcome(outcome, beside, dry_run=dry_run)


def _show_plan(table: Table, plan: ColumnPlan, details: dict[str, int]) -> None:
    """Say, before the work, which column is taken for what and how to say otherwise."""
    console.print(f"{table.path.name}：" + "；".join(table.notices), markup=False, highlight=False)
    grid = Grid(_("用途"), _("列"), _("改用别的列"), box=None, pad_edge=False, header_style="dim")
    for role, (label, otherwise) in _labels().items():
        index = plan.columns.get(role, details.get(role))
        shown = otherwise if index is None else table.columns[index]
        if index is not None or otherwise:
            grid.add_row(label, shown, f"--{role.replace('_', '-')} " + _("列名"))
    console.print(grid, markup=False)


def _labels() -> dict[str, tuple[str, str]]:
    """Role or detail → what it is called, and what happens without such a column ("" where nothing need be said)."""
    return {
        "text": (_("投诉内容"), "—"),
        "title": (_("标题"), _("—（取内容的第一句）")),
        "date": (_("收到时间"), _("—（按导入时间计）")),
        "channel": (_("渠道"), _("—（其他外来投诉）")),
        "unit": (_("被投诉机构"), "—"),
        "id": (_("外部编号"), _("—（按行的内容认重）")),
        "customer": (_("客户"), ""),
        "name": (_("客户姓名"), ""),
        "phone": (_("联系电话"), ""),
        "id_no": (_("证件号"), ""),
        "account_no": (_("账号"), ""),
        "email": (_("电子邮箱"), ""),
        "address": (_("地址"), ""),
        "accused_person": (_("被投诉人"), ""),
    }


def _keep_rejects(rejects: Iterable[Reject], beside: Path) -> None:
    from tingsu.intake.rejects import rejects_csv

    ordered = sorted(rejects, key=lambda reject: reject.number)
    if not ordered:
        return
    with whole_file(beside) as draft:
        draft.write_text(rejects_csv(ordered), encoding="utf-8", newline="")


def _show_outcome(outcome: Outcome, beside: Path, *, dry_run: bool) -> None:
    grid = Grid(box=None, show_header=False, pad_edge=False)
    grid.add_row(_("可以登记") if dry_run else _("新登记"), str(outcome.made))
    grid.add_row(_("此前已登记，没有重复"), str(outcome.already))
    grid.add_row(_("登记不了"), str(len(outcome.rejects)))
    grid.add_row(_("共读"), str(outcome.rows))
    console.print(grid)
    if outcome.rejects:
        rows = "、".join(str(r.number) for r in sorted(outcome.rejects, key=lambda r: r.number)[:8])
        more = _(" 等") if len(outcome.rejects) > 8 else ""
        text = _("登记不了的行（第 {rows} 行{more}）和原因写在 {beside}").format(rows=rows, more=more, beside=beside)
        console.print(text, style="yellow", markup=False, soft_wrap=True)
    _show_words(_("认不出的渠道，已记作默认渠道"), outcome.noted.channels)
    _show_words(_("认不出的机构"), outcome.noted.units)
    if outcome.noted.masked:
        console.print(_("有 {n} 行的客户号码是遮盖过的，没有录入").format(n=outcome.noted.masked), style="yellow")
    if dry_run:
        console.print(_("以上只是试算，什么也没有写入。去掉 --dry-run 再运行就会登记。"))


def _show_words(what: str, words: Counter[str]) -> None:
    if words:
        listed = "、".join(f"{word}×{count}" for word, count in words.most_common(8))
        console.print(f"{what}：{listed}", style="yellow", markup=False, soft_wrap=True)
