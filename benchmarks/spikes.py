"""`python -m benchmarks --spikes`: rises found on the simulation of Noufaily et al. 2013, beside Farrington and EARS.

Then the same series in a grid of topics and units where an outbreak is shared: each series by itself, and pooled.
Seeds 1 … 99 were used while developing; what is reported is drawn with ``SEED``.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from benchmarks import spike_draws as sim
from benchmarks.spike_draws import LAST, WEEKS, Draws, Score
from tingsu.insight.spikes import baseline, chances, ears, farrington, pooling, scan

SEED = 20130201
FPR = 0.0085
HISTORY, GUARD = 260, 8
PRIOR = np.array([np.inf, 1.0, 0.5, 0.5, 0.3, 0.3])
LAGS = np.arange(GUARD + HISTORY, GUARD, -1)
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Judged:
    """Of each (k, series, week): the chance a method gives it (the smaller, the more of an alarm), and its alarms."""

    chance: Floats
    alarms: Bools
    seconds: float


def design(lags: Floats) -> Floats:
    """Constant, trend (per five years), two harmonics of the year, by how many weeks ago."""
    angle = 2 * np.pi * lags / 52
    waves = [f(j * angle) for j in (1, 2) for f in (np.cos, np.sin)]
    return np.stack([np.ones(len(lags)), -lags / HISTORY, *waves], axis=1)


class Normal:
    """Expected counts and dispersions of the last weeks (doubt of the expected count included).

    A series with a current outbreak has the same history as without it until the outbreak leaves the guard: those
    fits are made once for all sizes.
    """

    weeks = LAST + scan.REACH - 1

    def __init__(self, past: Floats) -> None:
        self.past = past
        fits = [self._fit(past[:, week - LAGS]) for week in range(WEEKS - self.weeks, WEEKS)]
        self.mean, self.phi = np.stack([m for m, _ in fits], 1), np.stack([p for _, p in fits], 1)

    def of(self, counts: Floats) -> tuple[Floats, Floats]:
        """For the same series with an outbreak in the last weeks."""
        mean, phi = self.mean.copy(), self.phi.copy()
        differs = counts != self.past
        for at, week in enumerate(range(WEEKS - self.weeks, WEEKS)):
            rows = np.flatnonzero(differs[:, week - GUARD - LAST : week - GUARD].any(1))
            if len(rows):
                mean[rows, at], phi[rows, at] = self._fit(counts[rows[:, None], week - LAGS])
        return mean, phi

    def _fit(self, past: Floats) -> tuple[Floats, Floats]:
        fit = baseline.fit_baseline(past, design(LAGS.astype(float)), design(np.zeros(1)), PRIOR)
        return fit.mean[:, 0], fit.phi + fit.mean[:, 0] * fit.error[:, 0] ** 2


def judge_ours(counts: Floats, normal: Normal) -> tuple[Floats, Floats]:
    """Chance and normal scores of the last weeks; counts (series, 624)."""
    mean, phi = normal.of(counts)
    tail = counts[:, -Normal.weeks :]
    rows, means, phis = scan.windows(tail), scan.windows(mean), scan.windows(phi)
    score = chances.gated(rows, means, phis)
    return chances.chance_of(score, means[..., -1], phis[..., -1]), pooling.normal_scores(rows, means, phis)


def ours(draws: Draws, alpha: float = 0.01) -> Judged:
    begun = time.process_time()
    normal = Normal(draws.past.astype(float))
    judged = _of_each_size(draws, lambda counts: _with_alpha(judge_ours(counts, normal)[0], alpha))
    return Judged(judged.chance, judged.alarms, time.process_time() - begun)


def farringtons(draws: Draws, settings: farrington.Settings) -> Judged:
    """Weeks the current outbreak touches neither now nor in the reference weeks are judged once for all sizes."""
    begun = time.process_time()
    past = draws.past.astype(float)
    plain = [_farrington_week(past, week, settings) for week in range(WEEKS - LAST, WEEKS)]

    def judge(counts: Floats) -> tuple[Floats, Bools]:
        columns = []
        differs = counts != past
        for (chance, alarm), week in zip(plain, range(WEEKS - LAST, WEEKS), strict=True):
            chance, alarm = chance.copy(), alarm.copy()
            touched = differs[:, week - settings.fewest_weeks + 1 : week + 1].any(1)
            touched |= differs[:, week - settings.left_out - LAST : week - settings.left_out].any(1)
            rows = np.flatnonzero(touched)
            if len(rows):
                chance[rows], alarm[rows] = _farrington_week(counts[rows], week, settings)
            columns.append((chance, alarm))
        return np.stack([c for c, _ in columns], 1), np.stack([a for _, a in columns], 1)

    judged = _of_each_size(draws, judge)
    return Judged(judged.chance, judged.alarms, time.process_time() - begun)


def _farrington_week(counts: Floats, week: int, settings: farrington.Settings) -> tuple[Floats, Bools]:
    weeks = np.full(len(counts), week)
    _expected, upper, chance = farrington.bounds(counts, weeks, settings)
    held = farrington.alarms(counts, weeks, np.full(len(counts), -1.0), settings)  # enough cases to judge
    return np.where(held, chance, 1.0), farrington.alarms(counts, weeks, upper, settings)


def early(draws: Draws, method: ears.Method, alpha: float = 0.01) -> Judged:
    def judge(counts: Floats) -> tuple[Floats, Bools]:
        recent = counts[:, -(LAST + ears.BASELINE + 4) :]
        bound = ears.upper_bounds(recent, method, alpha=alpha)
        return np.zeros((len(counts), LAST)), (recent > bound)[:, -LAST:]

    return _of_each_size(draws, judge)


def _with_alpha(chance: Floats, alpha: float) -> tuple[Floats, Bools]:
    return chance, chance <= alpha


def _of_each_size(draws: Draws, judge: Callable[[Floats], tuple[Floats, Bools]]) -> Judged:
    begun = time.process_time()
    chance, alarm = [], []
    for extra in draws.extra:
        counts = draws.past.astype(float)
        counts[:, -LAST:] += extra
        one, other = judge(counts)
        chance.append(one)
        alarm.append(other)
    return Judged(np.stack(chance), np.stack(alarm), time.process_time() - begun)


def matched(judged: Judged, draws: Draws, fpr: float = FPR) -> tuple[Score, float]:
    """The score at the threshold that gives this false-positive rate on these draws, and the threshold."""
    clean = judged.chance[~(draws.extra > 0)]
    threshold = float(np.quantile(clean, fpr, method="lower"))
    return sim.score(judged.chance <= threshold, draws), threshold


def measure_spikes(each: int = 100, seed: int = SEED) -> None:
    """Print both tables."""
    draws = sim.draw(seed, each=each)
    print(_heading(each, seed), flush=True)
    print("| method | FPR | POD | first week | F1 | seconds (processor) |\n|---|---|---|---|---|---|", flush=True)
    mine = ours(draws)
    _row("ours, alpha = .01", sim.score(mine.alarms, draws), mine.seconds)
    score, threshold = matched(mine, draws)
    _row(f"ours, FPR held at {FPR} (alpha = {threshold:.4f})", score, None)
    for name, settings in (("Farrington flexible", farrington.FLEXIBLE), ("Farrington 1996", farrington.ORIGINAL)):
        judged = farringtons(draws, settings)
        _row(f"{name}, alpha = .01", sim.score(judged.alarms, draws), judged.seconds)
        score, threshold = matched(judged, draws)
        _row(f"{name}, FPR held at {FPR} (alpha = {threshold:.4f})", score, None)
    for method in ("C1", "C2", "C3"):
        judged = early(draws, method)  # type: ignore[arg-type]
        _row(f"EARS {method}, alpha = .01", sim.score(judged.alarms, draws), judged.seconds)
    measure_pooled(max(each // 10, 1), seed)


def _heading(each: int, seed: int) -> str:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    load = os.getloadavg()[0]
    return f"{date.today()}, commit {commit}, {machine}, load {load:.1f}; seed {seed}, {each} series a scenario.\n"  # noqa: DTZ011


def _row(name: str, score: Score, seconds: float | None) -> None:
    took = "" if seconds is None else f"{seconds:.0f}"
    print(
        f"| {name} | {score.fpr:.4f} | {score.pod:.3f} | {score.first_week:.3f} | {score.f1:.3f} | {took} |", flush=True
    )


TOPICS, UNITS = 7, 6  # a grid holds each of the 42 scenarios once: rows of the design are topics, trend × m units
BY_TOPIC = [[t * UNITS + u for u in range(UNITS)] for t in range(TOPICS)]
BY_BRANCH = [row[half : half + 3] for row in BY_TOPIC for half in (0, 3)]
BY_UNIT = [[t * UNITS + u for t in range(TOPICS)] for u in range(UNITS)]
POOLS = BY_TOPIC + BY_BRANCH + BY_UNIT
SPREADS = {"all six units": BY_TOPIC, "three units of one branch": BY_BRANCH, "all seven topics of a unit": BY_UNIT}


def measure_pooled(grids: int, seed: int = SEED) -> None:
    """Each series has one current outbreak, as in the design, but shares its start and k with the others of a pool."""
    print("\n| outbreak shared by | size in each series | method | FPR | POD | first week | F1 |", flush=True)
    print("|---|---|---|---|---|---|---|", flush=True)
    for spread, pools in SPREADS.items():
        for split in (False, True):
            draws = draw_shared(np.random.default_rng(seed + 1), grids, pools, split=split)
            _pooled_rows(draws, spread, "k / √n sd" if split else "k sd")


def draw_shared(rng: np.random.Generator, grids: int, pools: list[list[int]], *, split: bool) -> Draws:
    """``grids`` grids of 42 series a size k; ``split``: k/√n in each of n series, so that all together are of size k.

    Series stand scenario by scenario within a grid; one draw of the past serves all k, as in ``spike_draws.draw``.
    """
    mean = np.tile(np.stack([sim.mean_of(*scenario) for scenario in sim.SCENARIOS]), (grids, 1))
    phi = np.tile([row[1] for row, _trend, _m in sim.SCENARIOS], grids)
    past = sim.draw_counts(rng, mean, phi)
    for k in sim.PAST_SIZES:
        past += sim.outbreak(rng, k, mean, phi, rng.integers(sim.PAST[0] - 1, sim.PAST[1], size=len(mean)))
    size = len(pools[0])
    pool_of = np.empty(TOPICS * UNITS, int)
    for number, pool in enumerate(pools):
        pool_of[pool] = number
    starts, extra = [], []
    for k in range(1, 11):
        start = rng.integers(0, LAST, size=(grids, len(pools)))[:, pool_of].reshape(-1)
        each = k / np.sqrt(size) if split else k
        extra.append(sim.outbreak(rng, each, mean, phi, WEEKS - LAST + start)[:, -LAST:])
        starts.append(start)
    scenario = np.tile(np.arange(len(sim.SCENARIOS)), grids)
    return Draws(past, np.stack(extra), np.stack(starts), mean, phi, scenario)


def _pooled_rows(draws: Draws, spread: str, size: str) -> None:
    alone, together = [], []
    normal = Normal(draws.past.astype(float))
    for extra in draws.extra:
        counts = draws.past.astype(float)
        counts[:, -LAST:] += extra
        chance, scores = judge_ours(counts, normal)
        grid = scores.reshape(-1, TOPICS * UNITS, *scores.shape[1:])
        weight = np.moveaxis(pooling.weights(np.moveaxis(grid, 1, 0), POOLS), 0, 1).reshape(chance.shape)
        alone.append(chance)
        together.append(chance / weight)
    for name, chances_ in (("each by itself", alone), ("pooled", together)):
        judged = Judged(np.stack(chances_), np.stack(chances_) <= 0.01, 0.0)
        for held, score in (
            ("alpha = .01", sim.score(judged.alarms, draws)),
            (f"FPR {FPR}", matched(judged, draws)[0]),
        ):
            figures = f"{score.fpr:.4f} | {score.pod:.3f} | {score.first_week:.3f} | {score.f1:.3f}"
            print(f"| {spread} | {size} | {name}, {held} | {figures} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    measure_spikes(asked.each, asked.seed)
