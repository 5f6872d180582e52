"""Points that ask for something not to be said: forbidden sentences, blame, passing on."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from tingsu.packs.scorecards import CardPoint
from tingsu.quality.scoring.faults import Fault
from tingsu.quality.scoring.hearing import Heard, Mark
from tingsu.quality.scoring.shapes import Point
from tingsu.quality.scoring.telling import at_turn, overall, shown


def score_clean(point: CardPoint, heard: Heard, faults: Sequence[Fault]) -> Point:
    """Whole where nothing of the kind is said, nothing from the first time on."""
    meant = [fault for fault in faults if is_meant(point, fault) and not _is_praise(heard, fault)]
    marks = _unexcused(point, heard)
    if meant and (not marks or meant[0].at <= marks[0].at):
        return _faulted(point, heard, meant[0], len(meant))
    if marks:
        return shown(point, heard, marks[0], _count(str(point.better), len(marks)), share=0)
    return overall(point, _("坐席的 {n} 句话都看过，没有发现").format(n=len(heard.agents)))


def _unexcused(point: CardPoint, heard: Heard) -> list[Mark]:
    """What is said against the point and not made good in the same turn or the agent's next one."""
    marks = heard.of(*point.concepts)
    if not marks or not point.excused_by:
        return marks
    good = {mark.at for mark in heard.of(*point.excused_by)}
    following = dict(zip(heard.agents, heard.agents[1:], strict=False))
    return [mark for mark in marks if mark.at not in good and following.get(mark.at) not in good]


def _is_praise(heard: Heard, fault: Fault) -> bool:
    """Whether the wording is part of praise (像您这样通情达理的客户): 像您这样的客户 alone is none."""
    return any(mark.at == fault.at and fault.words in heard.words(mark) for mark in heard.of("praise"))


def is_meant(point: CardPoint, fault: Fault) -> bool:
    """Whether a fault of the reply check counts against this point: by its rule, or by its kind."""
    if fault.id in point.not_faults:
        return False
    return fault.id in point.faults or fault.kind in point.faults


def _faulted(point: CardPoint, heard: Heard, fault: Fault, count: int) -> Point:
    made = at_turn(point, heard, fault.at, "", share=0)
    why = _count(_("{rule}。可以说：{better}").format(rule=fault.rule, better=fault.better), count)
    return Point(made.id, made.name, made.got, made.of, made.turn, fault.words, why)


def _count(why: str, count: int) -> str:
    return why if count == 1 else _("{why}（共 {n} 处）").format(why=why, n=count)
