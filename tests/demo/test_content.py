"""The demo's complaints are those of the open corpus, and what its staff write fits every one of them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from scripts.demo_texts import AGENTS, PLACE, as_lines, choose

from tingsu.demo.choosing import Shelf, complexity_of, unit_of
from tingsu.demo.outcomes import draw_outcome, load_outcomes
from tingsu.demo.people import load_bank
from tingsu.demo.telling import Telling, load_tellings
from tingsu.packs.loader import load_pack
from tingsu.reading.labels import SEVERAL, SINGLE
from tingsu.reading.learned.corpus import read_corpus

CORPUS = Path(__file__).parents[2] / "corpus"
TELLINGS = load_tellings()
LEFT = re.compile(r"[\[\]{}|]|，。|。。|，，|None")


def test_the_file_is_what_the_script_makes_of_the_corpus() -> None:
    assert PLACE.read_text(encoding="utf-8") == as_lines(choose(read_corpus(CORPUS))), "python -m scripts.demo_texts"
    assert PLACE.stat().st_size < 1_000_000


def test_every_text_is_the_corpus_word_for_word_with_its_settled_labels() -> None:
    corpus = {one.id: one for one in read_corpus(CORPUS)}
    for telling in TELLINGS:
        one = corpus[telling.id]
        text = telling.text
        for said, slot in AGENTS.get(telling.id, {}).items():
            text = text.replace(slot, said)
        assert text == one.text
        assert one.labels["complaint"] == "yes"
        assert (telling.business, telling.cause, telling.need) == tuple(
            one.labels[facet] for facet in ("business", "cause", "need")
        )
        assert (str(telling.emotion), ",".join(telling.demands)) == (one.labels["emotion"], one.labels["demand"])


def test_there_are_enough_and_of_every_kind() -> None:
    assert len({telling.id for telling in TELLINGS}) == len(TELLINGS) >= 900
    assert Counter(telling.topic for telling in TELLINGS)["app_login"] >= 37
    assert Counter(telling.topic for telling in TELLINGS)["pension_queue"] >= 18
    for facet in ("business", "cause", "need"):
        assert {getattr(telling, facet) for telling in TELLINGS} == set(SINGLE[facet])
    assert {telling.emotion for telling in TELLINGS} == {0, 1, 2, 3}
    for facet, names in (("demand", "demands"), ("risk", "risks")):
        assert {name for telling in TELLINGS for name in getattr(telling, names)} >= set(SEVERAL[facet])
    assert len({(telling.business, telling.cause) for telling in TELLINGS}) >= 90
    assert len({telling.channel for telling in TELLINGS}) >= 11


def test_a_text_names_no_other_bank_and_no_outlet_of_its_own() -> None:
    other = re.compile("工商银行|建设银行|农业银行|招商银行|城东支行|建行|招行")
    assert not [telling.id for telling in TELLINGS if other.search(telling.text)]


@pytest.mark.parametrize("cause", sorted({telling.cause for telling in TELLINGS}))
def test_whatever_comes_of_a_complaint_is_whole_and_of_the_pack(cause: str) -> None:
    pack, rng = load_pack("bank"), Random(1)
    for telling in [one for one in TELLINGS if one.cause == cause]:
        for _ in range(3):
            outcome = draw_outcome(rng, telling)
            said = [outcome.finding, outcome.root, outcome.answer, outcome.after, outcome.summary, outcome.lesson]
            said += [text for _kind, _amount, text in outcome.options]
            assert all(words and not LEFT.search(words) for words in said), (telling.id, said)
            assert 3 <= len(outcome.options) <= 4 and 0 <= outcome.chosen < len(outcome.options)
            assert all(pack.taxonomy("remedy").choice(kind) for kind, _amount, _text in outcome.options)
            assert all(0 <= amount <= 60_000 for _kind, amount, _text in outcome.options)
            assert (outcome.responsibility == "有责投诉") == bool(outcome.fault)
            assert not outcome.fault or pack.taxonomy("fault_code").choice(outcome.fault)
            assert pack.taxonomy("root_cause").choice(outcome.why)
            assert complexity_of(telling) in ("simple", "complex")


def test_money_is_paid_only_where_it_is_asked_and_the_text_names_the_sum() -> None:
    rng, paid = Random(2), 0
    for telling in TELLINGS:
        outcome = draw_outcome(rng, telling)
        kind, amount, _text = outcome.options[outcome.chosen]
        if amount and kind == "退费":
            assert telling.yuan is not None and "退款" in telling.demands
            assert amount in (telling.yuan, telling.yuan // 2)
            paid += 1
        assert outcome.verdict != "not_valid" or amount == 0
    assert paid >= 30


def test_every_demand_and_cause_has_its_words() -> None:
    assert set(load_outcomes()["causes"]) == set(SINGLE["cause"])
    assert set(load_outcomes()["asks"]) == {*SEVERAL["demand"], "none"}


def test_every_unit_a_matter_falls_to_exists() -> None:
    bank, rng = load_bank(), Random(3)
    codes = {unit_of(rng, telling, bank) for telling in TELLINGS}
    assert codes <= {unit.code for unit in bank.units}
    assert {unit.code for unit in bank.outlets()} <= codes and {"KZX", "LX", "DZ", "GJ"} <= codes


def test_the_shelf_tells_everything_once_before_anything_twice() -> None:
    ordinary = [telling for telling in TELLINGS if not telling.topic][:20]
    shelf, told = Shelf(Random(4), ordinary), []
    for _ in range(40):
        one: Telling = shelf.draw()
        shelf.take(one)
        told.append(one.id)
    assert set(told[:20]) == {one.id for one in ordinary}
    assert set(Counter(told).values()) == {2}
    with pytest.raises(LookupError):
        shelf.draw(topic="nothing")
