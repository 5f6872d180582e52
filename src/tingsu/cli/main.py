"""The command `tingsu`: one file a room beside this one, all of them thin."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer
from rich.console import Console

from tingsu.base.errors import TingsuError
from tingsu.cli import (
    analyse,
    audit,
    calendar,
    clock,
    demo,
    exporting,
    facts,
    feeds,
    forecasting,
    importing,
    inspecting,
    keeping,
    learning,
    masking,
    packs,
    reading,
    replies,
    reports,
    server,
    similar,
    spikes,
    staff,
    topics,
    units,
)

app = typer.Typer(
    name="tingsu",
    help="听诉：投诉处理，从柜台听到投诉，到回访结案。",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
pack_app = typer.Typer(help="方案包：新建、检查、画流程图、启用、把在办工单转到新版本。", no_args_is_help=True)
calendar_app = typer.Typer(help="工作日历：载入放假安排、查看。", no_args_is_help=True)
audit_app = typer.Typer(help="审计：核对留痕有无被改动。", no_args_is_help=True)
unit_app = typer.Typer(help="机构：合并。", no_args_is_help=True)
events_app = typer.Typer(help="日历事件：载入、查看（发薪、国债、养老金、天气等，供预测用）。", no_args_is_help=True)
models_app = typer.Typer(help="本行训练的研判模型：列出、查看、启用、退回、停用。", invoke_without_command=True)
topics_app = typer.Typer(help="投诉的话题：查找、列出、改名、合并、分出。", no_args_is_help=True)
facts_app = typer.Typer(help="统计用的事实表：更新、重新生成、查看。", no_args_is_help=True)
app.add_typer(pack_app, name="pack")
app.add_typer(calendar_app, name="calendar")
app.add_typer(audit_app, name="audit")
app.add_typer(unit_app, name="unit")
app.add_typer(events_app, name="events")
app.add_typer(models_app, name="models")
app.add_typer(facts_app, name="facts")
app.add_typer(topics_app, name="topics")
feeds_app = typer.Typer(help="外部声音：应用商店、论坛、社交媒体、意见卡的导出。", no_args_is_help=True)
app.add_typer(feeds_app, name="feeds")
report_app = typer.Typer(help="报告：月度案例分析、季度管理与监管报告。", no_args_is_help=True)
app.add_typer(report_app, name="report")

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tingsu.base.settings")


def _open_site() -> None:
    """Django ready, and the site's keys there: a new site's folder and keys are made, closed to other accounts."""
    import django
    from django.conf import settings

    django.setup()
    str(settings.SECRET_KEY), str(settings.AUDIT_KEY)


def _told(command: Callable[..., Any], *, needs_site: bool) -> Callable[..., Any]:
    """The command with our own errors said plainly (exit code 2) and Django ready where it is needed."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        if needs_site:
            _open_site()
        try:
            return command(*args, **kwargs)
        except TingsuError as error:
            Console(stderr=True).print(f"[bold red]✗[/] {error.message}", highlight=False, soft_wrap=True)
            raise typer.Exit(2) from None
        except BrokenPipeError:
            sys.stderr.close()
            raise typer.Exit(0) from None

    return run


def _add(to: typer.Typer, name: str, command: Callable[..., Any], *, needs_site: bool = True) -> None:
    to.command(name)(_told(command, needs_site=needs_site))


_add(app, "serve", server.serve)
_add(app, "worker", server.worker)
_add(app, "sweep", server.sweep)
_add(app, "prepare", server.prepare)
_add(app, "demo", demo.load)
_add(app, "analyse", analyse.analyse, needs_site=False)
_add(app, "read", reading.read_file, needs_site=False)
_add(app, "inspect", inspecting.inspect_file, needs_site=False)
_add(app, "check-reply", replies.check_file, needs_site=False)
_add(app, "learn", learning.learn)
_add(app, "similar", similar.similar, needs_site=False)
_add(app, "spikes", spikes.spikes, needs_site=False)
_add(app, "mask", masking.mask_lines, needs_site=False)
_add(app, "unmask", masking.unmask_lines, needs_site=False)
_add(app, "mask-key", masking.make_key, needs_site=False)
_add(app, "clock", clock.clock, needs_site=False)
_add(app, "import", importing.import_cases)
_add(app, "export", exporting.export_cases)
_add(app, "forecast", forecasting.forecast)
_add(app, "backup", keeping.backup)
_add(app, "restore", keeping.restore)
_add(app, "doctor", keeping.doctor)
_add(app, "add-user", staff.add_user)
_add(app, "token", staff.make_token)
_add(pack_app, "check", packs.check, needs_site=False)
_add(pack_app, "draw", packs.draw, needs_site=False)
_add(pack_app, "export", packs.export, needs_site=False)
_add(pack_app, "new", packs.new, needs_site=False)
_add(pack_app, "use", packs.use)
_add(pack_app, "list", packs.list_packs)
_add(pack_app, "move", packs.move)
_add(calendar_app, "import", calendar.take_in)
_add(calendar_app, "show", calendar.show)
_add(audit_app, "verify", audit.verify)
_add(unit_app, "merge", units.merge)
_add(events_app, "import", forecasting.take_in)
_add(events_app, "show", forecasting.show)
_add(audit_app, "log", keeping.audit_log)
_add(topics_app, "search", topics.search)
_add(topics_app, "show", topics.show)
_add(topics_app, "rename", topics.rename)
_add(topics_app, "merge", topics.merge)
_add(topics_app, "part", topics.part)
_add(unit_app, "sizes", topics.sizes)
_add(facts_app, "refresh", facts.refresh)
_add(facts_app, "rebuild", facts.rebuild)
_add(facts_app, "show", facts.show)
_add(feeds_app, "import", feeds.take_in)
_add(report_app, "monthly", reports.monthly)
_add(report_app, "quarter", reports.quarter)
_add(report_app, "codes", reports.codes)
_add(models_app, "show", learning.show_model)
_add(models_app, "use", learning.use_model)
_add(models_app, "back", learning.take_back)
_add(models_app, "off", learning.turn_off)
models_app.callback(invoke_without_command=True)(_told(learning.list_models, needs_site=True))


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="显示版本。")] = False) -> None:
    if version:
        from tingsu import __version__

        typer.echo(__version__)
        raise typer.Exit
