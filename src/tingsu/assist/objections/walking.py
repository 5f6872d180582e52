"""An objection walked step by step: what was said so far, what to answer now, where it may go from here."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from tingsu.base.errors import TingsuError
from tingsu.packs.answering import load_part
from tingsu.packs.objections import Branch, ObjectionNode, Objections, ObjectionTree
from tingsu.reading import normalise

PART = "objections"
LONGEST_WALK = 40  # steps: a tree may lead back to where one has been


class ObjectionNotFound(TingsuError):
    """There is no such tree in this pack."""

    code = "not_found"

    def __init__(self, tree: str) -> None:
        self.tree = tree
        super().__init__("没有这棵异议树，或它不在您所用的方案包里。请回到异议处理再找一次。")


@dataclass(frozen=True, slots=True)
class Step:
    """One step already taken: the exchange, what the customer said that led here, and the way to come back to it."""

    node: ObjectionNode
    led_by: str
    path: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way on: what the customer says, and the path that goes there."""

    when: str
    path: str
    counter_example: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands. ``is_counter_example``: what is shown now must not be said to a customer."""

    tree: ObjectionTree
    trail: tuple[Step, ...]
    here: Step
    ways: tuple[Way, ...]

    @property
    def is_counter_example(self) -> bool:
        return self.tree.counter_example or self.here.node.counter_example


def trees_of(pack: str) -> tuple[ObjectionTree, ...]:
    """The objection trees of a pack, those to learn from before those to be warned by. Raises PackError."""
    trees = load_part(Objections, PART, pack, tuple(settings.TINGSU_PACK_PATHS)).trees
    return tuple(sorted(trees, key=lambda tree: tree.counter_example))


def find_tree(pack: str, tree_id: str) -> ObjectionTree:
    """The tree of this id. Raises ObjectionNotFound."""
    tree = next((tree for tree in trees_of(pack) if tree.id == tree_id), None)
    if tree is None:
        raise ObjectionNotFound(tree_id)
    return tree


def walk(tree: ObjectionTree, path: str = "") -> Walk:
    """The walk along ``path``: the numbers of the ways taken, from 1, with dots between ("2.1").

    A path that leaves the tree stops at the last step it can take.
    """
    nodes = {node.id: node for node in tree.nodes}
    steps = [Step(nodes[tree.start], "", "")]
    for number in path.split(".")[:LONGEST_WALK]:
        branch = _branch(steps[-1].node, number)
        if branch is None:
            break
        steps.append(Step(nodes[branch.to], branch.when, _on(steps[-1].path, number)))
    here = steps[-1]
    at_end = len(steps) > LONGEST_WALK
    branches = () if at_end else here.node.next
    ways = tuple(
        Way(branch.when, _on(here.path, str(n)), nodes[branch.to].counter_example)
        for n, branch in enumerate(branches, start=1)
    )
    return Walk(tree, tuple(steps[:-1]), here, ways)


def match_trees(trees: tuple[ObjectionTree, ...], query: str) -> list[ObjectionTree]:
    """The trees that say every word of the query somewhere; all of them for an empty one."""
    words = normalise(query).split()
    return [tree for tree in trees if all(word in normalise(_all_words(tree)) for word in words)]


def _all_words(tree: ObjectionTree) -> str:
    said = (f"{node.says}\n{node.answer}\n{' '.join(branch.when for branch in node.next)}" for node in tree.nodes)
    return "\n".join([tree.title.zh, tree.title.en, *tree.words, *said])


def _branch(node: ObjectionNode, number: str) -> Branch | None:
    if not number.isascii() or not number.isdecimal() or len(number) > 3:
        return None
    return node.next[int(number) - 1] if 0 < int(number) <= len(node.next) else None


def _on(path: str, number: str) -> str:
    return f"{path}.{number}" if path else number
