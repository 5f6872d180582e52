"""What the reply check says of the agent's turns, each finding at its turn."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from tingsu.assist.replies import ReplyContext, ReplyRules, check_wording
from tingsu.packs.reply_checks import ReplyKind
from tingsu.quality.scoring.hearing import Heard
from tingsu.quality.scoring.timing import is_written

_SHORT = 2  # characters
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """A wording of turn ``at`` (index) that should not have been said; ``id`` and ``kind`` are the rule's."""

    at: int
    words: str
    id: str
    kind: str
    rule: str
    better: str


def find_faults(heard: Heard, rules: ReplyRules) -> list[Fault]:
    """Every wording of the agent's that the pack's reply check finds, in order. The customer's words are not looked at.

    All turns are checked in one go, a line each, so the check's tables are walked once a conversation.
    """
    agents = heard.agents
    said = [heard.turn(at).text.replace("\n", " ") for at in agents]
    kind: ReplyKind = "chat" if is_written(heard) else "call"
    text = "\n".join(said)
    starts = [0, *accumulate(len(one) + 1 for one in said)]
    return [
        Fault(agents[bisect_right(starts, one.start) - 1], one.words, one.id, one.kind, one.rule, one.better)
        for one in check_wording(text, ReplyContext(kind), rules)
        if one.end > one.start and not _is_part_of_a_word(text, one.start, one.end)
    ]


def _is_part_of_a_word(text: str, start: int, end: int) -> bool:
    """Whether a short wording stands inside a longer clause (财源滚滚), where speech seldom means a fault by it."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return end - start <= _SHORT and _HAN.search(around) is not None
