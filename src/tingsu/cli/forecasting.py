"""`tingsu events import`, `tingsu events show`, `tingsu forecast`: what stands ahead, and what it lets expect."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tingsu.base.files import read_text

console = Console()
WEEKS = 8


def take_in(
    file: Annotated[
        Path, typer.Argument(help="事件清单 CSV：日期,事件,机构编号,数值,备注；如 每月15日,养老金发放,B01。")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不载入。")] = False,
) -> None:
    """载入日历事件（发薪、国债、养老金、天气等）：先整份检查，有一行不对就什么也不改。"""
    from tingsu.base.clock import now
    from tingsu.insight.forecast.calendar import take_in_events
    from tingsu.insight.forecast.events import read_events

    at = now()
    events = read_events(read_text(file), years=range(at.year - 3, at.year + 2))
    kinds = "、".join(sorted({event.kind for event in events})[:10])
    said = f"{len(events)} 个事件（{kinds}），{events[0].day.year} 年至 {max(e.day for e in events).year} 年"
    if dry_run:
        console.print(f"[green]✓[/] 检查通过：{said}，没有载入。", soft_wrap=True)
        return
    take_in_events(events, by=None, at=at)
    console.print(f"[green]✓[/] 已载入 {said}。下一次预测会用上；现在就要，请运行 tingsu forecast。", soft_wrap=True)


def show(
    weeks: Annotated[int, typer.Option(help="看今后几周。", min=1, max=104)] = WEEKS,
) -> None:
    """列出今后的节假日与日历事件。"""
    from tingsu.base.clock import today
    from tingsu.insight.forecast.calendar import events_ahead

    begin = today()
    found = events_ahead(begin, begin + timedelta(weeks=weeks))
    for each in found:
        span = f"{each.day}" if each.day == each.until else f"{each.day} 至 {each.until}"
        where = each.unit_code or "全部机构"
        doubt = "（放假安排尚未公布，按法定节日推算）" if each.guessed else ""
        console.print(f"{span} {each.kind} {where}{doubt}", highlight=False, soft_wrap=True)
    if not found:
        console.print("这段时间没有节假日，也没有登记事件。")


def forecast() -> None:
    """现在就预测今后八周（平时由后台每周做一次）。"""
    from tingsu.base.clock import now
    from tingsu.insight.facts.store import refresh
    from tingsu.insight.forecast.keeping import make_forecasts

    at = now()
    refresh(at=at)
    made = make_forecasts(by=None, at=at)
    if not made.series:
        console.print(f"[yellow]![/] {made.why_none}", soft_wrap=True)
        return
    names = {"unit": "机构", "business": "业务", "topic": "话题"}
    said = "、".join(f"{names[dimension]} {count} 项" for dimension, count in made.series.items())
    console.print(f"[green]✓[/] 已预测今后八周：{said}。在网页「洞察 · 预测」查看。", soft_wrap=True)
