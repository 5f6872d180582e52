"""Every hand-written text fills its slots in every wording, with every outcome of its matter."""

from __future__ import annotations

from random import Random

import pytest

from tingsu.demo.people import load_bank
from tingsu.demo.telling import Matter, amount_of, demand_of, draw_slots, freshest_turn, load_matters, ways_of, word

COMMON = dict.fromkeys(
    ("bank", "city", "hotline", "outlet", "outlet_t", "unit", "date", "part", "staff", "name", "surname", "title",
     "phone", "id_no", "card", "tail"), "某"
) | {"age": 70}  # fmt: skip
MATTERS = sorted(load_matters().values(), key=lambda m: m.key)


@pytest.mark.parametrize("matter", MATTERS, ids=lambda m: m.key)
def test_every_wording_fills(matter: Matter) -> None:
    rng = Random(1)
    for telling in matter.tellings:
        slots = COMMON | draw_slots(rng, matter.slots, telling.slots)
        for turn in range(8):
            word(telling.text, turn=turn, slots=slots)
        assert all(demand_of(demand, slots)[0] for demand in telling.demands)
        for outcome in matter.outcomes:
            parts = [outcome.finding, outcome.root, outcome.answer, outcome.after, outcome.summary, outcome.lesson]
            for part in [*parts, *(text for _, _, text in outcome.options)]:
                assert word(part, turn=1, slots=slots)
            assert all(amount_of(amount, slots) >= 0 for _, amount, _ in outcome.options)


@pytest.mark.parametrize("matter", MATTERS, ids=lambda m: m.key)
def test_outcomes_offer_three_or_four_options_and_choose_one(matter: Matter) -> None:
    assert matter.outcomes
    assert all(len(subject) <= 20 for subject in matter.subjects)
    for outcome in matter.outcomes:
        assert 3 <= len(outcome.options) <= 4
        assert 0 <= outcome.chosen < len(outcome.options)
        assert (outcome.responsibility == "有责投诉") == bool(outcome.fault), outcome.key


def test_there_are_enough_hand_written_texts_and_each_id_is_its_own() -> None:
    ids = [telling.id for matter in MATTERS for telling in matter.tellings]
    assert len(ids) >= 110
    assert len(ids) == len(set(ids))


def test_units_named_exist() -> None:
    codes = {unit.code for unit in load_bank().units} | {"outlet", "branch"}
    assert all({matter.unit, *matter.support} <= codes for matter in MATTERS)


def test_a_fresh_wording_is_found_until_all_are_told() -> None:
    template = "[甲|乙|丙]与[子|丑]"
    told: list[tuple[str, ...]] = []
    for _ in range(6):
        told.append(ways_of(template, freshest_turn(template, told)))
    assert len(set(told)) == 6
