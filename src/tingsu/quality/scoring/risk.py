"""How likely a complaint follows an ordinary conversation: signs added up, each with its words.

A small additive model: the log-odds are the card's ``bias`` plus, for every sign, its weight times how strongly it
shows (0–1). Weights and bias stand in the pack and can be fitted to an organisation's own labelled conversations.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from tingsu.packs.scorecards import ScoreCard, Sign
from tingsu.quality.scoring.applying import asks, is_upset
from tingsu.quality.scoring.hearing import Heard, opening_words
from tingsu.quality.scoring.mood import LATE
from tingsu.quality.scoring.putagain import find_put_again
from tingsu.quality.scoring.shapes import Risk, RiskSign
from tingsu.quality.scoring.telling import named

_MILD, _HOT = 0.6, 1.8  # mean strength of emotion (0–3) at which heat begins and is full
_FALL = 0.15, 0.7  # strength by which the end is above the whole, from where it shows to where it counts in full
_BRIEF = 10  # characters of a turn that says yes and little else
_CERTAIN = 30.0  # log-odds beyond which nothing changes


@dataclass(frozen=True, slots=True)
class Shown:
    """How strongly a sign shows (0–1) and in which turn (index); ``words`` where they are not the whole turn's."""

    strength: float
    at: int | None = None
    words: str = ""


Feel = Callable[[Heard], Shown | None]


def weigh_risk(card: ScoreCard, heard: Heard) -> Risk:
    """The risk with its reasons; None where no customer is heard."""
    if not heard.customers:
        return Risk(None)
    points, told = card.bias, []
    for sign in card.signs:
        shown = feel_sign(sign, heard)
        if shown is None or not sign.weight:
            continue
        added = sign.weight * shown.strength
        points += added
        told.append(_tell(sign, added, shown, heard))
    told.sort(key=lambda one: -abs(one.weight))
    return Risk(round(1 / (1 + exp(-max(-_CERTAIN, min(_CERTAIN, points)))), 4), tuple(told))


def feel_sign(sign: Sign, heard: Heard) -> Shown | None:
    """How a sign shows in a conversation; None where it does not."""
    if sign.concept:
        return _by_words(sign, heard)
    feel = FEELERS.get(sign.id)
    return feel(heard) if feel else None


def _tell(sign: Sign, added: float, shown: Shown, heard: Heard) -> RiskSign:
    if shown.at is None:
        return RiskSign(sign.id, named(sign.name), round(added, 3), None, shown.words)
    turn = heard.turn(shown.at)
    return RiskSign(sign.id, named(sign.name), round(added, 3), turn.no, shown.words or opening_words(turn.text))


def _by_words(sign: Sign, heard: Heard) -> Shown | None:
    late = set(heard.customers[-sign.last_turns :] if sign.last_turns else heard.customers)
    marks = [mark for mark in heard.of(sign.concept) if mark.at in late]
    return Shown(1.0, marks[-1].at, heard.words(marks[-1])) if marks else None


def _ramp(value: float, low: float, high: float) -> float:
    return max(0.0, min(1.0, (value - low) / (high - low)))


def _heat(heard: Heard) -> Shown | None:
    strength = _ramp(heard.mood.heat, _MILD, _HOT)
    return Shown(strength, _hottest(heard)) if strength else None


def _hottest(heard: Heard) -> int:
    """The turn that shows the heat: words of displeasure, else of trouble, else where the customer says most."""
    marks = heard.of("upset", "threat") or heard.of("trouble", "why")
    return marks[0].at if marks else _longest(heard, heard.customers)


def _longest(heard: Heard, turns: Sequence[int]) -> int:
    """The turn that says most of it: courtesies at the end are short."""
    return max(turns, key=lambda at: len(heard.text(at)))


def _heat_at_end(heard: Heard) -> Shown | None:
    strength = _ramp(heard.mood.late, _MILD, _HOT)
    late = heard.customers[-max(1, len(heard.customers) // LATE) :]
    return Shown(strength, _longest(heard, late)) if strength else None


def _falling(heard: Heard) -> Shown | None:
    strength = _ramp(heard.mood.late - heard.mood.heat, *_FALL) if len(heard.customers) >= 3 else 0.0
    return Shown(strength, heard.customers[-1]) if strength else None


def _waiting(heard: Heard) -> Shown | None:
    """The customer calls for an answer after the agent had spoken; before that 在吗 only says hello."""
    spoke = heard.agents[0] if heard.agents else -1
    marks = [mark for mark in heard.of("waiting") if mark.at > spoke]
    return Shown(1.0, marks[-1].at, heard.words(marks[-1])) if marks else None


def _unanswered(heard: Heard) -> Shown | None:
    """The customer has the last word, and it asks."""
    spoke = heard.agents[-1] if heard.agents else -1
    asked = {mark.at for mark in heard.of("question", "why", "waiting")}
    after = heard.customers[bisect_right(heard.customers, spoke) :]
    open_ = [at for at in after if at in asked or asks(heard.text(at))]
    return Shown(1.0, open_[-1]) if open_ else None


def _agrees(heard: Heard) -> Shown | None:
    """The customer's last turn says yes and little else: the way forward is accepted, or nothing is left to say."""
    last = heard.customers[-1]
    if len(heard.text(last).strip()) > _BRIEF or any(mark.at == last for mark in heard.of("resigned", "upset")):
        return None
    marks = [mark for mark in heard.of("agrees") if mark.at == last and not heard.text(last)[: mark.start].strip()]
    return Shown(1.0, last) if marks else None


def _refused(heard: Heard) -> Shown | None:
    """Refused, and neither another way was shown afterwards nor did the customer accept."""
    refusals = heard.of("refusal")
    if not refusals:
        return None
    last = refusals[-1]
    helped = any(mark.at > last.at for mark in heard.of("solution"))
    agreed = any(mark.at > last.at for mark in heard.of("accepted"))
    return None if agreed else Shown(0.5 if helped else 1.0, last.at, heard.words(last))


def _repeated(heard: Heard) -> Shown | None:
    """The customer says the same again: once, or more often."""
    again = find_put_again(heard)
    return Shown(min(1.0, len(again) / 2), again[-1].at) if again else None


def _no_apology(heard: Heard) -> Shown | None:
    if not is_upset(heard) or heard.of("apology") or not heard.agents:
        return None
    return Shown(1.0, _hottest(heard))


def _no_closing(heard: Heard) -> Shown | None:
    if not heard.agents or heard.of("closing_question"):
        return None
    return Shown(1.0, heard.agents[-1])


FEELERS: Mapping[str, Feel] = {
    "heat": _heat,
    "heat_at_end": _heat_at_end,
    "falling_tone": _falling,
    "waiting": _waiting,
    "unanswered": _unanswered,
    "agrees": _agrees,
    "refused": _refused,
    "repeated_ask": _repeated,
    "no_apology": _no_apology,
    "no_closing": _no_closing,
}
