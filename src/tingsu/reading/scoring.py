"""Which hits of the lexicon count, whether they are denied, and how many points they are together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from tingsu.reading.folding import Folded
from tingsu.reading.lexicon import Cue, Hit
from tingsu.reading.types import Evidence

PLAIN = 2.0  # from this weight a cue names its label, below it only hints
MAX_EVIDENCE = 8
_DENIED = re.compile(
    r"(?:(?<!特)(?<!区)(?<!级)(?<!个)(?<!分)别|不|没有?|无法?|未曾?|非|不是|算不上|谈不上|称不上)"
    r"(?:很|太|是|怎么|那么|这么|能|会|想|要|有|去|再|用|必|打算|是?来|是?为了|觉得|需要?|准备|是要|敢|够|算|大|曾)?$"
)
_DENYING = re.compile("[别不没无未非]")  # no denial without one of these
_DOUBLY = re.compile(r"(?:不得不|不能不|不会不|要不|再不|如果不|若不|不可不)$")


@dataclass(frozen=True, slots=True)
class Seen:
    """One text under reading: its original and folded forms and the hits by facet, in order."""

    original: str
    folded: Folded
    facets: Mapping[str, Sequence[Hit]]
    labels: Mapping[tuple[str, str], Sequence[Hit]]

    @property
    def text(self) -> str:
        return self.folded.text

    def of(self, facet: str, label: str | None = None) -> Sequence[Hit]:
        return self.facets.get(facet, ()) if label is None else self.labels.get((facet, label), ())

    def evidence(self, hits: Iterable[Hit]) -> tuple[Evidence, ...]:
        """The words behind ``hits`` as spans of the original, each place once, in order, at most eight."""
        spans: dict[tuple[int, int], str] = {}
        origin, original = self.folded.origin, self.original
        for start, end, cue in hits:
            spans.setdefault(origin(start, end), cue.why)
        strongest = sorted(islice(spans.items(), MAX_EVIDENCE))  # places differ, so reasons are never compared
        return tuple([Evidence(start, end, original[start:end], why) for (start, end), why in strongest])


def is_denied(text: str, start: int) -> bool:
    """Whether the words before ``start`` deny what stands there: 不投诉, 没有骗我; but not 不得不投诉."""
    before = text[max(0, start - 6) : start]
    if _DENYING.search(before) is None:
        return False
    return _DENIED.search(before) is not None and _DOUBLY.search(before) is None


def keep_longest(hits: Iterable[Hit]) -> list[Hit]:
    """Hits in order of start, without those that lie inside a longer unbroken one (理财 inside 理财经理)."""
    hits = list(hits)
    if len(hits) < 2:
        return hits
    kept: list[Hit] = []
    cover_start = cover_end = -1
    for hit in sorted(hits, key=_by_place):
        start, end, cue = hit
        if end <= cover_end and (end != cover_end or start != cover_start):
            continue
        kept.append(hit)
        if not cue.tail and end > cover_end:
            cover_start, cover_end = start, end
    return kept


def _by_place(hit: Hit) -> tuple[int, int, bool]:
    """In order of start, the longest first, unbroken ones before those with a gap."""
    start, end, cue = hit
    return start, -end, cue.tail != ()


def see(original: str, folded: Folded, hits: Iterable[Hit]) -> Seen:
    """The hits that count, ready for the judges."""
    facets = split_facets(folded.text, hits)
    labels: dict[tuple[str, str], list[Hit]] = {}
    for facet, group in facets.items():
        for hit in group:
            labels.setdefault((facet, hit.cue.label), []).append(hit)
    return Seen(original, folded, facets, labels)


def split_facets(text: str, hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    """Hits by facet: longest ones only, denied ones left out where their cue can be denied."""
    facets: dict[str, list[Hit]] = {}
    for hit in hits:
        facets.setdefault(hit.cue.facet, []).append(hit)
    return {
        facet: [hit for hit in keep_longest(group) if not (hit.cue.negatable and is_denied(text, hit.start))]
        for facet, group in facets.items()
    }


def add_up(hits: Sequence[Hit]) -> float:
    """Points of one label: distinct words count less and less, a repeated word only a little more.

    Words that merely touch a topic fade faster than words that name it, so many hints never outweigh one plain word.
    """
    if not hits:
        return 0.0
    if len(hits) == 1:
        return hits[0].cue.weight
    counts: dict[Cue, int] = {}
    for hit in hits:
        counts[hit.cue] = counts.get(hit.cue, 0) + 1
    plain: list[float] = []
    hints: list[float] = []
    for cue, count in counts.items():
        weight = cue.weight * (1 + 0.15 * min(count - 1, 3))
        (plain if weight >= PLAIN else hints).append(weight)
    return _fade(plain, 0.55) + (0.5 if plain else 1.0) * _fade(hints, 0.3)


def _fade(weights: list[float], rate: float) -> float:
    total, share = 0.0, 1.0
    for weight in sorted(weights, reverse=True):
        total += weight * share
        share *= rate
    return total
