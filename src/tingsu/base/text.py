"""What text can be kept at all: databases and files refuse NUL and half surrogate pairs, so they stop at the door."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
UNSTORABLE = "含有无法保存的字符（空字符或残缺的编码），请删去后重新输入"


def is_storable(text: str) -> bool:
    """Whether every store can keep the text: no NUL (PostgreSQL refuses it), no lone surrogate (UTF-8 has none)."""
    return _UNSTORABLE.search(text) is None


def make_storable(text: str) -> str:
    """The text with a question mark for every character no store can keep: for what is told of a thing refused."""
    return _UNSTORABLE.sub("?", text)
