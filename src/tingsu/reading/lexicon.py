"""The cue lexicons: what is looked for, loaded once from ``data/*.yaml``, found in one pass over the text.

A data file is one facet (business, cause, emotion …): label → groups of ``{why, weight, cues}``. In ``cues`` words are
separated by spaces; ``{甲,乙}`` spells out alternatives, ``~`` allows up to eight characters between two pieces within
one sentence. Further numbers of a group (``bad``, ``bare`` …) are read by the module that scores the facet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise, product
from typing import Any

import yaml

from tingsu.reading.folding import fold

FACETS = ("business", "cause", "complaint", "emotion", "need", "demand", "risk", "mark")
GAP = 8  # characters allowed where a cue says ~
_BRACES = re.compile(r"\{([^{}]*)\}")
_STOP = re.compile(r"[。!?;\n]")
YAML_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is ten times faster


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """One phrase that speaks for ``label`` of ``facet``; ``tail`` are the pieces that must follow after gaps."""

    facet: str
    label: str
    why: str
    weight: float
    head: str
    tail: tuple[str, ...]
    negatable: bool
    extra: Mapping[str, float]
    phrase: str


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A cue found at ``start``–``end`` of the folded text."""

    start: int
    end: int
    cue: Cue


# first two characters → ((length of head, {head: cues}), …)
Bucket = tuple[tuple[int, dict[str, tuple[Cue, ...]]], ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All cues of all facets, ready to be found."""

    pairs: Mapping[tuple[str, str], Bucket]
    singles: Mapping[str, tuple[Cue, ...]] = field(default_factory=dict)
    size: int = 0

    def find(self, text: str) -> list[Hit]:
        """Every hit in folded ``text``, in order of start; hits may overlap. Linear in the text's length."""
        hits: list[Hit] = []
        for start, bucket in enumerate(map(self.pairs.get, pairwise(text))):
            if bucket is not None:
                for length, heads in bucket:
                    for cue in heads.get(text[start : start + length], ()):
                        if cue.tail:
                            _add_gapped(hits, text, start, start + length, cue)
                        else:
                            hits.append(Hit(start, start + length, cue))
        for char in self.singles.keys() & set(text):
            self._find_single(hits, text, char)
        return hits

    def _find_single(self, hits: list[Hit], text: str, char: str) -> None:
        start = text.find(char)
        while start >= 0:
            for cue in self.singles[char]:
                _add_gapped(hits, text, start, start + 1, cue)
            start = text.find(char, start + 1)


def _add_gapped(hits: list[Hit], text: str, start: int, end: int, cue: Cue) -> None:
    for piece in cue.tail:
        found = text.find(piece, end, end + GAP + len(piece))
        if found < 0 or _STOP.search(text, end, found):
            return
        end = found + len(piece)
    hits.append(Hit(start, end, cue))


def spell_out(cue: str) -> Iterator[str]:
    """``{不,没}能`` → 不能, 没能."""
    parts = _BRACES.split(cue)
    choices = [part.split(",") if place % 2 else [part] for place, part in enumerate(parts)]
    return ("".join(choice) for choice in product(*choices))


def _read_group(facet: str, label: str, group: Mapping[str, Any]) -> Iterator[Cue]:
    extra = {key: float(value) for key, value in group.items() if key not in {"why", "weight", "cues", "negatable"}}
    for written in group["cues"].split():
        for phrase in spell_out(written):
            head, *tail = fold(phrase).text.split("~")
            weight, negatable = float(group.get("weight", 1)), bool(group.get("negatable", False))
            yield Cue(facet, label, group["why"], weight, head, tuple(tail), negatable, extra, phrase)


def read_facet(facet: str) -> Iterator[Cue]:
    """The cues of one data file."""
    source = files("tingsu.reading").joinpath("data", f"{facet}.yaml").read_text(encoding="utf-8")
    for label, groups in yaml.load(source, Loader=YAML_LOADER).items():  # noqa: S506 - a safe loader either way
        for group in groups:
            yield from _read_group(facet, str(label), group)


def build(cues: Iterable[Cue]) -> Lexicon:
    """A lexicon that finds ``cues``; the same phrase twice for one label keeps its heavier weight."""
    best: dict[tuple[str, str, str], Cue] = {}
    for cue in cues:
        key = (cue.facet, cue.label, cue.phrase)
        if key not in best or best[key].weight < cue.weight:
            best[key] = cue
    heads: dict[str, list[Cue]] = {}
    for cue in best.values():
        heads.setdefault(cue.head, []).append(cue)
    buckets: dict[tuple[str, str], dict[int, dict[str, tuple[Cue, ...]]]] = {}
    for head, group in heads.items():
        if len(head) > 1:
            buckets.setdefault((head[0], head[1]), {}).setdefault(len(head), {})[head] = tuple(group)
    pairs = {pair: tuple(sorted(lengths.items())) for pair, lengths in buckets.items()}
    singles = {head: tuple(group) for head, group in heads.items() if len(head) == 1}
    return Lexicon(pairs, singles, len(best))


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped lexicon, read once per process."""
    return build(cue for facet in FACETS for cue in read_facet(facet))
