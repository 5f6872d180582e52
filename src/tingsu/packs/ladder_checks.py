"""What must hold of a pack's ladder of reactions: rungs told apart, roles that exist, one direction each."""

from __future__ import annotations

from collections.abc import Iterator

from tingsu.packs.schema import Pack, Rung

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]


def ladder_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Every rung that cannot be told as written, with where it stands."""
    ladder = pack.escalation
    if ladder.office_hours[0] >= ladder.office_hours[1]:
        yield ("escalation", "office_hours"), "办公时间的开始要早于结束"
    names = [rung.id for rung in ladder.rungs]
    for index, rung in enumerate(ladder.rungs):
        at: Location = ("escalation", "rungs", index)
        if rung.id in names[:index]:
            yield at, f"「{rung.id}」重名"
        if rung.kinds and rung.except_kinds:
            yield at, "kinds 与 except_kinds 只能写一个"
        if rung.before and rung.after:
            yield at, "before 与 after 只能写一个"
        yield from _recipient_mistakes(pack, rung, at)


def _recipient_mistakes(pack: Pack, rung: Rung, at: Location) -> Iterator[Mistake]:
    for place, recipient in enumerate(rung.to):
        needs_role = recipient.place in ("unit", "house")
        if needs_role and pack.role(recipient.role) is None:
            yield (*at, "to", place, "role"), f"没有名为「{recipient.role}」的角色"
        if not needs_role and (recipient.role or recipient.up):
            yield (*at, "to", place), f"{recipient.place} 指的是一个人，不用写 role 和 up"
