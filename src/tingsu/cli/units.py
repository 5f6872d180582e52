"""`tingsu unit`: the organisation's tree, changed from the command line."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

console = Console()


def merge(
    old: Annotated[str, typer.Argument(help="被合并机构的代码。")],
    new: Annotated[str, typer.Argument(help="并入哪个机构的代码。")],
    by: Annotated[str, typer.Option(help="以谁的名义办理（登录名，要有管理人员的权限）。")],
) -> None:
    """把一个机构并入另一个：在办工单、协办事项、人员和角色一并移交，逐件留痕。"""
    from tingsu.cases.unit_merging import merge_unit
    from tingsu.org.staff import find_person, find_unit

    before, after = find_unit(old), find_unit(new)
    done = merge_unit(before, after, by=find_person(by))
    console.print(
        f"[green]✓[/] {before.name}已并入{after.name}：移交在办工单 {done.cases} 件、协办事项 {done.tasks} 项，"
        f"人员 {done.people} 人、角色 {done.grants} 个。"
    )
