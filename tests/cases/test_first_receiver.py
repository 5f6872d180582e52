"""Whoever hears it first owns it: the eight clauses go with the case to its end, and a breach is on record."""

from __future__ import annotations

import pytest

from tests.make import MONDAY, Bank, case, walk
from tingsu.cases.accountability import sanctions_for
from tingsu.cases.audit import verify
from tingsu.cases.checklists import guides_of, tick_item
from tingsu.cases.errors import NotPossible
from tingsu.cases.lifecycle import act
from tingsu.org.permissions import NotAllowed
from tingsu.packs.loader import list_packs, load_pack

CLAUSES = ["周到热情", "问明情况", "记录详尽", "当场解答", "及时转达", "责任不推", "有问而来", "满意而归"]


@pytest.mark.parametrize("pack", list_packs())
def test_every_pack_has_the_eight_clauses_and_the_faults_by_which_a_breach_is_recorded(pack: str) -> None:
    loaded = load_pack(pack)
    said = next(c for c in loaded.checklists if c.id == "first_receiver")
    assert all(clause in item.name.zh for clause, item in zip(CLAUSES, said.items, strict=True))
    assert {"私下处理", "他人代办", "推诿"} <= {fault.id for fault in loaded.taxonomy("fault_code").values}


def test_the_first_receiver_ticks_until_the_case_ends(bank: Bank) -> None:
    made = walk(case(bank), bank, "answer")
    tick_item(made, "first_receiver", "come", done=True, note="客户来问进度，已查明告知", by=bank.clerk)
    guide = next(g for g in guides_of(made, made.events.all(), by=bank.clerk) if g.checklist.id == "first_receiver")
    assert guide.open and not guide.why_not and guide.done == 1
    ended = walk(case(bank, phone="13900002222"), bank)
    with pytest.raises(NotPossible, match="已经结束"):
        tick_item(ended, "first_receiver", "satisfied", done=True, by=bank.clerk)


def test_a_breach_is_recorded_with_its_grounds_by_the_level_above_and_seen_in_the_list(bank: Bank) -> None:
    made = case(bank)
    breach = {
        "unit": "O1", "person": "clerk", "fault_code": "私下处理", "grounds": "收到投诉后自行联系客户，三天后才登记",
        "study_days": "3",
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        act(made, "hold_accountable", breach, by=bank.handler, version=made.version, at=MONDAY)
    made = act(made, "hold_accountable", breach, by=bank.manager, version=made.version, at=MONDAY)
    row = sanctions_for(made, bank.auditor)[0]
    assert (row.person, row.fault_code, row.study_days) == (bank.clerk, "私下处理", 3)
    assert "三天后才登记" in row.grounds
    assert not list(verify())
