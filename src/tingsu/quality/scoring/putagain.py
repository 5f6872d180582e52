"""What the customer says again after the agent has spoken: asked and not answered, told and not taken up."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from tingsu.quality.scoring.applying import asks
from tingsu.quality.scoring.hearing import Heard, PutAgain
from tingsu.quality.scoring.repeating import pairs_of, without_held

# Courtesy and calls for somebody, which anybody says again.
_SAYS_NOTHING = re.compile(
    "谢谢|感谢|好的|你好|您好|在吗|在不在|没有了|没了|知道了|明白|麻烦[你您]?|辛苦|再见|不客气|没问题|不好意思|亲爱的|是的|对的"
    "|请问|帮我|帮忙|一下|稍等|转?人工(?:客服|服务)?|客服|移动端"
)
_CLAUSE = re.compile("[,。?!;\n]+")
_ALIKE = 0.7  # of the pairs of the shorter turn come back
_SAME = 0.8  # of the pairs of the longer one: the same words once more
_NEAR = 8  # telling turns of the customer before: what is said again later on may be another matter
_LOOKED_AT = 60  # turns of the customer compared with one another


@dataclass(frozen=True, slots=True)
class _Told:
    at: int
    pairs: set[str]
    asks: bool


def find_put_again(heard: Heard) -> list[PutAgain]:
    """What the customer puts again in nearly the same words, in order. Worked out once a conversation.

    Only where the agent spoke in between, and did not give back all of what is said again: then it was taken up.
    """
    if heard.again is None:
        heard.again = _find(heard)
    return heard.again


def _find(heard: Heard) -> list[PutAgain]:
    questions = {mark.at for mark in heard.of("question", "why")}
    told: list[_Told] = []
    again = []
    pairs_at = cache(lambda at: _pairs_told(heard.text(at)))  # an agent's turn lies between many of the customer's
    for at in heard.customers[-_LOOKED_AT:]:
        pairs = pairs_at(at)
        if not pairs:
            continue
        now = _Told(at, pairs, at in questions or asks(heard.text(at)))
        before = next((one for one in reversed(told[-_NEAR:]) if _is_put_again(heard, one, now, pairs_at)), None)
        if before is not None:
            again.append(PutAgain(at, before.at, now.asks or before.asks))
        told.append(now)
    return again


def _pairs_told(text: str) -> set[str]:
    """Pairs that tell something; labels of cards that are sent (订单号：…) tell nothing."""
    clauses = _CLAUSE.split(without_held(text))
    return pairs_of(_SAYS_NOTHING.sub("\0", "\0".join(clause.rpartition(":")[2] for clause in clauses)))


def _is_put_again(heard: Heard, before: _Told, now: _Told, pairs_at: Callable[[int], set[str]]) -> bool:
    shared = now.pairs & before.pairs
    fewer, more = sorted((len(now.pairs), len(before.pairs)))
    if len(shared) < _ALIKE * fewer:
        return False
    between = heard.agents[bisect_left(heard.agents, before.at) : bisect_left(heard.agents, now.at)]
    if not between:
        return False
    return len(shared) >= _SAME * more or not any(shared <= pairs_at(at) for at in between)
