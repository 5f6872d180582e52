"""`tingsu facts`: the rows that figures are counted from, brought up to date, built anew, looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from tingsu.cli.progress import progress_bar

if TYPE_CHECKING:
    from tingsu.insight.facts.store import Refreshed

console = Console()


def refresh() -> None:
    """把统计用的事实表更新到当前：只重做上次以后有变动的工单。后台任务每分钟自动做一次。"""
    from tingsu.base.clock import now
    from tingsu.insight.facts import store

    with progress_bar(Console(stderr=True), "更新事实表") as begin:
        _tell(store.refresh(at=now(), told=lambda done, whole: begin(whole)(done)))


def rebuild() -> None:
    """从工单重新生成全部事实表；生成期间统计照常使用旧的。"""
    from tingsu.base.clock import now
    from tingsu.insight.facts import store

    with progress_bar(Console(stderr=True), "生成事实表") as begin:
        _tell(store.rebuild(at=now(), told=lambda done, whole: begin(whole)(done)))


def show(
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
) -> None:
    """查看事实表：多少件、到什么时候、放在哪里、占多大。"""
    from tingsu.insight.facts.store import describe

    told = describe()
    if as_json:
        print(json.dumps(told, ensure_ascii=False, default=str))
        return
    if not told["built"]:
        console.print("[yellow]![/] 还没有事实表。请运行 tingsu facts refresh，或启动后台任务。", highlight=False)
        return
    size = f"{told['bytes'] / (1 << 20):.1f} MB"
    console.print(f"事实表 {told['rows']} 件，截至 {told['at']:%Y-%m-%d %H:%M:%S}", highlight=False)
    console.print(f"{told['folder']}：{told['files']} 个文件，{size}；不入备份，随时可以重新生成", soft_wrap=True)


def _tell(done: Refreshed) -> None:
    what = "重新生成" if done.rebuilt else "更新"
    console.print(
        f"[green]✓[/] {what}了 {done.changed} 件，共 {done.rows} 件，用时 {done.seconds:.1f} 秒。", highlight=False
    )
