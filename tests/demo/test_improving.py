"""The demo bank's measures fit the bank, and one outlet's improvement is there to be found."""

from __future__ import annotations

from datetime import datetime, timedelta

from tingsu.base.clock import SHANGHAI
from tingsu.demo.people import load_bank, read_content
from tingsu.demo.stories import IMPROVED_AGO, IMPROVED_OUTLET, plan_stories
from tingsu.insight.measures.panels import SCOPES
from tingsu.packs.loader import load_pack

UNTIL = datetime(2026, 11, 21, 9, 0, tzinfo=SHANGHAI)
PLANS = read_content("measures.yaml")


def test_measures_name_units_people_and_columns_there_are() -> None:
    bank, pack = load_bank(), load_pack("bank")
    looking = {role.id for role in pack.roles if "view_home" in role.permissions}
    managing = {role.id for role in pack.roles if "manage_insight" in role.permissions}
    for plan in PLANS:
        assert all(bank.unit(code) for code in plan["units"])
        assert looking & set(bank.person(plan["owner"]).roles)
        assert managing & set(bank.person(plan["made_by"]).roles)
        assert set(plan["scope"]) <= set(SCOPES)
        assert plan["made"] > plan.get("began", 0) and plan["made"] >= plan["due"]


def test_the_improved_outlet_has_fewer_complaints_since() -> None:
    began = UNTIL.date() - timedelta(days=IMPROVED_AGO)
    weeks_before, weeks_after = 43, IMPROVED_AGO / 7
    there = [story for story in plan_stories(until=UNTIL) if story.unit == IMPROVED_OUTLET]
    after = sum(story.received_at.date() >= began for story in there) / weeks_after
    before = sum(story.received_at.date() < began for story in there) / weeks_before
    assert after < before / 2
