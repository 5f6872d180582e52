"""`tingsu similar`: what belongs together in a file, and the site's index of alike cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table as Grid

from tingsu.base.files import whole_file
from tingsu.cli.progress import Tell, progress_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tingsu.intake.alike_rows import AlikeRow
    from tingsu.intake.rows import Reject
    from tingsu.intake.tables import Table
    from tingsu.reading.similar import Bundle

console = Console(stderr=True)
MOST_SHOWN = 20  # groups printed; the file written has all
ROWS_SHOWN = 6


def similar(
    file: Annotated[Path | None, typer.Argument(help="投诉文本：.csv .xlsx .parquet .json .jsonl .txt。")] = None,
    text: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是文本；不写则自动认列。")] = None,
    customer: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是客户；不写则自动认列。")] = None,
    phone: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是联系电话；不写则只看文中的。")] = None,
    date: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是日期；不写则自动认列。")] = None,
    id_column: Annotated[str | None, typer.Option("--id", metavar="列名", help="哪一列是编号。")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写到哪里：.csv 或 .json；不写只打印。")] = None,
    pack: Annotated[str, typer.Option(help="用哪个方案包的界限：几位客户算批量，哪些是代理的说法。")] = "bank",
    encoding: Annotated[str | None, typer.Option(help="文本文件的编码；默认自动判断。")] = None,
    sheet: Annotated[str | None, typer.Option(help="Excel 工作表名；默认行数最多的一张。")] = None,
    index: Annotated[
        bool, typer.Option("--index", help="不读文件：为本站早先登记的工单补建相似索引和关联，可中断后再来。")
    ] = False,
) -> None:
    """找出相同、大同小异、批量和疑似代理的投诉，列出相同的话和共用的联系方式；只提示线索，由人判断。"""
    import django

    django.setup()
    if index:
        _index_site()
        return
    if file is None:
        raise typer.BadParameter(_("请写明读哪个文件：tingsu similar 文件 --text 列名；或用 --index 为本站补建索引"))
    if output is not None and output.suffix.lower() not in (".csv", ".json"):
        raise typer.BadParameter(_("结果文件要以 .csv 或 .json 结尾"))
    named = {"text": text, "customer": customer, "date": date, "id": id_column}
    rows, rejects = _take_in(file, named, phone, encoding, sheet)
    bundles = _find(rows, pack)
    _report(bundles, rows, output)
    if rejects:
        text_said = _("{n} 行读不了，第一行是第 {row} 行：{why}")
        said = text_said.format(n=len(rejects), row=rejects[0].number, why=rejects[0].reason)
        console.print(said, style="yellow", markup=False, soft_wrap=True)


def _take_in(
    file: Path, named: dict[str, str | None], phone: str | None, encoding: str | None, sheet: str | None
) -> tuple[list[AlikeRow], list[Reject]]:
    from tingsu.intake.alike_rows import AlikeRow, read_alike_rows
    from tingsu.intake.columns import find_column, guess_columns
    from tingsu.intake.tables import open_table

    table = open_table(file, encoding=encoding, sheet=sheet)
    plan = guess_columns(file, table.columns, table.sample, named=named)
    phones = find_column(file, table.columns, phone, "--phone") if phone else None
    _show_columns(table, {role: index for role, index in plan.columns.items() if role in named}, phones)
    rows: list[AlikeRow] = []
    rejects: list[Reject] = []
    with progress_bar(console, _("读文件")) as begin:
        tell = begin(table.expected)
        for count, item in enumerate(read_alike_rows(table, plan, phones), start=1):
            (rows if isinstance(item, AlikeRow) else rejects).append(item)  # type: ignore[arg-type]
            if count % 500 == 0:
                tell(count)
    return rows, rejects


def _show_columns(table: Table, columns: dict[str, int], phone: int | None) -> None:
    if phone is not None:
        columns = columns | {"phone": phone}
    shown = "，".join(f"{role} = {table.columns[index]}" for role, index in columns.items())
    said = f"{table.path.name}：" + "；".join([*table.notices, shown])
    console.print(said, markup=False, highlight=False, soft_wrap=True)


def _find(rows: Sequence[AlikeRow], pack: str) -> list[Bundle]:
    from tingsu.packs.loader import load_pack
    from tingsu.reading.similar import Rules, find_bundles

    found = load_pack(pack).similar
    rules = Rules(found.alike, found.batch_customers, found.agent_customers, found.words, found.word_kinds)
    names = {"copies": _("逐条比对"), "moulds": _("比对长段落"), "contacts": _("比对联系方式")}
    with progress_bar(console, _("找相同与相近")) as begin:
        return find_bundles([row.entry for row in rows], rules, on_stage=_staged(begin, names))


def _staged(begin: Callable[[int | None], Tell], names: dict[str, str]) -> Callable[[str, int, int], None]:
    """One bar for all stages: it starts anew as each begins."""
    bars: dict[str, Tell] = {}

    def tell(stage: str, done: int, total: int) -> None:
        if stage not in bars:
            bars[stage] = begin(total)
        bars[stage](done)

    return tell


def _report(bundles: Sequence[Bundle], rows: Sequence[AlikeRow], output: Path | None) -> None:
    from tingsu.intake.alike_rows import to_csv, to_plain

    shown = bundles if output is not None else bundles[:MOST_SHOWN]
    groups = to_plain(shown, rows)
    Console().print(_grid(groups[:MOST_SHOWN]), markup=False, highlight=False)
    members = {place for bundle in bundles for place in bundle.members}
    said = _("{texts} 条中有 {members} 条归入 {groups} 组。只是线索，是否批量、是否代理由人判断。")
    console.print(said.format(texts=len(rows), members=len(members), groups=len(bundles)), markup=False, soft_wrap=True)
    if output is not None:
        csv = output.suffix.lower() == ".csv"
        with whole_file(output, mode=0o600) as draft:
            content = to_csv(groups) if csv else json.dumps({"groups": groups}, ensure_ascii=False, indent=1)
            draft.write_text(content, encoding="utf-8", newline="")
        console.print(_("写到 {output}").format(output=output), markup=False, soft_wrap=True)


def _grid(groups: Sequence[dict[str, Any]]) -> Grid:
    from tingsu.intake.alike_rows import kind_names

    names = kind_names()
    grid = Grid(_("组"), _("类型"), _("投诉"), _("客户"), _("时间"), _("行号"), box=None, header_style="dim")
    grid.add_column(_("内容与依据"), overflow="fold")
    for group in groups:
        rows = "、".join(str(row["row"]) for row in group["rows"][:ROWS_SHOWN])
        more = "…" if len(group["rows"]) > ROWS_SHOWN else ""
        period = " ~ ".join(dict.fromkeys(day for day in (group["first"], group["last"]) if day))
        evidence = [*(_("共用 ") + one["contact"] for one in group["contacts"]), *group["words"]]
        said = group["text"] + ("\n" + "；".join(evidence) if evidence else "")
        customers = "" if group["customers"] is None else str(group["customers"])
        cells = (str(group["group"]), names[group["kind"]], str(group["texts"]), customers, period, rows + more, said)
        grid.add_row(*cells)
    return grid


def _index_site() -> None:
    """Index and link what was recorded before the index was kept; says how far it is."""
    from tingsu.cases.alike import count_old, index_old_cases
    from tingsu.cases.near import link_old_cases

    missing, _unlinked = count_old()
    with progress_bar(console, _("补建索引")) as begin:
        indexed = index_old_cases(begin(missing))
    with progress_bar(console, _("查找关联")) as begin:
        linked = link_old_cases(begin(count_old()[1]))
    said = _("补建了 {indexed} 件工单的索引，查找了 {linked} 件工单的关联。")
    console.print(said.format(indexed=indexed, linked=linked), markup=False, soft_wrap=True)
