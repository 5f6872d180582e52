"""A class's own desk: found for the case, never the unit complained of; first priority stands first in the queue."""

from __future__ import annotations

from tests.make import MONDAY, Bank, case, leave_steps_to_unit_leads
from tingsu.cases.class_desks import own_desk
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.cases.queue import Filters, first_cases
from tingsu.org.desks import set_desk
from tingsu.org.pack import choices_in_force


def judged(bank: Bank, complexity: str, **draft: object) -> Case:
    fields = {"verdict": "valid", "reason": "属实", "complexity": complexity}
    made = case(bank, **draft)
    return act(made, "judge", fields, by=bank.handler, version=made.version, at=MONDAY)


def test_the_banks_classes_and_which_of_them_comes_first() -> None:
    classes = choices_in_force("complexity")
    assert [c.id for c in classes][:5] == ["simple", "complex", "major", "ending", "vip"]
    assert [c.id for c in classes if c.first] == ["major"]


def test_the_class_goes_before_the_tags_and_a_closed_unit_is_not_named(bank: Bank) -> None:
    angry = "柜员冒用我的身份开卡，再不处理我就向银保监会12378投诉！"
    set_desk("tag", "监管", bank.cards, by=bank.admin)
    made = judged(bank, "major", text=angry)
    own = own_desk(made)
    assert own is not None and (own.unit, own.kind, own.value) == (bank.cards, "tag", "监管")
    set_desk("complexity", "major", bank.desk, by=bank.admin)
    own = own_desk(made)
    assert own is not None and (own.unit, own.value) == (bank.desk, "major")
    bank.desk.active = False
    bank.desk.save()
    own = own_desk(made)
    assert own is not None and own.unit == bank.cards


def test_nobody_is_given_a_complaint_about_himself(bank: Bank) -> None:
    set_desk("complexity", "vip", bank.cards, by=bank.admin)
    assert own_desk(judged(bank, "vip", accused_unit=bank.cards)) is None
    assert own_desk(judged(bank, "vip", accused_unit=bank.outlet)) is not None
    assert own_desk(judged(bank, "simple")) is None


def test_a_unit_where_nobody_could_act_is_not_suggested(bank: Bank) -> None:
    leave_steps_to_unit_leads(bank)
    made = judged(bank, "vip")
    set_desk("complexity", "vip", bank.cards, by=bank.admin)
    assert own_desk(made) is None
    set_desk("complexity", "vip", bank.branch, by=bank.admin)
    own = own_desk(made)
    assert own is not None and own.unit == bank.branch


def test_open_cases_of_first_priority_are_named_before_the_list(bank: Bank) -> None:
    judged(bank, "vip")
    grave = judged(bank, "major")
    assert [c.number for c in first_cases(Filters(), by=bank.handler, at=MONDAY)] == [grave.number]
    assert not first_cases(Filters(state="ended"), by=bank.handler, at=MONDAY)
    assert not first_cases(Filters(), by=bank.other_clerk, at=MONDAY)  # only what this person may see
