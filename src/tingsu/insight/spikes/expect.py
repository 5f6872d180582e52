"""What counts are to be expected, how far they may stray, and which are a rise: the one door to the detectors.

>>> from datetime import date, timedelta
>>> weeks = [date(2024, 1, 1) + timedelta(weeks=n) for n in range(60)]
>>> counts = [4, 6, 5, 5] * 14 + [5, 4, 6, 25]
>>> seen = expect(counts, weeks, alpha=0.01)
>>> bool(seen.alarm[-1]), bool(seen.alarm[-2])
(True, False)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tingsu.base.errors import TingsuError
from tingsu.calendars.working_days import WorkingCalendar, china
from tingsu.insight.forecast.events import EventDay
from tingsu.insight.spikes import chances, pooling
from tingsu.insight.spikes.baseline import fit_baseline
from tingsu.insight.spikes.covariates import A_YEAR, Covariates, Grain, covariates_of
from tingsu.insight.spikes.scan import REACH, windows

Floats = NDArray[np.float64]
Why = Literal["", "short"]
MOST_COUNT = 10_000_000.0


@dataclass(frozen=True, slots=True)
class Span:
    """In periods: ``history`` looked at at most, ``least`` needed, ``guard`` left out before the judged one, ``step``
    periods that share one regression."""

    history: int
    least: int
    guard: int
    step: int


SPANS: dict[Grain, Span] = {
    "week": Span(history=260, least=12, guard=8, step=2),
    "day": Span(history=730, least=35, guard=14, step=7),
    "hour": Span(history=1344, least=336, guard=24, step=12),
}
FEWEST, FEWEST_NOW = 3, 2  # cases in the last three periods, and in the last: fewer are never an alarm


class BadSeries(TingsuError):
    """Counts that cannot be judged: not as many as dates, below zero, dates not in even steps."""

    code = "bad_series"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of each count (series, periods) — one dimension where one series was given.

    ``expected`` and ``upper`` (the largest count that is no alarm) are NaN where nothing can be said, ``chance`` is
    then 1. ``chance``: of so strong a rise without cause, over one to three periods. ``known``: the periods that could
    be judged. ``scores``: (…, periods, 3) normal scores of the last one to three periods, for pooling. ``unknown``:
    years whose holidays are not known, where Monday to Friday were taken as worked.
    """

    expected: Floats
    upper: Floats
    alarm: NDArray[np.bool_]
    chance: Floats
    known: NDArray[np.bool_]
    scores: Floats
    grain: Grain
    unknown: tuple[int, ...]


def alpha_of(a_year: float, grain: Grain) -> float:
    """The share of periods that may alarm by chance so that a series has ``a_year`` false alarms a year."""
    if not 0 < a_year <= 0.2 * A_YEAR[grain]:
        raise BadSeries(f"每年误报次数要大于 0、不超过 {0.2 * A_YEAR[grain]:.0f}，这里是 {a_year:g}。")
    return a_year / A_YEAR[grain]


def guess_grain(moments: Sequence[date]) -> Grain:
    """Hours where moments have them, days where any two lie less than a week apart, else weeks."""
    if moments and all(isinstance(moment, datetime) for moment in moments):
        return "hour"
    ordinals = sorted({moment.toordinal() for moment in moments})
    gaps = [b - a for a, b in pairwise(ordinals)]
    return "week" if gaps and all(gap % 7 == 0 for gap in gaps) else "day"


def expect(
    counts: ArrayLike,
    moments: Sequence[date],
    *,
    alpha: float,
    calendar: WorkingCalendar | None = None,
    events: Sequence[EventDay] = (),
    grain: Grain | None = None,
    last: int | None = None,
    pools: Sequence[Sequence[int]] = (),
) -> Bounds:
    """Judge each count by those before it, never by later ones.

    ``counts`` (periods,) or (series, periods); ``moments`` begin each period, in order and without gaps. ``alpha``:
    share of normal periods that may alarm. Only the ``last`` periods are judged where given. ``pools``: numbers of
    series that may rise together; what the others of a pool do lowers or raises the bar for one. Raises BadSeries.
    """
    table = np.atleast_2d(np.asarray(counts, float))
    taken = grain or guess_grain(moments)
    _check(table, moments, taken)
    given = covariates_of(moments, taken, calendar or china(), events)
    mean, phi = _normal(table, given, SPANS[taken], last)
    judged = _judge(table, mean, phi, alpha, pools)
    if np.ndim(counts) < 2:
        judged = tuple(column[0] for column in judged)
    return Bounds(*judged, grain=taken, unknown=given.unknown)


