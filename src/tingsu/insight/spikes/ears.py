"""EARS C1, C2 and C3 (Fricker et al. 2008) for many series at once, as ``earsC`` of R's ``surveillance`` has them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
Method = Literal["C1", "C2", "C3"]
BASELINE = 7


def upper_bounds(counts: Floats, method: Method, *, alpha: float | None = None) -> Floats:
    """The bound of each count (series, periods); NaN where there is too little before it.

    ``alpha`` is .001 for C1 and C2, .025 for C3 where not said. C3 looks at what the two periods before exceeded.
    """
    z = stats.norm.isf(alpha if alpha is not None else (0.025 if method == "C3" else 0.001))
    mean, spread = _before(counts, gap=0 if method == "C1" else 2)
    if method != "C3":
        return np.asarray(mean + z * spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        over = np.nan_to_num(np.maximum((counts - mean) / spread - 1, 0.0), nan=0.0, posinf=np.inf)
    earlier = np.zeros_like(counts)
    earlier[:, 2:] = over[:, :-2] + over[:, 1:-1]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.maximum(counts + np.nan_to_num(spread * (z - earlier), nan=0.0), 0.0))


def _before(counts: Floats, gap: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the seven counts that end ``gap`` before each."""
    mean, spread = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(counts, BASELINE, axis=1)
    first = BASELINE + gap
    kept = windows[:, : counts.shape[1] - first]
    mean[:, first:], spread[:, first:] = kept.mean(axis=2), kept.std(axis=2, ddof=1)
    return mean, spread
