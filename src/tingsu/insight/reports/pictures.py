"""Pictures of tables as PNG, drawn by the typesetter with the shipped fonts; no browser, no network."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typst

from tingsu.documents.printing import fonts
from tingsu.insight.report.charts import nice_ceiling
from tingsu.insight.reports.paper import Table

WIDE, PPI = 460, 160  # points, and dots an inch
TALL, LINE = 180, 20  # points of a standing chart; of one bar that lies
MOST_BARS = 24  # drawn of a flat chart; the table beside it has them all
LABEL = 150  # points for the names of bars that lie
TONES = ("#2f5d8a", "#b9c6d3", "#8a6d2f")
LONGEST_LABEL = 18


def draw_tables(tables: Sequence[Table]) -> list[bytes]:
    """A PNG of each table, in order; each must have a picture and a row. All in one run of the typesetter."""
    if not tables:
        return []
    pages = "\n#pagebreak()\n".join(_source(table) for table in tables)
    head = f'#set page(width: {WIDE}pt, height: auto, margin: 6pt)\n#set text(font: "{fonts.SANS}", size: 9pt)\n'
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "main.typ"
        path.write_text(head + pages, encoding="utf-8")
        drawn: Any = typst.compile(
            str(path), format="png", ppi=PPI, font_paths=fonts.fonts_with(), ignore_system_fonts=True
        )
    return [bytes(page) for page in (drawn if isinstance(drawn, list) else [drawn])]


def _source(table: Table) -> str:
    picture = table.picture
    assert picture is not None
    rows = list(table.plain())[-MOST_BARS:] if not picture.flat else list(table.plain())[:MOST_BARS]
    series = [[_number(row[column]) for row in rows] for column in picture.columns]
    labels = [str(row[0] or "") for row in rows]
    legend = [table.columns[column] for column in picture.columns]
    top = nice_ceiling(max([round(value + 0.49) for values in series for value in values] + [1]))
    body = _flat(labels, series, top) if picture.flat else _standing(labels, series, top)
    return body + (_legend(legend) if len(legend) > 1 else "")


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _flat(labels: Sequence[str], series: Sequence[Sequence[float]], top: int) -> str:
    room = WIDE - 12 - LABEL - 44
    thick = (LINE - 6) / len(series)
    parts = []
    for at, label in enumerate(labels):
        y = at * LINE
        parts.append(_text(0, y + 3, _short(label), width=LABEL - 6))
        for no, values in enumerate(series):
            width = room * values[at] / top
            parts.append(_bar(LABEL, y + 3 + no * thick, width, thick, TONES[no]))
        parts.append(_text(LABEL + room * max(v[at] for v in series) / top + 4, y + 3, _plain(series[0][at])))
    return _box(len(labels) * LINE + 4, parts)


def _standing(labels: Sequence[str], series: Sequence[Sequence[float]], top: int) -> str:
    room, left = WIDE - 12 - 40, 40
    step = room / max(len(labels), 1)
    parts = []
    for mark in (0, top // 2, top):
        y = 14 + TALL * (1 - mark / top)
        parts.append(
            f"#place(top + left, dx: {left}pt, dy: {y:.1f}pt, line(length: {room}pt, stroke: 0.4pt + luma(200)))"
        )
        parts.append(_text(0, y - 5, f"{mark:,}", width=34, align="right"))
    for at, label in enumerate(labels):
        thick = step * 0.7 / len(series)
        for no, values in enumerate(series):
            height = TALL * values[at] / top
            x = left + at * step + step * 0.15 + no * thick
            parts.append(_bar(x, 14 + TALL - height, thick, height, TONES[no]))
        parts.append(_text(left + at * step, TALL + 17, label[-5:], width=step, align="center", size=7))
        if len(series) == 1:
            parts.append(
                _text(left + at * step, 3 + TALL * (1 - series[0][at] / top), _plain(series[0][at]), width=step,
                      align="center", size=7)
            )  # fmt: skip
    return _box(TALL + 30, parts)


def _box(height: float, parts: Sequence[str]) -> str:
    return f"#box(width: 100%, height: {height:.1f}pt)[\n" + "\n".join(parts) + "\n]\n"


def _bar(x: float, y: float, width: float, height: float, tone: str) -> str:
    if width <= 0 or height <= 0:
        return ""
    return (
        f"#place(top + left, dx: {x:.1f}pt, dy: {y:.1f}pt, rect(width: {width:.1f}pt, height: {height:.1f}pt, "
        f'fill: rgb("{tone}"), stroke: none))'
    )


def _text(x: float, y: float, words: str, *, width: float = 0, align: str = "left", size: int = 9) -> str:
    box = f"box(width: {width:.1f}pt, align({align}, text(size: {size}pt, {_quoted(words)})))"
    plain = f"text(size: {size}pt, {_quoted(words)})"
    return f"#place(top + left, dx: {x:.1f}pt, dy: {y:.1f}pt, {box if width else plain})"


def _legend(names: Sequence[str]) -> str:
    marks = [
        f'#box(width: 8pt, height: 8pt, fill: rgb("{tone}")) #text(size: 8pt, {_quoted(name)})'
        for name, tone in zip(names, TONES, strict=False)
    ]
    return "#v(2pt)" + " #h(10pt) ".join(marks) + "\n"


def _quoted(words: str) -> str:
    """A text of the typesetter's own language: nothing in it is read as a command."""
    clean = "".join(sign if sign.isprintable() else " " for sign in words)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
