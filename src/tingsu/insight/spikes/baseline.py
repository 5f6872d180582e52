"""What is normal: a quasi-Poisson regression for many series at once, past rises weighed down.

All series share their dates, so they share one design; what differs is their counts. A small ridge keeps short and
sparse series from seeing a season in noise: it is the prior that a coefficient is about as large as its ``prior`` says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TOO_HIGH = 3.5  # Anscombe residuals from which a past count is weighed down, by the fourth power of the excess
PRIOR_PHI, PRIOR_COUNTS = 1.3, 8.0  # the dispersion a series is taken to have before it is seen, worth so many counts
CHI_SQUARE_80 = 1.642  # of one degree of freedom
_ROUNDS = 25
_REWEIGHTINGS = 2
_RISEN = 0.05  # share of periods that may be rises without drawing the first fit to them
_POWER = 4
_CHUNK = 4000


@dataclass(frozen=True, slots=True)
class Baseline:
    """``mean`` (series, judged periods), ``error`` the standard error of its logarithm, ``phi`` the dispersion ≥ 1."""

    mean: Floats
    error: Floats
    phi: Floats


def fit_baseline(past: Floats, design: Floats, ahead: Floats, prior: Floats) -> Baseline:
    """Expected counts of the periods ``ahead`` after those of ``past``.

    ``past`` (series, n) counts; ``design`` (n, p) with the constant first; ``ahead`` (m, p); ``prior`` (p,) standard
    deviations of the coefficients, infinite where nothing is held back. A series without a single case is expected to
    stay near zero: half a case over its whole history.
    """
    parts = [_fit_part(past[i : i + _CHUNK], design, ahead, prior) for i in range(0, len(past), _CHUNK)]
    if not parts:
        empty = np.zeros((0, len(ahead)))
        return Baseline(empty, empty, np.ones(0))
    return Baseline(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _fit_part(past: Floats, design: Floats, ahead: Floats, prior: Floats) -> tuple[Floats, Floats, Floats]:
    hold = np.where(np.isfinite(prior), 1 / np.maximum(prior, 1e-6) ** 2, 0.0)
    weight = np.ones_like(past)
    start = np.zeros((len(past), design.shape[1]))
    start[:, 0] = np.log((past.sum(1) + 0.5) / max(past.shape[1], 1))
    capped = np.minimum(past, _ranked(past, 1 - _RISEN)[:, None])
    beta, curve, mean = _solve(capped, design, weight, hold, np.ones(len(past)), start)
    phi = _robust_dispersion(past, mean)
    for _ in range(_REWEIGHTINGS):
        trusted = _down_weights(past, mean, phi)
        beta, curve, mean = _solve(past, design, trusted, hold, phi, beta)
        phi = _dispersion(past, mean, trusted, design.shape[1])
    spread = np.linalg.solve(curve, np.broadcast_to(ahead.T, (len(past), *ahead.T.shape)))
    variance = np.einsum("mp,spm->sm", ahead, spread)
    return np.exp(np.clip(beta @ ahead.T, -20, 20)), np.sqrt(np.maximum(variance, 0)), phi


def _solve(
    past: Floats, design: Floats, weight: Floats, hold: Floats, phi: Floats, start: Floats
) -> tuple[Floats, Floats, Floats]:
    """Coefficients, their information (prior included) and the fitted means, by Newton's method with short steps."""
    p = design.shape[1]
    squares = np.einsum("np,nq->npq", design, design).reshape(len(design), p * p)
    # Half a case spread over the history keeps the level of a series of zeros finite.
    half = 0.5 / len(design)
    target, level = (past + half) * weight, start[:, :1].copy()
    beta = start.copy()
    penalty = hold[None, :] * phi[:, None]
    for _ in range(_ROUNDS):
        mean = np.exp(np.clip(beta @ design.T, -20, 20))
        fitted = mean * weight
        slope = (target - fitted) @ design - penalty * (beta - _only_level(level, p) * (hold > 0))
        curve = (fitted @ squares).reshape(-1, p, p) + penalty[:, :, None] * np.eye(p)
        curve += 1e-9 * np.eye(p)
        step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        size = np.abs(step).max()
        beta += step / np.maximum(np.abs(step).max(axis=1, keepdims=True), 1.0)
        if size < 1e-4:
            break
    return beta, curve / phi[:, None, None], np.exp(np.clip(beta @ design.T, -20, 20))


def _only_level(level: Floats, p: int) -> Floats:
    out = np.zeros((len(level), p))
    out[:, :1] = level
    return out


def _robust_dispersion(past: Floats, mean: Floats) -> Floats:
    """From the fourth fifth of the squared residuals: up to a fifth of high counts cannot hide behind themselves."""
    squares = (past - mean) ** 2 / np.maximum(mean, 1e-9)
    return np.asarray(np.maximum(_ranked(squares, 0.8) / CHI_SQUARE_80, 1.0))


def _ranked(values: Floats, share: float) -> Floats:
    """The value of each row that this share of the row does not exceed."""
    at = min(int(share * values.shape[1]), values.shape[1] - 1)
    return np.asarray(np.partition(values, at, axis=1)[:, at])


def _dispersion(past: Floats, mean: Floats, weight: Floats, p: int) -> Floats:
    """Pearson's, held towards ``PRIOR_PHI`` where there is little to see."""
    freedom = np.maximum(weight.sum(1) - p, 0.0)
    squares = (weight * (past - mean) ** 2 / np.maximum(mean, 1e-9)).sum(1)
    return np.asarray(np.maximum((squares + PRIOR_COUNTS * PRIOR_PHI) / (freedom + PRIOR_COUNTS), 1.0))


def _down_weights(past: Floats, mean: Floats, phi: Floats) -> Floats:
    residual = 1.5 * (np.cbrt(past) ** 2 * np.maximum(mean, 1e-9) ** (-1 / 6) - np.sqrt(mean)) / np.sqrt(phi[:, None])
    return np.asarray(np.minimum(1.0, (TOO_HIGH / np.maximum(residual, 1e-9)) ** _POWER))
