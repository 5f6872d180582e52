"""What a process picture says in words: names cut to their boxes, who acts, and the path for who cannot see it."""

from __future__ import annotations

from tingsu.packs.procedure import Action, Stage
from tingsu.packs.schema import Pack

ROOM = 7.6  # ems of a box at 14 pixels
SMALL = 9.2  # ems at 11 pixels


def width_of(text: str) -> float:
    """How wide a text is, in ems, as near as a picture needs it: Chinese signs are one, others about half."""
    return sum(1.0 if ord(sign) > 0x2E7F or sign in "—…“”" else 0.56 for sign in text)


def wrap(text: str, room: float, most: int = 2) -> list[str]:
    """The text in at most ``most`` lines of ``room`` ems, broken at blanks where there are some; the rest is cut."""
    lines: list[str] = []
    left = text
    while left and len(lines) < most:
        line = _fitting(left, room)
        lines.append(line.strip())
        left = left[len(line) :].lstrip()
    if left and lines:
        lines[-1] = lines[-1][:-1].rstrip() + "…"
    return lines


def box_lines(pack: Pack, stage: Stage, language: str) -> tuple[list[str], str]:
    """The name of a stage as its box takes it, and who takes the next step from there."""
    name = stage.name.in_language(language)
    rows = [name] if width_of(name) <= ROOM else wrap(name, ROOM * 14 / 12)
    mains = [a for a in pack.process.actions if stage.id in a.from_ and a.main]
    role = next((r for r in pack.roles if mains and r.id == mains[0].by[:1][0]), None) if _has_actor(mains) else None
    who = wrap(role.name.in_language(language), SMALL, 1)[0] if role else ""
    return rows, who


def side_lines(pack: Pack, language: str) -> list[str]:
    """What may be done in any stage, with who may, and where it leads."""
    lines = []
    for action in pack.process.actions:
        sorts = {"open", "ended"} & set(action.from_)
        if not sorts:
            continue
        chinese = language == "zh"
        where = _where(sorts, chinese)
        names = [role.name.in_language(language) for role in pack.roles if role.id in action.by]
        who = ("、" if chinese else ", ").join(names)
        to = " / ".join(pack.process.stage(way.to).name.in_language(language) for way in action.ways)
        lines.append(f"{where}{action.name.in_language(language)}{f' → {to}' if to else ''} · {who}")
    return lines


def path_in_words(pack: Pack, visited: list[str], current: str, language: str) -> str:
    """The path of a case, for who does not see the picture; "" without one."""
    if not current:
        return ""
    names = {stage.id: stage.name.in_language(language) for stage in pack.process.stages}
    path = " → ".join(names.get(stage, stage) for stage in visited)
    now = names.get(current, current)
    if language == "zh":
        return f"。本工单经过：{path or now}；现处：{now}。"
    return f". This case went: {path or now}; it now stands at: {now}."


def _has_actor(mains: list[Action]) -> bool:
    return bool(mains and mains[0].by)


def _where(sorts: set[str], chinese: bool) -> str:
    if len(sorts) == 2:
        return "任何时候：" if chinese else "At any time: "
    if "open" in sorts:
        return "未结时：" if chinese else "While open: "
    return "已结后：" if chinese else "When ended: "


def _fitting(text: str, room: float) -> str:
    """The longest beginning that fits, up to its last blank where it has one."""
    end = 0
    while end < len(text) and width_of(text[: end + 1]) <= room:
        end += 1
    if end == len(text):
        return text
    blank = text.rfind(" ", 0, end + 1)
    return text[: blank + 1] if blank > 0 else text[: max(end, 1)]
