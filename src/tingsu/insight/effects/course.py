"""The course of a measure for a picture: what came, what the others did, and what would have come without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import pdtr  # type: ignore[import-untyped]

from tingsu.insight.effects.conditional import Unaided, learn_unaided
from tingsu.insight.effects.estimate import LEAST_CONTROLS
from tingsu.insight.effects.panel import Panel, cut_windows, windows_without


@dataclass(frozen=True, slots=True)
class Course:
    """One value a stretch of ``stretch`` weeks, counted from the start in both directions.

    ``first`` is the stretch of the start. ``likely``, ``low`` and ``high`` (95 %, chance included) tell what would have
    come without the measure; None before the start, and everywhere without enough units to compare with. ``others`` is
    the mean of a unit without the measure.
    """

    stretch: int
    first: int
    starts: tuple[int, ...]  # week index at which each stretch begins
    seen: tuple[int, ...]
    others: tuple[float | None, ...]
    likely: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


def draw_course(panel: Panel, *, stretch: int = 4) -> Course:
    """The course in stretches of whole weeks; weeks at both ends that fill no stretch are left out."""
    starts = _starts(panel, stretch)
    with_it = _sums(panel.counts[panel.treated].sum(axis=0), starts, stretch)
    without = panel.counts[~panel.treated]
    others = _sums(without.sum(axis=0), starts, stretch)
    band = _band(panel, np.array(others), starts) if len(without) >= LEAST_CONTROLS else None
    first = sum(1 for start in starts if start < panel.start)
    blank: tuple[float | None, ...] = (None,) * len(starts)
    likely, low, high = band if band is not None else (blank, blank, blank)
    means = tuple(n / len(without) for n in others) if len(without) else blank
    return Course(stretch, first, starts, tuple(with_it), means, likely, low, high)


def _starts(panel: Panel, stretch: int) -> tuple[int, ...]:
    weeks = panel.counts.shape[1]
    back = range(panel.start - stretch, -1, -stretch)
    return (*reversed(back), *range(panel.start, weeks - stretch + 1, stretch))


def _sums(series: np.ndarray, starts: tuple[int, ...], stretch: int) -> list[int]:
    return [int(series[start : start + stretch].sum()) for start in starts]


def _band(panel: Panel, others: np.ndarray, starts: tuple[int, ...]) -> tuple[tuple[float | None, ...], ...] | None:
    """Likely, low and high of each stretch after the start."""
    windows = cut_windows(panel, skip=0)
    with_it, without = windows.only(panel.treated), windows.only(~panel.treated)
    sizes = (with_it.before + with_it.after).astype(float)
    if not (sizes.sum() and without.before.sum() and without.after.sum()):
        return None
    unaided = learn_unaided(without, sizes, also=windows_without(panel, skip=0))
    shape = others / without.after.sum()  # of what came after at the others, the share of each stretch
    level = with_it.before.sum() * shape
    found: list[tuple[float | None, ...]] = []
    for start, mean in zip(starts, level, strict=True):
        if start < panel.start:
            found.append((None, None, None))
            continue
        found.append(_predicted(float(mean), unaided))
    return tuple(zip(*found, strict=True))


def _predicted(mean: float, unaided: Unaided) -> tuple[float, float, float]:
    """What would have come in a stretch whose count before, scaled to it, is ``mean``: likely, low and high."""
    rates = mean * np.exp(unaided.logit)
    likely = float(np.interp(0.5, np.cumsum(unaided.weight), rates))
    counts = np.arange(int(rates[unaided.weight > 1e-6].max() * 2 + 20))
    chances = unaided.weight @ pdtr(counts[None, :], rates[:, None])
    low, high = (float(counts[min(int(np.searchsorted(chances, at)), len(counts) - 1)]) for at in (0.025, 0.975))
    return likely, low, high
