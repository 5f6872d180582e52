"""The shipped objection trees: every walk ends, and a sales training's lines are counter-examples to the last."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tingsu.packs.answering import load_part, read_part
from tingsu.packs.loader import SHIPPED, list_packs
from tingsu.packs.objections import ObjectionNode, Objections, ObjectionTree

BANK = load_part(Objections, "objections", "bank").trees
ALL = {tree.id: tree for name in list_packs() for tree in load_part(Objections, "objections", name).trees}
TREES = list(ALL.values())
GOOD = [tree for tree in TREES if not tree.counter_example]
NEVER = ("但是", "绝对", "百分之百", "全额退款给您", "保证", "稳赚", "最大的", "规定就是")


def each(trees: list[ObjectionTree]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("tree", trees, ids=[tree.id for tree in trees])


def leads_to_an_end(tree: ObjectionTree) -> set[str]:
    """The nodes from which a walk can end."""
    ways = {node.id: {branch.to for branch in node.next} for node in tree.nodes}
    ends = {name for name, to in ways.items() if not to}
    while more := {name for name, to in ways.items() if name not in ends and to & ends}:
        ends |= more
    return ends


def test_the_bank_walks_its_own_trees_and_those_all_share() -> None:
    own = {tree.id for tree in read_part(Objections, "objections", SHIPPED / "bank").trees}
    shared = {tree.id for tree in read_part(Objections, "objections", SHIPPED / "common").trees}
    assert own and shared
    assert {tree.id for tree in BANK} == own | shared


@each(TREES)
def test_every_walk_can_end(tree: ObjectionTree) -> None:
    assert leads_to_an_end(tree) == {node.id for node in tree.nodes}
    for node in tree.nodes:
        assert len({branch.when for branch in node.next}) == len(node.next)


@each(GOOD)
def test_an_answer_says_why_and_nothing_that_must_not_be_said(tree: ObjectionTree) -> None:
    for node in tree.nodes:
        assert node.why, node.id
        assert not node.counter_example, node.id
        assert not [words for words in NEVER if words in node.answer], node.id


def test_the_seven_reasons_stand_as_seven_branches() -> None:
    tree = ALL["reasons"]
    start = next(node for node in tree.nodes if node.id == tree.start)
    assert [branch.to[:2] for branch in start.next] == ["a-", "b-", "c-", "d-", "e-", "f-", "g-"]


def test_the_four_stages_follow_one_another_and_begin_again_where_doubt_stays() -> None:
    nodes = {node.id: node for node in ALL["stages"].nodes}
    assert [branch.to for branch in nodes["find-reason"].next] == ["feelings-first"]
    ways = [branch.to for branch in nodes["feelings-first"].next]
    assert ways == ["clear-up", "admit", "own-up"]
    assert all(nodes[way].next[0].to == "check-reaction" for way in ways)
    assert "find-reason" in {branch.to for branch in nodes["check-reaction"].next}


@pytest.mark.parametrize("kind", ["silent", "excuse", "critical", "questions", "showing-off"])
def test_each_of_the_five_kinds_has_its_tree(kind: str) -> None:
    tree = ALL[f"kind-{kind}"]
    assert len(tree.nodes) >= 3
    assert tree.row.startswith("D2/001.4")


def test_the_answer_missing_from_the_sources_is_ours_and_says_so() -> None:
    assert {node.origin for node in ALL["kind-showing-off"].nodes} == {"ours"}


def test_the_banks_six_objections_have_answers_of_ours() -> None:
    six = [tree for tree in BANK if tree.row.startswith("D2/001.8")]
    assert len(six) == 6
    assert {node.origin for tree in six for node in tree.nodes} == {"ours"}


def test_the_six_sales_trees_are_counter_examples_to_the_last_line() -> None:
    six = [tree for tree in TREES if tree.row.startswith("D2/001.16")]
    assert len(six) == 6
    assert all(tree.counter_example for tree in six)
    assert all(node.counter_example and node.why and node.instead for tree in six for node in tree.nodes)
    assert all(any(node.next for node in tree.nodes) for tree in six)
    assert {tree.id for tree in TREES if tree.counter_example} == {tree.id for tree in six}


def test_no_line_of_the_sales_trees_is_offered_anywhere_else() -> None:
    bad = {node.answer for tree in TREES if tree.counter_example for node in tree.nodes}
    assert not bad & {node.answer for tree in GOOD for node in tree.nodes}


def tree(**changes: Any) -> ObjectionTree:
    nodes = [
        {"id": "one", "says": "太贵了", "answer": "我算给您看。", "next": [{"when": "还是贵", "to": "two"}]},
        {"id": "two", "says": "还是贵", "answer": "那就不办。"},
    ]
    return ObjectionTree.model_validate(
        {"id": "t", "title": "价钱", "start": "one", "nodes": nodes, "origin": "ours", **changes}
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": "none"}, "没有这样的节点"),
        ({"start": "two"}, "从起点走不到"),
        ({"counter_example": True}, "每个节点也要标"),
        ({"nodes": []}, "nodes"),
        ({"nodes": [{"id": "one", "says": "a", "answer": "{姓名}好"}]}, "没有这样的空位"),
        ({"nodes": [{"id": "one", "says": "a", "answer": "b", "counter_example": True}]}, "反例要在 why 里说明"),
        ({"nodes": [{"id": "one", "says": "a", "answer": "b"}] * 2}, "节点编号写了两次"),
        ({"origin": "source"}, "出处"),
    ],
)
def test_a_tree_that_does_not_hold_together_is_refused(changes: dict[str, Any], said: str) -> None:
    assert isinstance(tree().nodes[0], ObjectionNode)
    with pytest.raises(ValidationError, match=said):
        tree(**changes)


def test_two_trees_of_one_id_are_refused() -> None:
    with pytest.raises(ValidationError, match="写了两次"):
        Objections(trees=(tree(), tree()))
