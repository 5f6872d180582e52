"""The detectors by themselves: Farrington's port, EARS, the scan, its chances, pooling, the regression beneath."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks import spike_draws as sim
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tingsu.insight.spikes import baseline, chances, ears, farrington, pooling, scan


def test_the_reference_weeks_of_farrington_flexible_stand_where_r_puts_them() -> None:
    design = farrington.design_of(farrington.FLEXIBLE)
    assert (design.lags[0], design.lags[-1]) == (263, 27)
    assert len(design.lags) == 237
    window = set(design.lags[design.level == 9])
    assert window == {lag for year in range(1, 6) for lag in range(52 * year - 3, 52 * year + 4)}
    sizes = np.bincount(design.level[(design.lags > 55) & (design.lags < 101)])
    assert list(sizes) == [5] * 9  # 45 weeks between two windows, cut into nine blocks


def test_farrington_expects_a_flat_series_as_it_is_and_alarms_above_its_quantile() -> None:
    counts = np.random.default_rng(1).poisson(12, (40, 300)).astype(float)
    expected, upper, chance = farrington.bounds(counts, np.full(40, 299))
    assert abs(expected.mean() - 12) < 0.8
    assert (upper >= stats.poisson.ppf(0.99, expected) - 1).all()
    assert ((chance <= 0.01) == (counts[:, 299] > upper)).mean() > 0.95


def test_farrington_keeps_quiet_on_few_cases_and_zeros() -> None:
    counts = np.zeros((2, 300))
    counts[1, 299] = 4
    weeks = np.full(2, 299)
    _expected, upper, _chance = farrington.bounds(counts, weeks)
    assert not farrington.alarms(counts, weeks, upper).any()
    counts[1, 299] = 5
    _expected, upper, _chance = farrington.bounds(counts, weeks)
    assert list(farrington.alarms(counts, weeks, upper)) == [False, True]


def test_farrington_needs_five_years() -> None:
    with pytest.raises(ValueError, match="263"):
        farrington.bounds(np.ones((1, 300)), np.array([200]))


def test_farrington_weighs_a_past_outbreak_down() -> None:
    counts = np.random.default_rng(3).poisson(10, (30, 300)).astype(float)
    risen = counts.copy()
    risen[:, 150:153] += 60
    weeks = np.full(30, 299)
    plain, touched = farrington.bounds(counts, weeks)[1], farrington.bounds(risen, weeks)[1]
    assert (touched - plain).mean() < 6


def test_ears_looks_at_the_seven_before_and_c2_leaves_two_out() -> None:
    counts = np.array([[1, 2, 3, 4, 5, 6, 7, 8, 9, 30]], float)
    first = ears.upper_bounds(counts, "C1")[0]
    assert np.isnan(first[:7]).all()
    assert first[7] == pytest.approx(4 + stats.norm.isf(0.001) * np.std([1, 2, 3, 4, 5, 6, 7], ddof=1))
    second = ears.upper_bounds(counts, "C2")[0]
    assert np.isnan(second[:9]).all()
    assert second[9] == pytest.approx(first[7])


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.05, 500), st.floats(1, 20), st.lists(st.integers(0, 400), min_size=3, max_size=3), st.integers(1, 300)
)
def test_the_scan_never_falls_as_a_count_grows(mean: float, phi: float, counts: list[int], more: int) -> None:
    means, phis = np.full(3, mean), np.full(3, phi)
    for place in range(3):
        larger = np.array(counts, float)
        larger[place] += more
        before = scan.statistic(np.array(counts, float), means, phis)
        assert scan.statistic(larger, means, phis) >= before - 1e-7


@pytest.mark.parametrize(("mean", "phi"), [(0.3, 1.0), (4.0, 1.0), (4.0, 2.0), (40.0, 1.5), (300.0, 5.0)])
def test_chances_come_as_often_as_they_say(mean: float, phi: float) -> None:
    rng = np.random.default_rng(17)
    means, phis = np.full((40_000, 3), mean), np.full((40_000, 3), phi)
    rate = rng.gamma(means / (phi - 1), phi - 1) if phi > 1 else means
    score = chances.gated(rng.poisson(rate).astype(float), means, phis)
    chance = chances.chance_of(score, means[:, -1], phis[:, -1])
    for alpha in (0.05, 0.01):
        assert (chance <= alpha).mean() < 1.6 * alpha
    if mean > 3:
        assert (chance <= 0.01).mean() > 0.005


def test_the_level_of_a_chance_is_the_chance_of_the_level() -> None:
    mean, phi = np.array([0.5, 6.0, 90.0]), np.array([1.0, 1.6, 4.0])
    for alpha in (0.01, 0.001, 1e-6):
        level = chances.level_of(np.full(3, alpha), mean, phi)
        np.testing.assert_allclose(chances.chance_of(level, mean, phi), alpha, rtol=1e-6)


def test_upper_tails_are_those_of_the_distributions() -> None:
    count = np.array([0.0, 1.0, 5.0, 30.0])
    np.testing.assert_allclose(pooling.upper_tail(count, np.full(4, 7.0), np.ones(4)), stats.poisson.sf(count - 1, 7.0))
    np.testing.assert_allclose(
        pooling.upper_tail(count, np.full(4, 7.0), np.full(4, 2.5)), stats.nbinom.sf(count - 1, 7 / 1.5, 1 / 2.5)
    )


def test_weights_of_a_pool_average_one_while_nothing_rises_and_never_come_from_oneself() -> None:
    scores = np.random.default_rng(4).normal(size=(10, 20_000, 3))
    weight = pooling.weights(scores, [list(range(10))])
    assert 0.8 < weight.mean() < 1.1
    changed = scores.copy()
    changed[3] = 9.0
    again = pooling.weights(changed, [list(range(10))])
    np.testing.assert_allclose(again[3], weight[3])
    assert again[4].mean() > 5
    assert (pooling.weights(scores, [[1]]) == 1).all()


def test_the_regression_finds_trend_and_season_and_doubts_what_is_short() -> None:
    t = np.arange(-260, 0)
    design = np.stack([np.ones(260), t / 260, np.cos(2 * np.pi * t / 52), np.sin(2 * np.pi * t / 52)], 1)
    truth = np.exp(design @ np.array([2.5, 0.5, 0.4, 0.0]))
    counts = np.random.default_rng(6).poisson(truth, (50, 260)).astype(float)
    prior = np.array([np.inf, 1.0, 0.5, 0.5])
    fit = baseline.fit_baseline(counts, design, np.array([[1.0, 0.0, 1.0, 0.0]]), prior)
    assert abs(fit.mean.mean() / np.exp(2.9) - 1) < 0.03
    assert abs(fit.phi.mean() - 1) < 0.1
    short = baseline.fit_baseline(counts[:, -30:], design[-30:], np.array([[1.0, 0.0, 1.0, 0.0]]), prior)
    assert short.error.mean() > 2 * fit.error.mean()
    assert baseline.fit_baseline(counts[:0], design, design[:1], prior).mean.shape == (0, 1)


def test_the_simulation_is_the_one_of_the_paper() -> None:
    draws = sim.draw(5, each=3)
    assert (len(sim.SCENARIOS), draws.past.shape) == (42, (126, 624))
    assert draws.extra.shape == (10, 126, 49)
    quiet = draws.past[:, :300]
    spread = (quiet - draws.mean[:, :300]) ** 2 / draws.mean[:, :300]
    ratio = spread.mean(1) / draws.phi
    assert abs(np.median(ratio) - 1) < 0.2
    assert draws.extra.sum(2).mean(1)[-1] > 5 * draws.extra.sum(2).mean(1)[0]


def test_ours_beats_farrington_at_the_same_rate_of_false_alarms_on_a_small_draw() -> None:
    from benchmarks import spikes

    draws = sim.draw(7, each=1, sizes=(3, 6, 9))
    mine = spikes.matched(spikes.ours(draws), draws)[0]
    theirs = spikes.matched(spikes.farringtons(draws, farrington.FLEXIBLE), draws)[0]
    assert mine.f1 > theirs.f1
    assert mine.pod > theirs.pod - 0.02
