"""The effect of a measure on complaints, with its interval and what stands in the way of telling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tingsu.insight.effects.conditional import Unaided, chance_below, effect_at, learn_unaided
from tingsu.insight.effects.panel import Panel, Windows, cut_windows, windows_without

Verdict = Literal["worked", "not_shown", "worse"]
Why = Literal[
    "shown", "interval_holds_zero", "no_controls", "few_controls", "short_before", "short_after", "few_complaints",
    "pre_trend", "no_units", "gone_silent",
]  # fmt: skip

LEVEL = 0.05  # of the interval and the test, both sides together
LEAST_CONTROLS = 3
LEAST_BEFORE = 8  # weeks
LEAST_AFTER = 4
LEAST_COMPLAINTS = 8  # of the treated units, before and after together
PRE_TREND_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Effect:
    """What a measure did to complaints, in per cent beside what units without it did; negative is fewer.

    ``change_pct``, ``low``, ``high`` (95 % interval) and ``p`` are None where nothing can be said, and ``why`` says
    what stood in the way. ``before`` and ``after`` count the complaints of the units with the measure; ``expected`` is
    how many would have come after without it. ``pre_trend_check`` is the p-value of the same test on the weeks before,
    as if the measure had begun earlier: small, and the units were parting already.
    """

    verdict: Verdict
    why: Why
    n_units: int
    n_controls: int
    weeks_before: int
    weeks_after: int
    before: int
    after: int
    change_pct: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    expected: float | None = None
    pre_trend_check: float | None = None


def estimate_effect(panel: Panel, *, skip: int = 0) -> Effect:
    """The ratio of the rates after and before, beside units without the measure; ``skip`` weeks before it are left out.

    Held to a type I error of .05 (``docs/insight.md`` says on what simulations). Without units to compare with, with
    too few of them, too short a time or too few complaints the verdict is ``not_shown`` and no figure is given.
    """
    windows = cut_windows(panel, skip=skip)
    with_it, without = windows.only(panel.treated), _telling(windows.only(~panel.treated))
    blocked = _obstacle(with_it, without)
    if blocked is not None:
        return _effect(with_it, without, verdict="not_shown", why=blocked)
    earlier = windows_without(panel, skip=skip)
    unaided = learn_unaided(without, _totals(with_it), also=earlier)
    count, total = int(with_it.after.sum()), int(_totals(with_it).sum())
    below = chance_below(count, total, unaided, 0.0)
    middle, low, high = (effect_at(at, count, total, unaided) for at in (0.5, 1 - LEVEL / 2, LEVEL / 2))
    pre, direction = _pre_trend(earlier, panel.treated)
    verdict, why = _judge(2 * min(below, 1 - below), middle, pre, direction)
    return _effect(
        with_it,
        without,
        verdict=verdict,
        why=why,
        change_pct=_percent(middle),
        low=_percent(low),
        high=_percent(high),
        p=min(1.0, 2 * min(below, 1 - below)),
        expected=_expected(with_it, unaided),
        pre_trend_check=pre,
    )


def _obstacle(with_it: Windows, without: Windows) -> Why | None:
    """What keeps us from telling, if anything does."""
    checks: list[tuple[bool, Why]] = [
        (len(with_it.before) == 0, "no_units"),
        (with_it.weeks_before < LEAST_BEFORE, "short_before"),
        (with_it.weeks_after < LEAST_AFTER, "short_after"),
        (len(without.before) == 0, "no_controls"),
        (len(without.before) < LEAST_CONTROLS, "few_controls"),
        (int(_totals(with_it).sum()) < LEAST_COMPLAINTS, "few_complaints"),
    ]
    return next((why for met, why in checks if met), None)


def _telling(windows: Windows) -> Windows:
    """The units with at least one complaint: the others say nothing of a change."""
    return windows.only(_totals(windows) > 0)


def _totals(windows: Windows) -> NDArray[np.float64]:
    return (windows.before + windows.after).astype(float)


def _judge(p: float, middle: float, pre: float | None, direction: float) -> tuple[Verdict, Why]:
    if p >= LEVEL:
        return "not_shown", "interval_holds_zero"
    if pre is not None and pre < PRE_TREND_LEVEL and np.sign(direction) == np.sign(middle):
        return "not_shown", "pre_trend"
    return ("worked" if middle < 0 else "worse"), "shown"


def _pre_trend(earlier: Windows, treated: NDArray[np.bool_]) -> tuple[float | None, float]:
    """The p-value and direction of a measure that never was, begun earlier; None if nothing came."""
    with_it, without = earlier.only(treated), _telling(earlier.only(~treated))
    total = int(_totals(with_it).sum())
    if total == 0 or len(without.before) < LEAST_CONTROLS:
        return None, 0.0
    unaided = learn_unaided(without, _totals(with_it))
    below = chance_below(int(with_it.after.sum()), total, unaided, 0.0)
    return min(1.0, 2 * min(below, 1 - below)), below - 0.5


def _expected(with_it: Windows, unaided: Unaided) -> float:
    """Complaints that would have come after: the units' own rate before, changed as the others changed (median)."""
    middle = float(np.interp(0.5, np.cumsum(unaided.weight), unaided.logit))
    return float(with_it.before.sum() * np.exp(middle))


def _percent(log_ratio: float) -> float:
    return float(np.expm1(log_ratio) * 100)


def _effect(
    with_it: Windows,
    without: Windows,
    *,
    verdict: Verdict,
    why: Why,
    change_pct: float | None = None,
    low: float | None = None,
    high: float | None = None,
    p: float | None = None,
    expected: float | None = None,
    pre_trend_check: float | None = None,
) -> Effect:
    return Effect(
        verdict, why, len(with_it.before), len(without.before), with_it.weeks_before, with_it.weeks_after,
        int(with_it.before.sum()), int(with_it.after.sum()), change_pct, low, high, p, expected, pre_trend_check,
    )  # fmt: skip
