"""`tingsu pack …`: start a pack, check it, draw it, hand it to other tools, put it into force, move cases to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from tingsu.base.errors import TingsuError
from tingsu.cli.answering import check_answering
from tingsu.packs.bpmn import as_bpmn
from tingsu.packs.checks import Mistake
from tingsu.packs.dmn import as_dmn
from tingsu.packs.loader import SHIPPED, PackError, find_pack, read_pack
from tingsu.packs.picture import draw_process
from tingsu.packs.schema import Pack
from tingsu.packs.starting import start_pack

if TYPE_CHECKING:
    from tingsu.org.models import User

console = Console()
Name = Annotated[str, typer.Argument(help="方案包的名字，或它所在的文件夹。")]
By = Annotated[str, typer.Option(help="以谁的名义（登录名），须有管理方案包的权限。")]


class NothingNamed(TingsuError):
    """The command was not told what to work on."""

    code = "nothing_named"


def check(name: Annotated[str, typer.Argument(help="方案包的名字或文件夹；不写则检查全部。")] = "") -> None:
    """检查方案包；有错时指出文件、行号和栏目。"""
    broken = 0
    for folder in [_folder(name)] if name else _all_folders():
        try:
            _tell_whole(_read(folder))
            console.print(f"  {check_answering(folder)}。", soft_wrap=True, highlight=False)
        except PackError as error:
            broken += 1
            if name:
                raise
            Console(stderr=True).print(f"[bold red]✗[/] {error.message}", highlight=False, soft_wrap=True)
    if broken:
        raise typer.Exit(2)


def draw(
    name: Name = "bank",
    out: Annotated[Path, typer.Option("-o", "--out", help="写到哪个文件。")] = Path("process.svg"),
    language: Annotated[str, typer.Option(help="zh 或 en。")] = "zh",
) -> None:
    """画出方案包的流程图（SVG）。"""
    out.write_text(draw_process(_read(_folder(name)), language=language), encoding="utf-8")
    console.print(f"[green]✓[/] 流程图已写到 {out}", soft_wrap=True)


def export(
    name: Name,
    bpmn: Annotated[bool, typer.Option("--bpmn", help="流程，BPMN 2.0。")] = False,
    dmn: Annotated[bool, typer.Option("--dmn", help="核决权限表，DMN 1.3。")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="写到哪个文件。")] = None,
    language: Annotated[str, typer.Option(help="zh 或 en。")] = "zh",
) -> None:
    """把流程写成 BPMN 2.0，或把核决权限写成 DMN 1.3，供其他建模工具打开。"""
    if bpmn == dmn:
        raise NothingNamed("请写明要哪一种：--bpmn（流程）或 --dmn（核决权限表）。")
    pack = _read(_folder(name))
    to = out or Path(f"{pack.id}.{'bpmn' if bpmn else 'dmn'}")
    to.write_text(as_bpmn(pack, language=language) if bpmn else as_dmn(pack, language=language), encoding="utf-8")
    console.print(f"[green]✓[/] 已写到 {to}", soft_wrap=True)


def new(
    name: Annotated[str, typer.Argument(help="代号：小写字母、数字，如 cake。")],
    title: Annotated[str, typer.Option(help="名称，如“蛋糕店投诉处理”。")] = "",
    inside: Annotated[Path, typer.Option("--in", help="建在哪个文件夹里。")] = Path(),
) -> None:
    """新建一个方案包：一套可以直接用的小流程，文件里逐行写着怎么改。"""
    folder = start_pack(name, inside, title=title)
    console.print(f"[green]✓[/] 已建好 {folder}，里面有：", soft_wrap=True)
    for path in sorted(folder.iterdir()):
        console.print(f"  {path.name}", highlight=False)
    console.print(f"改好后运行 tingsu pack check {folder}", highlight=False, soft_wrap=True)


def use(
    name: Name,
    by: By = "",
    unit: Annotated[str, typer.Option(help="给哪个机构及其下级用（机构代码）；不写则不改变机构所用的方案包。")] = "",
) -> None:
    """启用方案包的现有内容：此后登记的工单按它办理，在办的仍按原版本。"""
    from django.conf import settings

    from tingsu.org.editions import give_pack, put_in_force
    from tingsu.org.models import Unit
    from tingsu.org.staff import find_unit

    person = _person(by)
    pack = _read(_folder(name))
    at = find_unit(unit) if unit else None
    put_in_force(pack, by=person)
    if at is not None:
        give_pack(at, pack, by=person)
    console.print(
        f"[green]✓[/] 已启用 {pack.name.zh}（{pack.id} {pack.version}，版本号 {pack.digest}）。", soft_wrap=True
    )
    if pack.id != settings.TINGSU_PACK and not Unit.objects.filter(pack=pack.id).exists():
        told = f"[yellow]![/] 还没有机构使用它。加 --unit 机构代码，或设 TINGSU_PACK={pack.id} 后重启，全行使用。"
        console.print(told, soft_wrap=True)
    console.print(
        f"在办工单仍按原版本。要转到新版本，运行 tingsu pack move --all --pack {pack.id} --by {by}", soft_wrap=True
    )


def list_packs() -> None:
    """列出方案包：自带的、本单位的，哪些在用、哪个版本，各有多少在办工单。"""
    from tingsu.cases.moving import open_cases
    from tingsu.org.models import PackEdition, PackInForce
    from tingsu.org.pack import packs_in_force

    counts = open_cases()
    in_force = {row.pack: row.edition for row in PackInForce.objects.select_related("edition")}
    running = {pack.id for pack in packs_in_force().all}
    table = Table("方案包", "来源", "文件里的版本", "在用的版本", "在办工单")
    folders = {folder.name: folder for folder in _all_folders()}
    for name in sorted({*folders, *in_force, *(pack for pack, _ in counts)}):
        used = {e: n for (pack, e), n in counts.items() if pack == name}
        known = dict(PackEdition.objects.filter(digest__in=used).values_list("digest", "version"))
        open_now = "；".join(f"{known.get(e, '早期')} 版 {n} 件" for e, n in used.items())
        edition = in_force.get(name)
        stands = f"{edition.version}（{edition.digest[:8]}）" if edition else ("随文件" if name in running else "—")
        table.add_row(name, _origin(folders.get(name)), _version_in(folders.get(name)), stands, open_now or "—")
    console.print(table)


def move(
    number: Annotated[str, typer.Argument(help="工单编号；与 --all 二选一。")] = "",
    everything: Annotated[bool, typer.Option("--all", help="全部在办工单。")] = False,
    pack: Annotated[str, typer.Option(help="与 --all 一起：哪个方案包的工单。")] = "",
    by: By = "",
) -> None:
    """把在办工单转到方案包现行的版本；每件留下一条存档记录，转不了的说明原因。"""
    from tingsu.cases.models import Case
    from tingsu.cases.moving import move_all, move_case
    from tingsu.org.pack import packs_in_force

    if bool(number) == everything:
        raise NothingNamed("请写一个工单编号，或写 --all 转全部在办工单。")
    person = _person(by)
    if number:
        case = move_case(number, by=person)
        console.print(f"[green]✓[/] 工单 {case.number} 现按 {case.pack} 的现行版本办理。", soft_wrap=True)
        return
    moved, stayed = 0, 0
    for name in [pack] if pack else [known.id for known in packs_in_force().all]:
        for result in move_all(name, by=person):
            if isinstance(result, Case):
                moved += 1
            else:
                stayed += 1
                console.print(f"[yellow]![/] {result.why}", highlight=False, soft_wrap=True)
    console.print(f"[green]✓[/] 已转 {moved} 件，{stayed} 件仍按原版本。", soft_wrap=True)


def _tell_whole(pack: Pack) -> None:
    process = pack.process
    counted = f"{len(process.steps)} 步、{len(process.stages)} 个环节、{len(process.actions)} 个动作"
    others = f"{len(pack.roles)} 个角色、{len(pack.rules)} 条时限规则、{len(pack.forms)} 张表单"
    console.print(f"[green]✓[/] {pack.name.zh}（{pack.id} {pack.version}）：{counted}、{others}。", soft_wrap=True)
    for rule in pack.rules:
        if not rule.verified:
            console.print(f"[yellow]![/] 时限规则 {rule.id} 尚未核对原文：{rule.source}", soft_wrap=True)


def _own_roots() -> tuple[Path, ...]:
    """Where the site keeps its own packs, without asking Django for it: a check needs no site."""
    return tuple(Path(part) for part in os.environ.get("TINGSU_PACK_PATHS", "").split(os.pathsep) if part)


def _folder(name: str) -> Path:
    folder = Path(name)
    return folder if (folder / "pack.yaml").is_file() else find_pack(name, _own_roots())


def _all_folders() -> list[Path]:
    """Every pack's folder, the site's own before a shipped one of the same name."""
    found: dict[str, Path] = {}
    for root in (*_own_roots(), SHIPPED):
        for path in sorted(root.glob("*/pack.yaml")):
            found.setdefault(path.parent.name, path.parent)
    return list(found.values())


def _read(folder: Path) -> Pack:
    from tingsu.documents.shipped import form_mistakes

    also: Callable[[Pack, Path], Iterable[Mistake]] = form_mistakes
    return read_pack(folder, also=also)


def _origin(folder: Path | None) -> str:
    if folder is None:
        return "—"
    return "自带" if folder.is_relative_to(SHIPPED) else str(folder)


def _version_in(folder: Path | None) -> str:
    if folder is None:
        return "—"
    try:
        return read_pack(folder).version
    except PackError as error:
        return f"有 {len(error.mistakes)} 处错误"


def _person(username: str) -> User:
    from tingsu.org.staff import find_person

    if not username:
        raise NothingNamed("请用 --by 写明以谁的名义（登录名），这件事会存档。")
    return find_person(username)
