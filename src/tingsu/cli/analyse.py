"""``tingsu analyse FILE -o report.html``: complaint texts in, one report a branch manager can open."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import django
import typer
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table as Grid

from tingsu.base.errors import TingsuError

if TYPE_CHECKING:  # the engines behind these take a second to load; other commands must not wait for them
    from tingsu.insight.textreport import FileNotes, TextReport
    from tingsu.intake.columns import ColumnPlan
    from tingsu.intake.rows import Reject
    from tingsu.intake.tables import Message, Table


class OutputRefused(TingsuError):
    """The place the report should go cannot take it."""

    code = "output_refused"


def analyse(
    file: Annotated[Path, typer.Argument(help="投诉文本：.csv .xlsx .xls .parquet .json .jsonl，或每行一条的 .txt")],
    output: Annotated[Path, typer.Option("--output", "-o", help="报告写到哪里（.html）")] = Path("report.html"),
    json_output: Annotated[Path | None, typer.Option("--json", help="同样的数字连同行号写成 JSON")] = None,
    rejects: Annotated[Path | None, typer.Option(help="读不了的行写到哪里；默认在报告旁边")] = None,
    encoding: Annotated[str | None, typer.Option(help="文本文件的编码；默认自动判断")] = None,
    sheet: Annotated[str | None, typer.Option(help="Excel 工作表名；默认行数最多的一张")] = None,
    text: Annotated[
        str | None, typer.Option(metavar="列名", help="哪一列是投诉内容；各列都可写列名或第几列，默认自动认")
    ] = None,
    title: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是标题")] = None,
    date: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是日期")] = None,
    channel: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是渠道")] = None,
    unit: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是网点或机构")] = None,
    customer: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是客户")] = None,
    id_column: Annotated[str | None, typer.Option("--id", metavar="列名", help="哪一列是编号")] = None,
) -> None:
    """逐条读一份投诉文本，写出一页报告：投诉什么、多生气、要什么、什么在上升、哪些是重复或批量。"""
    django.setup()
    from tingsu.intake.columns import guess_columns
    from tingsu.intake.tables import open_table

    console = Console(stderr=True)
    named = {"text": text, "title": title, "date": date, "channel": channel, "unit": unit, "customer": customer}
    named["id"] = id_column
    try:
        _check_output(file, output)
        table = open_table(file, encoding=encoding, sheet=sheet)
        plan = guess_columns(file, table.columns, table.sample, named=named)
        _show_plan(console, table, plan)
        _analyse(console, table, plan, output, json_output, rejects)
    except TingsuError as error:
        console.print(error.message, style="red", markup=False, highlight=False)
        raise typer.Exit(2) from None


def _check_output(file: Path, output: Path) -> None:
    if output.exists() and file.exists() and output.samefile(file):
        raise OutputRefused(_("报告不能写到原文件上，请用 -o 另指一个文件名。"))
    if not output.absolute().parent.is_dir():
        raise OutputRefused(_("没有 {folder} 这个文件夹，请先建好或改 -o。").format(folder=output.parent))


def _show_plan(console: Console, table: Table, plan: ColumnPlan) -> None:
    """Say, before the work, which column is taken for what and how to say otherwise."""
    from tingsu.intake.columns import ROLES

    console.print(f"{table.path.name}：" + "；".join(table.notices), markup=False, highlight=False)
    grid = Grid("用途", "列", "怎么定的", "改用别的列", box=None, pad_edge=False, header_style="dim")
    labels = role_labels()
    for role in ROLES:
        index = plan.columns.get(role.key)
        how = "" if index is None else _("您指定") if role.key in plan.given else _("自动认出")
        name = "—" if index is None else table.columns[index]
        grid.add_row(labels[role.key], name, how, f"{role.flag} 列名")
    console.print(grid, markup=False)


def role_labels() -> dict[str, str]:
    """What each column is for, as people call it."""
    return {
        "text": _("投诉内容"),
        "title": _("标题"),
        "date": _("日期"),
        "channel": _("渠道"),
        "unit": _("网点或机构"),
        "customer": _("客户"),
        "id": _("编号"),
    }


def _analyse(
    console: Console,
    table: Table,
    plan: ColumnPlan,
    output: Path,
    json_output: Path | None,
    rejects_output: Path | None,
) -> None:
    from tingsu.insight.textreport import render_page, to_plain
    from tingsu.intake.rejects import rejects_csv

    beside = rejects_output or output.with_name(f"{output.stem}-rejects.csv")
    with _progress(console) as progress:
        messages, rejected = _take_in(progress, table, plan)
        notes = _notes(table, plan, len(rejected), beside.name)
        report = _read(progress, messages, notes)
    written = {output: render_page(report)}
    if json_output:
        written[json_output] = json.dumps(to_plain(report), ensure_ascii=False, indent=1)
    if rejected or beside.exists():
        written[beside] = rejects_csv(rejected)
    write_all(written)
    _say_done(console, report, rejected, output, beside)


def _progress(console: Console) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console)


def _take_in(progress: Progress, table: Table, plan: ColumnPlan) -> tuple[list[Message], list[Reject]]:
    """Messages and rejects of the whole file.

    Raises EmptyTable where no row holds a text.
    """
    from tingsu.intake.rows import EmptyTable, Reject
    from tingsu.intake.tables import read_messages

    task = progress.add_task(_("读文件"), total=table.expected)
    messages: list[Message] = []
    rejected: list[Reject] = []
    for count, item in enumerate(read_messages(table, plan), start=1):
        if isinstance(item, Reject):
            rejected.append(item)
        else:
            messages.append(item)
        if count % 500 == 0:
            progress.update(task, completed=count)
    done = len(messages) + len(rejected)
    progress.update(task, completed=done, total=done)
    if not messages:
        first = rejected[0] if rejected else None
        why = _("第 {row} 行：{reason}").format(row=first.number, reason=first.reason) if first else ""
        raise EmptyTable(table.path, _("没有一行能用。{why}").format(why=why))
    return messages, rejected


def _read(progress: Progress, messages: Sequence[Message], notes: FileNotes) -> TextReport:
    from tingsu.insight.textreport import build_report

    names = {
        "read": _("逐条研判"),
        "groups": _("找重复与批量"),
        "topics": _("归并话题"),
        "figures": _("计算走势"),
    }
    task = progress.add_task(names["read"], total=len(messages))

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal task
        if progress.tasks[task].description != names[stage]:
            progress.update(task, total=total, completed=total)
            task = progress.add_task(names[stage], total=None)
        elif stage == "read":
            progress.update(task, completed=done)

    report = build_report(messages, notes=notes, on_stage=tell)
    progress.update(task, total=len(messages), completed=len(messages))
    return report


def _notes(table: Table, plan: ColumnPlan, rejected: int, rejects_file: str) -> FileNotes:
    from tingsu.insight.textreport import FileNotes

    labels = role_labels()
    columns = {role: table.columns[index] for role, index in plan.columns.items()}
    return FileNotes(
        source=table.path.name,
        columns=columns,
        labels={role: labels[role] for role in columns},
        rejected=rejected,
        rejects_file=rejects_file,
        notices=tuple(table.notices),
    )


def write_all(files: Mapping[Path, str]) -> None:
    """Write several files, each whole or not at all: all are written aside first, then moved into place.

    Raises OutputRefused where one cannot be written; then none is moved.
    """
    ready: list[tuple[str, Path]] = []
    try:
        for path, content in files.items():
            handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.", suffix=".part")
            ready.append((name, path))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(content)
        for name, path in ready:
            Path(name).chmod(0o644)
            Path(name).replace(path)
    except OSError as error:
        for name, _path in ready:
            Path(name).unlink(missing_ok=True)
        text = _("写不了 {path}（{why}）。请换一个位置，或腾出空间再试。")
        raise OutputRefused(text.format(path=error.filename2 or error.filename, why=error.strerror)) from None


def _say_done(console: Console, report: TextReport, rejected: Sequence[Reject], output: Path, beside: Path) -> None:
    seen = report.overview
    text = _("读了 {texts} 条，其中投诉 {complaints} 条。报告：{output}")
    console.print(text.format(texts=seen.texts, complaints=seen.complaints, output=output), markup=False)
    if rejected:
        rows = "、".join(str(reject.number) for reject in rejected[:8])
        text = _("{n} 行读不了（第 {rows} 行{more}），原因写在 {beside}")
        more = _(" 等") if len(rejected) > 8 else ""
        console.print(text.format(n=len(rejected), rows=rows, more=more, beside=beside), style="yellow", markup=False)
