"""Nobody counts a case that he may not see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.make import MONDAY, Bank, case, person, unit, walk
from tingsu.cases.access import visible_cases
from tingsu.cases.lifecycle import act
from tingsu.cases.unit_merging import merge_unit
from tingsu.insight.facts.figures import counts_by, run
from tingsu.insight.facts.scope import facts_for, scope_key
from tingsu.insight.facts.store import refresh
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed

LATER = MONDAY + timedelta(days=2)


def counted(by: User, **asked: Any) -> set[int]:
    return {row["case_id"] for row in run(facts_for(by, **asked).select("case_id"))}


@pytest.fixture
def cases(bank: Bank) -> dict[str, int]:
    """One of each sort: against one outlet, the other, led by a branch, recorded at an outlet and going elsewhere."""
    made = {
        "here": case(bank, accused_unit=bank.outlet),
        "there": case(bank, accused_unit=bank.other_outlet, by=bank.other_clerk),
        "led": walk(case(bank, accused_unit=bank.cards, by=bank.other_clerk), bank, "route"),
        "recorded": case(bank, accused_unit=bank.other_outlet),
    }
    refresh(at=LATER)
    return {name: one.pk for name, one in made.items()}


def test_everybody_counts_at_most_what_he_sees(bank: Bank, cases: dict[str, int]) -> None:
    for by in (bank.head, bank.manager, bank.executive, bank.lead, bank.clerk, bank.other_clerk, bank.handler):
        try:
            mine = counted(by)
        except NotAllowed:
            continue
        assert mine <= set(visible_cases(by).values_list("pk", flat=True)), by.username
    assert counted(bank.executive) == set(cases.values())


def test_a_branch_counts_what_it_is_accused_of_leads_or_recorded(bank: Bank, cases: dict[str, int]) -> None:
    assert counted(bank.manager) == {cases["here"], cases["led"], cases["recorded"]}
    other = person("manager2", "manager", bank.other_branch)
    assert counted(other) == {cases["there"], cases["led"], cases["recorded"]}
    assert scope_key(other) != scope_key(bank.manager)
    assert scope_key(bank.executive) == scope_key(bank.head) == ("all",)


def test_who_may_not_look_counts_nothing(bank: Bank, cases: dict[str, int]) -> None:
    with pytest.raises(NotAllowed):
        facts_for(person("nobody", "", bank.outlet))


def test_repeats_are_counted_only_when_asked_for(bank: Bank, cases: dict[str, int]) -> None:
    again = case(bank, accused_unit=bank.outlet, at=LATER)
    act(again, "merge", {"into": case(bank).number, "reason": "同一投诉"}, by=bank.handler, version=1, at=LATER)
    refresh(at=LATER)
    assert again.pk not in counted(bank.executive)
    assert again.pk in counted(bank.executive, counted=False)


def test_reach_is_that_of_this_moment_not_of_the_last_refresh(bank: Bank, cases: dict[str, int]) -> None:
    bank.manager.grants.all().delete()
    left = User.objects.get(pk=bank.manager.pk)
    with pytest.raises(NotAllowed):
        facts_for(left)
    new = unit("O3", parent=bank.other_branch)
    merge_unit(bank.outlet, new, by=bank.admin, at=LATER)
    manager = person("manager2", "manager", bank.other_branch)
    before = run(counts_by(facts_for(manager), "unit"))
    refresh(at=LATER)
    after = run(counts_by(facts_for(manager), "unit"))
    assert sum(row["n"] for row in before) == sum(row["n"] for row in after) == 4
    assert "O1" not in {row["unit"] for row in after}
