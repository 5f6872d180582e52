"""What the packs offer to say is not found fault with by the packs' own reply check.

A script is one turn, not a whole reply: what a whole reply must have besides is not asked of it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tingsu.assist.replies.checking import check_wording
from tingsu.assist.replies.finding import ReplyContext
from tingsu.assist.replies.rules import rules_of
from tingsu.packs.answering import load_part
from tingsu.packs.loader import list_packs
from tingsu.packs.objections import Objections
from tingsu.packs.scripts import Scripts


def offered(pack: str) -> Iterator[tuple[str, str]]:
    """Everything the pack would have somebody say, by where it stands."""
    for script in load_part(Scripts, "scripts", pack).scripts:
        yield script.id, script.instead if script.counter_example else script.text
    for tree in load_part(Objections, "objections", pack).trees:
        for node in tree.nodes:
            yield f"{tree.id}/{node.id}", node.instead if node.counter_example else node.answer


@pytest.mark.parametrize("pack", list_packs())
def test_nothing_offered_is_found_fault_with(pack: str) -> None:
    rules = rules_of(pack)
    context = ReplyContext(kind="call")
    faults = [
        (where, finding.kind, finding.words)
        for where, text in offered(pack)
        for finding in check_wording(text, context, rules)
    ]
    assert faults == []


def test_the_check_would_have_found_something() -> None:
    """The test above cannot pass because the check is asleep: the sentences the wordings replace are found."""
    rules = rules_of("bank")
    bad = [script for script in load_part(Scripts, "scripts", "bank").scripts if script.counter_example]
    found = [script for script in bad if check_wording(script.text, ReplyContext(kind="call"), rules)]
    assert len(found) >= len(bad) / 2
