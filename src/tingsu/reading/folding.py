"""One form of a text for matching and searching, with every place still known in the original.

Traditional characters become simplified, full-width becomes half-width, letters become small, odd spaces become plain
ones, and invisible characters (zero-width joiners, direction marks, soft hyphens) disappear. All mappings are one
character to one character and free of context, so a word folds alike wherever it stands: a query and a document meet.

``read_variants`` goes further, for reading only: dialect words, common typos, English words and emoji become the plain
words the cues know (俺 → 我, 工伤银行 → 工商银行, refund → 退款), places still known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import accumulate

import numpy as np
import opencc
import yaml

from tingsu.reading.trie import Codes, codes_of

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# Writing habits that OpenCC keeps apart and people do not: 转帐/转账, 妳/你, 著/着, 瞭/了.
_HABITS = str.maketrans("帐妳您著瞭佔裡裏臺檯祇餘係硃", "账你你着了占里里台台只余系朱")
_HAN_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
_WIDTH_RANGES = ((0x2000, 0x2200), (0x2460, 0x2500), (0x2E80, 0x3000), (0x3000, 0x3040), (0xFE30, 0x10000))


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` is the folded form; ``places[i]`` is where its i-th character stood (None: where it stands now)."""

    text: str
    places: tuple[int, ...] | None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that ``text[start:end]`` came from (``end > start``)."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def _fold_han() -> dict[int, str]:
    codes = [code for low, high in _HAN_RANGES for code in range(low, high)]
    plain = [unicodedata.normalize("NFKC", chr(code)) for code in codes]
    # A comma between characters keeps OpenCC from applying its phrase rules.
    folded = opencc.OpenCC("t2s").convert(",".join(plain)).translate(_HABITS).split(",")
    if len(folded) != len(codes):  # a new OpenCC that maps one character to several would misplace every span
        raise AssertionError("t2s no longer maps character to character")
    return {code: new for code, new in zip(codes, folded, strict=True) if len(new) == 1 and new != chr(code)}


def _fold_width() -> dict[int, str]:
    codes = [code for low, high in _WIDTH_RANGES for code in range(low, high)]
    forms = {code: unicodedata.normalize("NFKC", chr(code)).lower() for code in codes}
    return {code: form for code, form in forms.items() if len(form) == 1 and form != chr(code)}


def _fold_letters() -> dict[int, str]:
    codes = [*range(0x41, 0x5B), *range(0xC0, 0xDF), *range(0x391, 0x3AA), *range(0x410, 0x430)]
    return {code: chr(code).lower() for code in codes if len(chr(code).lower()) == 1}


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """Code point → its folded character; about 5,000 entries, built once (some 20 ms)."""
    controls = {code: " " for code in (*range(0x20), *range(0x7F, 0xA1)) if code != 0x0A}
    return {**_fold_width(), **_fold_han(), **_fold_letters(), **controls, 0x0D: "\n", 0x2028: "\n", 0x2029: "\n"}


@lru_cache(maxsize=1)
def _codes() -> Codes:
    """The folded code point of every code point."""
    codes = np.arange(0x110000, dtype=np.uint32)
    table = _table()
    codes[list(table)] = list(map(ord, table.values()))
    return codes


def fold(text: str) -> Folded:
    """The folded form of ``text`` with its places; any string is accepted, lone surrogates included."""
    return _drop_invisible(_map(text))


def fold_each(texts: Sequence[str]) -> list[Folded]:
    """The folded form of each of ``texts``."""
    joined, ends = _map("\n".join(texts)), accumulate(map(len, texts), lambda end, size: end + 1 + size)
    folded = [joined[end - len(text) : end] for text, end in zip(texts, ends, strict=True)]
    if _INVISIBLE.search(joined) is None:
        return [Folded(text, None) for text in folded]
    return list(map(_drop_invisible, folded))


_SHORT = 40  # characters up to which a dictionary is quicker than an array


def _map(text: str) -> str:
    if len(text) <= _SHORT:
        return text.translate(_table())
    return _codes()[codes_of(text)].tobytes().decode("utf-32-le", "surrogatepass")


def _drop_invisible(folded: str) -> Folded:
    if _INVISIBLE.search(folded) is None:
        return Folded(folded, None)
    kept = [(place, char) for place, char in enumerate(folded) if _INVISIBLE.match(char) is None]
    return Folded("".join(char for _, char in kept), tuple(place for place, _ in kept))


@lru_cache(maxsize=1)
def _variants() -> tuple[re.Pattern[str], dict[str, str]]:
    """The pattern of all variants, and what each is read as."""
    source = files("tingsu.reading").joinpath("data", "variants.yaml").read_bytes()
    groups: dict[str, dict[str, str]] = yaml.load(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    plain = {variant: fold(words).text for words, variant in _each_variant(groups)}
    # By first character: a place that begins no variant costs one look.
    heads: dict[str, list[str]] = {}
    for variant in sorted(plain, key=len, reverse=True):
        heads.setdefault(variant[0], []).append(variant)
    choices = [
        f"{re.escape(head)}(?:{'|'.join(_tail(variant) for variant in variants)})" for head, variants in heads.items()
    ]
    return re.compile("|".join(choices)), plain


def _each_variant(groups: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    for name, group in groups.items():
        for words, written in group.items():
            # English phrases are told apart by their words: "credit card" is one.
            variants = (
                re.findall(r"credit card|customer service|annual fee|\S+", written)
                if name == "english"
                else written.split()
            )
            for variant in variants:
                yield words, fold(variant).text


def _tail(variant: str) -> str:
    """The rest of a variant; Latin words only as a whole, 取线 not in 领取线上券."""
    rest = re.escape(variant[1:])
    if variant.endswith("线"):
        return f"{rest}(?![上下路索条性束])"
    return f"(?<![a-z]{re.escape(variant[0])}){rest}(?![a-z])" if variant.isascii() else rest


def read_variants(folded: Folded) -> Folded:
    """``folded`` with variants replaced by the plain words; the same object where it holds none."""
    pattern, plain = _variants()
    match = pattern.search(folded.text)
    if match is None:
        return folded
    text, done = folded.text, 0
    pieces: list[str] = []
    places: list[int] = []
    old = folded.places if folded.places is not None else range(len(text))
    while match is not None:
        start, end = match.span()
        words = plain[match[0]]
        pieces += (text[done:start], words)
        places += old[done:start]
        places += _spread(old[start], old[end - 1], len(words))
        done = end
        match = pattern.search(text, done)
    return Folded("".join((*pieces, text[done:])), (*places, *old[done:]))


def _spread(first: int, last: int, count: int) -> list[int]:
    """``count`` places from ``first`` to ``last``; the last character stands where the variant ended."""
    if count == 1:
        return [last]
    return [first + (last - first) * place // (count - 1) for place in range(count)]
