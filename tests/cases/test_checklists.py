"""A pack's guide on a case: ticked by people in its stages, kept as events, told from them again."""

from __future__ import annotations

import pytest

from tests.make import Bank, case, steps, walk
from tests.org.test_editions import changed
from tingsu.cases.audit import verify
from tingsu.cases.checklists import LONGEST_NOTE, Guide, guides_of, tick_item
from tingsu.cases.errors import Incomplete, NotFound, NotPossible
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.org.editions import put_in_force
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed

STEPS = {
    "id": "spot", "name": "现场三步", "stages": ["recorded", "judged"], "by": ["clerk", "lobby_manager", "handler"],
    "items": [
        {"id": "listen", "name": "倾听", "hint": "让客户把话说完，不打断。", "source": "001.5"},
        {"id": "sorry", "name": "致歉"},
        {"id": "thank", "name": "致谢"},
    ],
}  # fmt: skip
OPEN_TO_ALL = {"id": "all", "name": "任何经办人", "stages": ["judged"], "items": [{"id": "a", "name": "核对"}]}


@pytest.fixture
def spot(bank: Bank) -> Bank:
    """A bank whose pack has two guides."""
    put_in_force(changed(version="9", checklists=[STEPS, OPEN_TO_ALL]), by=bank.admin)
    return bank


def guide(made: Case, by: User, name: str = "spot") -> Guide:
    return next(g for g in guides_of(made, made.events.all(), by=by) if g.checklist.id == name)


def test_a_tick_says_who_and_when_and_can_be_taken_back(spot: Bank) -> None:
    made = case(spot)
    tick_item(made, "spot", "listen", done=True, note=" 客户很激动 ", by=spot.clerk)
    first, second, _ = guide(made, spot.clerk).ticks
    assert first.done and not second.done
    assert first.event is not None and "王小雨" in first.event.by_name
    assert first.note == "客户很激动"
    tick_item(made, "spot", "listen", done=False, by=spot.clerk)
    assert [t.done for t in guide(made, spot.clerk).ticks] == [False, False, False]
    assert [e.kind for e in made.events.all()] == ["record", "tick", "untick"]
    assert list(verify()) == []


def test_a_tick_disturbs_nobodys_open_form(spot: Bank) -> None:
    made = case(spot)
    tick_item(made, "spot", "listen", done=True, by=spot.clerk)
    assert act(made, *steps(spot)[0][::2], by=spot.handler, version=made.version).stage == "judged"


def test_of_two_who_tick_the_same_the_quicker_one_stands(spot: Bank) -> None:
    made = case(spot)
    for who in (spot.clerk, spot.handler):
        tick_item(made, "spot", "listen", done=True, by=who)
    tick_item(made, "spot", "sorry", done=False, by=spot.handler)
    assert [e.by for e in made.events.filter(kind__in=("tick", "untick"))] == [spot.clerk]
    tick_item(made, "spot", "listen", done=True, note="又核对过", by=spot.handler)
    assert guide(made, spot.clerk).ticks[0].note == "又核对过"


def test_only_whom_the_guide_names_may_tick_and_the_page_says_why(spot: Bank) -> None:
    made = walk(case(spot), spot, "judge")
    with pytest.raises(NotAllowed):
        tick_item(made, "spot", "listen", done=True, by=spot.executive)
    assert "网点受理员" in guide(made, spot.executive).why_not
    assert guide(made, spot.handler).why_not == ""
    tick_item(made, "all", "a", done=True, by=spot.head)  # nobody is named: whoever may act here


def test_out_of_its_stages_a_guide_is_only_read(spot: Bank) -> None:
    made, other = case(spot), case(spot, name="李四")
    tick_item(made, "spot", "listen", done=True, by=spot.clerk)
    made, other = walk(made, spot, "route"), walk(other, spot, "route")
    assert not guide(made, spot.handler).open
    assert guides_of(other, other.events.all(), by=spot.handler) == []
    with pytest.raises(NotPossible, match="待判断、待转办"):
        tick_item(made, "spot", "sorry", done=True, by=spot.clerk)


def test_the_accused_ticks_nothing(spot: Bank) -> None:
    made = case(spot, accused_person="李敏")
    with pytest.raises(NotPossible, match="回避"):
        tick_item(made, "spot", "listen", done=True, by=spot.handler)


@pytest.mark.parametrize(("checklist", "item"), [("none", "listen"), ("spot", "none")])
def test_what_is_not_in_the_guide_is_not_there(spot: Bank, checklist: str, item: str) -> None:
    with pytest.raises(NotFound):
        tick_item(case(spot), checklist, item, done=True, by=spot.clerk)


def test_another_outlets_case_is_not_there(spot: Bank) -> None:
    with pytest.raises(NotFound):
        tick_item(case(spot), "spot", "listen", done=True, by=spot.other_clerk)


@pytest.mark.parametrize("note", ["长" * (LONGEST_NOTE + 1), "a\x00b"])
def test_a_note_nobody_can_keep_is_refused(spot: Bank, note: str) -> None:
    with pytest.raises(Incomplete):
        tick_item(case(spot), "spot", "listen", done=True, note=note, by=spot.clerk)
