"""Anyone may try anything under any shipped pack: no dead end, no lost event, no trace of what was refused."""

from __future__ import annotations

import os
from random import Random

import pytest
from benchmarks.houses import build_house, shipped_packs
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.pack_walks import Sequence, World, check_clocks


class AnyPackAnyMove(RuleBasedStateMachine):
    """One case of one pack, taken up anywhere on its road; the transaction is rolled back after each sequence."""

    world: World

    @initialize(start=st.integers(0, 100))
    def take_up(self, start: int) -> None:
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.sequence = Sequence(self.world, start)

    @rule(seed=st.integers(0, 2**32))
    def take_an_offered_step(self, seed: int) -> None:
        self.sequence.take_offered(Random(seed))

    @rule(seed=st.integers(0, 2**32))
    def try_anything(self, seed: int) -> None:
        self.sequence.try_anything(Random(seed))

    def teardown(self) -> None:
        if not hasattr(self, "frame"):
            return
        try:
            self.sequence.check_whole()
        finally:
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("pack", shipped_packs())
def test_any_sequence_leaves_the_case_whole_and_a_way_to_its_end(pack: str) -> None:
    [branch] = build_house((pack,), deputies=True)
    world = AnyPackAnyMove.world = World(branch)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        AnyPackAnyMove,
        settings=settings(
            max_examples=int(os.environ.get("TEST_EXAMPLES", "30")),
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a seed a step leaves little to shrink
        ),
    )
    assert world.count.taken
    assert world.count.refused


def test_a_clock_that_became_shorter_or_moved_after_stopping_is_found() -> None:
    """The checks of the machine themselves can fail."""
    running = {"id": 1, "kind": "statute", "state": "running", "safe_target": "2026-11-10", "lawful_end": "2026-11-20"}
    with pytest.raises(AssertionError, match="became shorter"):
        check_clocks("extend", [running], [{**running, "lawful_end": "2026-11-19"}])
    with pytest.raises(AssertionError, match="a clock is gone"):
        check_clocks("close", [running], [])
    with pytest.raises(AssertionError, match="safe after lawful"):
        check_clocks("extend", [running], [{**running, "safe_target": "2026-11-21"}])
    stopped = {**running, "state": "met"}
    with pytest.raises(AssertionError, match="stopped clock moved"):
        check_clocks("note", [stopped], [{**stopped, "lawful_end": "2026-11-21"}])
    check_clocks("extend", [running], [{**running, "lawful_end": "2026-11-25"}])
