"""A planted cause is named, exactly; noise is not."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.riskloc import find_by_riskloc
from benchmarks.root_cause_cases import DESIGNS, make_cases
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.insight.causes.lattice import build_lattice
from tingsu.insight.causes.locate import locate

SIZES = (8, 6, 5)


def a_table(seed: int, noise: float = 0.05):
    rng = np.random.default_rng(seed)
    codes = np.indices(SIZES).reshape(len(SIZES), -1).T
    forecast = rng.gamma(1.0, 100.0, len(codes))
    real = forecast * (1 + noise * rng.standard_normal(len(codes)))
    return codes, real, forecast


def rows(codes, where):
    return np.logical_and.reduce([codes[:, dim] == value for dim, value in where])


@given(seed=st.integers(0, 200), dim=st.integers(0, 2), rise=st.sampled_from([0.5, 1.0, 3.0, -0.6]))
@settings(max_examples=25, deadline=None)
def test_one_planted_value_is_named_alone(seed, dim, rise):
    codes, real, forecast = a_table(seed)
    mask = rows(codes, [(dim, 2)])
    real[mask] *= 1 + rise
    causes = locate(codes, SIZES, real, forecast)
    assert [cause.where for cause in causes] == [((dim, 2),)]
    assert causes[0].change == pytest.approx((real - forecast)[mask].sum())
    assert causes[0].share == pytest.approx((real - forecast)[mask].sum() / (real - forecast).sum())


def test_a_rise_and_a_fall_are_both_named():
    codes, real, forecast = a_table(7)
    real[rows(codes, [(0, 1)])] *= 2
    real[rows(codes, [(1, 3), (2, 4)])] *= 0.4
    named = {cause.where for cause in locate(codes, SIZES, real, forecast)}
    assert ((0, 1),) in named
    assert ((1, 3), (2, 4)) in named


def test_noise_is_a_cause_in_two_of_a_hundred_tables_at_most():
    tables = [a_table(seed, noise=0.2) for seed in range(200)]
    named = sum(bool(locate(codes, SIZES, real, forecast)) for codes, real, forecast in tables)
    assert named <= 4


@given(seed=st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_order_of_leaves_and_names_of_values_do_not_matter(seed):
    codes, real, forecast = a_table(seed)
    real[rows(codes, [(0, 3), (1, 1)])] *= 2.5
    real[rows(codes, [(2, 0)])] *= 1.6
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(codes))
    renamed = [rng.permutation(size) for size in SIZES]
    other = np.stack([names[codes[:, dim]] for dim, names in enumerate(renamed)], axis=1)[order]
    plain = locate(codes, SIZES, real, forecast)
    shuffled = locate(other, SIZES, real[order], forecast[order])
    expected = {tuple((dim, int(renamed[dim][value])) for dim, value in cause.where) for cause in plain}
    assert {cause.where for cause in shuffled} == expected
    assert sum(c.share for c in plain) == pytest.approx(sum(c.share for c in shuffled))


def test_no_leaf_is_counted_twice():
    codes, real, forecast = a_table(3)
    real[rows(codes, [(0, 1)])] *= 3
    real[rows(codes, [(1, 2)])] *= 1.7
    causes = locate(codes, SIZES, real, forecast)
    either = rows(codes, [(0, 1)]) | rows(codes, [(1, 2)])
    assert sum(cause.change for cause in causes) == pytest.approx((real - forecast)[either].sum())


def test_nothing_and_one_leaf_are_survived():
    none = np.zeros((0, 2), int)
    assert locate(none, (3, 3), np.zeros(0), np.zeros(0)) == []
    assert locate(np.array([[0, 0]]), (3, 3), np.array([0.0]), np.array([0.0])) == []
    assert len(locate(np.array([[0, 0]]), (3, 3), np.array([9.0]), np.array([3.0]))) <= 1


def test_sparse_tables_of_many_values_are_summed_alike():
    rng = np.random.default_rng(5)
    sizes = (40, 50, 60, 70)
    codes = np.stack([rng.integers(0, size, 300) for size in sizes], axis=1)
    weight = rng.random((1, 300))
    for cuboid in build_lattice(codes, sizes, weight):
        assert cuboid.sums.sum() == pytest.approx(weight.sum())
        cell = int(np.argmax(cuboid.sums[0]))
        mask = np.logical_and.reduce([codes[:, dim] == value for dim, value in cuboid.values(cell)])
        assert weight[0, mask].sum() == pytest.approx(cuboid.sums[0, cell])


@pytest.mark.parametrize("name", ["S", "L"])
def test_more_is_found_than_by_the_baseline(name):
    ours = theirs = planted = 0
    for case in make_cases(DESIGNS[name], seed=77, count=6):
        planted += len(case.causes)
        ours += len({c.where for c in locate(case.codes, case.sizes, case.real, case.forecast)} & case.causes)
        theirs += len(find_by_riskloc(case.codes, case.sizes, case.real, case.forecast) & case.causes)
    assert ours >= 0.85 * planted
    assert ours > theirs
