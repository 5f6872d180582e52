"""Objection trees (异议) as a pack writes them: what the customer says, what to answer, and where it goes from there.

``answering/objections/*.yaml`` of a pack, laid over those of ``common``. Trees and lines that are counter-examples are
there to be recognised; nothing may offer them as a wording.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field, model_validator

from tingsu.packs.scripts import SLOTS, Sourced, said_twice, slots_of
from tingsu.packs.wording import Origin, Part, Wording

Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Branch(Part):
    """Where to go when the customer answers so."""

    when: Annotated[str, Field(min_length=1)]
    to: Id


class ObjectionNode(Part):
    """One exchange; ``origin`` where it is another than the tree's.

    Of a counter-example ``why`` says what is wrong with the answer and ``instead`` what to say.
    """

    id: Id
    says: Annotated[str, Field(min_length=1)]
    answer: Annotated[str, Field(min_length=1)]
    why: str = ""
    instead: str = ""
    next: tuple[Branch, ...] = ()
    counter_example: bool = False
    origin: Origin | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if unknown := [name for name in slots_of(self.answer + self.instead) if name not in SLOTS]:
            raise ValueError(f"没有这样的空位：{'、'.join(unknown)}")
        if self.counter_example and not (self.why and self.instead):
            raise ValueError("反例要在 why 里说明错在哪里，在 instead 里写该怎么说")
        return self


class ObjectionTree(Sourced):
    """An objection and its answers; the walk begins at ``start`` and every node can be reached from there."""

    id: Id
    title: Wording
    start: Id
    nodes: Annotated[tuple[ObjectionNode, ...], Field(min_length=1)]
    words: tuple[str, ...] = ()
    counter_example: bool = False

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for mistake in self._mistakes():
            raise ValueError(mistake)
        return self

    def _mistakes(self) -> Iterable[str]:
        known = {node.id for node in self.nodes}
        if twice := said_twice(node.id for node in self.nodes):
            yield f"节点编号写了两次：{'、'.join(twice)}"
        if missing := ({branch.to for node in self.nodes for branch in node.next} | {self.start}) - known:
            yield f"没有这样的节点：{'、'.join(sorted(missing))}"
        elif lost := known - self._reached():
            yield f"从起点走不到：{'、'.join(sorted(lost))}"
        if self.counter_example and not all(node.counter_example for node in self.nodes):
            yield "整棵树是反例，每个节点也要标 counter_example: true"

    def _reached(self) -> set[str]:
        ways = {node.id: [branch.to for branch in node.next] for node in self.nodes}
        reached: set[str] = set()
        ahead = [self.start]
        while ahead:
            here = ahead.pop()
            if here not in reached:
                reached.add(here)
                ahead += ways[here]
        return reached


class Objections(Part):
    """The objection trees of a pack."""

    trees: tuple[ObjectionTree, ...] = ()

    @model_validator(mode="after")
    def _ids_are_single(self) -> Self:
        if twice := said_twice(tree.id for tree in self.trees):
            raise ValueError(f"异议树编号写了两次：{'、'.join(twice)}")
        return self
