"""What a text is about, as one short vector: runs of one and two characters, each with a learned place and weight.

The weights are ``data/similar.npz``; ``python -m tingsu.reading.similar.teach`` makes them anew.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import as_file, files
from itertools import repeat
from operator import add
from typing import Any

import numpy as np

from tingsu.reading.similar.forms import bare

Floats = np.ndarray[Any, np.dtype[np.float32]]
HEAD, TAIL = 1_200, 400  # characters of a long text that are weighed
UNKNOWN = 3.0  # root of the weight of a run the model has never seen
_SHORT, _LONG = 24, 120  # characters to which what a question asks for (how, why, when) counts in full, and at all
# What a short text asks or tells; two texts that differ in it mean different things however many words they share.
SIGNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(words)
    for name, words in {
        "how": "怎么|怎样|如何|咋",
        "why": "为什么|为何|为啥|怎么会|什么原因|干嘛",
        "when": "什么时候|何时|几号|哪天|多久|几天|时间",
        "where": "哪里|哪儿|在哪|何处|入口",
        "how_much": "多少|几个|多大|额度",
        "may": "可以|能不能|能否|可不可以|可否|能",
        "what": "什么|啥",
        "whether": "是不是|是否",
        "not": "不|没|未|无法|别|非",
        "undo": "取消|关闭|注销|解除|解绑|退|删",
        "done": "了",
    }.items()
}


def runs(bare_text: str) -> list[str]:
    """Every run of one and two characters, repeats kept."""
    return [*bare_text, *map(add, bare_text, bare_text[1:])]


def shorten(bare_text: str) -> str:
    """The part of a long text that is weighed: its beginning and its end."""
    return bare_text if len(bare_text) <= HEAD + TAIL else bare_text[:HEAD] + bare_text[-TAIL:]


@dataclass(frozen=True, eq=False)
class Meaning:
    """``places`` names the row of each run; ``weights`` one a row; ``vectors`` weight included, one a row.

    ``coefficients`` is what each likeness counts for (see ``measure``); ``version`` tells stored vectors apart.
    """

    places: Mapping[str, int]
    weights: Floats
    vectors: Floats
    coefficients: Mapping[str, float]
    version: int

    @property
    def size(self) -> int:
        return int(self.vectors.shape[1])

    @cached_property
    def roots(self) -> dict[str, float]:
        """The root of each run's weight: what it adds to the share of wording that two texts have in common."""
        return dict(zip(self.places, np.sqrt(self.weights).tolist(), strict=True))

    def vector(self, found: Sequence[str]) -> Floats:
        """The direction of a text that holds these runs, length one; nothing known gives the zero vector."""
        known = [place for place in map(self.places.get, found) if place is not None]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        total: Floats = self.vectors[known].sum(axis=0)
        length = float(np.sqrt(total @ total))
        return total / length if length else total


@lru_cache(maxsize=1)
def load_meaning() -> Meaning:
    """The shipped model, read once (some 30 ms)."""
    with as_file(files("tingsu.reading") / "data" / "similar.npz") as path, np.load(path) as kept:
        names = bytes(kept["names"]).decode("utf-8").split("\n")
        weights = kept["weights"].astype(np.float32)
        vectors = kept["vectors"].astype(np.float32) * (kept["scales"].astype(np.float32) * weights)[:, None]
        coefficients = dict(zip(kept["coefficient_names"].tolist(), kept["coefficients"].tolist(), strict=True))
        version = int(kept["version"])
    return Meaning({name: place for place, name in enumerate(names)}, weights, vectors, coefficients, version)


@dataclass
class Profile:
    """One text made ready for comparing; what is costly is made when first asked for."""

    bare: str
    meaning: Meaning = field(repr=False)

    @cached_property
    def part(self) -> str:
        return shorten(self.bare)

    @cached_property
    def singles(self) -> Counter[str]:
        return Counter(self.part)

    @cached_property
    def pairs(self) -> Counter[str]:
        return Counter(map(add, self.part, self.part[1:]))

    @cached_property
    def sums(self) -> tuple[float, float]:
        """What all runs of one and of two characters weigh together."""
        weigh, part, unknown = self.meaning.roots.get, self.part, repeat(UNKNOWN)
        return sum(map(weigh, part, unknown)), sum(map(weigh, map(add, part, part[1:]), unknown))

    @cached_property
    def vector(self) -> Floats:
        return self.meaning.vector(runs(self.part))

    @cached_property
    def signs(self) -> tuple[bool, ...]:
        return tuple(sign.search(self.part) is not None for sign in SIGNS.values())

    @property
    def shortness(self) -> float:
        """How much it says of the text that it holds a word like how or why: every long text holds them all."""
        return min(1.0, max(0.0, (_LONG - len(self.bare)) / (_LONG - _SHORT)))


def profile(text: str) -> Profile:
    """The profile of any text."""
    return Profile(bare(text), load_meaning())
