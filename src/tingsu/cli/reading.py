"""`tingsu read`: the text engine by itself, without a site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
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
    from tingsu.intake.reading_rows import Readers, TextRow
    from tingsu.intake.rows import Reject

console = Console(stderr=True)


class Engine(StrEnum):
    """Where texts are read."""

    HERE = "here"
    SPARK = "spark"


def read_file(
    file: Annotated[Path | None, typer.Argument(help="投诉文本：.csv .xlsx .parquet .json .jsonl .txt。")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写到哪里：.jsonl、.parquet 或 .csv。")] = None,
    text: Annotated[str | None, typer.Option(metavar="列名", help="哪一列是文本；不写则自动认列。")] = None,
    title: Annotated[
        str | None, typer.Option(metavar="列名", help="哪一列是标题，接在文本前面一起读；不写则不用。")
    ] = None,
    id_column: Annotated[str | None, typer.Option("--id", metavar="列名", help="哪一列是编号。")] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="名称", help="再用本行训练的模型读，结果多一列；可写多个。名称@3 指第 3 版。"),
    ] = None,
    engine: Annotated[Engine, typer.Option(help="在哪里读：here 本机，spark 用 PySpark 集群。")] = Engine.HERE,
    master: Annotated[str, typer.Option(help="Spark 的地址，只在 --engine spark 时用。")] = "local[*]",
    encoding: Annotated[str | None, typer.Option(help="文本文件的编码；默认自动判断。")] = None,
    sheet: Annotated[str | None, typer.Option(help="Excel 工作表名；默认行数最多的一张。")] = None,
    explain: Annotated[str | None, typer.Option(metavar="文本", help="只读这一段话，说明每个判断的依据。")] = None,
) -> None:
    """逐条研判文本：是否投诉、业务、原因、情绪、需求、诉求、风险，每个判断都带依据；输出里的个人信息已遮盖。"""
    import django

    django.setup()  # the readers' messages are translated, which needs the apps; no database is opened
    from tingsu.intake.reading_files import WRITERS

    readers = _load_models(model or [])
    if explain is not None:
        _explain(explain, readers)
        return
    if file is None or output is None:
        raise typer.BadParameter(
            _("请写明读哪个文件、写到哪里：tingsu read 文件 -o 结果.jsonl；或用 --explain 读一段话")
        )
    if output.suffix.lower() not in WRITERS:
        raise typer.BadParameter(_("结果文件要以 .jsonl、.parquet 或 .csv 结尾"))
    named = {"text": text, "title": title, "id": id_column}
    where = master if engine is Engine.SPARK else None
    _read_table(file, output, named, readers, where, encoding=encoding, sheet=sheet)


def _load_models(names: list[str]) -> Readers:
    """The models asked for: the version in force, or the one named after @. Raises ModelRefused."""
    from tingsu.cases.site_models import store
    from tingsu.intake.reading_rows import Readers

    kept, models = store(), {}
    for asked in names:
        name, _at, version = asked.partition("@")
        models[name] = kept.load(name, int(version)) if version.isdecimal() else kept.require_in_force(asked)
    return Readers(models)


def _read_table(
    file: Path,
    output: Path,
    named: dict[str, str | None],
    readers: Readers,
    master: str | None,
    *,
    encoding: str | None,
    sheet: str | None,
) -> None:
    from tingsu.intake.columns import guess_columns
    from tingsu.intake.reading_files import WRITERS
    from tingsu.intake.reading_rows import text_rows
    from tingsu.intake.rejects import rejects_csv
    from tingsu.intake.tables import open_table

    table = open_table(file, encoding=encoding, sheet=sheet)
    plan = guess_columns(file, table.columns, table.sample, named=named)
    if not named["title"]:  # places of evidence are counted in the text's own column
        plan = replace(plan, columns={role: index for role, index in plan.columns.items() if role != "title"})
    shown = "，".join(f"{role} = {table.columns[index]}" for role, index in plan.columns.items() if role in named)
    console.print(f"{file.name}：" + "；".join([*table.notices, shown]), markup=False, highlight=False, soft_wrap=True)
    rejects: list[Reject] = []
    with (
        whole_file(output, mode=0o600) as draft,
        _flat_rows(text_rows(table, plan, rejects), readers, master) as rows,
        progress_bar(console, _("逐条研判")) as tell,
    ):
        count = WRITERS[output.suffix.lower()](draft, _telling(rows, tell(table.expected)), readers.columns)
    console.print(_("研判 {n} 条，写到 {output}").format(n=count, output=output), markup=False, soft_wrap=True)
    if rejects:
        beside = output.with_name(f"{output.stem}-rejects.csv")
        with whole_file(beside) as draft:
            draft.write_text(rejects_csv(rejects), encoding="utf-8", newline="")
        said = _("{n} 行读不了，结果里留空，原因写在 {beside}").format(n=len(rejects), beside=beside)
        console.print(said, style="yellow", markup=False, soft_wrap=True)


@contextmanager
def _flat_rows(texts: Iterator[TextRow], readers: Readers, master: str | None) -> Iterator[Iterator[dict[str, Any]]]:
    """The rows of the readings, read here or, where a master is named, by Spark."""
    from tingsu.intake.reading_rows import flat_rows

    if master is None:
        yield flat_rows(texts, readers)
        return
    from tingsu.intake.cluster import read_on_cluster, spark_session

    with spark_session(master) as session:
        yield read_on_cluster(session, texts, readers)


def _telling(rows: Iterator[dict[str, Any]], tell: Tell) -> Iterator[dict[str, Any]]:
    for done, row in enumerate(rows, start=1):
        yield row
        if done % 100 == 0:
            tell(done)


def _explain(text: str, readers: Readers) -> None:
    from tingsu.intake.reading_rows import all_evidence

    reading = readers.read(text)
    row = readers.row(text)
    out = Console()
    out.print(_marked(text, [(e.start, e.end) for _label, _value, e in all_evidence(reading)], reading.personal_data))
    grid = Grid(_("判断"), _("结果"), _("把握"), box=None, pad_edge=False, header_style="dim")
    grid.add_column(_("依据"), overflow="fold")
    for label, name in _names().items():
        cues = [f"“{e['text']}”{e['why']}" for e in row["evidence"] if e["label"] == label]
        sure = row["confidences"][label]
        grid.add_row(name, _said(label, row[label]), f"{sure:.0%}" if sure else "", "；".join(dict.fromkeys(cues)))
    for name, judged in readers.own(text).items():
        words = "；".join(f"“{e.text}”{e.why}" for e in judged.evidence)
        grid.add_row(name, str(judged.value), f"{judged.confidence:.0%}", words)
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
    return _("无") if value == "none" else str(value).replace(",", "、")
