"""The cue lexicons: what is looked for, loaded once from ``data/*.yaml``, found in one pass over the text.

A data file is one facet (business, cause, emotion …): label → groups of ``{why, weight, cues}``. In ``cues`` words are
separated by spaces; ``{甲,乙}`` spells out alternatives, ``~`` allows up to eight characters between two pieces within
one sentence. Further numbers of a group (``bad``, ``bare`` …) are read by the module that scores the facet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import yaml

from tingsu.reading.folding import fold
from tingsu.reading.trie import Page, Trie

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


class Hit(NamedTuple):
    """A cue found at ``start``–``end`` of the folded text."""

    start: int
    end: int
    cue: Cue


class Head(NamedTuple):
    """What may stand where a head stands: cues that are the head alone, and cues that go on after a gap."""

    length: int
    whole: tuple[Cue, ...]
    gapped: tuple[tuple[int, Cue], ...]  # (the number of the piece that must follow first, cue)
    needs: frozenset[int]  # those numbers


class Lexicon:
    """All cues of all facets, ready to be found in one text or in many at once."""

    def __init__(self, heads: Mapping[str, Sequence[Cue]]) -> None:
        """``heads`` are the cues by the piece they begin with."""
        self.size = sum(map(len, heads.values()))
        pieces = dict.fromkeys((*heads, *(cue.tail[0] for cues in heads.values() for cue in cues if cue.tail)))
        self._pieces = tuple(pieces)
        numbers = {piece: number for number, piece in enumerate(self._pieces)}
        self._heads = [_make_head(piece, heads.get(piece, ()), numbers) for piece in self._pieces]
        self._trie = Trie(self._pieces)

    def find(self, text: str) -> list[Hit]:
        """Every hit in folded ``text``, in order of start; hits may overlap. Linear in the text's length."""
        return self.find_each([text])[0]

    def find_each(self, texts: Sequence[str]) -> list[list[Hit]]:
        """The hits of each of the folded ``texts``."""
        page = Page(texts)
        places, words = self._trie.find(page.codes)
        order = np.argsort(places, kind="stable")
        places, words = places[order], words[order]
        cuts = page.cuts(places)
        at, found = places.tolist(), words.tolist()
        return [
            self._hits(text, [place - begin for place in at[low:high]], found[low:high])
            for text, begin, low, high in zip(texts, page.begins, cuts, cuts[1:], strict=False)
        ]

    def _hits(self, text: str, places: Sequence[int], found: Sequence[int]) -> list[Hit]:
        heads, there = self._heads, set(found)
        hits: list[Hit] = []
        late: list[Hit] = []  # after a single character: last among those that begin at one place
        for start, number in zip(places, found, strict=True):
            length, whole, gapped, needs = heads[number]
            for cue in whole:
                hits.append(Hit(start, start + length, cue))
            if needs and not needs.isdisjoint(there):
                for need, cue in gapped:
                    if need in there:
                        _add_gapped(hits if length > 1 else late, text, start, start + length, cue)
        return hits + late


def _make_head(piece: str, cues: Sequence[Cue], numbers: Mapping[str, int]) -> Head:
    whole = tuple(cue for cue in cues if not cue.tail)
    gapped = tuple((numbers[cue.tail[0]], cue) for cue in cues if cue.tail)
    return Head(len(piece), whole, gapped, frozenset(need for need, _ in gapped))


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
    return Lexicon(heads)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The shipped lexicon, read once per process."""
    return build(cue for facet in FACETS for cue in read_facet(facet))
