"""Forecasts: near the truth where the truth is known, and honest where little is known."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from benchmarks.forecast_draws import draw
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.insight.certainty import overdispersed
from tingsu.insight.forecast.accuracy import coverage, mase, seasonal_naive, wape
from tingsu.insight.forecast.design import Surroundings, lay_out
from tingsu.insight.forecast.events import EventDay
from tingsu.insight.forecast.outlook import AHEAD, look_ahead, quantile
from tingsu.insight.forecast.panel import DAY, Panel, TooLittle, panel_of, weekly

FIRST = date(2024, 1, 1)


def panel(counts: np.ndarray, first: date = FIRST) -> Panel:
    counts = np.atleast_2d(np.asarray(counts, dtype=float))
    names = tuple(f"S{n}" for n in range(len(counts)))
    return Panel(names, first, counts, np.ones(counts.shape, dtype=bool))


def test_is_close_to_what_the_true_mean_would_have_said_and_far_from_last_week() -> None:
    drawn = draw(7, series=60, branches=4)
    known = drawn.panel.days - AHEAD
    history, truth = drawn.panel.until(known), drawn.panel.counts[:, known:]
    outlook = look_ahead(history, Surroundings(drawn.events, drawn.units))
    ours, best = wape(truth, outlook.daily.mean), wape(truth, drawn.truth[:, known:])
    naive = wape(truth, seasonal_naive(history.counts, AHEAD))
    assert ours < best + 0.15 * (naive - best)
    on_events = drawn.event_day[:, known:]
    assert wape(truth, outlook.daily.mean, on_events) < 1.35 * wape(truth, drawn.truth[:, known:], on_events)
    assert np.nanmean(mase(truth, outlook.daily.mean, history.counts)) < 0.7
    assert 0.75 <= coverage(weekly(truth), outlook.weekly.low[0.8], outlook.weekly.high[0.8]) <= 0.92
    assert 0.90 <= coverage(weekly(truth), outlook.weekly.low[0.95], outlook.weekly.high[0.95]) <= 0.99


def test_a_unit_without_events_of_its_own_yet_borrows_their_effect_from_the_others() -> None:
    rng = np.random.default_rng(3)
    days = [FIRST + n * DAY for n in range(400)]
    pension = [day for day in days if day.day == 15]
    strong = np.array([3.0 if day in pension else 1.0 for day in days])
    counts = rng.poisson(8 * strong, (20, 400)).astype(float)
    begun = np.ones(counts.shape, dtype=bool)
    counts[19, :365], begun[19, :365] = 0, False  # opened five weeks ago: one pension day at most
    events = [EventDay("养老金发放", day) for day in [*pension, date(2025, 2, 15), date(2025, 3, 15)]]
    made = Panel(tuple(f"S{n}" for n in range(20)), FIRST, counts, begun)
    outlook = look_ahead(made, Surroundings(events))
    place = (date(2025, 2, 15) - outlook.first).days
    usual = np.median(outlook.daily.mean[19])
    assert 2.2 < outlook.daily.mean[19, place] / usual < 3.8


def test_an_event_of_one_branch_moves_only_its_units() -> None:
    rng = np.random.default_rng(4)
    days = [FIRST + n * DAY for n in range(300 + AHEAD)]
    paid = [day for day in days if day.day == 10]
    counts = rng.poisson(10, (8, 300)).astype(float)
    for day in paid:
        if (place := (day - FIRST).days) < 300:
            counts[:4, place] = rng.poisson(40, 4)
    units = [frozenset({"HO", "B1"})] * 4 + [frozenset({"HO", "B2"})] * 4
    outlook = look_ahead(panel(counts), Surroundings([EventDay("发放", day, "B1") for day in paid], units))
    ahead = [(day - outlook.first).days for day in paid if day >= outlook.first]
    assert outlook.daily.mean[:4, ahead].min() > 25
    assert outlook.daily.mean[4:, ahead].max() < 15


def test_follows_a_level_that_changed_two_months_ago() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(np.where(np.arange(400) < 340, 5, 15), (6, 400)).astype(float)
    outlook = look_ahead(panel(counts), Surroundings())
    assert np.all(outlook.daily.mean.mean(axis=1) > 11)


def test_a_batch_of_one_day_hardly_moves_the_weeks_to_come() -> None:
    rng = np.random.default_rng(6)
    counts = rng.poisson(4, (6, 300)).astype(float)
    calm = look_ahead(panel(counts), Surroundings()).weekly.mean[0].mean()
    counts[0, 290] = 120
    shaken = look_ahead(panel(counts), Surroundings()).weekly.mean[0].mean()
    assert shaken < 1.35 * calm


@pytest.mark.parametrize("series", [1, 3])
def test_zeros_give_a_small_forecast_with_a_bound_above_it(series: int) -> None:
    counts = np.zeros((series, 120))
    counts[0, 30] = 1
    outlook = look_ahead(panel(counts), Surroundings())
    assert np.all(np.isfinite(outlook.daily.mean)) and np.all(outlook.daily.mean >= 0)
    assert np.all(outlook.weekly.mean < 1)
    assert np.all(outlook.weekly.low[0.8] == 0)


def test_says_how_much_is_missing_where_there_is_too_little() -> None:
    with pytest.raises(TooLittle) as told:
        look_ahead(panel(np.ones((1, 20))), Surroundings())
    assert told.value.days == 20 and "28 天" in told.value.message
    with pytest.raises(TooLittle):
        look_ahead(panel(np.zeros((2, 100))), Surroundings())


def test_a_short_history_is_forecast_without_season_and_without_a_checked_band() -> None:
    counts = np.random.default_rng(8).poisson(6, (2, 40))
    outlook = look_ahead(panel(counts), Surroundings())
    assert not outlook.checked
    assert not [column for column in outlook.design.columns if column.kind == "season"]
    assert abs(outlook.daily.mean.mean() - 6) < 1.5


def test_tells_which_events_ahead_it_knows_nothing_of_and_which_days_off_are_guessed() -> None:
    counts = np.random.default_rng(9).poisson(6, (2, 200))
    first = date(2026, 5, 1)
    new = EventDay("网点搬迁", first + timedelta(days=210))
    outlook = look_ahead(panel(counts, first), Surroundings([new]))
    assert outlook.design.unknown_kinds == ("网点搬迁",)
    assert outlook.design.guessed_days[0] == date(2027, 1, 1)


def test_nothing_after_the_last_day_is_used() -> None:
    drawn = draw(11, series=12, branches=3)
    known = drawn.panel.days - AHEAD
    around = Surroundings(drawn.events, drawn.units)
    before = look_ahead(drawn.panel.until(known), around)
    drawn.panel.counts[:, known:] = 999
    assert np.array_equal(before.daily.mean, look_ahead(drawn.panel.until(known), around).daily.mean)


def test_rows_outside_the_days_are_passed_over_and_of_one_day_add_up() -> None:
    rows = [("A", date(1900, 1, 1), 5), ("A", FIRST, 2), ("A", FIRST, 3), ("B", date(2099, 1, 1), 9)]
    made = panel_of(rows, since=FIRST, until=FIRST + 9 * DAY)
    assert made.names == ("A",) and made.counts[0, 0] == 5 and made.counts.sum() == 5


def test_a_series_that_began_late_began_with_its_first_case() -> None:
    made = panel_of([("A", FIRST + 150 * DAY, 1), ("B", FIRST + 3 * DAY, 1)], since=FIRST, until=FIRST + 199 * DAY)
    assert made.observed[0].sum() == 50 and made.observed[1].all()


@settings(deadline=None, max_examples=60)
@given(st.floats(0, 5000), st.floats(0, 3), st.sampled_from([0.025, 0.1, 0.5, 0.9, 0.975]))
def test_a_quantile_is_the_smallest_count_that_holds_its_share(mean: float, dispersion: float, level: float) -> None:
    variance = mean + dispersion * mean**2
    found = quantile(np.array([mean]), np.array([variance]), level)[0]
    assert found >= 0 and found == round(found)
    law = overdispersed(np.array([max(mean, 1e-9)]), np.array([variance]))
    assert law.cdf(found)[0] >= level - 1e-9
    assert not found or law.cdf(found - 1)[0] < level + 1e-9


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 4), st.integers(28, 130), st.integers(0, 400))
def test_any_counts_give_finite_ordered_bands(series: int, days: int, most: int) -> None:
    rng = np.random.default_rng(days * 1000 + most)
    counts = rng.integers(0, most + 1, (series, days)).astype(float)
    counts[0, 0] += 1
    outlook = look_ahead(panel(counts), Surroundings([EventDay("停电", FIRST + 20 * DAY)]))
    for band in (outlook.daily, outlook.weekly):
        assert np.all(np.isfinite(band.mean)) and np.all(band.variance >= band.mean - 1e-9)
        assert np.all(band.low[0.95] <= band.low[0.8]) and np.all(band.low[0.8] <= band.high[0.8])
        assert np.all(band.high[0.8] <= band.high[0.95])
    assert np.allclose(weekly(outlook.daily.mean), outlook.weekly.mean)


def test_the_days_of_a_design_mean_the_same_wherever_the_history_begins() -> None:
    whole = lay_out(FIRST, 200, AHEAD, Surroundings(), series=1)
    later = lay_out(FIRST + 14 * DAY, 186, AHEAD, Surroundings(), series=1)
    both = [column.name for column in whole.columns if column.kind != "trend" and column in later.columns]
    place = {column.name: n for n, column in enumerate(whole.columns)}
    moved = {column.name: n for n, column in enumerate(later.columns)}
    for name in both:
        assert np.allclose(whole.tables[0][14:, place[name]], later.tables[0][:, moved[name]]), name
