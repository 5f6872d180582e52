"""Kappa against values worked out by hand, its interval against published ones, and what always holds."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.quality.agreement.kappa import ENOUGH, agreement_of, agreement_over, cohens_kappa

MARKS = ("yes", "part", "no", "na")
pairs = st.lists(st.tuples(st.sampled_from(MARKS), st.sampled_from(MARKS)), max_size=60)


def table(*rows: tuple[int, ...]) -> list[tuple[str, str]]:
    """Pairs of a table of counts: row i column j says how often the first gave mark i and the second mark j."""
    return [(MARKS[i], MARKS[j]) for i, row in enumerate(rows) for j, n in enumerate(row) for _ in range(n)]


def test_the_textbook_table() -> None:
    # 20 both yes, 15 both no, 5 and 10 apart: seen 0.7, chance 0.5·0.6 + 0.5·0.4 = 0.5, kappa 0.2 / 0.5.
    found = agreement_of(table((20, 5), (10, 15)))
    assert found.n == 50 and found.agreed == 35 and found.share == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)


def test_the_interval_is_that_of_the_large_sample_formula() -> None:
    # Worked by hand with the formula of Fleiss, Cohen and Everitt for the table above:
    # on: .4(1-1.1·.6)² + .3(1-.9·.6)² = .04624 + .06348 = .10972
    # off: .36·(.1·(.6+.5)² + .2·(.4+.5)²) = .36·(.121 + .162) = .10188
    # minus (.4 - .5·.6)² = .01; se = sqrt(.2016/50)/.5 = .12700
    found = agreement_of(table((20, 5), (10, 15)))
    assert found.low == pytest.approx(0.4 - 1.959964 * 0.12700, abs=2e-4)
    assert found.high == pytest.approx(0.4 + 1.959964 * 0.12700, abs=2e-4)


def test_three_marks() -> None:
    # seen (14+8+6)/40 = .7; rows 20,12,8; columns 18,12,10; chance (360+144+80)/1600 = .365; kappa .335/.635.
    found = cohens_kappa(table((14, 3, 3), (3, 8, 1), (1, 1, 6)))
    assert found == pytest.approx(0.335 / 0.635)


def test_worse_than_chance_is_below_nothing() -> None:
    assert cohens_kappa(table((0, 15), (15, 0))) == pytest.approx(-1)


def test_too_few_pairs_have_no_kappa() -> None:
    found = agreement_of(table((10, 0), (0, ENOUGH - 11)))
    assert found.n == ENOUGH - 1 and found.kappa is None and found.why == "too_few"
    assert agreement_of(table((10, 0), (0, ENOUGH - 10))).kappa == pytest.approx(1)


def test_one_mark_throughout_says_nothing() -> None:
    found = agreement_of(table((40,)))
    assert found.kappa is None and found.why == "no_variety" and found.share == 1


def test_a_perfect_agreement_is_not_certain() -> None:
    small, large = agreement_of(table((10, 0), (0, 10))), agreement_of(table((200, 0), (0, 200)))
    assert small.kappa == large.kappa == 1 and small.high == 1
    assert small.low is not None and large.low is not None
    # 0.025^(1/20) = 0.8316 of agreement at least, by the exact bound; chance is a half.
    assert small.low == pytest.approx((0.8316 - 0.5) / 0.5, abs=1e-3) and small.low < large.low < 1


def test_points_of_one_conversation_count_as_one_observation() -> None:
    """The same pairs in fewer, larger groups leave less certain what kappa is."""
    luck = Random(3)
    flat = [
        (a, a if luck.random() < 0.8 else luck.choice(MARKS[:2])) for _ in range(400) for a in [luck.choice(MARKS[:2])]
    ]
    whole = [[pair] * 8 for pair in flat[:50]]
    single = agreement_of([pair for group in whole for pair in group])
    grouped = agreement_over(whole)
    assert grouped.kappa == pytest.approx(single.kappa)
    assert None not in (grouped.low, grouped.high, single.low, single.high)
    assert (grouped.high or 0) - (grouped.low or 0) > 1.5 * ((single.high or 0) - (single.low or 0))


def test_groups_are_counted_not_pairs() -> None:
    few = [[("yes", "yes"), ("no", "no")] * 20 for _ in range(ENOUGH - 1)]
    assert agreement_over(few).why == "too_few" and agreement_over([*few, few[0]]).kappa == 1
    assert agreement_over([[] for _ in range(50)]).n == 0


def test_bootstrap_and_formula_agree_on_independent_pairs() -> None:
    luck = Random(11)
    flat = [
        (a, a if luck.random() < 0.7 else luck.choice(MARKS[:3])) for _ in range(300) for a in [luck.choice(MARKS[:3])]
    ]
    formula, drawn = agreement_of(flat), agreement_over([[pair] for pair in flat])
    assert drawn.low == pytest.approx(formula.low, abs=0.03) and drawn.high == pytest.approx(formula.high, abs=0.03)
    assert agreement_over([[pair] for pair in flat]) == drawn  # the same figure at every look


@given(pairs)
def test_what_always_holds(found: list[tuple[str, str]]) -> None:
    told = agreement_of(found)
    turned = agreement_of([(b, a) for a, b in found])
    assert told.n == len(found) and 0 <= told.agreed <= told.n
    assert (told.kappa is None) == bool(told.why)
    if told.kappa is None:
        return
    assert turned.kappa == pytest.approx(told.kappa)  # who is called first changes nothing
    assert told.low is not None and told.high is not None
    assert -1 <= told.low <= told.kappa + 1e-9 and told.kappa - 1e-9 <= told.high <= 1
    assert math.isfinite(told.low) and told.kappa <= (told.share or 0) + 1e-9  # chance is never given for free


@given(pairs, st.permutations(MARKS))
def test_marks_are_only_names(found: list[tuple[str, str]], names: list[str]) -> None:
    other = dict(zip(MARKS, names, strict=True))
    one, two = cohens_kappa(found), cohens_kappa([(other[a], other[b]) for a, b in found])
    assert (one is None) == (two is None) and (one is None or one == pytest.approx(two))


@given(st.lists(st.sampled_from(MARKS), min_size=ENOUGH, max_size=60))
def test_agreeing_on_everything_is_one_or_nothing(said: list[str]) -> None:
    found = agreement_of([(mark, mark) for mark in said])
    assert found.kappa is None if len(set(said)) == 1 else found.kappa == pytest.approx(1)
