"""The demo bank's rises are explained by people there are, and its calendar holds the days it lives by."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.make import Bank

from tingsu.base.clock import SHANGHAI
from tingsu.demo.people import load_bank, read_content
from tingsu.demo.rising import KEEPER, play_calendar, play_sizes
from tingsu.insight.forecast.tables import CalendarEvent
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.topics.sizes import size_of, sizes_on
from tingsu.packs.loader import load_pack

RULES = read_content("rises.yaml")


def test_rises_are_explained_by_who_manages_the_whole_house_for_units_there_are() -> None:
    bank, pack = load_bank(), load_pack("bank")
    whole = {role.id for role in pack.roles if "manage_insight" in role.permissions and role.reach == "all"}
    for rule in [*RULES, {"by": KEEPER}]:
        assert whole & set(bank.person(rule["by"]).roles)
        assert "unit" not in rule or bank.unit(rule["unit"])
        assert rule.get("kind", Alert.Kind.BATCH) in Alert.Kind.values


@pytest.mark.django_db
def test_the_calendar_holds_pension_and_bond_days_past_and_to_come() -> None:
    Bank()
    play_calendar(until=datetime(2026, 11, 21, 9, 0, tzinfo=SHANGHAI))
    kept = set(CalendarEvent.objects.values_list("day", "kind"))
    assert {(date(2026, 10, 15), "养老金发放"), (date(2026, 12, 10), "养老金发放")} <= kept
    assert (date(2026, 10, 10), "国债发行") in kept and (date(2026, 12, 10), "国债发行") not in kept


@pytest.mark.django_db
def test_the_branches_and_the_house_have_their_outlets() -> None:
    bank = Bank()
    for unit, customers in ((bank.head_office, 630_000), (bank.branch, 270_000)):
        unit.customers = customers
        unit.save()
    assert play_sizes(until=datetime(2026, 11, 21, 9, 0, tzinfo=SHANGHAI)) == 2
    known = sizes_on(date(2025, 10, 1))
    assert (size_of("", known).customers, size_of("", known).outlets) == (630_000, 14)
    assert size_of(bank.branch.path, known).outlets == 6
