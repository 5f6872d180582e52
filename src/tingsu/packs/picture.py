"""A process as a picture: its stages along the numbered steps, the ways between them, and the path of a case."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from html import escape

from tingsu.packs.picture_layout import BOX, HIGH, Layout, Route, lay_out
from tingsu.packs.picture_words import box_lines, path_in_words, side_lines, width_of, wrap
from tingsu.packs.procedure import Stage
from tingsu.packs.schema import Pack

INK, QUIET, LINE, LIT, PALE, ON_LIT = "#1f2a44", "#667085", "#98a2b3", "#2456a6", "#e8eef9", "#ffffff"
FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
WIDEST = 1_320
Move = tuple[str, str]  # from one stage to another


def draw_process(
    pack: Pack,
    *,
    visited: Iterable[str] = (),
    moves: Iterable[Move] = (),
    current: str = "",
    language: str = "zh",
    asides: bool = True,
) -> str:
    """The pack's process as one SVG picture at most 1,320 wide, styled by attributes alone.

    With ``visited`` and ``current`` (stage ids) and ``moves`` the case's own path is lit up, and told in words for who
    does not see it. Ends off the main road have a row of their own; what may be
    done in any stage stands under it in words (``asides``).
    """
    layout = lay_out(pack)
    lit, walked = {*visited, current} - {""}, set(moves)
    below = side_lines(pack, language) if asides else []
    width = max(layout.width, min(WIDEST, int(13 * max(map(width_of, below), default=0)) + 2 * layout.left + 13))
    below = [wrap(line, (width - 2 * layout.left) / 13, 1)[0] for line in below]
    height = layout.height + 22 * len(below) + 16
    name = pack.process.name.in_language(language)
    told = path_in_words(pack, [*visited], current, language)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-label="{escape(f"{name}{told}")}" font-family="{escape(FONT)}">',
        f'<text x="{layout.left}" y="26" font-size="17" font-weight="600" fill="{INK}">{escape(name)}</text>',
        *(_way(route, walked, language) for route in sorted(layout.routes, key=lambda r: _is_walked(r, walked))),
        *(_stage(pack, layout, stage, lit, current, language) for stage in pack.process.stages),
        *(_line(layout.left, layout.height + 22 * n + 12, 13, line) for n, line in enumerate(below)),
        "</svg>",
    ]
    return "\n".join(parts)


def _stage(pack: Pack, layout: Layout, stage: Stage, lit: Collection[str], current: str, language: str) -> str:
    x, y = layout.places[stage.id]
    fill, ink, edge, second = "#ffffff", INK, LINE, QUIET
    if stage.id in lit:
        fill, edge = PALE, LIT
    if stage.id == current:
        fill, ink, edge, second = LIT, ON_LIT, LIT, ON_LIT
    dash = ' stroke-dasharray="5 3"' if stage.side else ""
    rows, who = box_lines(pack, stage, language)
    size = 14 if len(rows) == 1 else 12
    top = y + HIGH / 2 + 5 - 8 * (len(rows) - 1) - (8 if who else 0)
    text = [_words(x + BOX / 2, top + 15 * n, size, ink, row) for n, row in enumerate(rows)]
    if who:
        text.append(_words(x + BOX / 2, y + HIGH - 9, 11, second, who))
    return (
        f"{_step(pack, layout, stage, language)}"
        f'<rect x="{x}" y="{y}" width="{BOX}" height="{HIGH}" rx="8" fill="{fill}" stroke="{edge}"{dash}/>'
        f"{''.join(text)}"
    )


def _step(pack: Pack, layout: Layout, stage: Stage, language: str) -> str:
    """The numbered step above the first of its stages."""
    first = next((s.id for s in pack.process.stages if s.step == stage.step and not s.side), "")
    step = next((s for s in pack.process.steps if s.step == stage.step), None)
    if step is None or first != stage.id:
        return ""
    x, y = layout.places[stage.id]
    rows = wrap(f"{step.step} {step.name.in_language(language)}", 11)
    return "".join(_line(x, y - 10 - 15 * (len(rows) - 1 - n), 12, row) for n, row in enumerate(rows))


def _is_walked(route: Route, walked: Collection[Move]) -> bool:
    return bool(set(route.moves) & set(walked))


def _way(route: Route, walked: Collection[Move], language: str) -> str:
    done = _is_walked(route, walked)
    ink, wide = (LIT, 2.5) if done else (LINE, 1.5)
    dash = "" if route.straight or done else ' stroke-dasharray="4 3"'
    points = " ".join(f"{'M' if n == 0 else 'L'}{x:g} {y:g}" for n, (x, y) in enumerate(route.points))
    (before_x, before_y), (x, y) = route.points[-2:]
    tip = _tip(x, y, (x > before_x) - (x < before_x), (y > before_y) - (y < before_y))
    name = "、".join(action.name.in_language(language) for action in route.actions)
    label = _words(*route.label, 12, LIT if done else QUIET, name) if route.label else ""
    return (
        f'<g><title>{escape(name)}</title><path d="{points}" fill="none" stroke="{ink}" stroke-width="{wide}"{dash}/>'
        f'<path d="{tip}" fill="{ink}"/>{label}</g>'
    )


def _tip(x: float, y: float, across: int, down: int) -> str:
    """An arrow's head at (x, y) that points the way the line came."""
    back_x, back_y = x - 8 * across, y - 8 * down
    side_x, side_y = 4 * down, 4 * across
    return f"M{back_x + side_x:g} {back_y + side_y:g} L{x:g} {y:g} L{back_x - side_x:g} {back_y - side_y:g} Z"


def _words(x: float, y: float, size: int, ink: str, text: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="middle" fill="{ink}">{escape(text)}</text>'


def _line(x: float, y: float, size: int, text: str) -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{QUIET}">{escape(text)}</text>'
