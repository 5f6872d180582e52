"""`tingsu topics`: what is complained about, found without a list; and how large units are."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

console = Console()


def search(
    days: Annotated[int, typer.Option(min=7, help="往回看多少天。")] = 180,
) -> None:
    """从近来的投诉里找出话题，认得的沿用原来的编号和名称，并归到每一件；后台任务每周自动做一次。"""
    from tingsu.base.clock import now
    from tingsu.insight.facts.store import refresh
    from tingsu.insight.topics.keeping import search_topics

    at = now()
    refresh(at=at)
    run = search_topics(at=at, days=days)
    refresh(at=at)
    console.print(
        f"看了近 {days} 天的 {run.looked} 件投诉（重复的不计）：原有话题 {run.again} 个，新话题 {run.new} 个；"
        f"{run.given} 件归入话题。",
        highlight=False,
    )


def show() -> None:
    """列出话题：编号、名称、说法；改过名、合并过的注明。"""
    from tingsu.insight.topics.keeping import root_of
    from tingsu.insight.topics.tables import Topic

    grid = Table("编号", "名称", "说法", "注", box=None, pad_edge=False)
    for topic in Topic.objects.select_related("merged_into", "named_by"):
        root = root_of(topic)
        note = f"并入 {root.pk} {root.name}" if root.pk != topic.pk else ""
        note = note or (f"由{topic.named_by.name}命名" if topic.named_by else "")
        grid.add_row(str(topic.pk), topic.name, "、".join(phrase for phrase, _ in topic.phrases[:5]), note)
    console.print(grid if grid.row_count else "还没有话题。请运行 tingsu topics search。", markup=False)


def rename(
    topic: Annotated[int, typer.Argument(help="话题编号。")],
    name: Annotated[str, typer.Argument(help="新名称。")],
    by: Annotated[str, typer.Option(help="以谁的名义办理（登录名）。")],
) -> None:
    """给话题改名；改过的名称，程序以后不再改动。"""
    from tingsu.base.clock import now
    from tingsu.insight.topics.keeping import find_topic, rename_topic
    from tingsu.org.staff import find_person

    kept = rename_topic(find_topic(topic), name, by=find_person(by), at=now())
    console.print(f"[green]✓[/] 话题 {kept.pk} 改名为“{kept.name}”。", highlight=False)


def merge(
    topic: Annotated[int, typer.Argument(help="并入别的话题的编号。")],
    into: Annotated[int, typer.Argument(help="并入哪个话题。")],
    by: Annotated[str, typer.Option(help="以谁的名义办理（登录名）。")],
) -> None:
    """把一个话题并入另一个：两边的投诉以后算在一起。"""
    from tingsu.base.clock import now
    from tingsu.insight.topics.keeping import find_topic, merge_topics
    from tingsu.org.staff import find_person

    root = merge_topics(find_topic(topic), find_topic(into), by=find_person(by), at=now())
    console.print(f"[green]✓[/] 话题 {topic} 已并入 {root.pk}“{root.name}”，下次归类起算在一起。", highlight=False)


def part(
    topic: Annotated[int, typer.Argument(help="要分出来的话题的编号。")],
    by: Annotated[str, typer.Option(help="以谁的名义办理（登录名）。")],
) -> None:
    """把并错的话题重新分出来。"""
    from tingsu.base.clock import now
    from tingsu.insight.topics.keeping import find_topic, part_topic
    from tingsu.org.staff import find_person

    kept = part_topic(find_topic(topic), by=find_person(by), at=now())
    console.print(f"[green]✓[/] 话题 {kept.pk}“{kept.name}”已分出来，下次归类起单独计数。", highlight=False)


def sizes(
    file: Annotated[Path, typer.Argument(help="CSV：机构代码、客户数、网点数（后两列至少一列）。", exists=True)],
    by: Annotated[str, typer.Option(help="以谁的名义办理（登录名）。")],
    since: Annotated[str, typer.Option("--from", help="从哪一天起有效，如 2026-01-01；默认今天。")] = "",
) -> None:
    """写入各机构的客户数、网点数，用来算每千客户、每千网点的投诉；写错一行，整份不写。"""
    from tingsu.base.clock import local, now
    from tingsu.insight.topics.sizes import SizesRefused, read_sizes, set_sizes
    from tingsu.org.staff import find_person

    at = now()
    try:
        day = date.fromisoformat(since) if since else local(at).date()
    except ValueError:
        raise SizesRefused("日期要写成 2026-01-01 这样。") from None
    count = set_sizes(read_sizes(file), valid_from=day, by=find_person(by), at=at)
    console.print(f"[green]✓[/] 写入 {count} 个机构的规模，自 {day} 起有效。", highlight=False)
