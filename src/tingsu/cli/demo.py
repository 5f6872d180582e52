"""`tingsu demo`: a believable bank to look at, its complaints played through the real verbs."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

console = Console()


def load(
    count: Annotated[int, typer.Option(help="投诉件数。")] = 600,
    keep: Annotated[bool, typer.Option("--keep", help="库里已有数据时什么也不做，不报错。")] = False,
) -> None:
    """把演示银行装入空数据库：机构、人员和 14 个月的投诉全过程。"""
    from django.conf import settings

    from tingsu.base import clock
    from tingsu.cli.server import prepare, run_jobs
    from tingsu.demo.conversations import load_conversations
    from tingsu.demo.improving import play_measures
    from tingsu.demo.player import AlreadyThere, load_demo
    from tingsu.demo.rising import play_calendar, play_rises, play_sizes
    from tingsu.insight.facts.store import rebuild
    from tingsu.insight.turns import queue_in_turn

    prepare()
    try:
        with Progress(TextColumn("装入演示银行"), BarColumn(), TimeRemainingColumn(), console=console) as bar:
            task = bar.add_task("", total=None)
            made = load_demo(
                count=count,
                until=clock.now(),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except AlreadyThere:
        if not keep:
            raise
        console.print("[green]✓[/] 已有数据，沿用。")
    else:
        (settings.TINGSU_HOME / "demo").touch()
        run_jobs(once=True)
        rebuild(at=clock.now())
        play_measures(until=clock.now())
        play_sizes(until=clock.now())
        play_calendar(until=clock.now())
        play_rises(until=clock.now())
        load_conversations(clock.now())
        queue_in_turn(clock.now())  # what a worker would do in its first hour: topics, rises, forecasts, risks
        run_jobs(once=True)
        console.print(f"[green]✓[/] 演示银行已装入，投诉 {made} 件。")
    show_accounts()


def show_accounts() -> None:
    """Print who may sign in to the demo, and with which password."""
    from tingsu.demo.people import load_bank
    from tingsu.demo.player import PASSWORD
    from tingsu.org.pack import active_pack

    table = Table(title=f"演示账号（密码都是 {PASSWORD}）")
    for column in ("账号", "姓名", "角色", "所在机构"):
        table.add_column(column)
    bank, pack = load_bank(), active_pack()
    for role, person in bank.accounts.items():
        known = pack.role(role)
        table.add_row(person.username, person.name, known.name.zh if known else role, bank.unit(person.unit).name)
    console.print(table)
