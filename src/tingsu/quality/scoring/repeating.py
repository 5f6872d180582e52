"""Read-back: said in words (您的意思是……), or the customer's own words given back as a question."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from django.utils.translation import gettext as _

from tingsu.packs.scorecards import CardPoint
from tingsu.quality.scoring.hearing import Heard, opening_words
from tingsu.quality.scoring.shapes import Point
from tingsu.quality.scoring.telling import at_turn, shown

_ASKED = re.compile("[?]|(?:吗|么|吧|呢|是不是|对不对|没错)[,。~]?$|(?:对|是)(?:吗|吧|么)")
_LEAST = 3  # pairs of characters of the customer's that come back
_SHARE = 0.25  # of the agent's sentence
_HELD_PLACE = re.compile(r"\[[^\[\]]{1,24}\]|https?://\S+|[a-z0-9_*]{6,}|&nbsp;")  # masks, links and numbers
_EMPTY = frozenset("\0的了是我你您在有这那吗呢吧啊哦嗯么不没就都也和跟给请问可以什么怎个,。?!、亲好")
_SENTENCE = re.compile("[。!?;\n,]+")
_BACK = 3  # turns of the customer that are looked back on


def score_repeated(point: CardPoint, heard: Heard) -> Point:
    """Got for the wording of a read-back or for a question in the customer's own words."""
    marks = heard.of(*point.concepts)
    if marks:
        return shown(point, heard, marks[0], _("坐席复述或核对了客户的意思"))
    for at in heard.agents:
        if sentence := echo(heard, at):
            point_at = at_turn(point, heard, at, _("坐席用客户的话反问确认"), share=1)
            return replace(point_at, words=opening_words(sentence))
    longest = max(heard.customers, key=lambda at: len(heard.text(at)), default=heard.agents[0])
    why = _("客户说了这些，坐席没有复述确认：{what}").format(what=point.better)
    return at_turn(point, heard, longest, why, share=0)


def echo(heard: Heard, at: int) -> str:
    """The question of an agent's turn that gives the customer's words back; empty where there is none."""
    place = bisect_left(heard.customers, at)
    before = heard.customers[max(0, place - _BACK) : place]
    said = pairs_of("\n".join(heard.text(one) for one in before))
    if not said:
        return ""
    for sentence in _SENTENCE.split(heard.text(at)):
        if not _ASKED.search(sentence if sentence.endswith("?") else f"{sentence}"):
            continue
        own = pairs_of(sentence)
        back = own & said
        if len(back) >= _LEAST and len(back) >= _SHARE * len(own):
            return sentence
    return ""


def pairs_of(text: str) -> set[str]:
    """Neighbouring characters that carry meaning; numbers and masked places carry none."""
    text = without_held(text)
    return {text[at : at + 2] for at in range(len(text) - 1) if not _EMPTY & set(text[at : at + 2])}


def without_held(text: str) -> str:
    """The text with what stands for something else (masks, links, numbers) taken out."""
    return _HELD_PLACE.sub("\0", text)
