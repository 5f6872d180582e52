"""The shipped rule files: every row makes a rule, ladders hold together, and nothing unchecked claims to be checked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

import tingsu.packs
from tingsu.base.clock import SHANGHAI
from tingsu.calendars.deadlines import Rule, compute, extend
from tingsu.calendars.explain import TRIGGER_WORDS
from tingsu.calendars.working_days import china

DATA = Path(tingsu.packs.__file__).parent / "data"
FILES = {
    "bank": DATA / "bank/deadlines.yaml",
    "abroad": DATA / "shared/deadlines_abroad.yaml",
}
START = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
UNVERIFIED = {"CN-NFRA-4-APPLY", "CN-NFRA-4-DECIDE", "CN-NFRA-5"}


def rows(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(FILES[file].read_text(encoding="utf-8"))["rules"]
    return found


def as_rule(row: dict[str, Any]) -> Rule:
    facts = {
        k: tuple(v) if isinstance(v, list) else v for k, v in row.items() if k not in ("name", "origin", "reference")
    }
    return Rule(name=row["name"]["zh"], **facts)


RULES = {rule.id: rule for file in FILES for rule in map(as_rule, rows(file))}


def test_every_rule_of_the_table_is_shipped() -> None:
    bank = {row["id"] for row in rows("bank")}
    assert bank == UNVERIFIED | {
        *(f"CN-NFRA-{n}" for n in (1, 2, 3)),
        *(f"CN-PBC-{n}" for n in (1, 2, 3)),
        *("CN-RET", "SEED-1", "SEED-2"),
    }
    assert all(row["name"]["zh"] and row["name"]["en"] and row["source"] for f in FILES for row in rows(f))


def test_rules_nobody_has_checked_say_so() -> None:
    assert {rule.id for rule in RULES.values() if not rule.verified} == UNVERIFIED


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_computes_and_explains_itself(rule: Rule) -> None:
    due = compute(rule, start=START, calendar=china())
    assert START < due.safe_target <= due.lawful_end
    assert rule.id in due.steps[0]
    assert TRIGGER_WORDS[rule.trigger] in due.steps[0]


@pytest.mark.parametrize("longer", [r for r in RULES.values() if r.extends], ids=lambda rule: rule.id)
def test_every_extension_has_an_approver_and_a_shorter_rule(longer: Rule) -> None:
    base = RULES[longer.extends or ""]
    assert longer.extend_by
    assert (
        extend(base, longer, start=START, calendar=china()).safe_target
        > compute(base, start=START, calendar=china()).safe_target
    )


def test_the_sixty_days_are_told_to_the_customer_and_approved_at_the_top() -> None:
    assert RULES["CN-NFRA-3"].limit == 60
    assert RULES["CN-NFRA-3"].notice_required
    assert RULES["CN-NFRA-3"].extend_by == ("executive",)
    assert RULES["CN-PBC-2"].notice_required


def test_the_page_for_users_lists_every_rule_as_shipped() -> None:
    page = (Path(__file__).parents[2] / "docs/clocks.md").read_text(encoding="utf-8")
    table = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| ")}
    for row in rows("bank"):
        mark = "" if row["verified"] else " **待核**"
        assert str(row["limit"]) in table[row["id"] + mark].split("|")[3]
    for row in rows("abroad"):
        if line := table.get(row["id"]):
            assert str(row["limit"]) in line.split("|")[3]
        else:
            assert row["id"] in page
