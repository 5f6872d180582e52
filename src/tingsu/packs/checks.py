"""What must hold between the parts of a pack, beyond the shape of each: names that point nowhere, roads that end."""

from __future__ import annotations

from collections.abc import Iterator

from tingsu.packs.schema import Action, Pack

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]


def find_mistakes(pack: Pack) -> list[Mistake]:
    """Every mistake between parts of the pack, each with where it stands."""
    return [
        *_unknown_names(pack),
        *_stages_without_way(pack),
        *_authority_mistakes(pack),
        *_rule_mistakes(pack),
    ]


def _unknown_names(pack: Pack) -> Iterator[Mistake]:
    stages = {s.id for s in pack.process.stages}
    if pack.process.begins not in stages:
        yield ("process", "begins"), f"没有名为「{pack.process.begins}」的环节"
    for index, role in enumerate(pack.roles):
        for stage in set(role.stages) - stages:
            yield ("roles", index, "stages"), f"没有名为「{stage}」的环节"
    for index, action in enumerate(pack.process.actions):
        at: Location = ("process", "actions", index)
        yield from _action_mistakes(pack, action, at, stages)


def _action_mistakes(pack: Pack, action: Action, at: Location, stages: set[str]) -> Iterator[Mistake]:
    for stage in set(action.from_) - stages - {"open", "ended"}:
        yield (*at, "from"), f"没有名为「{stage}」的环节"
    for stage in {way.to for way in action.ways} - stages:
        yield (*at, "ways"), f"没有名为「{stage}」的环节"
    for role in set(action.by) - {r.id for r in pack.roles}:
        yield (*at, "by"), f"没有名为「{role}」的角色"
    for start in action.starts:
        if pack.rule(start.rule) is None:
            yield (*at, "starts"), f"没有名为「{start.rule}」的时限规则"
    yield from _field_mistakes(pack, action, at)


def _field_mistakes(pack: Pack, action: Action, at: Location) -> Iterator[Mistake]:
    taxonomies = {t.id for t in pack.taxonomies}
    for number, field in enumerate(action.fields):
        if field.choices and field.choices not in taxonomies:
            yield (*at, "fields", number, "choices"), f"没有名为「{field.choices}」的分类"
        if field.kind in ("choice", "choices") and not field.choices:
            yield (*at, "fields", number, "choices"), "选择类字段要写明用哪个分类"


def _stages_without_way(pack: Pack) -> Iterator[Mistake]:
    process = pack.process
    reached, frontier = {process.begins}, [process.begins]
    while frontier:
        stage = frontier.pop()
        for action in process.actions_from(stage) if any(s.id == stage for s in process.stages) else []:
            for way in action.ways:
                if way.to not in reached:
                    reached.add(way.to)
                    frontier.append(way.to)
    for index, item in enumerate(process.stages):
        at: Location = ("process", "stages", index)
        if item.id not in reached:
            yield at, f"从「{process.begins}」出发走不到环节「{item.id}」"
        if not item.ends and not any(a.ways for a in process.actions_from(item.id)):
            yield at, f"环节「{item.id}」没有出路"


def _authority_mistakes(pack: Pack) -> Iterator[Mistake]:
    levels = pack.authority.levels
    for index, level in enumerate(levels):
        if pack.role(level.role) is None:
            yield ("authority", "levels", index, "role"), f"没有名为「{level.role}」的角色"
    limits = [level.up_to for level in levels if not level.remedies]
    if not limits or limits[-1] is not None:
        yield ("authority", "levels"), "最高一级必须不设上限，否则有的方案无人能批"
    known = [limit for limit in limits[:-1] if limit is not None]
    if len(known) != len(limits[:-1]) or known != sorted(set(known)):
        yield ("authority", "levels"), "各级上限必须逐级升高，不得重叠"


def _rule_mistakes(pack: Pack) -> Iterator[Mistake]:
    for index, rule in enumerate(pack.rules):
        for role in rule.extend_by:
            if pack.role(role) is None:
                yield ("rules", index, "extend_by"), f"没有名为「{role}」的角色"
        if rule.extends and pack.rule(rule.extends) is None:
            yield ("rules", index, "extends"), f"没有名为「{rule.extends}」的时限规则"
