"""What can stand in the way of finding or changing a script."""

from __future__ import annotations

from typing import Any

from tingsu.base.errors import TingsuError


class ScriptNotFound(TingsuError):
    """There is no such script in this pack."""

    code = "not_found"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__("没有这条话术，或它不在您所用的方案包里。请回到话术库再找一次。")


class ScriptChanged(TingsuError):
    """Someone changed the script since this person opened it; ``changes`` says what happened meanwhile."""

    code = "conflict"

    def __init__(self, title: str, version: int, changes: list[dict[str, Any]]) -> None:
        self.title = title
        self.version = version
        self.changes = changes
        done = "；".join(f"{c['by']}{c['what']}" for c in changes) or "已有更新"
        super().__init__(f"话术「{title}」在您打开之后有了变化：{done}。您填写的内容没有丢失，请看过变化后再提交。")
