"""`tingsu backup`, `tingsu restore`, `tingsu doctor`, and `tingsu audit log`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as Grid

console = Console()
MOST_SHOWN = 50  # broken seals printed; `tingsu audit verify` prints all


def backup(
    output: Annotated[Path, typer.Argument(help="写到哪里，如 /backup/tingsu-2026-11-21.tar.gz。")],
) -> None:
    """备份：工单、人员、留痕、证据文件和审计密钥，装进一个文件；服务不必停。"""
    from tingsu.keeping.backup import back_up

    with console.status("备份中…") as status:
        done = back_up(output, on_part=lambda name: status.update(f"备份中… {name[:40]}"))
    console.print(
        f"[green]✓[/] 已备份 {done.tables} 张表、{done.rows} 行、{done.evidence} 个证据文件到 {done.path}"
        f"（{done.size / (1 << 20):.1f} MB）。",
        soft_wrap=True,
    )
    console.print(
        "文件里有客户信息和审计密钥，只有当前账号能读（0600）。请存到别的机器上，并同样保密。", soft_wrap=True
    )
    if done.missing:
        listed = "、".join(digest[:12] for digest in done.missing[:8])
        console.print(
            f"[bold red]✗[/] {len(done.missing)} 个证据文件缺失或已损坏，没有备份到：{listed}", soft_wrap=True
        )
        raise typer.Exit(1)


def restore(
    archive: Annotated[Path, typer.Argument(help="tingsu backup 写出的文件。")],
    replace: Annotated[bool, typer.Option("--replace", help="数据库不是空的也恢复，原有内容全部被替换。")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问。")] = False,
    accept_broken_seals: Annotated[
        bool, typer.Option("--accept-broken-seals", help="封存值对不上也照样恢复，并逐条列出。")
    ] = False,
) -> None:
    """从备份恢复，也可从 SQLite 搬到 PostgreSQL：先整个检查，再一次写入；有任何不对就什么也不改。"""
    from tingsu.keeping import restore as keeping

    cases, people = keeping.occupants()
    if replace and (cases or people) and not yes:
        typer.confirm(f"现有的 {cases} 件工单、{people} 个账号将被备份里的内容整个替换，确定吗？", abort=True)
    with console.status("恢复中…") as status:
        done = keeping.restore(
            archive,
            replace=replace,
            accept_broken_seals=accept_broken_seals,
            on_stage=lambda stage: status.update(f"恢复中… {stage}"),
        )
    made = done.rows["cases.case"]
    console.print(
        f"[green]✓[/] 已恢复 {done.made_at[:16]} 的备份：{made} 件工单、{done.rows['cases.event']} 条事件、"
        f"{done.rows['org.user']} 个账号、{done.evidence} 个证据文件；审计密钥已放回。",
        soft_wrap=True,
    )
    if not done.findings:
        console.print("[green]✓[/] 全部封存值核对无误。")
    console.print("正在运行的服务请重启，并请各位同事重新登录。")
    _show_troubles(done.findings, done.missing)


def _show_troubles(findings: list[str], missing: list[str]) -> None:
    for finding in findings[:MOST_SHOWN]:
        console.print(f"[bold red]✗[/] {finding}", highlight=False, soft_wrap=True)
    if len(findings) > MOST_SHOWN:
        console.print(f"……共 {len(findings)} 处；全部列出请运行 tingsu audit verify。")
    if missing:
        console.print(f"[yellow]⚠[/] 备份时就缺 {len(missing)} 个证据文件：{'、'.join(d[:12] for d in missing[:8])}")
    if findings or missing:
        raise typer.Exit(1)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="写成 JSON，供监控读取。")] = False,
) -> None:
    """检查本站：环境、磁盘、密钥、数据库、方案包、日历、后台任务；有 ✗ 时退出码为 1。"""
    from tingsu.keeping.doctor import State, examine

    marks = {State.GOOD: "[green]✓[/]", State.WARNING: "[yellow]⚠[/]", State.BAD: "[bold red]✗[/]"}
    bad, lines = False, []
    for check in examine():
        bad = bad or check.state is State.BAD
        lines.append({"name": check.name, "state": check.state, "seen": check.seen, "todo": check.todo})
        if not as_json:
            console.print(f"{marks[check.state]} {check.name}：{check.seen}", highlight=False, soft_wrap=True)
            if check.todo:
                console.print(f"  → {check.todo}", style="dim", markup=False, highlight=False, soft_wrap=True)
    if as_json:
        typer.echo(json.dumps(lines, ensure_ascii=False, indent=1))
    if bad:
        raise typer.Exit(1)


def audit_log(
    last: Annotated[int, typer.Option(help="看最近多少条。")] = 50,
) -> None:
    """数据出入记录：谁在何时导出、导入、备份、恢复了什么；记录被改动时指出，退出码为 1。"""
    from tingsu.base.clock import local
    from tingsu.org.access_log import verify_access_log
    from tingsu.org.models import AccessEntry

    words = {"export": "导出", "import": "导入", "backup": "备份", "restore": "恢复", "calendar": "载入放假安排",
             "model_made": "训练模型", "model_use": "启用模型", "model_back": "退回模型",
             "model_off": "停用模型", "form": "更换表单模板"}  # fmt: skip
    grid = Grid("序号", "时间", "谁", "做了什么", "详情", box=None, pad_edge=False, header_style="dim")
    for entry in reversed(AccessEntry.objects.order_by("-seq")[:last]):
        detail = "，".join(f"{key}={_said(value)}" for key, value in entry.detail.items() if value not in ("", {}))
        what = words.get(entry.what, entry.what)
        grid.add_row(str(entry.seq), f"{local(entry.at):%Y-%m-%d %H:%M}", entry.by_name, what, detail)
    console.print(grid, markup=False, highlight=False)
    findings = list(verify_access_log())
    for _place, what in findings:
        console.print(f"[bold red]✗[/] {what}", highlight=False)
    if findings:
        raise typer.Exit(1)
    console.print("[green]✓[/] 记录与封存值一致。")


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
