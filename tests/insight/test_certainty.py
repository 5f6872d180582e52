"""Bounds hold what they say they hold."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tingsu.insight.certainty import adjusted, count_bounds, held_against_history, overdispersed, share_bounds


@given(st.integers(0, 400), st.integers(0, 400))
def test_bounds_lie_around_the_figure(count: int, more: int) -> None:
    low, high = share_bounds(np.array([float(count)]), float(count + more))
    assert 0 <= low[0] <= high[0] <= 1
    if count + more:
        assert low[0] - 1e-9 <= count / (count + more) <= high[0] + 1e-9
    low, high = count_bounds(np.array([float(count)]))
    assert low[0] <= count <= high[0]


def test_the_wilson_interval_is_the_published_one() -> None:
    low, _high = share_bounds(np.array([10.0]), 10.0)
    assert np.allclose(low, 0.7225, atol=1e-4)


@given(st.integers(1, 300), st.floats(0.01, 200), st.floats(0.05, 50))
def test_the_law_of_counts_has_its_mean_and_variance_and_is_the_negative_binomial(
    count: int, mean: float, size: float
) -> None:
    law = overdispersed(np.asarray(mean), np.asarray(mean + mean**2 / size))
    assert np.isclose(law.mean(), mean) and np.isclose(law.var(), mean + mean**2 / size)
    terms = [
        math.exp(
            math.lgamma(n + size) - math.lgamma(size) - math.lgamma(n + 1)
            + size * math.log(size / (mean + size)) + n * math.log(mean / (mean + size))
        )
        for n in range(count)
    ]  # fmt: skip
    assert np.isclose(law.sf(count - 1), 1 - sum(terms), atol=1e-9)


def test_the_garwood_interval_is_the_published_one() -> None:
    low, high = count_bounds(np.array([0.0, 1.0, 10.0]))
    assert np.allclose(low, [0, 0.0253, 4.7954], atol=1e-3)
    assert np.allclose(high, [3.6889, 5.5716, 18.3904], atol=1e-3)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_q_values_are_those_of_benjamini_and_hochberg(chances: list[float]) -> None:
    q = adjusted(np.array(chances))
    ranked = sorted(chances)
    for at, value in enumerate(chances):
        plain = min(c * len(chances) / (rank + 1) for rank, c in enumerate(ranked) if c >= value)
        assert abs(q[at] - min(plain, 1.0)) < 1e-9


def test_ordinary_counts_are_hardly_ever_called_a_rise() -> None:
    dice = np.random.default_rng(5)
    counts = dice.poisson(8.0, (3000, 13)).astype(float)
    normal = held_against_history(counts[:, 0], counts[:, 1:])
    assert (normal.chance <= 0.01).mean() < 0.012
    assert (adjusted(normal.chance) <= 0.05).sum() <= 2


def test_a_clear_rise_is_called_one_and_its_growth_is_bounded() -> None:
    history = np.tile([4.0, 6.0, 5.0, 5.0, 4.0, 6.0], (1, 1))
    normal = held_against_history(np.array([30.0]), history)
    assert normal.chance[0] < 1e-6
    assert normal.ratio_low[0] < 6 < normal.ratio_high[0]
    assert normal.ratio_low[0] > 2
    assert normal.high[0] < 15
