"""What must hold between the parts of a pack, beyond the shape of each: names that point nowhere, roads that end."""

from __future__ import annotations

from collections.abc import Iterator

from tingsu.packs.asking_checks import asking_mistakes
from tingsu.packs.authority_checks import authority_mistakes
from tingsu.packs.clock_checks import clock_mistakes
from tingsu.packs.effect_checks import effect_mistakes
from tingsu.packs.intake_checks import intake_mistakes
from tingsu.packs.ladder_checks import ladder_mistakes
from tingsu.packs.level_checks import level_mistakes
from tingsu.packs.paper_checks import paper_mistakes
from tingsu.packs.procedure import Action
from tingsu.packs.road_checks import road_mistakes
from tingsu.packs.rule_checks import rule_mistakes
from tingsu.packs.schema import Pack

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]

# The lists the product itself asks for; a pack without one of them could not be used.
NEEDED_TAXONOMIES = (
    "channel", "business", "cause", "emotion", "need", "demand", "risk", "verdict", "complexity", "remedy",
    "satisfaction",
)  # fmt: skip


def find_mistakes(pack: Pack) -> list[Mistake]:
    """Every mistake between parts of the pack, each with where it stands."""
    return [
        *_repeated_names(pack),
        *_missing_taxonomies(pack),
        *_unknown_names(pack),
        *road_mistakes(pack),
        *effect_mistakes(pack),
        *authority_mistakes(pack),
        *level_mistakes(pack),
        *rule_mistakes(pack),
        *clock_mistakes(pack),
        *intake_mistakes(pack),
        *asking_mistakes(pack),
        *paper_mistakes(pack),
        *ladder_mistakes(pack),
    ]


def _repeated_names(pack: Pack) -> Iterator[Mistake]:
    """Of two parts with one name only the first would ever be found."""
    process = pack.process
    lists: list[tuple[Location, list[str]]] = [
        (("roles",), [role.id for role in pack.roles]),
        (("taxonomies",), [taxonomy.id for taxonomy in pack.taxonomies]),
        (("process", "stages"), [stage.id for stage in process.stages]),
        (("process", "actions"), [action.id for action in process.actions]),
        (("forms",), [form.id for form in pack.forms]),
        (("checklists",), [checklist.id for checklist in pack.checklists]),
    ]
    lists += [(("taxonomies", n, "values"), [v.id for v in t.values]) for n, t in enumerate(pack.taxonomies)]
    lists += [(("process", "actions", n, "fields"), [f.id for f in a.fields]) for n, a in enumerate(process.actions)]
    for at, names in lists:
        for index, name in enumerate(names):
            if name in names[:index]:
                yield (*at, index), f"「{name}」重名"


def _missing_taxonomies(pack: Pack) -> Iterator[Mistake]:
    for name in NEEDED_TAXONOMIES:
        if all(taxonomy.id != name for taxonomy in pack.taxonomies):
            yield ("taxonomies",), f"缺少分类「{name}」"


def _unknown_names(pack: Pack) -> Iterator[Mistake]:
    stages = {s.id for s in pack.process.stages}
    if pack.process.begins not in stages:
        yield ("process", "begins"), f"没有名为「{pack.process.begins}」的环节"
    for index, start in enumerate(pack.process.begins_starts):
        if pack.rule(start.rule) is None:
            yield ("process", "begins_starts", index, "rule"), f"没有名为「{start.rule}」的时限规则"
        for name in sorted(set(start.when) - {"channel", *(field.id for field in pack.intake)}):
            yield ("process", "begins_starts", index, "when", name), f"登记时没有栏目「{name}」"
    for index, role in enumerate(pack.roles):
        for stage in set(role.stages) - stages:
            yield ("roles", index, "stages"), f"没有名为「{stage}」的环节"
    for index, form in enumerate(pack.forms):
        for stage in set(form.stages) - stages:
            yield ("forms", index, "stages"), f"没有名为「{stage}」的环节"
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
    yield from _condition_mistakes(action, at)


def _condition_mistakes(action: Action, at: Location) -> Iterator[Mistake]:
    """A condition on a field the action does not ask for would never hold."""
    fields = {field.id for field in action.fields}
    conditions = [(("ways", n, "when"), way.when) for n, way in enumerate(action.ways)]
    conditions += [(("starts", n, "when"), start.when) for n, start in enumerate(action.starts)]
    conditions += [(("fields", n, "needed_when"), field.needed_when) for n, field in enumerate(action.fields)]
    for place, when in conditions:
        for name in sorted(set(when) - fields):
            yield (*at, *place, name), f"这个办理事项没有栏目「{name}」"


def _field_mistakes(pack: Pack, action: Action, at: Location) -> Iterator[Mistake]:
    taxonomies = {t.id for t in pack.taxonomies}
    for number, field in enumerate(action.fields):
        if field.choices and field.choices not in taxonomies:
            yield (*at, "fields", number, "choices"), f"没有名为「{field.choices}」的分类"
        if field.kind in ("choice", "choices") and not field.choices:
            yield (*at, "fields", number, "choices"), "选择类字段要写明用哪个分类"
