"""Until when the files of a closed case are kept at least."""

from __future__ import annotations

import pytest

from tests.make import MONDAY, Bank, case, walk
from tingsu.base.clock import local
from tingsu.cases.retention import kept_until
from tingsu.packs.loader import list_packs, load_pack


def test_a_closed_case_is_kept_three_years_from_its_closing_by_the_named_rule(bank: Bank) -> None:
    made = case(bank)
    assert kept_until(made) is None
    kept = kept_until(walk(made, bank))
    assert kept is not None
    assert MONDAY.date().isoformat() == "2026-11-09"
    assert f"{local(kept.end):%Y-%m-%d %H:%M}" == "2029-11-10 00:00"  # the end of the 9th
    assert "人民银行令2020年第5号" in kept.rule.source and kept.rule.id == "CN-RET"


@pytest.mark.parametrize("pack", list_packs())
def test_every_pack_has_a_rule_of_keeping_of_three_years_at_least(pack: str) -> None:
    rules = [r for r in load_pack(pack).rules if r.trigger == "closed" and r.unit == "year"]
    assert rules and all(rule.limit >= 3 and rule.reference for rule in rules)
