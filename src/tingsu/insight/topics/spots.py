"""The places and houses that messages name (金星北路, 丽景花园, 城东支行): one matter at two places is two matters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

KINDS = (
    "小区|花园|家园|新城|公馆|社区|嘉园|广场|大道|支行|分行|网点|分理处|储蓄所|营业部|小学|中学|学校|幼儿园|医院|"
    "公司|集团|楼盘|大厦|商城|酒店|超市|市场|公园|学院|大学|车站|地铁站|陵园|公墓|工地|项目|"
    "路|街|村|镇|苑|府|城|湾|郡|庭|园|里|山庄|河|桥"
)
_NAMED = re.compile(rf"(?=([\u4e00-\u9fff]{{2}})({KINDS}))")
_PLAIN = re.compile(
    "[这那的个在和们是有个对到了为以上下本该各全附某我你他说从去来把被每一二三四五六七八九十几多整座条家所边旁口后前门"
    "将要就也都请让跟及或与但又只没不还住新老]|小区|社区|学校|公司|街道|道路|马路|城市|相关|有关|业主|政府|国家|工作"
)
FEWEST = 3  # messages of a place
TOGETHER = 0.2  # of the rarer name's messages: two names in so many of the same ones are one place
PARTED = 0.6  # of a group's messages that must name a place for it to be parted


def names_in(text: str) -> set[str]:
    """Short forms of the places a text names: two characters and the first of the kind (金星路, 丽景花)."""
    return {m.group(1) + m.group(2)[0] for m in _NAMED.finditer(text) if not _PLAIN.search(m.group(1))}


def find_spots(texts: Sequence[str]) -> csr_matrix:
    """Texts × places named by at least two of them."""
    named = [names_in(text) for text in texts]
    counts = Counter(name for names in named for name in names)
    number = {name: at for at, name in enumerate(sorted(n for n, count in counts.items() if count > 1))}
    pairs = [(row, number[name]) for row, names in enumerate(named) for name in names if name in number]
    rows = np.array([row for row, _col in pairs], np.int64)
    cols = np.array([col for _row, col in pairs], np.int64)
    return csr_matrix((np.ones(len(pairs), np.float32), (rows, cols)), shape=(len(texts), max(1, len(number))))


def part_by_place(texts: Sequence[str], group: Sequence[int], near: csr_matrix) -> list[list[int]]:
    """The group parted by the places its messages name, where two and more places have three messages each.

    A message that names none of them goes with the part it is most like. A group whose messages name several places
    together (a road and the estate on it) stays whole.
    """
    parts = _places_of(texts, group)
    if len(parts) < 2 or sum(map(len, parts)) < PARTED * len(group):
        return [list(group)]
    taken = set().union(*parts)
    grown = [sorted(part) for part in parts]
    for place in group:
        if place not in taken:
            likeness = [float(near[place, part].mean()) for part in grown]
            grown[int(np.argmax(likeness))].append(place)
    return grown


def _places_of(texts: Sequence[str], group: Sequence[int]) -> list[set[int]]:
    """Messages by the place they name, names that stand together taken as one; messages of two places in neither."""
    counts = Counter(name[:2] for place in group for name in names_in(texts[place]))
    held = [{p for p in group if stem in texts[p]} for stem, count in counts.most_common() if count >= 2]
    places: list[set[int]] = []
    for found in held:
        beside = [at for at, other in enumerate(places) if len(found & other) >= TOGETHER * min(len(found), len(other))]
        merged = found.union(*(places[at] for at in beside))
        places = [other for at, other in enumerate(places) if at not in beside] + [merged]
    many = Counter(place for found in places for place in found)
    apart = [{place for place in found if many[place] == 1} for found in places]
    return [found for found in apart if len(found) >= FEWEST]
