"""`tingsu add-user` and `tingsu token`: the first people of a new site, and keys for outside systems."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

console = Console()


def add_user(
    username: Annotated[str, typer.Argument(help="登录名。")],
    name: Annotated[str, typer.Option(help="姓名。")],
    role: Annotated[list[str], typer.Option(help="角色，可写多个，如 --role handler。")],
    unit: Annotated[str, typer.Option(help="机构代码，如 HO。")],
    unit_name: Annotated[str, typer.Option(help="机构还没有时，用这个名称新建。")] = "",
    parent: Annotated[str, typer.Option(help="新建机构的上级代码。")] = "",
    kind: Annotated[str, typer.Option(help="新建机构的种类：head_office、branch、outlet、department。")] = "outlet",
    password: Annotated[str, typer.Option(prompt="密码", hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """添加一位同事；机构不存在时可一并新建。"""
    from tingsu.org.staff import add_person, add_unit, find_unit

    at = add_unit(unit, name=unit_name, parent=parent, kind=kind) if unit_name else find_unit(unit)
    person = add_person(username, name=name, roles=role, unit=at, password=password)
    console.print(f"[green]✓[/] 已添加 {person.name}（{person.username}），所在机构 {at.name}。")


def make_token(
    username: Annotated[str, typer.Argument(help="令牌归谁使用。")],
    name: Annotated[str, typer.Option(help="用途，如“呼叫中心”。")] = "command line",
) -> None:
    """生成一个接口令牌；只显示这一次。"""
    from tingsu.org.staff import find_person
    from tingsu.org.tokens import create_token

    _, key = create_token(find_person(username), name)
    typer.echo(key)
