"""Words and short phrases that set some texts apart from the rest.

Units are rjieba words and pairs of neighbouring words, 2–8 characters, counted once per text. Distinction is the
weighted log-odds z-score of Monroe, Colaresi and Quinn (2008) with the whole file as prior: frequent and telling
phrases come first, rare flukes do not.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import rjieba

_CHINESE = re.compile(r"[\u4e00-\u9fff]+|[A-Za-z][A-Za-z0-9]+")
# Words of any talk, telling of nothing: no phrase by themselves, nor part of one.
TALKING = frozenset(files("tingsu.insight.report").joinpath("talking_words.txt").read_text("utf-8").split())
# One word spelled two ways would split its topic.
_SPELLINGS = {"登陆": "登录", "转帐": "转账", "帐号": "账号", "帐户": "账户", "对帐": "对账"}
EDGE = frozenset(
    "的了着过吗呢吧啊呀嘛哦么得地和与及或而但就都也还又再很太更最被把将让给从向对在到于为以是有不没我你他她它这那其个们"
)
FEWEST_TEXTS = 3
LONGEST = 8


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase and how many of the texts at hand contain it; ``z`` is how far it sets them apart."""

    text: str
    count: int
    z: float


def find_units(text: str) -> set[str]:
    """The words and neighbouring pairs of one text that may serve as a phrase, each once."""
    units: set[str] = set()
    before = ""
    for spelled in rjieba.cut(text):
        word = _SPELLINGS.get(spelled, spelled)
        if not _CHINESE.fullmatch(word):
            before = ""
            continue
        if _is_telling(word):
            units.add(word)
        if before and len(before) + len(word) <= LONGEST and _is_pair(before, word):
            units.add(before + word)
        before = word
    return units


def _is_telling(word: str) -> bool:
    return 2 <= len(word) <= LONGEST and word not in TALKING and not (EDGE & {word[0], word[-1]})


def _is_pair(before: str, word: str) -> bool:
    """Two neighbours make a phrase if neither is a mere particle and at least one is telling."""
    if before in TALKING or word in TALKING or before[0] in EDGE or word[-1] in EDGE or before == word:
        return False
    if len(before) == 1 and len(word) == 1:
        return False
    return before[-1] not in "的了着过" and word[0] not in "的了着过"


def count_units(units: Iterable[set[str]]) -> Counter[str]:
    """In how many texts each unit stands."""
    counts: Counter[str] = Counter()
    for found in units:
        counts.update(found)
    return counts


def contrast(inside: Counter[str], n_inside: int, whole: Counter[str], n_whole: int, *, most: int = 8) -> list[Phrase]:
    """The phrases that set ``inside`` apart from the rest of ``whole`` (which contains it), best first.

    Counts are of texts. A phrase contained in, or containing, a better one with much the same texts is left out.
    """
    scored = [
        Phrase(unit, count, z)
        for unit, count in inside.items()
        if count >= FEWEST_TEXTS and (z := _z_score(count, n_inside, whole[unit], n_whole)) > 1.64
    ]
    scored.sort(key=lambda phrase: (-phrase.z * _length_bonus(phrase.text), phrase.text))
    return keep_distinct(scored, most)


def _length_bonus(text: str) -> float:
    """Longer phrases say more to a reader; a mild preference."""
    return 1.0 + 0.2 * min(len(text) - 2, 3)


def keep_distinct(phrases: Sequence[Phrase], most: int) -> list[Phrase]:
    """The first ``most`` phrases of which none lies inside another, or shares most of its characters with it."""
    kept: list[Phrase] = []
    for phrase in phrases:
        if not any(_overlap(phrase.text, other.text) for other in kept):
            kept.append(phrase)
            if len(kept) == most:
                break
    return kept


def _overlap(one: str, other: str) -> bool:
    if one in other or other in one:
        return True
    shared = len(set(one) & set(other))
    return shared * 3 >= 2 * min(len(set(one)), len(set(other)))


def _z_score(inside: int, n_inside: int, whole: int, n_whole: int) -> float:
    """Log-odds of a unit inside against outside, over its standard error, the whole as a prior of ten texts."""
    outside, n_outside = whole - inside, n_whole - n_inside
    share = whole / max(n_whole, 1)
    a, b = inside + 10 * share, outside + 10 * share
    if n_outside <= 0:  # nothing to contrast with: how many texts have it
        return math.sqrt(inside)
    odds_in = a / max(n_inside + 10 - a, 0.5)
    odds_out = b / max(n_outside + 10 - b, 0.5)
    return (math.log(odds_in) - math.log(odds_out)) / math.sqrt(1 / a + 1 / b)
