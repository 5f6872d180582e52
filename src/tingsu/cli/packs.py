"""`tingsu pack check` and `tingsu pack draw`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tingsu.packs.checks import Mistake
from tingsu.packs.loader import find_pack, read_pack
from tingsu.packs.picture import draw_process
from tingsu.packs.schema import Pack

console = Console()
Name = Annotated[str, typer.Argument(help="方案包的名字，或它所在的文件夹。")]


def check(name: Name = "bank") -> None:
    """检查方案包；有错时指出文件、行号和栏目。"""
    from tingsu.documents.shipped import form_mistakes

    pack = _read(name, also=form_mistakes)
    process = pack.process
    counted = f"{len(process.steps)} 步、{len(process.stages)} 个环节、{len(process.actions)} 个动作"
    others = f"{len(pack.roles)} 个角色、{len(pack.rules)} 条时限规则、{len(pack.forms)} 张表单"
    console.print(f"[green]✓[/] {pack.name.zh}（{pack.id} {pack.version}）：{counted}、{others}。", soft_wrap=True)
    for rule in pack.rules:
        if not rule.verified:
            console.print(f"[yellow]![/] 时限规则 {rule.id} 尚未核对原文：{rule.source}", soft_wrap=True)


def draw(
    name: Name = "bank",
    out: Annotated[Path, typer.Option("-o", "--out", help="写到哪个文件。")] = Path("process.svg"),
    language: Annotated[str, typer.Option(help="zh 或 en。")] = "zh",
) -> None:
    """画出方案包的流程图（SVG）。"""
    out.write_text(draw_process(_read(name), language=language), encoding="utf-8")
    console.print(f"[green]✓[/] 流程图已写到 {out}", soft_wrap=True)


def _read(name: str, also: Callable[[Pack, Path], Iterable[Mistake]] = lambda pack, folder: ()) -> Pack:
    folder = Path(name)
    return read_pack(folder if (folder / "pack.yaml").is_file() else find_pack(name), also=also)
