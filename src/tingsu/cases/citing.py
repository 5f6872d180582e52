"""What a decision rests on: numbers of the case's evidence annex, as people write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tingsu.cases.errors import Incomplete
from tingsu.cases.models import Case

if TYPE_CHECKING:
    from tingsu.cases.effects import Doing

MOST = 50  # numbers one decision may cite


def cite_evidence(doing: Doing) -> None:
    """Check the evidence numbers a decision cites; the event keeps them as ``cited``."""
    if numbers := cited(doing.case, doing.values.get("evidence", "")):
        doing.said["cited"] = numbers


def cited(case: Case, said: Any, field: str = "evidence") -> list[int]:
    """The numbers in ``said`` ("1、3"), each in the case's annex. Raises Incomplete for ``field`` otherwise."""
    words = re.sub(r"(?<!\d)证据|[#＃号第]", " ", str(said or ""))
    parts = [part for part in re.split(r"[\s,，、;；]+", words) if part]
    if len(parts) > MOST or not all(part.isascii() and part.isdecimal() and len(part) < 6 for part in parts):
        raise Incomplete({field: "「证据编号」请写证据目录里的序号，如 1、3"})
    numbers = list(dict.fromkeys(int(part) for part in parts))
    known = set(case.evidence.values_list("no", flat=True)) if numbers else set()
    if missing := [str(number) for number in numbers if number not in known]:
        raise Incomplete({field: f"证据目录里没有 {'、'.join(missing)} 号证据，请先上传"})
    return numbers


def whole_number(said: Any, field: str, *, called: str, most: int) -> int:
    """A count a person typed; empty is 0. Raises Incomplete."""
    word = str(said or "0").strip()
    if not (word.isascii() and word.isdecimal() and len(word) < 6) or int(word) > most:
        raise Incomplete({field: f"「{called}」请写 0 到 {most} 的整数"})
    return int(word)
