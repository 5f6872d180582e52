"""Listening: nobody is cut off, by the times where there are any, by the wording where there are none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tingsu.packs.scorecards import CardPoint, Limits
from tingsu.quality.scoring.hearing import Heard, PutAgain
from tingsu.quality.scoring.putagain import find_put_again
from tingsu.quality.scoring.shapes import Point
from tingsu.quality.scoring.telling import at_turn, overall, shown, unjudged
from tingsu.quality.transcripts import AGENT, CUSTOMER

_UNFINISHED = re.compile(
    "(?:因为|然后|但是|可是|就是|就是说|而且|所以|如果|比如|那个|这个|我|我想|我是|我就|他|你们|要|还有|结果|后来|于是|或者|和|跟|把|被|给|在)$"
)
_GOES_ON = re.compile(
    "^(?:不是|你听|我说|我还没|我话|等一下|等会|你等|让我|因为|而且|然后|就是|结果|后来|我是说|先|别)"
)

_FEWEST = 2  # turns of the customer
_ONCE = 0.4  # of the weight; less than half
_TOLD_ONCE = 0.6  # more than half: told again once proves little, and nobody is to be blamed for nothing


@dataclass(frozen=True, slots=True)
class CutOff:
    """The agent's turn ``at`` (index) began before the customer had ended; ``why`` says how that shows."""

    at: int
    why: str


def find_cut_offs(heard: Heard, limits: Limits) -> list[CutOff]:
    """Every interruption of the customer."""
    turns = heard.transcript.turns
    found = []
    for at in range(1, len(turns)):
        before, turn = turns[at - 1], turns[at]
        if before.speaker != CUSTOMER or turn.speaker != AGENT:
            continue
        if before.end is not None and turn.start is not None:
            early = before.end - turn.start
            if early > limits.overlap_seconds:
                found.append(CutOff(at, _("客户还没说完，早了 {seconds:.1f} 秒插话").format(seconds=early)))
        elif _is_broken_off(heard, at):
            found.append(CutOff(at, _("客户的话说到一半被接走，下一句又接着说")))
    return found


def _is_broken_off(heard: Heard, at: int) -> bool:
    """Whether the customer's turn before ``at`` stops in the middle and he takes it up again after it."""
    if at + 1 >= len(heard.texts) or heard.turn(at + 1).speaker != CUSTOMER:
        return False
    before, after = heard.text(at - 1).rstrip(), heard.text(at + 1).lstrip()
    return len(before) >= 4 and bool(_UNFINISHED.search(before)) and bool(_GOES_ON.search(after))


def score_listening(point: CardPoint, heard: Heard, cut_offs: list[CutOff]) -> Point:
    """Whole where the customer could finish and was heard.

    Nothing where he says that he is not heard, or where two signs show it. Less than half where one shows it: he was
    cut off, or asked the same again after the agent had spoken; or where he told things again. More than half where he
    only told one thing again.
    """
    if len(heard.customers) < _FEWEST:
        return unjudged(point, _("客户只说了一句，看不出有没有听"))
    if complained := [mark for mark in heard.of(*point.concepts) if _is_answered_before(heard, mark.at)]:
        return shown(point, heard, complained[0], _("客户说自己的话没有被听进去"), share=0)
    again = find_put_again(heard)
    faults = sorted((*cut_offs, *map(_fault_of, again)), key=lambda one: one.at)
    if faults:
        only_told = not cut_offs and not any(one.asked for one in again)
        share = _TOLD_ONCE if only_told and len(faults) == 1 else _ONCE if len(faults) == 1 or only_told else 0.0
        return at_turn(point, heard, faults[0].at, faults[0].why, share=share)
    why = _("{n} 句客户的话都说完了，没有打断，也没有让客户重说").format(n=len(heard.customers))
    return overall(point, why)


def _is_answered_before(heard: Heard, at: int) -> bool:
    """Whether the agent has spoken to the customer before this turn: what opens a conversation complains of nobody."""
    first = heard.customers[0]
    return any(first < agent < at for agent in heard.agents)


def _fault_of(again: PutAgain) -> CutOff:
    asked = _("坐席说过话之后，客户又把同样的问题问了一遍")
    return CutOff(again.at, asked if again.asked else _("坐席说过话之后，客户又把同样的话说了一遍"))
