"""What can stand in the way of a change to a case, each said so that a clerk knows the next step."""

from __future__ import annotations

from typing import Any

from tingsu.base.errors import TingsuError


class NotFound(TingsuError):
    """There is no such case, or it is not this person's to see: the two are not told apart."""

    code = "not_found"

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"找不到工单 {number}，或它不在您可查看的范围内。请核对编号，或请投诉处理专员协助。")


class Incomplete(TingsuError):
    """Something required is missing or not understood; ``fields`` maps field id to what to do about it."""

    code = "incomplete"

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__("请补充或改正后再提交：" + "；".join(fields.values()))


class Conflict(TingsuError):
    """Someone changed the case since this person opened it; ``changes`` says what happened meanwhile."""

    code = "conflict"

    def __init__(self, number: str, version: int, changes: list[dict[str, Any]]) -> None:
        self.number = number
        self.version = version
        self.changes = changes
        done = "；".join(f"{c['by']}{c['what']}" for c in changes) or "工单有更新"
        super().__init__(f"工单 {number} 在您打开之后有了变化：{done}。您填写的内容没有丢失，请看过变化后再提交。")


class WrongStage(TingsuError):
    """The action does not belong to where the case stands now; ``next_actions`` says what may be done."""

    code = "wrong_stage"

    def __init__(self, action: str, stage: str, next_actions: list[str]) -> None:
        self.action = action
        self.stage = stage
        self.next_actions = next_actions
        doable = "、".join(next_actions) or "暂无"
        super().__init__(f"工单现处「{stage}」环节，不能「{action}」。现在可以：{doable}。")


class NotPossible(TingsuError):
    """A rule of the pack stands against it; the message says which and what to do instead."""

    code = "not_possible"
