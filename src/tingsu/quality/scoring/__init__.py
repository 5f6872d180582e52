"""Every conversation scored against the pack's card, each point with the turn that shows it."""

from pathlib import Path

from tingsu.packs.answering import load_part
from tingsu.packs.scorecards import PART, ScoreCard
from tingsu.quality.scoring.inspecting import score, score_many
from tingsu.quality.scoring.shapes import Measures, Point, Risk, RiskSign, Scored, StepSeen


def card_of(pack: str, extra: tuple[Path, ...] = ()) -> ScoreCard:
    """The score card of the pack called ``pack``. Raises PackError where it cannot be used."""
    card: ScoreCard = load_part(ScoreCard, PART, pack, extra)
    return card


__all__ = ["Measures", "Point", "Risk", "RiskSign", "ScoreCard", "Scored", "StepSeen", "card_of", "score", "score_many"]
