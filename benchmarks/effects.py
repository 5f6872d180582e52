"""Did it work: type I error, power and interval coverage of the effect of a measure, on simulated measures.

``python -m benchmarks --effects``. The generator and every parameter stand in ``draw`` and in docs/insight.md. What is
reported is drawn from seeds that begin at ``SEED``; the method was developed on others: 10,000–61,499,
and a first report from 5,000,000, whose type I error of .062 led to the last change.
"""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from scipy.stats import norm

from tingsu.insight.effects.estimate import estimate_effect
from tingsu.insight.effects.panel import Panel, Windows, cut_windows
from tingsu.insight.effects.returning import has_returned

SEED = 7_000_000
MEASURES = 2_000
SIDE = 500  # measures of each side condition
Answer = tuple[float, float, float, float]  # p, low, high, log ratio
NOTHING: Answer = (1.0, -np.inf, np.inf, 0.0)


def draw(rng: np.random.Generator, *, effect: float = 0.0, chosen_at_peak: bool = False, parting: float = 0.0) -> Panel:
    """One measure: units × weeks of negative binomial counts.

    1 (half of the time) to 4 units with the measure, 5–40 without; 26–78 weeks before, 8–26 after. Weekly rate of a
    unit log-normal with median 3 (log sd .8). Season: a yearly sine of amplitude 0–.3, each unit's own off by sd .05.
    Log trend a year: common sd .15, each unit's own sd .10 on top. Common shocks: AR(1) of sd 0–.2 and rho 0–.8, and on
    average 1.5 bursts of 1–4 weeks by a factor 1.2–2. Each unit's own AR(1): sd 0–.3, rho 0–.7. Dispersion of the
    negative binomial 0–.2 (variance m + a m²). ``effect`` is the relative change in the weeks after.
    ``chosen_at_peak``: the units that stand out most in the last six weeks take the measure. ``parting``: log trend a
    year that the units with the measure have beyond the others.
    """
    treated, controls = int(rng.choice([1, 1, 1, 2, 3, 4])), int(rng.integers(5, 41))
    before, after = int(rng.integers(26, 79)), int(rng.integers(8, 27))
    units, weeks = treated + controls, before + after
    at = np.arange(weeks) / 52
    rate = np.exp(rng.normal(np.log(3), 0.8, units))
    amplitude = rng.uniform(0, 0.3) + rng.normal(0, 0.05, units)
    season = amplitude[:, None] * np.sin(2 * np.pi * (at + rng.uniform()))[None, :]
    slope = rng.normal(0, 0.15) + rng.normal(0, 0.10, units)
    common = _autoregressive(rng, rng.uniform(0, 0.2), rng.uniform(0, 0.8), (1, weeks))
    for _ in range(rng.poisson(1.5)):
        first = rng.integers(0, weeks)
        common[:, first : first + rng.integers(1, 5)] += np.log(rng.uniform(1.2, 2))
    own = _autoregressive(rng, rng.uniform(0, 0.3), rng.uniform(0, 0.7), (units, weeks))
    log_rate = season + slope[:, None] * at[None, :] + common + own
    log_rate[:treated] += parting * at[None, :]
    if not chosen_at_peak:
        log_rate[:treated, before:] += np.log1p(effect)
    mean, dispersion = rate[:, None] * np.exp(log_rate), rng.uniform(0.001, 0.2)
    counts = rng.poisson(mean * rng.gamma(1 / dispersion, dispersion, mean.shape))
    with_it = np.zeros(units, bool)
    with_it[_standing_out(counts, before)[:treated] if chosen_at_peak else slice(treated)] = True
    return Panel(counts, with_it, before)


def _autoregressive(rng: np.random.Generator, spread: float, rho: float, shape: tuple[int, int]) -> Any:
    noise = rng.normal(0, 1, shape)
    for week in range(1, shape[1]):
        noise[:, week] = rho * noise[:, week - 1] + np.sqrt(1 - rho**2) * noise[:, week]
    return spread * noise


