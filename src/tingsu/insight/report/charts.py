"""Small charts as inline SVG, drawn here so that the page needs no script and prints sharp.

Horizontal places are percentages and heights are pixels, so text keeps its size on a phone. Colours and type come
from the page's style sheet through classes; no style attribute, no address of any namespace.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

_COLUMN_HEIGHT = 150
_LABELS = 6  # most labels under a column chart, so that a phone has room


def draw_bar(share: float, *, tone: str = "accent") -> SafeString:
    """One horizontal bar, ``share`` (0–1) of the width."""
    width = 0 if share <= 0 else max(0.8, min(share, 1.0) * 100)
    return _svg("bar", 8, [f'<rect class="{tone}" width="{width:.2f}%" height="8" rx="1"/>'])


def draw_stack(shares: Sequence[float], tones: Sequence[str]) -> SafeString:
    """One bar of several parts side by side; the shares sum to at most 1."""
    parts, x = [], 0.0
    for share, tone in zip(shares, tones, strict=True):
        parts.append(f'<rect class="{tone}" x="{x * 100:.2f}%" width="{share * 100:.2f}%" height="18"/>')
        x += share
    return _svg("stack", 18, parts)


def draw_spark(counts: Sequence[int]) -> SafeString:
    """A row of tiny columns, the last one marked."""
    top = max([*counts, 1])
    step = 100 / max(len(counts), 1)
    parts = []
    for index, count in enumerate(counts):
        height = max(1.0, 22 * count / top)
        tone = "accent" if index == len(counts) - 1 else "muted"
        parts.append(
            f'<rect class="{tone}" x="{index * step:.2f}%" width="{step * 0.72:.2f}%" '
            f'y="{24 - height:.1f}" height="{height:.1f}"/>'
        )
    return _svg("spark", 24, parts)


def draw_columns(labels: Sequence[str], counts: Sequence[int], partial: Sequence[bool]) -> SafeString:
    """A column chart over time with a scale; periods only partly covered are drawn lighter."""
    top = nice_ceiling(max([*counts, 1]))
    parts = [_gridline(value, top) for value in (0, top // 2, top) if value == 0 or top >= 2]
    step = 92 / max(len(counts), 1)
    every = max(1, math.ceil(len(labels) / _LABELS))
    for index, (label, count) in enumerate(zip(labels, counts, strict=True)):
        height = _COLUMN_HEIGHT * count / top
        tone = "pale" if partial[index] else "accent"
        x = 8 + index * step
        parts.append(
            f'<rect class="{tone}" x="{x + step * 0.14:.2f}%" width="{step * 0.72:.2f}%" '
            f'y="{12 + _COLUMN_HEIGHT - height:.1f}" height="{height:.1f}">'
            f"<title>{escape(label)} {count}</title></rect>"
        )
        if (len(labels) - 1 - index) % every == 0:
            anchor = "end" if index == len(labels) - 1 and len(labels) > 1 else "middle"
            place = 100 if anchor == "end" else x + step / 2
            parts.append(
                f'<text x="{place:.2f}%" y="{_COLUMN_HEIGHT + 30}" text-anchor="{anchor}">{escape(label)}</text>'
            )
    return _svg("columns", _COLUMN_HEIGHT + 36, parts)


def _gridline(value: int, top: int) -> str:
    y = 12 + _COLUMN_HEIGHT * (1 - value / top)
    return (
        f'<line class="grid" x1="8%" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="7%" y="{y + 4:.1f}" text-anchor="end">{value:,}</text>'
    )


def nice_ceiling(value: int) -> int:
    """The next round figure at or above ``value``; always even, so that half of it is whole too."""
    power: int = 10 ** max(0, len(str(value)) - 2)
    for factor in (1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100):
        if factor * power >= value and factor * power % 2 == 0:
            return factor * power
    return 200 * power


def _svg(name: str, height: int, parts: Sequence[str]) -> SafeString:
    start = format_html('<svg class="{}" width="100%" height="{}" role="img" aria-hidden="true">', name, height)
    return mark_safe(start + "".join(parts) + "</svg>")  # noqa: S308 -- parts are numbers and escaped labels
