"""Parts of the bank a text names: 城东支行, 3号窗口, ATM机, 营业厅, 95588."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tingsu.reading.facts.wordtree import kinds_of, read_words, tree_pattern
from tingsu.reading.openings import matches_at

_NAMED = re.compile(r"支行|分行|分理处|储蓄所|营业部|网点|营业厅|自助银行")
_WINDOW = re.compile(
    r"(?:第?(?:\d{1,2}|[一二三四五六七八九十]{1,2})号?(?:窗口|柜台|柜)(?!机)|(?:vip|贵宾|对公|现金|综合)窗口)"
)
_LINE = re.compile(r"(?<!\d)(?:95\d{3}|96\d{3,4}|400-?\d{3,4}-?\d{3,4})(?!\d)")
_NAME_CHARS = re.compile(r"[\u4e00-\u9fff]{1,8}$")
# Words after which a branch's name begins: 我在|城东支行, 你们|解放路支行.
_LEFT = re.compile(
    r"在|到|去|了|的|给|是|从|于|你们?|我们?|他们?|这|那|哪|和|跟|与|由|至|被|让|说|把|对|问|找|来|用|为|向|及|往|每|该|本|某|各|其|过|银行(?=.)|家|个|一|两|几|经|将|等|叫|离|附近|贵行|我行|因|称|客户|要求|镇上|所有|多|别的|其他|别|原|开户|当地|异地|本地|下|近|因为|全|任何|另|此|请|就|要|投诉|举报|反映|告|要求|希望|想"
)
_KEPT_LEFT = frozenset("东西南北中城新老大小")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit at ``start``–``end`` of the folded text."""

    start: int
    end: int
    kind: str


@lru_cache(maxsize=1)
def _words() -> tuple[re.Pattern[str], dict[str, str]]:
    kinds = kinds_of(read_words("facts")["units"])
    return re.compile(f"{tree_pattern(kinds)}(?!长|级)"), kinds


def unit_words() -> Iterable[str]:
    """The words ``find_units`` looks for."""
    return _words()[1]


def find_units(text: str, places: Iterable[int]) -> Iterator[Unit]:
    """Every unit named in folded ``text``, in order, without overlaps.

    ``places``: where one of ``unit_words`` may begin, in order.
    """
    pattern, kinds = _words()
    found = [
        Unit(match.start(), match.end(), kinds[match[0]])
        for match in matches_at(pattern, text, places)
        if _stands_alone(text, match)
    ]
    found = [_with_name(text, unit) for unit in found]
    if "窗口" in text or "柜" in text:
        found += [Unit(match.start(), match.end(), "柜台") for match in _WINDOW.finditer(text)]
    if "95" in text or "96" in text or "400" in text:
        found += [Unit(match.start(), match.end(), "电话客服") for match in _LINE.finditer(text)]
    end = -1
    for unit in sorted(found, key=lambda unit: (unit.start, -unit.end)):
        if unit.start >= end:
            yield unit
            end = unit.end


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """大堂经理 is no hall, 柜台人员 no counter, apple no app."""
    word, after = match[0], text[match.end() : match.end() + 2]
    if word.isascii():
        before = text[match.start() - 1 : match.start()]
        return not (before.isascii() and before.isalnum()) and not (after[:1].isascii() and after[:1].isalpha())
    return after not in ("经理", "副理", "主任", "人员", "主管", "保安", "引导", "小姐", "小妹")


def _with_name(text: str, unit: Unit) -> Unit:
    """The unit with the name before it: 支行 → 城东支行."""
    if _NAMED.match(text, unit.start) is None:
        return unit
    run = _NAME_CHARS.search(text, max(0, unit.start - 8), unit.start)
    if run is None:
        return unit
    start = run.start()
    for stop in _LEFT.finditer(text, run.start(), unit.start):
        start = stop.end()
    return Unit(start, unit.end, unit.kind) if unit.start - start >= 2 else unit
