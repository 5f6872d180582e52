"""Whether a point can be asked of a conversation at all; where not, the reason is said instead of a score."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from tingsu.packs.scorecards import Applies
from tingsu.quality.scoring.hearing import Heard

_UPSET = 0.62  # chance of a complaint by the text engine from which a customer counts as dissatisfied
_TROUBLED = 0.7
_HOT = 1.15  # mean strength of emotion, 0–3
_TOLD = 12  # characters of one turn that tell a matter
_ASK = re.compile("[?？]|[吗么呢]$")


def why_not(applies: Applies, heard: Heard) -> str:
    """Why a point that applies so cannot be asked of this conversation; empty where it can."""
    if not heard.agents:
        return _("没有坐席说的话")
    if applies == "always":
        return ""
    return _CHECKS[applies](heard)


def is_upset(heard: Heard) -> bool:
    """Whether the customer shows dissatisfaction."""
    said = heard.of("upset", "threat", "cut_off")
    return bool(said) or (heard.mood.complaint >= _UPSET and heard.mood.heat >= _HOT)


def is_troubled(heard: Heard) -> bool:
    """Whether the customer is dissatisfied or tells that something went wrong."""
    return bool(heard.of("trouble", "upset", "threat", "cut_off")) or heard.mood.complaint >= _TROUBLED


def asks(text: str) -> bool:
    """Whether a turn's heard text is a question by its end or its mark."""
    return _ASK.search(text.strip()) is not None


def _opening(heard: Heard) -> str:
    first = heard.transcript.turns[0]
    return "" if first.text.strip() else _("对话没有开头")


def _ending(heard: Heard) -> str:
    return "" if len(heard.transcript.turns) > 1 else _("只有一句话，看不出结束")


def _upset(heard: Heard) -> str:
    return "" if is_upset(heard) else _("客户没有表示不满，不要求这一项")


def _trouble(heard: Heard) -> str:
    return "" if is_troubled(heard) else _("客户没有说出不顺的事，不要求这一项")


def _request(heard: Heard) -> str:
    if heard.of("request", "question", "trouble", "upset"):
        return ""
    return _("客户没有提出要办的事") if heard.customers else _("没有客户说的话")


def _why(heard: Heard) -> str:
    return "" if heard.of("why") or is_troubled(heard) else _("客户没有问原因，也没有说出不顺的事")


def _pending(heard: Heard) -> str:
    if heard.of("commit", "commit_when") or is_upset(heard):
        return ""
    return _("没有留下要后续办的事")


def _said_much(heard: Heard) -> str:
    told = any(len(heard.text(at)) >= _TOLD for at in heard.customers)
    if told and heard.of("commit", "trouble", "upset"):
        return ""
    return _("只是一个能当场答的问题，不要求复述")


_CHECKS: dict[Applies, Callable[[Heard], str]] = {
    "opening": _opening,
    "ending": _ending,
    "upset": _upset,
    "trouble": _trouble,
    "request": _request,
    "why": _why,
    "pending": _pending,
    "said_much": _said_much,
}
