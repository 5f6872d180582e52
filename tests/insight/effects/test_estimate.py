"""Whether a measure worked, said only where it can be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.insight.effects.conditional import Unaided, chance_below, effect_at, learn_unaided
from tingsu.insight.effects.course import draw_course
from tingsu.insight.effects.estimate import estimate_effect
from tingsu.insight.effects.panel import Panel, Windows, cut_windows


def make_panel(effect: float = 1.0, *, rate: float = 6.0, controls: int = 12, treated: int = 2, seed: int = 1) -> Panel:
    """40 weeks before and 20 after; from the start the treated units' rate is multiplied by ``effect``."""
    rng = np.random.default_rng(seed)
    units = treated + controls
    mean = np.full((units, 60), rate) * rng.uniform(0.6, 1.6, units)[:, None]
    mean *= 1 + 0.3 * np.sin(np.arange(60) / 8)[None, :]
    mean[:treated, 40:] *= effect
    return Panel(rng.poisson(mean), np.arange(units) < treated, 40)


def test_a_measure_that_halved_complaints_is_said_to_have_worked() -> None:
    effect = estimate_effect(make_panel(0.5))
    assert (effect.verdict, effect.why) == ("worked", "shown")
    assert effect.low is not None and effect.high is not None and effect.change_pct is not None
    assert effect.low < -50 < effect.high < 0
    assert effect.low < effect.change_pct < effect.high
    assert (effect.n_units, effect.n_controls, effect.weeks_before, effect.weeks_after) == (2, 12, 40, 20)


def test_a_measure_after_which_complaints_doubled_is_said_to_be_worse() -> None:
    assert estimate_effect(make_panel(2.0)).verdict == "worse"


def test_a_change_all_units_share_is_not_the_measures_doing() -> None:
    panel = make_panel(1.0)
    fewer = panel.counts.copy()
    fewer[:, 40:] = np.random.default_rng(3).binomial(fewer[:, 40:], 0.5)
    effect = estimate_effect(Panel(fewer, panel.treated, 40))
    assert (effect.verdict, effect.why) == ("not_shown", "interval_holds_zero")
    assert effect.expected is not None and effect.expected < 0.75 * effect.before / 2


def test_without_units_to_compare_with_nothing_is_claimed() -> None:
    effect = estimate_effect(make_panel(0.2, controls=0))
    assert (effect.verdict, effect.why) == ("not_shown", "no_controls")
    assert effect.change_pct is effect.low is effect.p is None
    assert effect.before > 0 and effect.after > 0


@pytest.mark.parametrize(
    ("panel", "why"),
    [
        (make_panel(0.2, controls=2), "few_controls"),
        (make_panel(0.2, treated=0), "no_units"),
        (Panel(make_panel().counts[:, 34:], make_panel().treated, 6), "short_before"),
        (Panel(make_panel().counts[:, :43], make_panel().treated, 40), "short_after"),
        (Panel(make_panel().counts[:, :40], make_panel().treated, 40), "short_after"),
        (make_panel(rate=0.0), "no_controls"),
        (Panel(make_panel().counts * ~make_panel().treated[:, None], make_panel().treated, 40), "few_complaints"),
    ],
)
def test_what_stands_in_the_way_is_said(panel: Panel, why: str) -> None:
    effect = estimate_effect(panel)
    assert (effect.verdict, effect.why) == ("not_shown", why)
    assert effect.change_pct is None


def test_units_that_were_falling_already_are_not_said_to_have_been_cured() -> None:
    rng = np.random.default_rng(5)
    mean = np.full((14, 80), 12.0)
    mean[:2] *= np.exp(-np.arange(80) / 30)[None, :]
    effect = estimate_effect(Panel(rng.poisson(mean), np.arange(14) < 2, 50))
    assert (effect.verdict, effect.why) == ("not_shown", "pre_trend")
    assert effect.pre_trend_check is not None and effect.pre_trend_check < 0.05


def test_no_complaint_after_is_an_effect_with_an_interval() -> None:
    panel = make_panel(0.0)
    effect = estimate_effect(panel)
    assert effect.after == 0 and effect.verdict == "worked"
    assert effect.low is not None and -100 <= effect.low < effect.high < 0  # type: ignore[operator]


def test_weeks_just_before_the_start_can_be_left_out() -> None:
    panel = make_panel()
    assert cut_windows(panel, skip=8).weeks_before == 32
    assert estimate_effect(panel, skip=39).why == "short_before"


def test_units_that_differ_more_make_a_wider_interval() -> None:
    alike = Windows(np.full(8, 100), np.full(8, 50), 40, 20)
    unlike = Windows(np.full(8, 100), np.array([20, 90, 35, 70, 25, 85, 30, 45]), 40, 20)
    sizes = np.array([150.0])
    wide = [_width(learn_unaided(windows, sizes)) for windows in (alike, unlike)]
    assert wide[1] > 1.5 * wide[0]


def _width(unaided: Unaided) -> float:
    return effect_at(0.025, 50, 150, unaided) - effect_at(0.975, 50, 150, unaided)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.02, 0.98))
def test_chance_falls_with_the_effect_and_is_turned_back(after: int, before: int, chance: float) -> None:
    unaided = learn_unaided(Windows(np.full(6, 40), np.full(6, 20), 40, 20), np.array([30.0]))
    total = after + before
    steps = [chance_below(after, total, unaided, effect) for effect in np.linspace(-3, 3, 9)]
    assert all(a >= b - 1e-12 for a, b in zip(steps, steps[1:], strict=False))
    if 0 < after < total:
        found = effect_at(chance, after, total, unaided)
        assert abs(chance_below(after, total, unaided, found) - chance) < 1e-3


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(0, 6), st.floats(0.0, 40.0))
def test_any_panel_gives_a_figure_with_its_interval_or_a_reason(
    seed: int, treated: int, controls: int, rate: float
) -> None:
    rng = np.random.default_rng(seed)
    weeks, start = int(rng.integers(1, 40)), int(rng.integers(0, 40))
    counts = rng.poisson(rate, (treated + controls, weeks))
    effect = estimate_effect(Panel(counts, np.arange(treated + controls) < treated, min(start, weeks)))
    if effect.change_pct is None:
        assert effect.verdict == "not_shown" and effect.why not in ("shown", "interval_holds_zero")
    else:
        assert effect.low is not None and effect.high is not None and effect.p is not None
        assert -100 <= effect.low <= effect.change_pct <= effect.high
        assert 0 <= effect.p <= 1


def test_the_type_one_error_holds_on_a_hundred_and_fifty_measures_that_did_nothing() -> None:
    """Five per cent of 150 is 7.5; 16 or more would happen once in 250 tries. docs/insight.md has 2,000."""
    from benchmarks.effects import draw, ours

    called = sum(ours(draw(np.random.default_rng(700_000 + n)))[0] < 0.05 for n in range(150))
    assert called <= 15


def test_the_course_tells_what_would_have_come() -> None:
    course = draw_course(make_panel(0.4), stretch=4)
    assert course.first == 10 and len(course.starts) == 15
    assert course.likely[:10] == (None,) * 10
    after = range(10, 15)
    assert all(course.low[n] <= course.likely[n] <= course.high[n] for n in after)  # type: ignore[operator]
    assert sum(course.seen[n] < course.low[n] for n in after) >= 3  # type: ignore[operator]
    assert sum(course.seen) == make_panel(0.4).counts[:2].sum()


def test_the_course_of_a_unit_alone_has_no_band() -> None:
    course = draw_course(make_panel(controls=0), stretch=4)
    assert set(course.likely) == set(course.others) == {None}
