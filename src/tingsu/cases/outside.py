"""Bodies outside the house that are asked on a case: who, what, when, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tingsu.cases import clocks
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.kept_rows import change_row, keep_row, numbered
from tingsu.cases.models import Deadline
from tingsu.cases.tables import OutsideBody

if TYPE_CHECKING:
    from tingsu.cases.effects import Doing
    from tingsu.cases.guards import Attempt

LONGEST_NAME = 80


def ask_outside(doing: Doing) -> None:
    """Note that a body outside was asked; the clocks stand still until it answers where ``pause`` names a ground.

    Raises NotPossible where no running clock's rule allows the ground: asking the street office stops no legal limit.
    """
    values = doing.values
    if len(values["name"]) > LONGEST_NAME:
        raise Incomplete({"name": f"「外部单位」最多 {LONGEST_NAME} 字"})
    ground = values.get("pause", "")
    if ground:
        clocks.pause_deadlines(doing.case, ground, at=doing.at)
    row = OutsideBody(name=values["name"], what=values["what"], asked_by=doing.by, asked_at=doing.at, paused=ground)
    keep_row(row, doing.case, doing.said)


def hear_outside(doing: Doing) -> None:
    """Note the answer; what stood still for it runs on, unless another body's answer is still awaited for."""
    waiting = [body for body in doing.case.outside_bodies.all() if body.answered_at is None]
    body = numbered(waiting, doing.values.get("body"), "body")
    change_row(body, doing.said, answer=doing.values["answer"], answered_at=doing.at, answered_by=doing.by)
    others = any(other.paused for other in waiting if other.pk != body.pk)
    if body.paused and not others and doing.case.deadlines.filter(state=Deadline.State.PAUSED).exists():
        clocks.resume_deadlines(doing.case, at=doing.at)


def a_body_was_asked(attempt: Attempt) -> None:
    """There is an answer to wait for."""
    if all(body.answered_at for body in attempt.case.outside_bodies.all()):
        raise NotPossible("没有等待答复的外部单位。")
