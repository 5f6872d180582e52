"""A process as a picture: its stages along the numbered steps, the ways back, and where a case stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from tingsu.packs.schema import Action, Pack, Stage

BOX, GAP, HIGH, TOP = 108, 34, 52, 74
INK, QUIET, LINE, LIT, PALE = "#1f2a44", "#667085", "#c3c9d5", "#2456a6", "#e8eef9"
FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"


@dataclass(frozen=True, slots=True)
class _Arrow:
    """One action from stage to stage, by their places in the row."""

    action: Action
    start: int
    end: int


def draw_process(pack: Pack, *, visited: Iterable[str] = (), current: str = "", language: str = "zh") -> str:
    """The pack's process as one SVG picture, styled by attributes alone.

    With ``visited`` and ``current`` (stage ids) the case's own path is lit up. Stages off the main road and the actions
    that leave the case where it is stand in a list under the picture.
    """
    road = [stage for stage in pack.process.stages if not stage.side]
    lit = {*visited, current}
    backward = [arrow for arrow in _arrows(pack, road) if arrow.end != arrow.start + 1]
    low = TOP + HIGH + 26 + 26 * len(backward)
    side = _side_lines(pack, language)
    width, height = GAP + len(road) * (BOX + GAP), low + 22 * len(side) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(pack.process.name.in_language(language))}" font-family="{escape(FONT)}">',
        f'<text x="{GAP}" y="26" font-size="17" font-weight="600" fill="{INK}">'
        f"{escape(pack.process.name.in_language(language))}</text>",
        *(_stage(place, stage, pack, lit, current, language) for place, stage in enumerate(road)),
        *(_forward(arrow, road, lit) for arrow in _arrows(pack, road) if arrow.end == arrow.start + 1),
        *(_bow(arrow, TOP + HIGH + 26 + 26 * n, language) for n, arrow in enumerate(backward)),
        *(
            f'<text x="{GAP}" y="{low + 22 * n + 12}" font-size="12" fill="{QUIET}">{escape(line)}</text>'
            for n, line in enumerate(side)
        ),
        "</svg>",
    ]
    return "\n".join(parts)


def _arrows(pack: Pack, road: list[Stage]) -> list[_Arrow]:
    places = {stage.id: place for place, stage in enumerate(road)}
    return [
        _Arrow(action, places[start], places[way.to])
        for action in pack.process.actions
        for start in action.from_
        for way in action.ways
        if start in places and way.to in places and start != way.to
    ]


def _left(place: int) -> int:
    return GAP + place * (BOX + GAP)


def _stage(place: int, stage: Stage, pack: Pack, lit: set[str], current: str, language: str) -> str:
    fill, ink, edge = "#ffffff", INK, LINE
    if stage.id in lit:
        fill, edge = PALE, LIT
    if stage.id == current:
        fill, ink, edge = LIT, "#ffffff", LIT
    step = next((s for s in pack.process.steps if s.step == stage.step), None)
    is_first = place == 0 or pack.process.stages[place - 1].step != stage.step
    above = f"{step.step} {step.name.in_language(language)}" if step and is_first else ""
    middle = _left(place) + BOX / 2
    return (
        f'<text x="{_left(place)}" y="{TOP - 12}" font-size="12" fill="{QUIET}">{escape(above)}</text>'
        f'<rect x="{_left(place)}" y="{TOP}" width="{BOX}" height="{HIGH}" rx="8" fill="{fill}" stroke="{edge}"/>'
        f'<text x="{middle}" y="{TOP + HIGH / 2 + 5}" font-size="14" text-anchor="middle" fill="{ink}">'
        f"{escape(stage.name.in_language(language))}</text>"
    )


def _forward(arrow: _Arrow, road: list[Stage], lit: set[str]) -> str:
    x, y = _left(arrow.start) + BOX, TOP + HIGH / 2
    done = road[arrow.end].id in lit
    ink = LIT if done else LINE
    tip = x + GAP - 2
    return (
        f'<line x1="{x + 2}" y1="{y}" x2="{tip - 6}" y2="{y}" stroke="{ink}" stroke-width="2"/>'
        f'<path d="M{tip - 7} {y - 4} L{tip} {y} L{tip - 7} {y + 4} Z" fill="{ink}"/>'
    )


def _bow(arrow: _Arrow, y: int, language: str) -> str:
    start, end = _left(arrow.start) + BOX / 2, _left(arrow.end) + BOX / 2
    name = escape(arrow.action.name.in_language(language))
    return (
        f'<path d="M{start} {TOP + HIGH} L{start} {y} L{end} {y} L{end} {TOP + HIGH + 7}" fill="none"'
        f' stroke="{LINE}" stroke-width="1.5" stroke-dasharray="4 3"/>'
        f'<path d="M{end - 4} {TOP + HIGH + 8} L{end} {TOP + HIGH + 1} L{end + 4} {TOP + HIGH + 8} Z" fill="{LINE}"/>'
        f'<text x="{(start + end) / 2}" y="{y - 5}" font-size="12" text-anchor="middle" fill="{QUIET}">{name}</text>'
    )


def _side_lines(pack: Pack, language: str) -> list[str]:
    lines = []
    for action in pack.process.actions:
        wide = {"open", "ended"} & set(action.from_)
        aside = any(pack.process.stage(way.to).side for way in action.ways)
        if wide or aside:
            who = "、".join(role.name.in_language(language) for role in pack.roles if role.id in action.by)
            leads = " → ".join(pack.process.stage(way.to).name.in_language(language) for way in action.ways)
            arrow = f" → {leads}" if leads else ""
            lines.append(f"{action.name.in_language(language)}{arrow}（{who}）")
    return lines