def _standing_out(counts: Any, before: int) -> Any:
    """The units by how far their last six weeks before lie above what they had."""
    usual = 6 * counts[:, : before - 6].mean(axis=1)
    return np.argsort(-(counts[:, before - 6 : before].sum(axis=1) - usual) / np.sqrt(usual + 1))


def before_after(panel: Panel) -> Answer:
    """The ratio of the rates of the units with the measure alone, Poisson."""
    mine = cut_windows(panel, skip=0).only(panel.treated)
    return _wald(np.array([mine.after.sum(), mine.before.sum()]), np.array([1, -1]), mine.offset)


def poisson_did(panel: Panel) -> Answer:
    """Poisson regression with unit and period effects; for two groups its estimate is the ratio of ratios of totals."""
    windows = cut_windows(panel, skip=0)
    mine, others = windows.only(panel.treated), windows.only(~panel.treated)
    totals = np.array([mine.after.sum(), mine.before.sum(), others.after.sum(), others.before.sum()])
    return _wald(totals, np.array([1, -1, -1, 1]), 0.0)


def clustered_did(panel: Panel) -> Answer:
    """The same estimate with errors clustered by unit (CR1 of the collapsed Poisson regression), t with G - 1."""
    windows = cut_windows(panel, skip=0)
    mine, others = windows.only(panel.treated), windows.only(~panel.treated)
    _p, low, _high, ratio = poisson_did(panel)
    if not np.isfinite(low):
        return NOTHING
    spread = np.sqrt(_cluster_variance(mine) + _cluster_variance(others))
    groups = len(panel.treated)
    spread *= np.sqrt(groups / (groups - 1))
    half = 1.96 * spread
    return float(2 * norm.sf(abs(ratio) / max(spread, 1e-9))), ratio - half, ratio + half, ratio


def _cluster_variance(windows: Windows) -> float:
    total, after = windows.before.sum() + windows.after.sum(), windows.after.sum()
    share = after / total
    scores = windows.after - share * (windows.before + windows.after)
    return float((scores**2).sum() / (total * share * (1 - share)) ** 2)


def _wald(totals: Any, signs: Any, offset: float) -> Answer:
    if totals.min() == 0:
        return NOTHING
    ratio = float((signs * np.log(totals)).sum()) - offset
    half = 1.96 * float(np.sqrt((1 / totals).sum()))
    return float(2 * norm.sf(abs(ratio) / half * 1.96)), ratio - half, ratio + half, ratio


def ours(panel: Panel) -> Answer:
    """``estimate_effect`` as the measure page tells it: what its verdict refuses to call an effect is none."""
    found = estimate_effect(panel)
    if found.p is None or found.low is None or found.high is None or found.change_pct is None:
        return NOTHING
    p = found.p if found.why != "pre_trend" else 1.0
    low, high, ratio = (float(np.log1p(value / 100)) for value in (found.low, found.high, found.change_pct))
    return p, low, high, ratio


WAYS: dict[str, Callable[[Panel], Answer]] = {
    "before/after alone (Poisson)": before_after,
    "Poisson DiD": poisson_did,
    "Poisson DiD, errors clustered by unit": clustered_did,
    "Tingsu": ours,
}


