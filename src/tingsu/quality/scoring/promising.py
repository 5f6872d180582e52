"""A promise: what will be done and by when, in one breath."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tingsu.packs.scorecards import CardPoint
from tingsu.quality.scoring.hearing import Heard
from tingsu.quality.scoring.shapes import Point
from tingsu.quality.scoring.telling import at_turn, shown

_WHAT_ONLY = 0.4  # less than half: without a time it is not yet a promise
_NEAR = 2  # turns between what and when that still belong together


def score_promised(point: CardPoint, heard: Heard) -> Point:
    """Whole where what (the first concept) and when (the second) stand together, a little where only what is said."""
    what, when = (heard.of(concept) for concept in point.concepts)
    said_when = {one.at: one for one in when}
    for mark in what:
        places = sorted(range(mark.at - _NEAR, mark.at + _NEAR + 1), key=lambda at: abs(at - mark.at))
        best = next((said_when[at] for at in places if at in said_when), None)
        if best is not None:
            words = _("说了办什么，也说了时间：“{words}”").format(words=heard.words(best))
            return shown(point, heard, mark, words)
    if what:
        return shown(point, heard, what[0], _("只说了会办，没有说什么时候办好"), share=_WHAT_ONLY)
    why = _("还有事没了结，坐席没有说后续办什么、什么时候：{what}").format(what=point.better)
    return at_turn(point, heard, heard.agents[-1], why, share=0)
