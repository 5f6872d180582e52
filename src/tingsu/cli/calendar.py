"""`tingsu calendar import` and `tingsu calendar show`: the public holidays of a year, taken in from a notice."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tingsu.base.errors import TingsuError
from tingsu.base.files import read_text

console = Console()
DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"


class UnknownPlace(TingsuError):
    """There are no rules of this place."""

    code = "unknown_place"


def take_in(
    file: Annotated[Path, typer.Argument(help="放假安排：CSV（一行一天，如 2027-02-06,rest）或 ICS 日历。")],
    place: Annotated[str, typer.Option(help="哪里的假日：CN、UK、EU、US；行里另有写明的以行里为准。")] = "CN",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不载入。")] = False,
) -> None:
    """载入放假安排：先整份检查，有一行不对就什么也不改；载入后，受影响的时限重新计算。"""
    from tingsu.base.clock import now
    from tingsu.calendars.notices import read_notice
    from tingsu.cases.clocks import recount_deadlines
    from tingsu.cases.site_days import take_in_days

    days = read_notice(read_text(file), place=_known(place))
    worked = sum(day.worked for day in days)
    counted = f"{len(days) - worked} 天休息、{worked} 天调休上班（{days[0].day} 起）"
    if dry_run:
        console.print(f"[green]✓[/] 检查通过：{counted}，没有载入。", soft_wrap=True)
        return
    at = now()
    take_in_days(days, by=None, at=at)
    moved = recount_deadlines(min(d.day for d in days), max(d.day for d in days), at=at)
    console.print(f"[green]✓[/] 已载入 {counted}；重新计算后有变化的时限 {moved} 个。", soft_wrap=True)
    _warn_of_half_years(sorted({(day.place, day.day.year) for day in days}))


def show(
    year: Annotated[int, typer.Argument(help="哪一年。", min=2000, max=2099)],
    place: Annotated[str, typer.Option(help="哪里的：CN、UK、EU、US。")] = "CN",
) -> None:
    """列出一年里平日放假、周末上班的日子，并说明这一年是否已知。"""
    from tingsu.cases.site_days import site_calendar

    calendar = site_calendar(_known(place))
    for day in _days_of(year):
        worked = calendar.is_working_day(day)
        if worked != (day.weekday() < 5):
            console.print(f"{day} 周{WEEKDAYS[day.weekday()]} {'班' if worked else '休'}")
    if not calendar.is_known(date(year, 6, 1)):
        console.print(f"[yellow]![/] {place} {year} 年的放假安排还没有载入完整，没有列出的日子按周一至周五推算。")


def _days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + n * DAY for n in range((date(year + 1, 1, 1) - first).days)]


def _warn_of_half_years(years: list[tuple[str, int]]) -> None:
    from tingsu.cases.site_days import site_calendar

    for place, year in years:
        if not site_calendar(place).is_known(date(year, 6, 1)):
            needed = "1月1日和10月1日" if place == "CN" else "1月和12月"
            console.print(
                f"[yellow]![/] {place} {year} 年还不算载入完整：{needed}都要有休息日，否则仍按推算处理。",
                soft_wrap=True,
            )


def _known(place: str) -> str:
    from tingsu.calendars.notices import place_choices
    from tingsu.calendars.places import is_place

    if not is_place(place.upper()):
        raise UnknownPlace(f"不知道「{place}」。--place 可以写：{place_choices()}。")
    return place.upper()
