"""What must hold of the conditions in the authority table: names that exist, and someone left for every case."""

from __future__ import annotations

from collections.abc import Iterator

from tingsu.packs.held import ALWAYS_HELD, KEPT_BY, kept_details
from tingsu.packs.schema import Level, Pack

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]

SEVERAL = {"risks": "risk", "demands": "demand"}  # fields of a case that hold several values → their list


def level_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Conditions on what no case holds, values no list has, and remedies that a condition leaves to nobody."""
    for index, level in enumerate(pack.authority.levels):
        for part, conditions in (("only_when", level.only_when), ("unless", level.unless)):
            for name, values in conditions.items():
                yield from _condition_mistakes(pack, ("authority", "levels", index, part, name), name, values)
    yield from _left_to_nobody(pack)


def _condition_mistakes(pack: Pack, at: Location, name: str, values: list[str]) -> Iterator[Mistake]:
    details = kept_details(pack)
    if name not in ALWAYS_HELD | KEPT_BY.keys() | SEVERAL.keys() | details.keys():
        yield at, f"工单没有「{name}」这一项，授权条件无从判断"
        return
    taxonomy = details[name].choices if name in details else SEVERAL.get(name, name)
    known = pack.find_taxonomy(taxonomy)
    for value in values:
        if known and known.choice(value) is None:
            yield at, f"「{known.name.zh}」里没有「{value}」"


def _left_to_nobody(pack: Pack) -> Iterator[Mistake]:
    """A case that fits no condition must still find its level: one without limit and without condition."""
    levels = pack.authority.levels
    if all(level.up_to is not None for level in levels):
        return  # said of the amounts already
    free = [level for level in levels if level.up_to is None and not _is_conditional(level)]
    known = pack.find_taxonomy("remedy")
    for remedy in known.values if known else []:
        if not any(not level.remedies or remedy.id in level.remedies for level in free):
            said = "「{}」在不符合条件的工单里无人能批，请让最高一级不设上限、不设条件"
            yield ("authority", "levels"), said.format(remedy.id)
            if not free:
                return


def _is_conditional(level: Level) -> bool:
    return bool(level.only_when or level.unless)
