"""`tingsu inspect`: conversations scored against a pack's card, without a site."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.utils.translation import gettext as _
from rich.console import Console
from rich.table import Table as Grid

from tingsu.base.files import whole_file
from tingsu.cli.progress import Tell, progress_bar

if TYPE_CHECKING:
    from tingsu.intake.rows import Reject
    from tingsu.quality.transcripts import Transcript

console = Console(stderr=True)
RISKY = 0.5  # from this chance of a complaint a conversation is named in the summary
_SHOWN = 8


def inspect_file(
    file: Annotated[Path, typer.Argument(help="对话：.csv .xlsx .parquet .json .jsonl .txt .srt .vtt。")],
    output: Annotated[Path, typer.Option("-o", "--output", help="写到哪里（.jsonl），每段对话一行。")],
    pack: Annotated[str, typer.Option(metavar="方案包", help="用哪个方案包的评分卡。")] = "bank",
    jobs: Annotated[int, typer.Option(min=1, max=64, help="用几个进程。")] = 1,
    encoding: Annotated[str | None, typer.Option(help="文本文件的编码；默认自动判断。")] = None,
) -> None:
    """逐段检查服务对话：评分卡每一项得几分、依据哪一句，应答、语速和停顿，结束时的潜在投诉风险；输出里引用的话已遮盖个人信息，编号、坐席、渠道照原样。"""
    import django

    django.setup()  # reasons are translated, which needs the apps; no database is opened
    from django.conf import settings

    from tingsu.intake.rejects import rejects_csv
    from tingsu.quality.scoring.workers import inspect_rows
    from tingsu.quality.transcripts import read_transcripts

    if output.suffix.lower() not in (".jsonl", ".ndjson"):
        raise typer.BadParameter(_("结果文件要以 .jsonl 结尾"))
    rejects: list[Reject] = []
    seen = _Summary()
    with whole_file(output, mode=0o600) as draft, progress_bar(console, _("逐段检查")) as begin:
        transcripts = _kept(read_transcripts(file, encoding=encoding), rejects)
        rows = inspect_rows(transcripts, pack, tuple(settings.TINGSU_PACK_PATHS), jobs=jobs)
        _write(draft, _telling(rows, begin(None), seen))
    _say(seen, output)
    if rejects:
        beside = output.with_name(f"{output.stem}-rejects.csv")
        with whole_file(beside) as draft:
            draft.write_text(rejects_csv(rejects), encoding="utf-8", newline="")
        said = _("{n} 处读不了，原因写在 {beside}").format(n=len(rejects), beside=beside)
        console.print(said, style="yellow", markup=False, soft_wrap=True)


def _kept(found: Iterable[Transcript | Reject], rejects: list[Reject]) -> Iterator[Transcript]:
    from tingsu.intake.rows import Reject

    for one in found:
        if isinstance(one, Reject):
            rejects.append(one)
        else:
            yield one


@dataclass(slots=True)
class _Summary:
    """What all rows together say."""

    count: int = 0
    got: float = 0.0
    of: float = 0.0
    points: dict[str, list[float]] = field(default_factory=dict)  # name → got, of, judged, missed
    risky: list[tuple[float, str]] = field(default_factory=list)
    troubled: int = 0
    unjudged: int = 0

    def take(self, row: Mapping[str, Any]) -> None:
        self.count += 1
        self.got += row["total"]
        self.of += row["of"]
        self.troubled += bool(row["problems"])
        self.unjudged += not row["of"]
        for point in row["points"]:
            sums = self.points.setdefault(point["name"], [0.0, 0.0, 0, 0])
            if point["got"] is not None:
                sums[0] += point["got"]
                sums[1] += point["of"]
                sums[2] += 1
                sums[3] += point["got"] == 0
        value = row["risk"]["value"]
        if value is not None and value >= RISKY:
            self.risky.append((value, row["id"].encode(errors="replace").decode()))


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", errors="replace") as file:  # halves of characters, which no file can hold
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _telling(rows: Iterator[dict[str, Any]], tell: Tell, seen: _Summary) -> Iterator[dict[str, Any]]:
    for done, row in enumerate(rows, start=1):
        seen.take(row)
        yield row
        if done % 20 == 0:
            tell(done)


def _say(seen: _Summary, output: Path) -> None:
    share = f"{seen.got / seen.of:.0%}" if seen.of else _("无法评分")
    said = _("检查了 {n} 段对话，平均得分率 {share}，写到 {output}")
    console.print(said.format(n=seen.count, share=share, output=output), markup=False, soft_wrap=True)
    if seen.points:
        console.print(_point_grid(seen.points), markup=False)
    if seen.risky:
        console.print(_risks(seen.risky), markup=False, highlight=False, soft_wrap=True)
    if seen.unjudged:
        console.print(_("{n} 段没有可评的内容，不给分").format(n=seen.unjudged), style="yellow", markup=False)
    if seen.troubled:
        said = _("{n} 段对话有读不准的地方（说话人、时间），写在各自的 problems 里").format(n=seen.troubled)
        console.print(said, style="yellow", markup=False)


def _point_grid(points: Mapping[str, Sequence[float]]) -> Grid:
    grid = Grid(_("评分项"), _("得分率"), _("评了几段"), _("没做到"), box=None, pad_edge=False, header_style="dim")
    for name, (got, of, judged, missed) in points.items():
        share = f"{got / of:.0%}" if of else "—"
        grid.add_row(name, share, str(int(judged)), str(int(missed)))
    return grid


def _risks(risky: list[tuple[float, str]]) -> str:
    first = sorted(risky, key=lambda one: -one[0])[:_SHOWN]
    listed = "、".join(f"{name}（{value:.2f}）" for value, name in first) + (_(" 等") if len(risky) > _SHOWN else "")
    return _("结束时有潜在投诉风险的 {n} 段：{listed}").format(n=len(risky), listed=listed)
