"""Points made: got with its words, missed with the place where it should have stood, or not judged with the reason."""

from __future__ import annotations

from django.utils.translation import get_language

from tingsu.packs.scorecards import CardPoint
from tingsu.packs.wording import Text
from tingsu.quality.scoring.hearing import Heard, Mark, opening_words
from tingsu.quality.scoring.shapes import Point


def named(text: Text) -> str:
    """A name of the card in the language of the reader."""
    return text.in_language(get_language() or "zh")


def shown(point: CardPoint, heard: Heard, mark: Mark, why: str, *, share: float = 1.0) -> Point:
    """Got, wholly or by ``share``, with the words of a mark."""
    return _made(point, share, heard.turn(mark.at).no, heard.words(mark), why)


def at_turn(point: CardPoint, heard: Heard, at: int, why: str, *, share: float) -> Point:
    """Got by ``share``, shown by the beginning of a turn; missed (0) at the turn where it should have stood."""
    turn = heard.turn(at)
    return _made(point, share, turn.no, opening_words(turn.text), why)


def overall(point: CardPoint, why: str, *, share: float = 1.0) -> Point:
    """Got by what all turns together show, none of them alone."""
    return _made(point, share, None, "", why)


def unjudged(point: CardPoint, why: str) -> Point:
    """Not judged: there is nothing to judge by, or the point is not asked of this conversation."""
    return Point(point.id, named(point.name), None, point.weight, None, "", why)


def _made(point: CardPoint, share: float, turn: int | None, words: str, why: str) -> Point:
    return Point(point.id, named(point.name), round(point.weight * share, 2), point.weight, turn, words, why)
