"""Whether the latest counts rise: a likelihood ratio over rises of one, two and three periods that reach into today.

A rise of ``RISE`` standard deviations, spread evenly over one, two or three periods, may have begun today, yesterday or
the day before. The statistic is the logarithm of the mean likelihood ratio of these six stories; it grows with
every count in it. How large it gets by chance is kept in a table (``chances``) by expected count and dispersion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special  # type: ignore[import-untyped]

Floats = NDArray[np.float64]
RISE = 5.0  # standard deviations in all
LENGTHS = (1, 2, 3)
SHARES = (1 / 3, 1 / 3, 1 / 3)  # of one, two and three periods
NEARLY_POISSON = 1.01
REACH = max(LENGTHS)


def log_ratios(counts: Floats, mean: Floats, phi: Floats, share: float) -> Floats:
    """log P(count | a rise of ``share`` · RISE sd) / P(count | none); never falling as the count grows.

    The extra cases are Poisson on top of a negative binomial, matched by mean and variance. Far out the heavier tail of
    the usual would win again; a count beyond that point says as much as one at it.
    """
    mean = np.maximum(mean, 1e-6)
    extra = share * RISE * np.sqrt(mean * phi)
    raised = mean + extra
    over = phi > NEARLY_POISSON
    before = np.where(over, phi, 2.0)
    after = (before * mean + extra) / raised
    size, larger = mean / (before - 1), raised / (after - 1)
    odds = (1 - 1 / before) / (1 - 1 / after)
    peak = np.maximum((larger - 0.5 - odds * (size - 0.5)) / (odds - 1), 0.0)
    held = np.minimum(counts, 0.95 * peak)
    nb = special.gammaln(held + larger) - special.gammaln(larger) - special.gammaln(held + size)
    nb += special.gammaln(size) - larger * np.log(after) + size * np.log(before) - held * np.log(odds)
    poisson = counts * np.log(raised / mean) - extra
    return np.asarray(np.where(over, nb, poisson))


def statistic(counts: Floats, mean: Floats, phi: Floats) -> Floats:
    """The statistic of the last period of each window; arguments (…, REACH), oldest first."""
    stories = []
    for length, share in zip(LENGTHS, SHARES, strict=True):
        ratio = log_ratios(counts[..., -length:], mean[..., -length:], phi[..., -length:], 1 / length)
        summed = np.cumsum(ratio[..., ::-1], axis=-1)  # begun today, yesterday, …
        stories += [summed[..., n] + np.log(share / length) for n in range(length)]
    return np.asarray(np.logaddexp.reduce(stories))


def windows(values: Floats) -> Floats:
    """Each period with the ones before it: (…, periods) becomes (…, periods − REACH + 1, REACH)."""
    return np.lib.stride_tricks.sliding_window_view(values, REACH, axis=-1)
