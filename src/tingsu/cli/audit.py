"""`tingsu audit verify`."""

from __future__ import annotations

from itertools import chain
from typing import Annotated

import typer
from rich.console import Console

console = Console()


def verify(
    numbers: Annotated[list[str] | None, typer.Argument(help="只核对这些工单；不写则全部核对。")] = None,
) -> None:
    """核对每件工单的事件链；被改动、删除、调换的逐条指出，有问题时退出码为 1。"""
    from tingsu.cases import audit
    from tingsu.cases.models import Case, Event
    from tingsu.org.access_log import verify_access_log

    found = 0
    log = () if numbers else (what for _, what in verify_access_log())
    for what in chain((f"{finding.number}：{finding.what}" for finding in audit.verify(numbers or None)), log):
        found += 1
        console.print(f"[bold red]✗[/] {what}", highlight=False, soft_wrap=True)
    if found:
        console.print(f"共发现 {found} 处。请保留现场，不要再改动数据库，并通知审计。")
        raise typer.Exit(1)
    whole = f"{len(numbers)} 件工单" if numbers else f"{Case.objects.count()} 件工单、{Event.objects.count()} 条事件"
    console.print(f"[green]✓[/] 已核对 {whole}，与封存值一致。")
