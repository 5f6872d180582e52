"""Nobody handles, decides or looks into a complaint about himself, however the counter wrote his name (回避)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.make import MONDAY, OPTIONS, Bank, case, person, steps, walk
from tingsu.cases.errors import NotPossible
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Case
from tingsu.cases.personal import reveal
from tingsu.cases.queue import waiting_for
from tingsu.org.models import RoleGrant
from tingsu.org.permissions import NotAllowed
from tingsu.packs.loader import load_pack

# A statement, a word to the customer, handing the case on, and the word of whoever was found responsible.
OPEN_TO_ALL = {"note", "promise", "assign", "appeal_responsibility"}


def walk_to(made: Case, bank: Bank, until: str) -> Case:
    """Along the road without the desk's first handler, who stands aside."""
    for action, who, fields in steps(bank):
        who = bank.handler2 if who == bank.handler else who
        made = act(made, action, fields, by=who, version=made.version, at=MONDAY)
        if action == until:
            break
    return made


@pytest.mark.parametrize(
    "until",
    ["", "judge", "route", "investigate", "propose", "submit", "approve", "carry_out", "answer", "follow_up", "close"],
)
def test_the_accused_is_offered_no_step_anywhere_on_the_road(bank: Bank, until: str) -> None:
    made = case(bank, accused_person="李敏")
    made = walk_to(made, bank, until) if until else made
    allowed = {offer.action.id for offer in offers(made, by=bank.handler) if offer.allowed}
    assert allowed <= OPEN_TO_ALL


@pytest.mark.parametrize(
    "action, fields",
    [
        ("withdraw", {"reason": "客户撤诉"}),
        ("merge", {"into": "?", "reason": "同一事项"}),
        ("correct", {"emotion": "0"}),
    ],
)
def test_the_accused_cannot_make_the_complaint_go_away(bank: Bank, action: str, fields: dict[str, Any]) -> None:
    made = case(bank, accused_person="李敏")
    with pytest.raises(NotPossible, match="回避"):
        act(made, action, fields, by=bank.handler, version=made.version, at=MONDAY)


@pytest.mark.parametrize(
    "said",
    ["李敏", " 李敏 ", "李 敏", "投诉专员李敏", "李敏（女）", "王小雨、李敏", "李敏\u200b", "工号：desk", "ＤＥＳＫ"],
)
def test_however_the_name_was_written(bank: Bank, said: str) -> None:
    made = case(bank, accused_person=said)
    with pytest.raises(NotPossible, match="回避"):
        act(made, *steps(bank)[0][::2], by=bank.handler, version=1, at=MONDAY)


@pytest.mark.parametrize("said", ["", "一位女柜员", "desk2", "李先生"])
def test_others_go_on_working(bank: Bank, said: str) -> None:
    made = case(bank, accused_person=said)
    assert act(made, *steps(bank)[0][::2], by=bank.handler, version=1, at=MONDAY).stage == "judged"


def test_a_complaint_is_not_given_to_whom_it_is_about(bank: Bank) -> None:
    made = case(bank, accused_person="柜员王小雨")
    with pytest.raises(NotPossible, match="王小雨"):
        act(made, "assign", {"owner": "clerk"}, by=bank.handler, version=1, at=MONDAY)


def test_the_accused_does_not_look_up_who_complained(bank: Bank) -> None:
    manager = person("hall", "lobby_manager", bank.outlet, "钱多多")
    made = case(bank, accused_person="大堂钱多多", accused_unit=bank.outlet)
    with pytest.raises(NotPossible, match="回避"):
        reveal(made, by=manager, reason="想知道是谁")
    assert not made.events.filter(kind="reveal").exists()


def test_who_made_the_plan_does_not_approve_it_when_another_sent_it(bank: Bank) -> None:
    made = walk(case(bank), bank, "investigate")
    made = act(made, "propose", {"options": OPTIONS, "chosen": "2"}, by=bank.head, version=made.version, at=MONDAY)
    made = act(made, "submit", {}, by=bank.handler, version=made.version, at=MONDAY)
    assert not waiting_for(bank.head).exists()
    with pytest.raises(NotPossible, match="提出"):
        act(made, "approve", {"reason": "同意"}, by=bank.head, version=made.version, at=MONDAY)
    assert waiting_for(bank.executive).exists()
    assert act(made, "approve", {"reason": "同意"}, by=bank.executive, version=made.version, at=MONDAY)


def test_who_made_an_earlier_plan_may_approve_anothers(bank: Bank) -> None:
    made = walk(case(bank), bank, "investigate")
    made = act(made, "propose", {"options": OPTIONS, "chosen": "2"}, by=bank.head, version=made.version, at=MONDAY)
    made = act(made, "propose", {"options": OPTIONS, "chosen": "1"}, by=bank.lead, version=made.version, at=MONDAY)
    made = act(made, "submit", {}, by=bank.handler, version=made.version, at=MONDAY)
    assert waiting_for(bank.head).exists()
    assert act(made, "approve", {"reason": "同意"}, by=bank.head, version=made.version, at=MONDAY).stage == "approved"


def test_a_manager_decides_for_the_own_branch_only(bank: Bank) -> None:
    """Seeing another branch's case, by a second post or as its owner, gives no say over its money."""
    made = case(bank, by=bank.other_clerk)
    helping = bank.manager
    RoleGrant.objects.create(user=helping, role="clerk", unit=bank.other_outlet)
    for action, who, fields in steps(bank, "4000")[:5]:
        fields = {**fields, "lead_unit": "B2", "support_units": []} if action == "route" else fields
        made = act(made, action, fields, by=bank.handler if who == bank.lead else who, version=made.version, at=MONDAY)
    helping = type(helping).objects.get(pk=helping.pk)
    assert not waiting_for(helping).exists()
    with pytest.raises(NotAllowed):
        act(made, "approve", {"reason": "同意"}, by=helping, version=made.version, at=MONDAY)
    made = act(made, "assign", {"owner": "manager"}, by=bank.handler2, version=made.version, at=MONDAY)
    with pytest.raises(NotAllowed):
        act(made, "approve", {"reason": "同意"}, by=helping, version=made.version, at=MONDAY)
    assert not waiting_for(helping).exists()


def test_a_manager_approves_in_the_own_branch(bank: Bank) -> None:
    made = walk(case(bank), bank, "submit", amount="4000")
    assert waiting_for(bank.manager).exists()
    assert (
        act(made, "approve", {"reason": "同意"}, by=bank.manager, version=made.version, at=MONDAY).stage == "approved"
    )


def test_who_leads_one_branch_is_no_leader_where_he_helps_at_the_counter(bank: Bank) -> None:
    RoleGrant.objects.create(user=bank.lead, role="clerk", unit=bank.other_outlet)
    made = case(bank, by=bank.other_clerk)
    for action, who, fields in steps(bank)[:2]:
        fields = {**fields, "lead_unit": "O2", "support_units": []} if action == "route" else fields
        made = act(made, action, fields, by=who, version=made.version, at=MONDAY)
    with pytest.raises(NotAllowed):
        act(made, *steps(bank)[2][::2], by=bank.lead, version=made.version, at=MONDAY)
    offered = {offer.action.id for offer in offers(made, by=bank.lead) if offer.allowed}
    assert "investigate" not in offered and "note" in offered


def test_every_step_that_decides_keeps_the_accused_out() -> None:
    """A new step without the guard would be an oversight."""
    unguarded = {a.id for a in load_pack("bank").process.actions if "no_direct_interest" not in a.guards}
    assert unguarded == OPEN_TO_ALL
