"""What a complaint was found to be decides what may be said: who owns up, and who refuses, kindly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.make import Bank, case
from tingsu.assist.scripts.editing import change_script
from tingsu.assist.scripts.finding import find_scripts, situation_of
from tingsu.assist.scripts.shelf import forget_shelves, shelf_of
from tingsu.assist.scripts.wording_form import as_typed


@pytest.fixture(autouse=True)
def _own_shelves() -> Iterator[None]:
    forget_shelves()
    yield
    forget_shelves()


@pytest.mark.parametrize("stage", ["judged", "carried_out", "answered"])
def test_nobody_is_told_to_own_up_where_nothing_was_wrong_nor_to_refuse_where_something_was(
    bank: Bank, stage: str
) -> None:
    held = case(bank, text="金条手续费没讲清楚，我要退钱，你们得给我道歉。")
    held.stage, held.demands, held.cause, held.need = stage, ["退款"], "定价收费", "求解决"
    for verdict in ("valid", "partly", "not_valid"):
        held.verdict = verdict
        scripts = [one.script for one in find_scripts(situation_of(held), "", by=bank.handler, limit=20)]
        assert scripts and all(not one.verdicts or verdict in one.verdicts for one in scripts)


def test_a_complaint_that_does_not_hold_is_answered_as_soon_as_it_is_judged(bank: Bank) -> None:
    held = case(bank, text="金条手续费没讲清楚，我要退钱。")
    held.stage, held.verdict = "judged", "not_valid"
    found_ = find_scripts(situation_of(held), "", by=bank.handler, limit=3)
    assert any("not_valid" in one.script.verdicts and "认定 不成立" in one.why for one in found_)


def test_a_sites_own_wording_stays_for_the_verdict_it_was_for(bank: Bank) -> None:
    script = shelf_of("bank").find("own-up-first").script
    typed = {**as_typed(script), "text": "这件事是我们错了，错在{事由}，我现在就改。"}
    change_script("bank", script.id, typed, by=bank.head, version=0)
    assert shelf_of("bank").find("own-up-first").script.verdicts == ("valid", "partly")
