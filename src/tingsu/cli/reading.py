"""`tingsu read`: the text engine by itself, without a site."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from tingsu.base.files import whole_file
from tingsu.cli.progress import Tell, progress_bar

if TYPE_CHECKING:
    from tingsu.intake.rows import Reject

console = Console(stderr=True)
STEP = 5_000  # rows of a Parquet file in memory at once


def read_file(
    file: Annotated[Path | None, typer.Argument(help="投诉文本：.csv .xlsx .parquet .json .jsonl .txt。")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写到哪里：.jsonl 或 .parquet。")] = None,
    text: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是文本；不写则自动认列。")] = None,
    title: Annotated[
        str | None, typer.Option(metavar="列名", help="哪一列是标题，接在文本前面一起读；不写则不用。")
    ] = None,
    id_column: Annotated[str | None, typer.Option("--id", metavar="列名", help="哪一列是编号。")] = None,
    encoding: Annotated[str | None, typer.Option(help="文本文件的编码；默认自动判断。")] = None,
    sheet: Annotated[str | None, typer.Option(help="Excel 工作表名；默认行数最多的一张。")] = None,
    explain: Annotated[str | None, typer.Option(metavar="文本", help="只读这一段话，说明每个判断的依据。")] = None,
) -> None:
    """逐条研判文本：是否投诉、业务、原因、情绪、需求、诉求、风险，每个判断都带依据；输出里的个人信息已遮盖。"""
    import django

    django.setup()  # the readers' messages are translated, which needs the apps; no database is opened
    if explain is not None:
        _explain(explain)
        return
    if file is None or output is None:
        raise typer.BadParameter(
            _("请写明读哪个文件、写到哪里：tingsu read 文件 -o 结果.jsonl；或用 --explain 读一段话")
        )
    if output.suffix.lower() not in (".jsonl", ".parquet"):
        raise typer.BadParameter(_("结果文件要以 .jsonl 或 .parquet 结尾"))
    _read_table(file, output, {"text": text, "title": title, "id": id_column}, encoding, sheet)


def _read_table(
    file: Path, output: Path, named: dict[str, str | None], encoding: str | None, sheet: str | None
) -> None:
    from tingsu.intake.columns import guess_columns
    from tingsu.intake.reading_rows import reading_rows
    from tingsu.intake.rejects import rejects_csv
    from tingsu.intake.tables import open_table

    table = open_table(file, encoding=encoding, sheet=sheet)
    plan = guess_columns(file, table.columns, table.sample, named=named)
    if not named["title"]:  # places of evidence are counted in the text's own column
        plan = replace(plan, columns={role: index for role, index in plan.columns.items() if role != "title"})
    shown = "，".join(f"{role} = {table.columns[index]}" for role, index in plan.columns.items() if role in named)
    console.print(f"{file.name}：" + "；".join([*table.notices, shown]), markup=False, highlight=False, soft_wrap=True)
    rejects: list[Reject] = []
    with whole_file(output, mode=0o600) as draft, progress_bar(console, _("逐条研判")) as tell:
        rows = _readable(reading_rows(table, plan), rejects, tell(table.expected))
        count = (_write_jsonl if output.suffix.lower() == ".jsonl" else _write_parquet)(draft, rows)
    console.print(_("研判 {n} 条，写到 {output}").format(n=count, output=output), markup=False, soft_wrap=True)
    if rejects:
        beside = output.with_name(f"{output.stem}-rejects.csv")
        with whole_file(beside) as draft:
            draft.write_text(rejects_csv(rejects), encoding="utf-8", newline="")
        text = _("{n} 行读不了，原因写在 {beside}").format(n=len(rejects), beside=beside)
        console.print(text, style="yellow", markup=False, soft_wrap=True)


def _readable(rows: Iterator[dict[str, Any] | Reject], rejects: list[Reject], tell: Tell) -> Iterator[dict[str, Any]]:
    for done, row in enumerate(rows, start=1):
        if isinstance(row, dict):
            yield row
        else:
            rejects.append(row)
        if done % 100 == 0:
            tell(done)


def _write_jsonl(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", errors="replace") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def _write_parquet(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, count = _schema(), 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while step := list(islice(rows, STEP)):
            writer.write_table(pa.Table.from_pylist(step, schema=schema))
            count += len(step)
    return count


def _schema() -> Any:
    import pyarrow as pa

    words, labels = pa.list_(pa.string()), ("complaint", "business", "cause", "emotion", "need", "demand", "risk")
    evidence = pa.struct(
        [(name, pa.string()) for name in ("label", "value", "text", "why")]
        + [(name, pa.int32()) for name in ("start", "end")]
    )
    types = {"row": pa.int64(), "emotion": pa.int8(), "demand": words, "risk": words}
    types["confidence"] = pa.struct([(label, pa.float64()) for label in labels])
    types["evidence"] = pa.list_(evidence)
    names = ("row", "id", *labels, "confidence", "masked_text", "evidence")
    return pa.schema([(name, types.get(name, pa.string())) for name in names])


def _explain(text: str) -> None:
    from tingsu.intake.reading_rows import all_evidence, reading_row
    from tingsu.reading import read

    reading = read(text)
    row = reading_row(reading)
    out = Console()
    out.print(_marked(text, [(e.start, e.end) for _label, _value, e in all_evidence(reading)], reading.personal_data))
    grid = Grid(_("判断"), _("结果"), _("把握"), box=None, pad_edge=False, header_style="dim")
    grid.add_column(_("依据"), overflow="fold")
    for label, name in _names().items():
        cues = [f"“{e['text']}”{e['why']}" for e in row["evidence"] if e["label"] == label]
        value = "、".join(row[label]) if isinstance(row[label], list) else row[label]
        sure = row["confidence"][label]
        grid.add_row(name, _said(label, value), f"{sure:.0%}" if sure else "", "；".join(dict.fromkeys(cues)))
    out.print(grid, markup=False, highlight=False)
    if reading.personal_data:
        kinds = "、".join(dict.fromkeys(datum.kind for datum in reading.personal_data))
        out.print(
            _("个人信息（{kinds}）遮盖后：").format(kinds=kinds), reading.masked_text, markup=False, highlight=False
        )


def _marked(text: str, cues: list[tuple[int, int]], personal: Any) -> Text:
    """The text with its cues underlined and its personal data in reverse."""
    shown = Text(text)
    for start, end in cues:
        shown.stylize("bold underline", start, end)
    for datum in personal:
        shown.stylize("reverse", datum.start, datum.end)
    return shown


def _names() -> dict[str, str]:
    return {
        "complaint": _("是否投诉"),
        "business": _("业务"),
        "cause": _("原因"),
        "emotion": _("情绪"),
        "need": _("心理需求"),
        "demand": _("诉求"),
        "risk": _("升级风险"),
    }


def _said(label: str, value: Any) -> str:
    if value in (None, ""):
        return _("不下判断")
    if label == "complaint":
        return {"yes": _("是"), "no": _("不是")}.get(str(value), str(value))
    if label == "emotion":
        return f"{value}（{(_('平和'), _('不满'), _('愤怒'), _('激烈'))[int(value)]}）"
    return _("无") if value == "none" else str(value)
