"""The score card of conversations as a pack writes it: points, the wordings that show them, steps, signs of risk.

Wordings are concept grammars in the tokens of ``reply_checks`` (``@slot``, ``词|词``, ``..4``, ``词?`` …). Lists have
ids, so a pack says again only what it wants otherwise; a point of weight 0 is not scored.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tingsu.packs.reply_checks import Slot
from tingsu.packs.wording import Origin, Part, Wording

PART = "scorecard"
Side = Literal["agent", "customer"]
Family = Literal[
    "said",  # one of the concepts is said by the agent, where ``where`` asks
    "solved",  # said, or a question of the customer answered plainly
    "answered",  # a concept is said by the agent after what the customer said
    "repeated",  # said, or the customer's own words given back as a question
    "promised",  # what will be done, and when
    "clean",  # none of the concepts is said, and the reply check finds no fault of ``faults``
    "listening",
    "answer_time",
    "speech_rate",
    "silence",
]
Applies = Literal[
    "always",
    "opening",  # the conversation is there from its beginning
    "ending",  # it came to its end
    "upset",  # the customer shows dissatisfaction
    "trouble",  # the customer is dissatisfied or something went wrong
    "request",  # the customer wants something
    "why",  # the customer asks for a reason, or something went wrong
    "pending",  # something remains to be done after the conversation
    "said_much",  # the customer told a matter worth giving back
]


class Concept(Part):
    """One thing that can be said in many words; ``unless`` are patterns that clear a match they overlap."""

    id: str
    name: Wording
    by: Side = "agent"
    patterns: tuple[str, ...]
    unless: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()  # found; tested
    clean: tuple[str, ...] = ()  # not found; tested


class CardPoint(Part):
    """One point of the card. ``weight`` is what it counts in full; ``better`` is the advice where it is missed.

    ``row`` is its place in the sources. ``faults``: kinds or rules of the reply check that count against a clean
    point, but for those in ``not_faults``. ``excused_by``: concepts that excuse what is said in their
    turn or the agent's next. ``doubtful``: measured, the machine and a reader agree on it little, and pages say so.
    """

    id: str
    name: Wording
    family: Family
    weight: float = Field(ge=0, le=100)
    applies: Applies = "always"
    where: Literal["opening", "anywhere", "after_opening", "ending"] = "anywhere"
    concepts: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    not_faults: tuple[str, ...] = ()
    excused_by: tuple[str, ...] = ()
    doubtful: bool = False
    better: Wording
    row: str = ""
    origin: Origin = "source"


class Step(Part):
    """A step of the conversation and the concepts that show it was taken; ``order`` is its place."""

    id: str
    name: Wording
    order: int
    concepts: tuple[str, ...]


class Sign(Part):
    """Something that makes a complaint after this conversation likelier (above 0) or less likely.

    ``weight`` is added to the log-odds, times how strongly the sign shows (0–1). ``concept`` names the wording for
    signs that are one; the others are worked out in ``quality.scoring.risk`` by their id.
    """

    id: str
    name: Wording
    weight: float = Field(ge=-10, le=10)
    concept: str = ""
    last_turns: int = 0  # only the customer's last so many turns; 0: all
    origin: Origin = "ours"


class Limits(Part):
    """The measures of service: seconds and characters a minute."""

    answer_seconds: float = 15  # E2: 应答时限小于 15 秒
    rate_low: float = 90  # E2: 90–100 字/分钟
    rate_high: float = 100
    rate_slack: float = 0.1  # this share above or below counts half
    rate_characters: int = 60  # fewer characters of speech are no measure
    silence_seconds: float = 10  # ours: a longer pause is felt as being left alone
    hold_seconds: float = 60  # after 请稍等
    overlap_seconds: float = 0.5  # less is a breath, not an interruption


class ScoreCard(Part):
    """Everything conversations of a pack are inspected by."""

    slots: tuple[Slot, ...] = ()
    concepts: tuple[Concept, ...] = ()
    points: tuple[CardPoint, ...] = ()
    steps: tuple[Step, ...] = ()
    signs: tuple[Sign, ...] = ()
    bias: float = -1.5  # log-odds of a complaint to come where no sign shows
    limits: Limits = Limits()
