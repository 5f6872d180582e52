"""What is expected of a count, and which counts alarm."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.calendars.working_days import china
from tingsu.insight.forecast.events import EventDay, monthly_days
from tingsu.insight.spikes.expect import BadSeries, alpha_of, expect, guess_grain

WEEKS = [date(2023, 1, 2) + timedelta(7 * n) for n in range(120)]
DAYS = [date(2024, 6, 1) + timedelta(n) for n in range(500)]


def counts_of(seed: int, length: int, mean: float = 6.0, series: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, (series, length)).astype(float)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 40), st.integers(0, 60), st.integers(1, 200))
def test_a_larger_last_count_never_takes_an_alarm_back(seed: int, mean: float, count: int, more: int) -> None:
    counts = counts_of(seed, 60, mean)
    counts = np.vstack([counts, counts])
    counts[:, -1] = count, count + more
    seen = expect(counts, WEEKS[:60], alpha=0.01, last=1)
    assert seen.alarm[1, -1] >= seen.alarm[0, -1]
    assert seen.upper[0, -1] == seen.upper[1, -1]
    assert seen.chance[1, -1] <= seen.chance[0, -1] + 1e-12


@settings(max_examples=15, deadline=None)
@given(st.integers(13, 120), st.sampled_from([0.2, 0.01, 0.0001]))
def test_nothing_at_all_never_alarms(length: int, alpha: float) -> None:
    seen = expect(np.zeros((2, length)), WEEKS[:length], alpha=alpha)
    assert not seen.alarm.any()
    assert (seen.expected[seen.known] < 0.2).all()


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(6)))
def test_series_are_judged_alike_in_whatever_order_they_come(order: list[int]) -> None:
    counts = counts_of(4, 80, 3.0, 6)
    counts[2, -2:] += 9
    plain, turned = (expect(c, WEEKS[:80], alpha=0.01) for c in (counts, counts[order]))
    np.testing.assert_allclose(plain.upper[order], turned.upper)
    np.testing.assert_array_equal(plain.alarm[order], turned.alarm)


def test_later_counts_change_nothing_about_earlier_ones() -> None:
    counts = counts_of(9, 90)
    whole = expect(counts, WEEKS[:90], alpha=0.01)
    changed = counts.copy()
    changed[0, 84:] = 500
    again = expect(changed, WEEKS[:90], alpha=0.01)
    np.testing.assert_allclose(whole.upper[0, :84], again.upper[0, :84])


def test_false_alarms_come_as_often_as_was_asked() -> None:
    counts = counts_of(1, 120, 5.0, 150)
    for alpha in (0.02, 0.005):
        seen = expect(counts, WEEKS, alpha=alpha)
        share = seen.alarm[seen.known].mean()
        assert 0.4 * alpha < share < 1.7 * alpha, (alpha, share)


def test_weekdays_rests_and_make_up_days_are_expected() -> None:
    works = np.array([china().is_working_day(day) for day in DAYS])
    counts = np.random.default_rng(2).poisson(np.where(works, 20, 4), (5, len(DAYS)))
    seen = expect(counts, DAYS, alpha=0.002)
    odd = [n for n, day in enumerate(DAYS) if n > 200 and works[n] == (day.weekday() >= 5)]
    assert len(odd) > 15
    assert seen.alarm[:, odd].mean() < 0.02
    rested = [n for n in odd if not works[n]][-5:]
    assert seen.expected[:, rested].mean() < 9


def test_events_are_learned_from_their_days() -> None:
    pay = [day for day in monthly_days(10, (2024, 2025)) if DAYS[0] <= day <= DAYS[-1]]
    mean = np.array([30.0 if day in pay else 6.0 for day in DAYS])
    counts = np.random.default_rng(3).poisson(mean, (3, len(DAYS)))
    where = [DAYS.index(day) for day in pay[6:]]
    without = expect(counts, DAYS, alpha=0.002)
    told = expect(counts, DAYS, alpha=0.002, events=[EventDay("发薪日", day) for day in pay])
    assert without.alarm[:, where].mean() > 0.9
    assert told.alarm[:, where].mean() < 0.1


def test_a_past_rise_does_not_hide_the_next_one() -> None:
    counts = counts_of(6, 110, 5.0)
    calm = expect(counts, WEEKS[:110], alpha=0.01)
    risen = counts.copy()
    risen[0, 80:84] = 60
    seen = expect(risen, WEEKS[:110], alpha=0.01)
    assert seen.alarm[0, 80:84].all()
    assert seen.expected[0, -1] < 1.4 * calm.expected[0, -1]


def test_what_rises_a_little_everywhere_is_found_by_pooling() -> None:
    rng = np.random.default_rng(11)
    counts = rng.poisson(3.0, (12, 100)).astype(float)
    counts[:, -2:] += rng.poisson(2.5, (12, 2))
    alone = expect(counts, WEEKS[:100], alpha=0.005)
    pooled = expect(counts, WEEKS[:100], alpha=0.005, pools=[list(range(12))])
    assert pooled.alarm[:, -2:].sum() > alone.alarm[:, -2:].sum() + 5
    assert pooled.alarm[:, 20:98].mean() < 0.01


def test_a_short_history_is_not_judged() -> None:
    seen = expect(counts_of(1, 12), WEEKS[:12], alpha=0.01)
    assert not seen.known.any()
    assert not seen.alarm.any()
    assert (seen.chance == 1).all()
    assert np.isnan(seen.upper).all()


def test_an_unknown_holiday_year_is_named() -> None:
    days = [date(2028, 1, 1) + timedelta(n) for n in range(60)]
    assert expect(counts_of(1, 60), days, alpha=0.01).unknown == (2028,)


def test_hours_know_night_from_day() -> None:
    hours = [datetime(2026, 3, 2) + timedelta(hours=n) for n in range(24 * 40)]  # noqa: DTZ001
    mean = np.array([4.0 if 9 <= hour.hour < 18 else 0.05 for hour in hours])
    counts = np.random.default_rng(5).poisson(mean, (4, len(hours))).astype(float)
    night = next(n for n in range(len(hours) - 1, 0, -1) if hours[n].hour == 3)
    counts[0, night] = 5
    seen = expect(counts, hours, alpha=alpha_of(1, "hour"), last=48)
    assert seen.grain == "hour"
    assert seen.alarm[0, night]
    assert seen.alarm[1:].sum() == 0
    assert seen.known.sum() < 4 * 60


@pytest.mark.parametrize(
    ("counts", "moments"),
    [
        ([1.0, -1.0], WEEKS[:2]),
        ([1.0, np.nan], WEEKS[:2]),
        ([1.0], WEEKS[:2]),
        ([1.0, 2.0, 3.0], [WEEKS[0], WEEKS[2], WEEKS[3]]),
        ([1.0, 2.0], [WEEKS[1], WEEKS[0]]),
    ],
)
def test_what_is_no_series_is_refused(counts: list[float], moments: list[date]) -> None:
    with pytest.raises(BadSeries):
        expect(counts, moments, alpha=0.01)


def test_grain_is_told_from_the_dates() -> None:
    assert guess_grain(WEEKS) == "week"
    assert guess_grain(DAYS) == "day"
    assert guess_grain([datetime(2026, 1, 1, 3)]) == "hour"  # noqa: DTZ001
    assert guess_grain([]) == "day"


@pytest.mark.parametrize("a_year", [0, -1, 1e9])
def test_a_rate_of_false_alarms_that_means_nothing_is_refused(a_year: float) -> None:
    with pytest.raises(BadSeries):
        alpha_of(a_year, "day")


def test_very_large_counts_are_bounded_too() -> None:
    counts = counts_of(2, 60, 200_000.0)
    counts[0, -1] *= 3
    seen = expect(counts, WEEKS[:60], alpha=0.01)
    assert seen.alarm[0, -1]
    assert np.isfinite(seen.upper[0, -1])