def measure_effects(many: int = MEASURES, side: int = SIDE) -> None:
    """Print the tables."""
    print(_heading())
    nothing = [draw(np.random.default_rng(SEED + n)) for n in range(many)]
    _tell("No effect", nothing, 0.0)
    panels = [draw(np.random.default_rng(SEED + 1_000_000 + n), effect=-0.2) for n in range(many)]
    _tell("Effect of -20 %", panels, -0.2)
    _tell_at_equal_error(nothing, panels)
    _tell_by_size(panels)
    halved = [draw(np.random.default_rng(SEED + 2_000_000 + n), effect=-0.4) for n in range(side)]
    _tell("Effect of -40 %", halved, -0.4)
    peak = [draw(np.random.default_rng(SEED + 3_000_000 + n), chosen_at_peak=True) for n in range(side)]
    _tell("No effect, measure begun where complaints just ran highest", peak, 0.0)
    apart = [draw(np.random.default_rng(SEED + 4_000_000 + n), parting=-0.3) for n in range(side)]
    _tell("No effect, units parting by -26 % a year all along", apart, 0.0)
    _tell_returns(many // 2)


def _tell_returns(many: int) -> None:
    """How often a measure is opened again at one look: with and without units to compare with."""
    print("\n| the last six weeks | looks | opened again, beside other units | opened again, a unit alone |")
    print("|---|---|---|---|")
    for name, effect, shift in (("as before", 0.0, 5), ("doubled", 1.0, 6), ("trebled", 2.0, 7)):
        panels = [draw(np.random.default_rng(SEED + shift * 1_000_000 + n), effect=effect) for n in range(many)]
        cut = [replace(one, counts=one.counts[:, : one.start + 6]) for one in panels]
        beside = np.mean([has_returned(one).returned for one in cut])
        alone = np.mean([has_returned(replace(one, counts=one.counts[one.treated], treated=one.treated[one.treated]))
                         .returned for one in cut])  # fmt: skip
        print(f"| {name} | {many} | {beside:.3f} | {alone:.3f} |", flush=True)


def _heading() -> str:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    load = os.getloadavg()[0]
    return (
        f"{date.today().isoformat()}, commit {commit}, {os.cpu_count()} cores (load {load:.1f}), "  # noqa: DTZ011
        f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, seeds from {SEED}."
    )


def _tell(title: str, panels: list[Panel], effect: float) -> None:
    print(f"\n{title}: {len(panels):,} measures\n")
    print("| way | said to have an effect | said to have worked | interval holds the truth | with 5–10 controls"
          " | median width (log) | ms of processor |")  # fmt: skip
    print("|---|---|---|---|---|---|---|")
    few = np.array([(~panel.treated).sum() <= 10 for panel in panels])
    for name, way in WAYS.items():
        began = time.process_time()
        found = np.array([way(panel) for panel in panels])
        took = (time.process_time() - began) / len(panels) * 1e3
        called = found[:, 0] < 0.05
        truth = np.log1p(effect)
        held = (found[:, 1] <= truth) & (truth <= found[:, 2])
        wide = np.median(found[:, 2] - found[:, 1])
        print(f"| {name} | {called.mean():.3f} | {(called & (found[:, 3] < 0)).mean():.3f} | {held.mean():.3f} |"
              f" {called[few].mean():.3f} | {wide:.2f} | {took:.1f} |", flush=True)  # fmt: skip


def _tell_at_equal_error(nothing: list[Panel], panels: list[Panel]) -> None:
    """What the other ways find once their threshold is set, on the draws without effect, to err in 5 % of them."""
    print("\n| way, its threshold set on the draws without effect to err in 5 % | said to have worked |\n|---|---|")
    for name, way in WAYS.items():
        if way is ours:
            continue
        threshold = np.quantile([way(panel)[0] for panel in nothing], 0.05)
        found = np.array([way(panel) for panel in panels])
        print(f"| {name} | {((found[:, 0] < threshold) & (found[:, 3] < 0)).mean():.3f} |", flush=True)


def _tell_by_size(panels: list[Panel]) -> None:
    """How much of an effect of -20 % is found, by how many complaints the units with the measure had afterwards."""
    counts = np.array([panel.counts[panel.treated][:, panel.start :].sum() for panel in panels])
    worked = np.array([(found := ours(panel))[0] < 0.05 and found[3] < 0 for panel in panels])
    print("\n| complaints after, at the units with the measure | measures | said to have worked |\n|---|---|---|")
    for low, high in ((0, 50), (50, 100), (100, 200), (200, 400), (400, 10**9)):
        among = (counts >= low) & (counts < high)
        print(f"| {low}–{high if high < 10**9 else '…'} | {among.sum()} | {worked[among].mean():.3f} |", flush=True)
