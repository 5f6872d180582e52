"""A unit merged into another: open work goes on there, nothing is lost from sight, and every case tells it."""

from __future__ import annotations

import pytest

from tests.make import MONDAY, Bank, case, walk
from tingsu.cases.access import visible_cases
from tingsu.cases.audit import verify
from tingsu.cases.errors import Conflict, NotPossible
from tingsu.cases.lifecycle import act
from tingsu.cases.unit_merging import merge_unit
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry, RoleGrant, Unit, User
from tingsu.org.permissions import NotAllowed


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_open_cases_tasks_and_people_move_and_closed_cases_stay_seen(bank: Bank) -> None:
    closed, going_on = walk(case(bank), bank), walk(case(bank, phone="13911110000"), bank, "route")
    going_on = act(
        going_on, "add_support", {"unit": "O1", "asked": "调监控"}, by=bank.handler, version=going_on.version, at=MONDAY
    )
    RoleGrant.objects.create(user=bank.clerk, role="clerk", unit=bank.other_outlet)  # held at both: once afterwards
    done = merge_unit(bank.outlet, bank.other_outlet, by=bank.admin, at=MONDAY)
    assert (done.cases, done.tasks, done.people, done.grants) == (1, 1, 1, 0)
    going_on.refresh_from_db()
    closed.refresh_from_db()
    assert going_on.recorded_unit == bank.other_outlet and closed.recorded_unit == bank.outlet
    assert [t.unit.code for t in going_on.tasks.all()] == ["CC", "O2"]
    assert set(going_on.support_units.values_list("code", flat=True)) == {"CC", "O2"}
    old = Unit.objects.get(code="O1")
    assert not old.active and old.path == "/HO/B2/O2/O1/"
    assert fresh(bank.clerk).unit == bank.other_outlet
    assert list(RoleGrant.objects.filter(user=bank.clerk).values_list("unit__code", flat=True)) == ["O2"]
    reply = {"task": "2", "reply": "已调取"}
    assert act(going_on, "reply_task", reply, by=fresh(bank.other_clerk), version=going_on.version, at=MONDAY)
    assert closed in visible_cases(fresh(bank.clerk))  # he recorded it
    assert not list(verify()) and not list(verify_access_log())
    assert AccessEntry.objects.filter(what="unit_merged").get().detail["cases"] == 1


def test_a_unit_and_all_below_it_may_be_merged_and_the_lead_is_no_support(bank: Bank) -> None:
    made = walk(case(bank), bank, "route")
    made = act(made, "add_support", {"unit": "B2", "asked": "协查"}, by=bank.handler, version=made.version, at=MONDAY)
    seen = made.version
    merge_unit(bank.branch, bank.other_branch, by=bank.admin, at=MONDAY)
    made.refresh_from_db()
    assert made.lead_unit == bank.other_branch
    assert set(made.support_units.values_list("code", flat=True)) == {"CC"}
    assert Unit.objects.get(code="O1").path == "/HO/B2/B1/O1/"
    assert visible_cases(fresh(bank.manager)).count() == 1
    with pytest.raises(Conflict):  # who had the page open hears of it
        act(made, "transfer", {"lead_unit": "CC", "reason": "转"}, by=bank.handler, version=seen)
    assert not list(verify())


def test_only_an_administrator_merges_and_not_into_itself_or_below(bank: Bank) -> None:
    with pytest.raises(NotAllowed):
        merge_unit(bank.outlet, bank.other_outlet, by=bank.handler)
    for old, new in ((bank.outlet, bank.outlet), (bank.branch, bank.outlet)):
        with pytest.raises(NotPossible):
            merge_unit(old, new, by=bank.admin)
    merge_unit(bank.outlet, bank.other_outlet, by=bank.admin)
    with pytest.raises(NotPossible):
        merge_unit(Unit.objects.get(code="O1"), bank.other_outlet, by=bank.admin)
