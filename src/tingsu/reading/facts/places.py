"""Towns, districts and streets a text names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tingsu.reading.facts.wordtree import read_words, tree_pattern
from tingsu.reading.openings import matches_at

_STREET = re.compile(
    r"(?:大道|大街|路(?![由过上费途口线径演]|透)|街(?!道办|上|坊)|巷|胡同|镇(?![上静定]|痛)|乡(?![下亲镇])|村(?!民|委|里)|小区|广场|商场|步行街|县(?![城里])|开发区|新区|社区)"
)
_LEFT = re.compile(
    r"在|到|去|了|的|给|是|从|于|你们?|我们?|他们?|这|那|哪|和|跟|与|由|至|让|说|把|对|问|找|来|用|为|向|及|往|住|我|我家|家住|位于|附近|回|某|该|各|一|两|几|个|条|走|上|下|旁边|门口|开|老|整|全|贵|本|每|不|没|有|网|银行|线|短|半|顺|思|套|道|要|大|后|前|出|进|铁|公|马|水|电|管|同|绝|退|活|生|财|门|通"
)
_NAME = re.compile(r"[\u4e00-\u9fff]+$")
_NO_PLACE = re.compile(
    r"^(?:社|小|大|步行|商)?(?:路|街|巷|镇|乡|村|县|区|小区|广场|商场|社区|新区|开发区|大街|大道)$|[铁公马水电]路"
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place at ``start``–``end`` of the folded text."""

    start: int
    end: int
    kind: str


@lru_cache(maxsize=1)
def town_words() -> Sequence[str]:
    """The towns ``find_places`` knows."""
    return " ".join(read_words("places").values()).split()


@lru_cache(maxsize=1)
def _towns() -> re.Pattern[str]:
    return re.compile(rf"{tree_pattern(town_words())}(?:市|省)?(?!银行|农商|商行|路|街|大道|卡|龙)")


def find_places(text: str, towns: Iterable[int]) -> Iterator[Spot]:
    """Every place named in folded ``text``, in order; a branch's own name is no place.

    ``towns``: where one of ``town_words`` may begin, in order.
    """
    found = [Spot(match.start(), match.end(), "城市") for match in matches_at(_towns(), text, towns)]
    for match in _STREET.finditer(text):
        start = _left_edge(text, match)
        if match.end() - start >= 3 and not _NO_PLACE.search(text[start : match.end()]):
            kind = "区县" if text[match.end() - 1] in "县镇乡村" else "街道"
            found.append(Spot(start, match.end(), kind))
    end = -1
    for spot in sorted(found, key=lambda spot: (spot.start, -spot.end)):
        if spot.start >= end and not _is_branch_name(text, spot.end):
            yield spot
            end = spot.end


def _left_edge(text: str, match: re.Match[str]) -> int:
    """Where the street's name begins: at most six characters back, behind the last word that cannot be in it."""
    run = _NAME.search(text, max(0, match.start() - 6), match.start())
    if run is None:
        return match.start()
    start = run.start()
    for stop in _LEFT.finditer(text, run.start(), match.start()):
        start = stop.end()
    return start


def _is_branch_name(text: str, end: int) -> bool:
    return text.startswith(("支行", "分行", "网点", "分理处", "储蓄所", "营业"), end)
