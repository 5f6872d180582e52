"""The weights of the risk's signs fitted to conversations whose outcome is known, held near what the card says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tingsu.packs.scorecards import ScoreCard
from tingsu.quality.scoring.hearing import Heard, ear_of
from tingsu.quality.scoring.risk import feel_sign
from tingsu.quality.transcripts import Transcript

_STEPS = 4_000
_HOLD = 3.0  # how hard a weight is held: the more conversations, the less it matters
_FARTHEST = 2.5  # log-odds no single sign goes beyond
Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def fit_signs(
    card: ScoreCard, transcripts: Sequence[Transcript], ends_badly: Sequence[float], *, hold: float = _HOLD
) -> ScoreCard:
    """The card with its risk weights fitted; ``ends_badly`` is 1 where a complaint came of it, 0 where none did.

    A sign that speaks for a complaint never comes to speak against it. With few conversations the card's own weights
    stay nearly as they are; with none they stay exactly.
    """
    heard = ear_of(card).hear(transcripts)
    shows = np.array([strengths(card, one) for one in heard], dtype=np.float64).reshape(len(heard), len(card.signs))
    outcome = np.asarray(ends_badly, dtype=np.float64)
    before = np.array([sign.weight for sign in card.signs], dtype=np.float64)
    bias, weights = _descend(shows, outcome, card.bias, before, hold)
    signs = tuple(
        sign.model_copy(update={"weight": round(float(weight), 2)})
        for sign, weight in zip(card.signs, weights, strict=True)
    )
    return card.model_copy(update={"signs": signs, "bias": round(float(bias), 2)})


def strengths(card: ScoreCard, heard: Heard) -> list[float]:
    """How strongly each sign of the card shows, 0–1."""
    if not heard.customers:
        return [0.0] * len(card.signs)
    shown = [feel_sign(sign, heard) for sign in card.signs]
    return [0.0 if one is None else one.strength for one in shown]


def _descend(shows: Floats, outcome: Floats, bias: float, before: Floats, hold: float) -> tuple[float, Floats]:
    """Projected gradient steps; the problem is convex, so they end where they should."""
    weights = before.copy()
    low, high = np.where(before < 0, -_FARTHEST, 0.0), np.where(before < 0, 0.0, _FARTHEST)
    rate = 1.0 / (hold * 2 + 0.25 * (shows**2).sum() + 0.25 * len(outcome) + 1e-9)
    for _step in range(_STEPS):
        missed = 1 / (1 + np.exp(-(shows @ weights + bias))) - outcome
        bias -= rate * float(missed.sum())
        weights = np.clip(weights - rate * (shows.T @ missed + 2 * hold * (weights - before)), low, high)
    return bias, weights
