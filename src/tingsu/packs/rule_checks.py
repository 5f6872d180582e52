"""What must hold of a pack's clock rules: grounds, roles and ladders that exist, versions that follow one another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from tingsu.calendars.rules import RuleMistake
from tingsu.packs.rules import as_rule
from tingsu.packs.schema import DeadlineRule, Pack

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]
DAY = timedelta(days=1)


def rule_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Every mistake in the pack's clock rules, each with where it stands."""
    grounds = {value.id for taxonomy in pack.taxonomies if taxonomy.id == "pause_reason" for value in taxonomy.values}
    for index, rule in enumerate(pack.rules):
        at: Location = ("rules", index)
        for ground in sorted(set(rule.pause_on) - grounds):
            yield (*at, "pause_on"), f"没有名为「{ground}」的暂停事由"
        for role in rule.extend_by:
            if pack.role(role) is None:
                yield (*at, "extend_by"), f"没有名为「{role}」的角色"
        yield from _contradiction(rule, at)
        yield from _ladder_mistakes(pack, rule, at)
    yield from _version_mistakes(pack)
    yield from _forks(pack)


def _contradiction(rule: DeadlineRule, at: Location) -> Iterator[Mistake]:
    try:
        as_rule(rule)
    except RuleMistake as error:
        yield at, error.message.rstrip("。")


def _ladder_mistakes(pack: Pack, rule: DeadlineRule, at: Location) -> Iterator[Mistake]:
    if not rule.extends:
        return
    base = pack.rule(rule.extends)
    if base is None:
        yield (*at, "extends"), f"没有名为「{rule.extends}」的时限规则"
    elif base.id == rule.id or (base.unit == rule.unit and rule.limit <= base.limit):
        yield (*at, "limit"), f"延长后的期限要比「{base.id}」长；limit 写连同原期限的总长"
    if not rule.extend_by:
        yield (*at, "extend_by"), "要写明谁可以批准延长"


def _version_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Versions of one id must follow one another to the day: two in force leave the choice open, none leaves a hole."""
    versions: dict[str, list[tuple[date, int]]] = {}
    for index, rule in enumerate(pack.rules):
        versions.setdefault(rule.id, []).append((rule.valid_from or date.min, index))
    for rows in versions.values():
        for (_, older), (begins, newer) in pairwise(sorted(rows)):
            name, ends = pack.rules[older].id, pack.rules[older].valid_to
            if begins == date.min or (ends or date.max) >= begins:
                last = begins - DAY if begins > date.min else "旧版的最后一天"
                yield ("rules", older, "valid_to"), f"「{name}」有两个版本同时有效，请在旧版写 valid_to: {last}"
            elif ends and ends + DAY < begins:
                yield ("rules", newer, "valid_from"), f"「{name}」在 {ends + DAY} 至 {begins - DAY} 没有有效的版本"


def _forks(pack: Pack) -> Iterator[Mistake]:
    """Two rules that extend one and the same at once: the product could not choose."""
    for index, rule in enumerate(pack.rules):
        for other in pack.rules[:index]:
            if rule.extends and rule.extends == other.extends and rule.id != other.id:
                yield ("rules", index, "extends"), f"「{other.id}」已经是「{rule.extends}」的延长规则"
