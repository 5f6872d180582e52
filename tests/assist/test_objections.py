"""Objections walked step by step; counter-examples stay marked wherever one comes to them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.assist.objections.walking import (
    LONGEST_WALK,
    ObjectionNotFound,
    find_tree,
    match_trees,
    trees_of,
    walk,
)
from tingsu.packs.objections import ObjectionTree


def node(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "says": f"客户说{id}", "answer": f"答{id}", "origin": "ours", **more}


TREE = ObjectionTree.model_validate(
    {
        "id": "dear", "title": "嫌贵", "start": "a", "origin": "ours",
        "nodes": [
            node("a", next=[{"when": "还是贵", "to": "b"}, {"when": "再想想", "to": "c"}]),
            node("b", counter_example=True, why="催促", instead="您可以回去比一比。"),
            node("c", next=[{"when": "又问价", "to": "a"}]),
        ],
    }
)  # fmt: skip


def test_a_walk_begins_at_the_start_and_remembers_the_way() -> None:
    stand = walk(TREE)
    assert stand.here.node.id == "a" and stand.trail == () and [w.path for w in stand.ways] == ["1", "2"]
    assert [w.counter_example for w in stand.ways] == [True, False]
    stand = walk(TREE, "2.1.1")
    assert [s.node.id for s in stand.trail] == ["a", "c", "a"] and stand.here.node.id == "b"
    assert stand.here.led_by == "还是贵" and [s.path for s in stand.trail] == ["", "2", "2.1"]
    assert stand.is_counter_example and stand.ways == ()


def test_a_path_that_leaves_the_tree_stops_where_it_can() -> None:
    assert walk(TREE, "9").here.node.id == "a"
    assert walk(TREE, "2.7.1").here.node.id == "c"
    assert walk(TREE, "²").here.node.id == "a"
    assert walk(TREE, "0").here.node.id == "a"


@given(st.text(alphabet="0123.x", max_size=400))
def test_any_path_ends_somewhere_in_the_tree(path: str) -> None:
    stand = walk(TREE, path)
    assert stand.here.node in TREE.nodes and len(stand.trail) <= LONGEST_WALK


def test_a_circle_ends() -> None:
    stand = walk(TREE, ".".join(["2", "1"] * 60))
    assert len(stand.trail) == LONGEST_WALK and stand.ways == ()


def test_trees_are_found_by_what_is_said_in_them() -> None:
    assert match_trees((TREE,), "再想想") == [TREE] and match_trees((TREE,), "") == [TREE]
    assert match_trees((TREE,), "嫌貴 答c") == [TREE] and match_trees((TREE,), "火星") == []


def test_the_banks_trees_can_all_be_walked_and_warnings_come_last() -> None:
    trees = trees_of("bank")
    assert trees and any(tree.counter_example for tree in trees)
    marks = [tree.counter_example for tree in trees]
    assert marks == sorted(marks)
    for tree in trees:
        seen, ahead = set(), [""]
        while ahead:
            stand = walk(tree, ahead.pop())
            if stand.here.node.id in seen:
                continue
            seen.add(stand.here.node.id)
            assert not tree.counter_example or stand.is_counter_example
            ahead += [way.path for way in stand.ways]
        assert seen == {n.id for n in tree.nodes}


def test_no_such_tree() -> None:
    with pytest.raises(ObjectionNotFound):
        find_tree("bank", "no-such-tree")
