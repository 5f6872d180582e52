"""Who sees which case: each role's reach, and nothing beyond it, through every door."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.make import MONDAY, Bank, case, person, unit, walk
from tingsu.cases.access import find_case, is_visible, visible_cases
from tingsu.cases.errors import NotFound
from tingsu.cases.evidence import attach, open_evidence
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Case
from tingsu.cases.personal import reveal
from tingsu.cases.queue import Filters, list_cases
from tingsu.org.models import RoleGrant, User
from tingsu.org.permissions import NotAllowed
from tingsu.packs.loader import load_pack

HERE, BELOW, BESIDE = "recorded here", "recorded below", "recorded elsewhere"
ACCUSED, LED, SUPPORTED = "of my unit", "led by my unit", "supported by my unit"
HELD_RESPONSIBLE = "my unit is held responsible"
OWN, OWNED = "recorded by me elsewhere", "owned by me"


@pytest.fixture
def around(bank: Bank) -> tuple[Bank, dict[str, Case]]:
    """One case in each relation to the branch B1, whose outlet is O1."""
    branch_clerk = person("branchclerk", "clerk", bank.branch)
    made = {
        HERE: case(bank, by=branch_clerk),
        BELOW: case(bank, by=bank.clerk),
        BESIDE: case(bank, by=bank.other_clerk),
        ACCUSED: case(bank, by=bank.other_clerk, accused_unit=bank.branch),
    }
    for name, fields in (
        (LED, {"lead_unit": "B1"}),
        (SUPPORTED, {"lead_unit": "CC", "support_units": ["CP", "B1"]}),
    ):
        judged = walk(case(bank, by=bank.other_clerk), bank, "judge")
        made[name] = act(judged, "route", fields, by=bank.handler, version=judged.version, at=MONDAY)
    made[HELD_RESPONSIBLE] = blame(case(bank, by=bank.other_clerk), bank, "B1")
    return bank, made


def blame(made: Case, bank: Bank, code: str, **more: str) -> Case:
    """The case once the unit with this code was held responsible for it."""
    fields = {"responsibility": "有责投诉", "responsible_unit": code, "grounds": "监控", **more}
    return act(made, "decide_responsibility", fields, by=bank.head, version=made.version, at=MONDAY)


UNIT = {HERE, ACCUSED, LED, SUPPORTED, HELD_RESPONSIBLE}
REACH = {"own": set(), "unit": UNIT, "subtree": UNIT | {BELOW}, "all": UNIT | {BELOW, BESIDE}}


@pytest.mark.parametrize("role", [role.id for role in load_pack("bank").roles])
def test_each_role_sees_as_far_as_the_pack_says(around: tuple[Bank, dict[str, Case]], role: str) -> None:
    bank, made = around
    granted = load_pack("bank").role(role)
    assert granted is not None
    someone = person("someone", role, bank.branch)
    seen = {name for name, one in made.items() if is_visible(one, by=someone)}
    assert seen == REACH[granted.reach]
    assert set(visible_cases(someone)) == {made[name] for name in seen}
    assert set(list_cases(Filters(state="all"), by=someone)) == {made[name] for name in seen}
    for name, one in made.items():
        if name in seen:
            assert find_case(one.number, by=someone) == one
        else:
            with pytest.raises(NotFound, match=one.number):
                find_case(one.number, by=someone)


@pytest.mark.parametrize("role", [role.id for role in load_pack("bank").roles])
def test_in_the_stages_the_pack_names_a_role_sees_every_case(bank: Bank, role: str) -> None:
    someone = person("someone", role, bank.other_outlet)
    stages = set(getattr(load_pack("bank").role(role), "stages", []))
    made = case(bank)
    for action in (
        "judge",
        "route",
        "investigate",
        "propose",
        "submit",
        "approve",
        "carry_out",
        "answer",
        "follow_up",
        "close",
    ):
        made = walk_one(made, bank, action)
        reach = load_pack("bank").role(role).reach  # type: ignore[union-attr]
        assert is_visible(made, by=someone) is (reach == "all" or made.stage in stages)


def walk_one(made: Case, bank: Bank, action: str) -> Case:
    from tests.make import steps

    who, fields = next((who, fields) for name, who, fields in steps(bank) if name == action)
    return act(made, action, fields, by=who, version=made.version, at=MONDAY)


def test_the_first_receiver_follows_the_case_wherever_it_goes(bank: Bank) -> None:
    made = walk(case(bank), bank, "route")
    bank.clerk.unit = bank.other_outlet
    bank.clerk.save()
    RoleGrant.objects.filter(user=bank.clerk).delete()
    assert is_visible(made, by=User.objects.get(pk=bank.clerk.pk))


def test_the_owner_sees_the_case(bank: Bank) -> None:
    made = case(bank)
    someone = person("new", "clerk", bank.other_outlet)
    assert not is_visible(made, by=someone)
    act(made, "assign", {"owner": "new"}, by=bank.handler, version=1)
    assert is_visible(made, by=someone)


def test_whose_unit_is_held_responsible_sees_the_case_and_appeals(bank: Bank) -> None:
    """The unit had no part in the case until it was blamed; when it is cleared, the case is out of its sight again."""
    made = case(bank, by=bank.other_clerk)
    assert not is_visible(made, by=bank.lead)
    made = find_case(blame(made, bank, "B1").number, by=bank.lead)
    appealed = act(
        made, "appeal_responsibility", {"grounds": "当天不在岗"}, by=bank.lead, version=made.version, at=MONDAY
    )
    cleared = {"outcome": "changed", "responsibility": "无责", "cleared": True, "reason": "查明属实"}
    decided = act(appealed, "decide_appeal", cleared, by=bank.executive, version=appealed.version, at=MONDAY)
    assert not is_visible(decided, by=bank.lead)


def test_who_is_held_responsible_sees_the_case_and_appeals_wherever_he_works(bank: Bank) -> None:
    """A teller lent to the branch for a day: neither his unit nor anyone there has a part in the case."""
    lent = person("lent", "unit_lead", bank.other_outlet)
    made = case(bank)
    assert not is_visible(made, by=lent)
    blamed = blame(made, bank, "B1", responsible_person="lent")
    assert is_visible(blamed, by=lent) and list(visible_cases(lent)) == [blamed]
    appealed = act(
        blamed, "appeal_responsibility", {"grounds": "当天不在岗"}, by=lent, version=blamed.version, at=MONDAY
    )
    assert appealed.appeals.get().asked_by == lent


def test_who_is_held_responsible_appeals_by_whichever_of_his_roles_may(bank: Bank) -> None:
    lent = person("lent", "clerk", bank.other_outlet)
    RoleGrant.objects.create(user=lent, role="unit_lead", unit=bank.other_outlet)
    blamed = blame(case(bank), bank, "B1", responsible_person="lent")
    appealed = act(
        blamed, "appeal_responsibility", {"grounds": "当天不在岗"}, by=lent, version=blamed.version, at=MONDAY
    )
    assert appealed.appeals.get().asked_by == lent


@pytest.mark.parametrize("roles", [1, 2])
def test_who_is_held_responsible_elsewhere_does_nothing_but_appeal(bank: Bank, roles: int) -> None:
    lent = person("lent", "unit_lead", bank.other_outlet)
    if roles == 2:
        RoleGrant.objects.create(user=lent, role="clerk", unit=bank.other_outlet)
    blamed = blame(case(bank), bank, "B1", responsible_person="lent")
    assert [offer.action.id for offer in offers(blamed, by=lent) if offer.allowed] == ["appeal_responsibility"]
    with pytest.raises(NotAllowed):
        act(blamed, "note", {"text": "我来说明"}, by=lent, version=blamed.version, at=MONDAY)


def test_a_person_without_a_role_sees_nothing(bank: Bank) -> None:
    case(bank)
    assert not visible_cases(person("nobody", "", bank.outlet)).exists()


def test_a_role_the_pack_no_longer_knows_brings_nothing(bank: Bank) -> None:
    case(bank)
    assert not visible_cases(person("former", "teller_of_old", bank.head_office)).exists()


def test_several_grants_add_up(bank: Bank) -> None:
    here, there = case(bank), case(bank, by=bank.other_clerk)
    both = person("both", "clerk", bank.outlet)
    RoleGrant.objects.create(user=both, role="lobby_manager", unit=bank.other_outlet)
    assert set(visible_cases(both)) == {here, there}


def test_a_unit_whose_code_begins_like_another_is_not_below_it(bank: Bank) -> None:
    longer = unit("B10", "新城分行", "branch", bank.head_office)
    made = case(bank, by=person("b10", "clerk", longer))
    assert not is_visible(made, by=bank.lead)


def test_a_withdrawn_account_can_do_nothing(bank: Bank) -> None:
    bank.handler.is_active = False
    bank.handler.save()
    gone = User.objects.get(pk=bank.handler.pk)
    made = case(bank)
    with pytest.raises((NotFound, NotAllowed)):
        act(made, "note", {"text": "x"}, by=gone, version=1)


def test_every_door_is_closed_alike(bank: Bank) -> None:
    """What is out of reach is simply not there: no verb tells a hidden case from a missing one."""
    made = case(bank)
    held = attach(made, by=bank.clerk, name="a.txt", content=BytesIO(b"x"))
    outsider = person("lobby2", "lobby_manager", bank.other_outlet)
    for door in (
        lambda: act(made, "note", {"text": "x"}, by=outsider, version=1),
        lambda: reveal(made, by=outsider, reason="看看"),
        lambda: attach(made, by=outsider, name="b.txt", content=BytesIO(b"x")),
        lambda: open_evidence(made, held.no, by=outsider),
        lambda: find_case(made.number, by=outsider),
    ):
        with pytest.raises(NotFound):
            door()
    made.refresh_from_db()
    assert made.events.count() == 2


@pytest.mark.parametrize(
    "number", ["", "26119999", "' OR 1=1 --", "%", "\x00", "\ud800", "9" * 5000, "２６１１０００１"]
)
def test_a_number_that_is_not_there_is_not_found(bank: Bank, number: str) -> None:
    case(bank)
    with pytest.raises(NotFound):
        find_case(number, by=bank.handler)
