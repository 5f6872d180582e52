"""`tingsu report`: the monthly pack and the quarter's report as files, and the codes of JR/T 0169."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from tingsu.insight.reports.spans import Kind

console = Console()
By = Annotated[str, typer.Option(help="以谁的名义（登录名）；要有“管理话题、预警与整改”的权限。")]
Output = Annotated[Path, typer.Option("-o", "--output", help="写到哪里：.docx、.xlsx 或 .pdf。")]
At = Annotated[str, typer.Option("--unit", help="机构代码，含下级；不写为全部机构。")]


def monthly(
    output: Output,
    by: By,
    month: Annotated[str, typer.Option(help="哪个月，如 2026-10；不写为上个月。")] = "",
    unit: At = "",
) -> None:
    """月度案例分析：数字、趋势、热点、苗头、变化的来源、十件典型案例（已遮盖）、整改及效果、提请决定的事项。"""
    _write("monthly", unit, month, output, by)


def quarter(
    output: Output,
    by: By,
    key: Annotated[str, typer.Option("--quarter", help="哪个季度，如 2026-Q3；不写为上个季度。")] = "",
    unit: At = "",
) -> None:
    """季度管理与监管报告：总量、每千营业网点、每千万个人客户、JR/T 0169 分面、办理结果。"""
    _write("quarter", unit, key, output, by)


def codes(
    file: Annotated[Path, typer.Argument(help="UTF-8 的 CSV：分面（渠道、业务、原因）、代码、名称。")], by: By
) -> None:
    """载入 JR/T 0169-2018 的数字代码；核对无误才写入，整表替换。"""
    from tingsu.base.clock import now
    from tingsu.insight.reports.facets import read_codes, take_in_codes
    from tingsu.org.staff import find_person

    count = take_in_codes(read_codes(file), by=find_person(by), at=now())
    console.print(f"[green]✓[/] 已载入 {count} 个代码。", highlight=False)


def _write(kind: Kind, unit: str, key: str, output: Path, by: str) -> None:
    from tingsu.base.clock import now
    from tingsu.base.files import whole_file
    from tingsu.insight.facts.store import refresh
    from tingsu.insight.reports.verbs import take_paper
    from tingsu.org.staff import find_person

    person, at = find_person(by), now()
    refresh(at=at)
    made = take_paper(kind, unit, key, output.suffix.lower().lstrip("."), by=person, at=at)
    with whole_file(output) as draft:
        draft.write_bytes(made.content)
    console.print(f"[green]✓[/] {made.name.rpartition('.')[0]}已写到 {output}（已遮盖，已留痕）。", soft_wrap=True)
