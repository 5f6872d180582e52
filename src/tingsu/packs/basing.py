"""A pack that stands on another: what it says itself comes first, and the rest is taken over from the one below.

Works on YAML's nodes, which know their file and line, so that a mistake is still named by its place after the joining.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

import yaml

# Lists whose members have an id: a member of the pack's own takes the place of the one below with the same id.
NAMED = frozenset(
    {("process", "stages"), ("process", "actions"), ("escalation", "rungs"), ("asking", "questions")}
    | {(name,) for name in ("roles", "taxonomies", "rules", "checklists", "forms")}
)
LEFT_OUT = "without"
AMENDS = "amends"
Path = tuple[str, ...]


def lay_over(
    own: yaml.MappingNode, below: yaml.MappingNode, left_out: Mapping[str, Set[str]], at: Path = ()
) -> yaml.MappingNode:
    """``own`` laid over ``below``: a new node of the pieces of both.

    Mappings are joined; of lists with ids the pack's own come first, and those below follow that it neither says again
    nor names in ``left_out`` (name of the list → ids); anything else of its own stands instead of what is below. A
    member that ``amends`` the one below with its id is joined with it, and stands where that one stood.
    """
    said = {key.value: (key, value) for key, value in own.value}
    pairs = []
    for key, value in below.value:
        if key.value not in said:
            pairs.append((key, _thinned(value, (*at, key.value), left_out)))
            continue
        own_key, own_value = said.pop(key.value)
        pairs.append((own_key, _joined(own_value, value, left_out, (*at, key.value))))
    pairs += said.values()
    return yaml.MappingNode(own.tag, pairs, own.start_mark, own.end_mark)


def ids_of(node: yaml.MappingNode) -> dict[str, set[str]]:
    """Name of every list with ids → the ids in it."""
    return {path[-1]: {id_of(item) for item in _at(node, path)} - {""} for path in NAMED}


def amending(node: yaml.MappingNode) -> dict[str, list[yaml.Node]]:
    """Name of every list with ids → its members that only amend one of the same id below."""
    return {path[-1]: [item for item in _at(node, path) if _amends(item)] for path in NAMED}


def id_of(item: yaml.Node) -> str:
    """The id of one member of a list; empty where it has none."""
    pairs = item.value if isinstance(item, yaml.MappingNode) else []
    return next((str(value.value) for key, value in pairs if key.value == "id"), "")


def _joined(own: yaml.Node, below: yaml.Node, left_out: Mapping[str, Set[str]], at: Path) -> yaml.Node:
    if isinstance(own, yaml.MappingNode) and isinstance(below, yaml.MappingNode):
        return lay_over(own, below, left_out, at)
    if at in NAMED and isinstance(own, yaml.SequenceNode) and isinstance(below, yaml.SequenceNode):
        return _joined_list(own, below, left_out.get(at[-1], set()))
    return own


def _joined_list(own: yaml.SequenceNode, below: yaml.SequenceNode, left_out: Set[str]) -> yaml.SequenceNode:
    amended = {id_of(item): _without_the_word(item) for item in own.value if _amends(item)}
    whole = [item for item in own.value if not _amends(item)]
    said = {id_of(item) for item in whole} | left_out
    rest = [item for item in below.value if id_of(item) not in said]
    items = [lay_over(amended[id_of(item)], item, {}) if id_of(item) in amended else item for item in rest]
    return yaml.SequenceNode(own.tag, whole + items, own.start_mark, own.end_mark)


def _amends(item: yaml.Node) -> bool:
    pairs = item.value if isinstance(item, yaml.MappingNode) else []
    return any(key.value == AMENDS and value.value == "true" for key, value in pairs)


def _without_the_word(item: yaml.MappingNode) -> yaml.MappingNode:
    pairs = [(key, value) for key, value in item.value if key.value != AMENDS]
    return yaml.MappingNode(item.tag, pairs, item.start_mark, item.end_mark)


def _thinned(below: yaml.Node, at: Path, left_out: Mapping[str, Set[str]]) -> yaml.Node:
    """What the pack does not mention at all, without what it leaves out."""
    if at in NAMED and isinstance(below, yaml.SequenceNode):
        items = [item for item in below.value if id_of(item) not in left_out.get(at[-1], set())]
        return yaml.SequenceNode(below.tag, items, below.start_mark, below.end_mark)
    if isinstance(below, yaml.MappingNode):
        pairs = [(key, _thinned(value, (*at, key.value), left_out)) for key, value in below.value]
        return yaml.MappingNode(below.tag, pairs, below.start_mark, below.end_mark)
    return below


def _at(node: yaml.Node, path: Path) -> list[yaml.Node]:
    for name in path:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for key, value in pairs if key.value == name), yaml.SequenceNode("", []))
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
