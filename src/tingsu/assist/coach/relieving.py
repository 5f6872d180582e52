"""Ways out when heat rises or stays: another person, another place, another time (001.10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tingsu.assist.coach.hearing import ANGRY, Background, Heard, Said
from tingsu.assist.coach.rules import CoachRules
from tingsu.packs.coaching import Relief

FURIOUS = 3
LONG = 3  # turns in a row that are angry before heat counts as staying
APART = 0.4  # what a place to go to is worth on the phone


@dataclass(frozen=True, slots=True)
class ReliefDue:
    """The move to make, why now, the words that speak for it, and the other two."""

    relief: Relief
    why: str
    words: tuple[tuple[int, str], ...]  # (turn, words)
    others: tuple[Relief, ...]


def find_relief(
    said: Sequence[Said], heard: Heard, rules: CoachRules, done: Mapping[str, int], background: Background
) -> ReliefDue | None:
    """The relief move, where heat rises to fury, comes back after calming, or stays; None while it does not."""
    why = _due(heard, done)
    if not why or not rules.words.reliefs:
        return None
    spoken = _spoken_for(said)
    ranked = sorted(rules.words.reliefs, key=lambda one: -_weight(one, spoken.get(one.id, ()), background))
    best = ranked[0]
    return ReliefDue(best, why, tuple(spoken.get(best.id, ()))[-3:], tuple(ranked[1:]))


def _due(heard: Heard, done: Mapping[str, int]) -> str:
    """Why a way out is due; "" where it is not."""
    angry = _angry_in_a_row(heard)
    if not angry:
        return ""
    turns = _("、").join(str(turn) for turn in angry)
    if heard.emotion == FURIOUS:
        return _("第 %(turn)d 句已经非常激动，当场难以谈妥。") % {"turn": angry[-1]}
    if len(angry) >= LONG:
        return _("客户连续 %(n)d 句都有火气（第 %(turns)s 句）。") % {"n": len(angry), "turns": turns}
    calmed = done.get("calm", 0)
    if calmed and calmed < angry[-1] and heard.trend in ("rising", "staying"):
        return _("第 %(calmed)d 句安抚过，第 %(turn)d 句又激动起来。") % {"calmed": calmed, "turn": angry[-1]}
    return ""


def _angry_in_a_row(heard: Heard) -> list[int]:
    """The latest turns that are angry, up to the last one."""
    turns: list[int] = []
    for turn, level in reversed(heard.levels):
        if level < ANGRY:
            break
        turns.insert(0, turn)
    return turns


def _spoken_for(said: Sequence[Said]) -> dict[str, list[tuple[int, str]]]:
    """Relief → (turn, words) of the customer's latest turns that speak for it."""
    found: dict[str, list[tuple[int, str]]] = {}
    for one in [one for one in said if one.speaker == "customer"][-6:]:
        for key, words in one.marks.reliefs.items():
            found.setdefault(key, []).append((one.no, words))
    return found


def _weight(relief: Relief, spoken: Sequence[tuple[int, str]], background: Background) -> float:
    weight = float(len(spoken))
    return weight * APART if relief.id == "place" and not background.face_to_face else weight
