"""What must hold of the authority table: for every remedy and every amount exactly one lowest level decides."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tingsu.packs.schema import Level, Pack

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]


def authority_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Unknown names, then for each remedy the amounts nobody decides and the levels that are never asked."""
    levels = pack.authority.levels
    remedies = [value.id for taxonomy in pack.taxonomies if taxonomy.id == "remedy" for value in taxonomy.values]
    for index, level in enumerate(levels):
        at: Location = ("authority", "levels", index)
        if pack.role(level.role) is None:
            yield (*at, "role"), f"没有名为「{level.role}」的角色"
        for remedy in level.remedies:
            if remedy not in remedies:
                yield (*at, "remedies"), f"没有名为「{remedy}」的补救方式"
        if level.up_to is not None and level.up_to < 0:
            yield (*at, "up_to"), "上限不能为负"
    yield from _gaps(levels, remedies)
    yield from _overlaps(levels, remedies)


def ladder(levels: list[Level], remedy: str) -> list[tuple[int, Level]]:
    """The levels that may approve a remedy, with their places in the table, as they are asked."""
    return [(n, level) for n, level in enumerate(levels) if not level.remedies or remedy in level.remedies]


def _gaps(levels: list[Level], remedies: list[str]) -> Iterator[Mistake]:
    """The remedies no level decides at any amount."""
    open_ended = {r for r in remedies if any(level.up_to is None for _, level in ladder(levels, r))}
    bare = [remedy for remedy in remedies if remedy not in open_ended]
    at: Location = ("authority", "levels")
    if bare and len(bare) == len(remedies):
        yield at, "最高一级必须不设上限，否则有的方案无人能批"
        return
    for remedy in bare:
        most = max((level.up_to or Decimal(0) for _, level in ladder(levels, remedy)), default=None)
        above = "无论多少" if most is None else f"超过 {most} 元时"
        yield at, f"「{remedy}」{above}无人能批，请加一级不设上限的"


def _overlaps(levels: list[Level], remedies: list[str]) -> Iterator[Mistake]:
    """The levels below an earlier one's limit: for them nothing is left to decide."""
    for index, level in enumerate(levels):
        covered = [
            r for r in (level.remedies or remedies) if (before := _before(levels, index, r)) and _holds(before, level)
        ]
        if not covered:
            continue
        whole = len(covered) == len(level.remedies or remedies)
        named = "" if whole else f"（{'、'.join(covered)}）"
        yield (
            ("authority", "levels", index),
            f"「{level.role}」{named}的权限与前面一级重叠，各级上限必须逐级升高，不得重叠",
        )


def _before(levels: list[Level], index: int, remedy: str) -> list[Level]:
    return [level for n, level in ladder(levels, remedy) if n < index]


def _holds(before: list[Level], level: Level) -> bool:
    if any(earlier.up_to is None for earlier in before):
        return True
    return level.up_to is not None and any(
        level.up_to <= earlier.up_to for earlier in before if earlier.up_to is not None
    )
