"""`tingsu feeds`: exports of app stores, forums, social media and feedback cards, taken in beside the complaints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tingsu.cli.progress import progress_bar

console = Console()


def take_in(
    file: Annotated[Path, typer.Argument(help="导出的文件：.csv .xlsx .xls .json .jsonl .parquet")],
    source: Annotated[str, typer.Option("--source", help="来源的名字，如“应用商店-安卓”；同名的记在一起。")],
    kind: Annotated[
        str, typer.Option("--kind", help="类别：app_store、forum、social、feedback_card（客户意见卡）或 other。")
    ] = "other",
    by: Annotated[str, typer.Option(help="以谁的名义（登录名）；不写则记为本机管理员所为。")] = "",
    encoding: Annotated[str | None, typer.Option(help="文本文件的编码；默认自动判断。")] = None,
    text: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是内容；默认自动认。")] = None,
    date: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是发布时间。")] = None,
    author: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是作者；只留下无法还原的代码。")] = None,
) -> None:
    """把一份外部声音的导出取进来：遮盖个人信息后入库，与投诉分开存放和统计；同一份再取不会重复。"""
    from tingsu.base.clock import now
    from tingsu.insight.feeds.taking_in import import_feed
    from tingsu.org.staff import find_person

    person = find_person(by) if by else None
    named = {"text": text, "date": date, "customer": author}
    with progress_bar(Console(stderr=True), "读取外部声音") as begin:
        done = import_feed(
            file, source=source, kind=kind, by=person, at=now(), named=named, encoding=encoding, told=begin(None)
        )
    console.print(
        f"[green]✓[/] {done.source}：新增 {done.added} 条，已有 {done.known} 条，读不了 {len(done.rejected)} 行。",
        highlight=False,
    )
    for reject in done.rejected[:5]:
        console.print(f"  第 {reject.number} 行：{reject.reason}", highlight=False, markup=False)
