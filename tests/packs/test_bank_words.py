"""The reading engine and the bank pack speak the same words: no reading gives a value the pack cannot show."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.packs.loader import load_pack
from tingsu.reading import read
from tingsu.reading.labels import NEEDS, OTHER
from tingsu.reading.lexicon import read_facet

PACK = load_pack("bank")
CUES = sorted(
    {
        cue.phrase.replace("~", "")
        for facet in ("business", "cause", "need", "demand", "risk")
        for cue in read_facet(facet)
    }
)


def ids(taxonomy: str) -> set[str]:
    return {choice.id for choice in PACK.taxonomy(taxonomy).values}


@pytest.mark.parametrize("facet", ["business", "cause", "need", "demand", "risk"])
def test_every_label_of_the_engine_is_in_the_pack(facet: str) -> None:
    labels = {cue.label for cue in read_facet(facet)}
    assert labels
    assert labels <= ids(facet)


def test_labels_the_engine_gives_without_a_cue_are_in_the_pack() -> None:
    assert set(NEEDS) == ids("need")
    assert OTHER in ids("business") & ids("cause") & ids("demand")
    assert ids("emotion") == {"0", "1", "2", "3"}


@settings(max_examples=150)
@given(st.lists(st.sampled_from(CUES) | st.text(max_size=6), max_size=12).map("，".join))
def test_whatever_is_read_can_be_shown(text: str) -> None:
    reading = read(text)
    assert reading.business.value is None or reading.business.value in ids("business")
    assert reading.cause.value is None or reading.cause.value in ids("cause")
    assert reading.need.value is None or reading.need.value in ids("need")
    assert {demand.kind for demand in reading.demands} <= ids("demand")
    assert {risk.kind for risk in reading.risks} <= ids("risk")
    assert str(reading.emotion.strength) in ids("emotion")


@pytest.mark.parametrize("taxonomy", [t.id for t in PACK.taxonomies])
def test_every_value_has_a_name_in_both_languages(taxonomy: str) -> None:
    for choice in PACK.taxonomy(taxonomy).values:
        assert choice.name is not None and choice.name.zh and choice.name.en, choice.id
