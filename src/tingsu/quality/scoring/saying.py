"""Points that ask for something to be said: greeting, solution, closing question, thanks; and answers to feelings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from tingsu.packs.scorecards import CardPoint
from tingsu.quality.scoring.hearing import Heard, Mark, opening_words
from tingsu.quality.scoring.shapes import Point
from tingsu.quality.scoring.telling import at_turn, shown

_NO_ANSWER = ("greeting", "hold", "closing_question", "thanks", "farewell", "apology", "refusal", "calming")
_TURNS_AWAY = ("passing_on", "rude", "blaming")
_CLAUSES = re.compile("[。!?;\n, ]")
_ASKED = re.compile("[吗么嘛]|多少|哪|什么|提供|是否")
_HAN = re.compile("[\u4e00-\u9fff]")
_LEAST = 3  # characters of a clause that says something
_REFUSED = 2  # turns that refuse: once may be said by the way
_FIRST = 2  # the agent's first turns are the opening


def score_said(point: CardPoint, heard: Heard) -> Point:
    """One of the concepts is said by the agent, where the card asks for it."""
    places = _places(point, heard)
    marks = [mark for mark in heard.of(*point.concepts) if mark.at in places]
    if marks:
        mark = marks[-1] if point.where == "ending" else marks[0]
        return shown(point, heard, mark, _("坐席说了"))
    where = heard.agents[0] if point.where == "opening" else heard.agents[-1]
    return at_turn(point, heard, where, _("坐席到这里也没有说：{what}").format(what=point.better), share=0)


def _places(point: CardPoint, heard: Heard) -> set[int]:
    agents = heard.agents
    if point.where == "opening":
        return set(agents[:_FIRST])
    if point.where == "after_opening":
        return set(agents[1:]) if len(agents) > 1 else set(agents)
    return set(agents[-3:]) if point.where == "ending" else set(agents)


def score_solved(point: CardPoint, heard: Heard) -> Point:
    """Said in words of help, or a plain answer to what the customer asked last.

    Nothing where he was refused again and again, gave up, and was shown no other way.
    """
    if refused := _refused_out(point, heard):
        return refused
    if heard.of(*point.concepts):
        return score_said(point, heard)
    asked = {mark.at for mark in heard.of("question", "why", "request")}
    away = {mark.at for mark in heard.of(*_TURNS_AWAY)}
    empty: dict[int, list[Mark]] = {}
    for mark in heard.of(*_NO_ANSWER):
        empty.setdefault(mark.at, []).append(mark)
    for at in heard.agents:
        if at - 1 in asked and at not in away and (sentence := _plain_answer(heard, at, empty.get(at, []))):
            return replace(at_turn(point, heard, at, _("坐席直接回答了"), share=1), words=sentence)
    return score_said(point, heard)


def _refused_out(point: CardPoint, heard: Heard) -> Point | None:
    refusals = heard.of("refusal")
    if len(refusals) < _REFUSED:
        return None
    last = refusals[-1].at
    helped = any(mark.at >= last for mark in heard.of(*point.concepts))
    gave_up = any(mark.at > last for mark in heard.of("resigned", "upset", "threat"))
    if helped or not gave_up:
        return None
    why = _("回绝了 {n} 次，最后没有给出别的办法，客户只好作罢").format(n=len(refusals))
    return shown(point, heard, refusals[-1], why, share=0)


def _plain_answer(heard: Heard, at: int, empty: Sequence[Mark]) -> str:
    """The first clause of a turn that states something: no question, no courtesy, no putting off (``empty``)."""
    begin, text = 0, heard.text(at)
    for clause in _CLAUSES.split(text):
        end = begin + len(clause)
        courtesy = any(mark.start < end and begin < mark.end for mark in empty)
        if clause.strip() and not courtesy and not _ASKED.search(clause) and len(_HAN.findall(clause)) >= _LEAST:
            low, high = heard.texts[at].origin(begin, end)
            return opening_words(heard.turn(at).text[low:high])
        begin = end + 1
    return ""


def score_answered(point: CardPoint, heard: Heard) -> Point:
    """One of the concepts is said after the customer gave reason for it; said only before, it counts half."""
    reason = first_reason(heard)
    marks = heard.of(*point.concepts)
    after = [mark for mark in marks if mark.at >= reason]
    if after:
        return shown(point, heard, after[0], _("坐席作了回应"))
    if marks:
        why = _("只在客户说出不满之前说过，之后没有再回应")
        return shown(point, heard, marks[0], why, share=0.5)
    why = _("客户说了这些，坐席没有回应：{what}").format(what=point.better)
    return at_turn(point, heard, min(reason, len(heard.texts) - 1), why, share=0)


def first_reason(heard: Heard) -> int:
    """The turn (index) in which the customer first shows displeasure, tells of trouble or asks why."""
    marks: list[Mark] = heard.of("upset", "threat", "trouble", "why", "cut_off")
    if marks:
        return marks[0].at
    return heard.customers[0] if heard.customers else 0
