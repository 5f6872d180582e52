"""Products a text names: by type (信用卡, 存单) or by their own names (「安心盈90天」, 随薪贷)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from tingsu.reading.facts.wordtree import kinds_of, read_words, tree_pattern
from tingsu.reading.openings import matches_at

_QUOTED = re.compile(r"[「《“\"『【]([^「」《》“”\"『』【】\n。!?]{2,20})[」》”\"』】]")
_OWN_NAME = re.compile(
    r"(?:宝|盈|贷|卡|险|利|赢|享|财|基金|理财|计划|[一二三四五六七八九]号|款|金|存|\d+天|\d+号|期)$|增利|稳健|理财|\d{2,3}天|灵活|尊享"
)
_SUFFIXED = re.compile(
    r"[\u4e00-\u9fff]{2}(?:e贷|贷|宝)(?!款|方|记|后|前|不|得|了|给|到|出|的?时候|过|我|你|他|马|贝|石|藏)"
)
_NO_NAME = re.compile(r"[了的我他她你们在是去来给要想能不没还又再也就都个笔办申请借放房车经营消费信用抵押网]")
_SUFFIX_KIND = {"贷": "贷款", "宝": "理财"}
_KINDS = (("卡", "卡"), ("贷", "贷款"), ("险", "保险"), ("基金", "基金"), ("存", "存款"), ("金", "贵金属"))


@dataclass(frozen=True, slots=True)
class Named:
    """A product at ``start``–``end`` of the folded text."""

    start: int
    end: int
    kind: str


@lru_cache(maxsize=1)
def _types() -> tuple[re.Pattern[str], dict[str, str]]:
    kinds = kinds_of(read_words("facts")["products"])
    return re.compile(rf"{tree_pattern(kinds)}(?!经理|顾问|师|专员|室|中心|机)"), kinds


def product_words() -> Iterable[str]:
    """The words ``find_products`` looks for."""
    return _types()[1]


def find_products(text: str, places: Iterable[int]) -> Iterator[Named]:
    """Every product named in folded ``text``, each wording once, in order.

    ``places``: where one of ``product_words`` may begin, in order.
    """
    pattern, kinds = _types()
    found = [Named(m.start(1), m.end(1), _kind_by_name(m[1])) for m in _QUOTED.finditer(text) if _OWN_NAME.search(m[1])]
    if "贷" in text or "宝" in text:
        found += [
            Named(m.start(), m.end(), _SUFFIX_KIND[m[0][-1]])
            for m in _SUFFIXED.finditer(text)
            if not _NO_NAME.search(m[0])
        ]
    found += [Named(m.start(), m.end(), kinds[m[0]]) for m in matches_at(pattern, text, places)]
    seen: set[str] = set()
    end = -1
    for product in sorted(found, key=lambda item: (item.start, -item.end)):
        word = text[product.start : product.end]
        if product.start >= end and word not in seen:
            seen.add(word)
            yield product
            end = product.end


def _kind_by_name(name: str) -> str:
    return next((kind for part, kind in _KINDS if part in name), "理财")
