"""What can stand in the way of a change to a measure."""

from __future__ import annotations

from tingsu.base.errors import TingsuError


class MeasureNotFound(TingsuError):
    """There is no such measure, or it is not this person's to see."""

    code = "not_found"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__("没有这项整改措施，或它不在您可查看的范围内。请回到整改列表再找一次。")


class MeasureChanged(TingsuError):
    """Someone changed the measure since this person opened it."""

    code = "conflict"

    def __init__(self, title: str, version: int) -> None:
        self.title = title
        self.version = version
        super().__init__(f"整改措施「{title}」在您打开之后有了变化。请刷新页面看过变化，再提交您的内容。")


class NotYours(TingsuError):
    """Only the owner of the measure, or who manages measures, may do this."""

    code = "not_allowed"

    def __init__(self, owner: str) -> None:
        self.owner = owner
        super().__init__(f"这项整改由{owner}负责。可以办理的有：责任人本人，以及有「管理话题、预警与整改」权限的同事。")
