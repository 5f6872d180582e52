"""`tingsu export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl

import typer
from rich.console import Console

from tingsu.cli.progress import progress_bar

console = Console(stderr=True)


def export_cases(
    by: Annotated[str, typer.Option(help="以谁的名义导出（登录名）；只导出这个人看得到的工单，并留痕。")],
    output: Annotated[Path, typer.Option("-o", "--output", help="写到哪里：.csv .xlsx .jsonl .parquet。")],
    state: Annotated[str, typer.Option(help="open 未办结，ended 已办结，all 全部。")] = "open",
    due: Annotated[str, typer.Option(help="overdue 已逾期，today 今天到期，near 三日内到期。")] = "",
    stage: Annotated[str, typer.Option(help="环节代码，如 routed。")] = "",
    owner: Annotated[str, typer.Option(help="处理人的登录名；none 为尚无处理人。")] = "",
    unit: Annotated[str, typer.Option(help="登记、主办或被投诉机构的代码，含下级。")] = "",
    accused: Annotated[str, typer.Option(help="被投诉机构的代码，含下级。")] = "",
    business: Annotated[str, typer.Option(help="业务类别，如 信用卡。")] = "",
    cause: Annotated[str, typer.Option(help="投诉原因，如 定价收费。")] = "",
    channel: Annotated[str, typer.Option(help="渠道代码，如 counter。")] = "",
    emotion: Annotated[str, typer.Option(help="情绪强度不低于（0–3）。")] = "",
    need: Annotated[str, typer.Option(help="心理需求，如 求尊重。")] = "",
    risk: Annotated[str, typer.Option(help="升级风险，如 监管；any 为有任一风险。")] = "",
    verdict: Annotated[str, typer.Option(help="认定：valid、partly、not_valid。")] = "",
    satisfaction: Annotated[str, typer.Option(help="回访满意度。")] = "",
    since: Annotated[str, typer.Option(help="收到日期从（含），如 2026-01-01。")] = "",
    until: Annotated[str, typer.Option(help="收到日期到（含）。")] = "",
    days: Annotated[str, typer.Option(help="最近多少天收到的。")] = "",
    query: Annotated[str, typer.Option("-q", "--words", help="含有这些词的。")] = "",
    address: Annotated[str, typer.Option("--query", help="网页队列地址中“?”后面的部分，照抄即可。")] = "",
) -> None:
    """导出工单：个人信息一律遮盖，谁在何时导出了什么记入数据出入记录。"""
    from tingsu.cases.exporting import count_cases
    from tingsu.cases.exporting import export_cases as export
    from tingsu.cases.queue import Filters
    from tingsu.org.staff import find_person

    given = {
        "state": state, "due": due, "stage": stage, "owner": owner, "unit": unit, "accused": accused,
        "business": business, "cause": cause, "channel": channel, "emotion": emotion, "need": need, "risk": risk,
        "verdict": verdict, "satisfaction": satisfaction, "since": since, "until": until, "days": days, "q": query,
    }  # fmt: skip
    copied = dict(parse_qsl(address.partition("?")[2] or address))
    chosen = {**copied, **{name: word for name, word in given.items() if word and not _is_default(name, word, copied)}}
    filters = Filters.from_query(chosen)
    person = find_person(by)
    with progress_bar(console, "导出工单") as tell:
        done = export(filters, output, by=person, on_case=tell(count_cases(filters, by=person)))
    console.print(f"[green]✓[/] {done.cases} 件工单已写到 {done.path}（已遮盖，已留痕）。", soft_wrap=True)


def _is_default(name: str, word: str, copied: dict[str, str]) -> bool:
    """``--state open`` is what nobody said, so it does not overrule a copied address."""
    return name == "state" and word == "open" and "state" in copied