def _check(table: Floats, moments: Sequence[date], grain: Grain) -> None:
    if table.shape[1] != len(moments):
        raise BadSeries(f"有 {len(moments)} 个日期，却有 {table.shape[1]} 个数。")
    if table.size and not (np.isfinite(table).all() and table.min() >= 0 and table.max() <= MOST_COUNT):
        raise BadSeries("件数要是 0 以上的数，不能是负数、空值或大得离谱的数。")
    seconds = {"hour": 3600, "day": 86_400, "week": 604_800}[grain]
    steps = {(b - a).total_seconds() for a, b in pairwise(moments)}
    if not steps <= {float(seconds)}:
        raise BadSeries("日期要按先后排好，一期接一期，不能缺、不能重复。")


def _normal(table: Floats, given: Covariates, span: Span, last: int | None) -> tuple[Floats, Floats]:
    """Expected count and dispersion of each period; NaN where there is too little before it."""
    mean, phi = np.full(table.shape, np.nan), np.full(table.shape, np.nan)
    periods = table.shape[1]
    first = span.least if last is None else max(span.least, periods - last - REACH + 1)
    for begin in range(first, periods, span.step):
        end = min(begin + span.step, periods)
        until = begin - min(span.guard, begin - span.least)
        since = max(0, until - span.history)
        past, ahead = given.columns[since:until], given.columns[begin:end]
        told = np.ptp(past, axis=0) > 0  # what never happened so far cannot be learned
        told[0] = True
        fit = fit_baseline(table[:, since:until], past[:, told], ahead[:, told], given.prior[told])
        mean[:, begin:end] = fit.mean
        phi[:, begin:end] = fit.phi[:, None] + fit.mean * fit.error**2
    return mean, phi


def _judge(
    table: Floats, mean: Floats, phi: Floats, alpha: float, pools: Sequence[Sequence[int]]
) -> tuple[Floats, Floats, NDArray[np.bool_], Floats, NDArray[np.bool_], Floats]:
    known = ~np.isnan(mean)
    rows, means = windows(_with_lead(table)), windows(_with_lead(np.where(known, mean, 0.0)))
    phis = windows(_with_lead(np.where(known, phi, 1.0), 1.0))
    # Before the first judged period there is no expectation: the count stands for itself and says nothing.
    means = np.where(means > 0, means, np.maximum(rows, 0.5))
    score = chances.gated(rows, means, phis)
    chance = np.where(known, chances.chance_of(score, means[..., -1], phis[..., -1]), 1.0)
    scores = np.where(known[..., None], pooling.normal_scores(rows, means, phis), 0.0)
    bar = alpha * (pooling.weights(scores, pools) if pools else np.ones(table.shape))
    upper = np.full(table.shape, np.nan)
    if known.any():
        upper[known] = largest_usual(rows[known], means[known], phis[known], bar[known])
    return mean, upper, known & (table > np.nan_to_num(upper, nan=np.inf)), chance, known, scores


def _with_lead(values: Floats, lead: float = 0.0) -> Floats:
    return np.concatenate([np.full((len(values), REACH - 1), lead), values], axis=1)


def largest_usual(rows: Floats, means: Floats, phis: Floats, alpha: Floats) -> Floats:
    """The largest last count of each window (n, REACH) that is no alarm at ``alpha``, earlier counts as they were."""
    level = chances.level_of(np.minimum(alpha, 0.3), means[:, -1], phis[:, -1])
    trial = rows.copy()
    floor = np.maximum(np.floor(means[:, -1]), FEWEST - 1 - rows[:, :-1].sum(1))
    low = np.maximum(floor, FEWEST_NOW - 1.0)
    high = low + 1

    def is_usual(count: Floats) -> NDArray[np.bool_]:
        trial[:, -1] = count
        return np.asarray(chances.gated(trial, means, phis) < level)

    # The ratio stops growing far out (scan.log_ratios); a count beyond MOST_COUNT is then taken as the bound.
    while (growing := is_usual(high) & (high < MOST_COUNT)).any():
        low = np.where(growing, high, low)
        high = np.where(growing, high * 2 + 1, high)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        usual = is_usual(middle)
        low, high = np.where(usual, middle, low), np.where(usual, high, middle)
    return np.asarray(low)
