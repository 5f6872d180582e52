"""The steps of the conversation: which were taken, where, and whether each came in its order."""

from __future__ import annotations

from tingsu.packs.scorecards import ScoreCard
from tingsu.quality.scoring.hearing import Heard
from tingsu.quality.scoring.shapes import StepSeen
from tingsu.quality.scoring.telling import named


def find_steps(card: ScoreCard, heard: Heard) -> tuple[StepSeen, ...]:
    """Every step of the card. In order: no later step was first taken before this one (feelings before matters)."""
    steps = sorted(card.steps, key=lambda step: step.order)
    firsts = [heard.of(*step.concepts)[:1] for step in steps]
    seen = []
    for number, (step, marks) in enumerate(zip(steps, firsts, strict=True)):
        later = [mark.at for found in firsts[number + 1 :] for mark in found]
        in_order = bool(marks) and all(marks[0].at <= at for at in later)
        turn = heard.turn(marks[0].at).no if marks else None
        seen.append(StepSeen(step.id, named(step.name), turn, heard.words(marks[0]) if marks else "", in_order))
    return tuple(seen)
