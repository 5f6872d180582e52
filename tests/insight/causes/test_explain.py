"""A change of counts is laid where it comes from, or said to come from nowhere in particular."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.insight.causes.compare import compare, ratio_interval
from tingsu.insight.causes.explain import Cells, explain_change
from tingsu.insight.causes.said import largest_sentence, rest_sentence

UNITS, CAUSES, CHANNELS = 12, 6, 4


def some_cells(seed: int, *, mean: float = 2.0, scale: float = 1.0) -> Cells:
    rng = np.random.default_rng(seed)
    grid = np.indices((UNITS, CAUSES, CHANNELS)).reshape(3, -1)
    rate = rng.gamma(1.0, mean, grid.shape[1])
    values = {name: [f"{name}{v}" for v in row] for name, row in zip(("unit", "cause", "channel"), grid, strict=True)}
    return Cells(values, rng.poisson(rate * scale).astype(float), rng.poisson(rate).astype(float), scale, 1.0)


def raised(cells: Cells, where: dict[str, str], more: int, seed: int = 0) -> Cells:
    mask = np.logical_and.reduce([np.array(cells.values[name]) == value for name, value in where.items()])
    now = cells.now.copy()
    now[mask] += np.random.default_rng(seed).multinomial(more, np.full(int(mask.sum()), 1 / mask.sum()))
    return replace(cells, now=now)


@given(seed=st.integers(0, 300))
@settings(max_examples=25, deadline=None)
def test_a_planted_rise_is_named(seed):
    cells = raised(some_cells(seed), {"unit": "unit3", "cause": "cause1"}, 120)
    told = explain_change(cells)
    assert told.parts[0].where == {"unit": "unit3", "cause": "cause1"}
    assert told.parts[0].change == pytest.approx(120, abs=40)


def test_noise_is_hardly_ever_a_cause():
    named = sum(bool(explain_change(some_cells(seed)).parts) for seed in range(120))
    assert named <= 120 * 0.05 + 4


def test_a_rise_everywhere_is_said_to_be_general():
    rng = np.random.default_rng(1)
    cells = some_cells(1, mean=6.0)
    cells = replace(cells, now=rng.poisson(cells.before * 1.5).astype(float))
    told = explain_change(cells)
    assert told.sure
    assert told.general
    assert told.parts == []


def test_what_fell_is_named_with_what_rose():
    cells = raised(some_cells(5, mean=4.0), {"unit": "unit2"}, 300)
    now = np.where(np.array(cells.values["channel"]) == "channel1", np.floor(cells.now * 0.2), cells.now)
    told = explain_change(replace(cells, now=now))
    assert {tuple(part.where.items()) for part in told.parts} >= {(("unit", "unit2"),), (("channel", "channel1"),)}
    assert any(part.change < 0 for part in told.parts)


@given(seed=st.integers(0, 300), more=st.integers(0, 200), scale=st.sampled_from([0.25, 1.0, 3.0]))
@settings(max_examples=40, deadline=None)
def test_parts_and_rest_add_up_to_the_whole(seed, more, scale):
    cells = raised(some_cells(seed, scale=scale), {"unit": "unit1"}, more)
    cells = raised(cells, {"cause": "cause2", "channel": "channel0"}, more)
    told = explain_change(cells)
    assert sum(part.now for part in told.parts) + told.rest.now == told.total_now
    assert sum(part.before for part in told.parts) + told.rest.before == pytest.approx(told.total_before)
    assert sum(part.change for part in told.parts) + told.rest.change == pytest.approx(told.change)
    if told.rest.share_of_change is not None:
        assert sum(part.share_of_change for part in told.parts) + told.rest.share_of_change == pytest.approx(1.0)


@given(seed=st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_the_order_of_cells_does_not_matter(seed):
    cells = raised(some_cells(seed), {"unit": "unit3"}, 150)
    order = np.random.default_rng(seed).permutation(len(cells.now))
    values = {name: [words[n] for n in order] for name, words in cells.values.items()}
    shuffled = Cells(values, cells.now[order], cells.before[order], 1.0, 1.0)
    assert [p.where for p in explain_change(cells).parts] == [p.where for p in explain_change(shuffled).parts]


@pytest.mark.parametrize(
    "cells",
    [
        Cells({"unit": []}, np.zeros(0), np.zeros(0)),
        Cells({}, np.zeros(0), np.zeros(0)),
        Cells({"unit": ["a"]}, np.array([0.0]), np.array([0.0])),
        Cells({"unit": ["a"]}, np.array([90.0]), np.array([0.0])),
        Cells({"unit": ["a", "b"]}, np.array([0.0, 0.0]), np.array([50.0, 3.0])),
    ],
)
def test_little_to_go_by_is_survived(cells):
    told = explain_change(cells)
    assert told.rest.now + sum(part.now for part in told.parts) == told.total_now


def test_phrases_are_asked_for_each_part():
    cells = raised(some_cells(2), {"unit": "unit3"}, 200)
    told = explain_change(cells, phrases=lambda where: [f"在{where['unit']}"])
    assert told.parts[0].phrases == ("在unit3",)


def test_differences_are_for_size_and_held_to_few_false_alarms():
    rng = np.random.default_rng(3)
    words = [f"v{n}" for n in range(60)]
    alike = Cells({"product": words}, rng.poisson(40, 60).astype(float), rng.poisson(10, 60).astype(float), 4.0, 1.0)
    assert not any(one.sure for one in compare(alike))
    more = replace(alike, now=np.where(np.arange(60) == 7, alike.now * 8, alike.now))
    told = compare(more)
    assert told[0].value == "v7"
    assert told[0].sure
    assert told[0].low > 1
    assert [one.value for one in told if one.sure] == ["v7"]


@given(a=st.integers(0, 200), b=st.integers(0, 200), scale=st.floats(0.1, 10))
def test_the_ratio_lies_in_its_interval(a, b, scale):
    low, high = ratio_interval(a, b, scale)
    if b:
        assert low <= a / b / scale + 1e-9
        assert high is not None
        assert a / b / scale <= high + 1e-9


def test_where_no_part_is_sure_the_largest_differences_are_still_named():
    values = {"cause": ["设施", "态度", "流程", "其他"]}
    now, before = np.array([9.0, 4.0, 3.0, 30.0]), np.array([3.0, 4.0, 3.0, 6.0])
    cells = Cells(values, now, before)
    told = explain_change(cells, uneven=9.0)
    assert not told.parts
    said = largest_sentence(told, compare(cells, uneven=9.0), lambda where: where["cause"], scale=1.0)
    assert "设施（9 件，平常约 3 件）" in said and "其他" not in said and "态度" not in said
    longer = replace(cells, before=cells.before * 4, over_before=4.0)
    said = largest_sentence(
        explain_change(longer, uneven=9.0), compare(longer, uneven=9.0), lambda where: where["cause"], scale=0.25
    )
    assert "设施（9 件，平常约 3 件）" in said  # never 12, which were of four times as long
    sure = explain_change(raised(some_cells(1), {"unit": "unit3"}, 400))
    assert sure.parts and largest_sentence(sure, [], str, scale=1.0) == ""


def test_where_counts_are_too_uneven_to_tell_nobody_is_told_it_was_everywhere_alike():
    cells = some_cells(1, mean=6.0)
    told = explain_change(replace(cells, now=np.random.default_rng(1).poisson(cells.before * 1.5).astype(float)))
    assert told.general and not told.parts
    assert "普遍" in rest_sentence(told)
    uneven = rest_sentence(replace(told, uneven=3.3))
    assert "普遍" not in uneven and "起伏" in uneven
