"""What all scorers share: which hits count, whether they are denied, and how points become probabilities."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tingsu.reading.folding import Folded
from tingsu.reading.lexicon import Cue, Hit
from tingsu.reading.types import Evidence, Judgement
from tingsu.reading.voice import WHY, Heard

NEAR = 0.06  # two best labels closer than this are too near to choose between
PLAIN = 2.0  # from this weight a cue names its label, below it only hints
MAX_EVIDENCE = 8
CLOSE = 0.005  # the same where two voices were asked: two sources that cannot decide are rare
LEXICON_SHARE = 0.7  # points of the lexicon against logarithms of the voice's probabilities
_DENIED = re.compile(
    r"(?:(?<!特)(?<!区)(?<!级)(?<!个)(?<!分)别|不|没有?|无法?|未曾?|非|不是|算不上|谈不上|称不上)"
    r"(?:很|太|是|怎么|那么|这么|能|会|想|要|有|去|再|用|必|打算|是?来|是?为了|觉得|需要?|准备|是要|敢|够|算|大|曾)?$"
)
_DOUBLY = re.compile(r"(?:不得不|不能不|不会不|要不|再不|如果不|若不|不可不)$")


@dataclass(frozen=True, slots=True)
class Seen:
    """One text under reading: its original and folded forms and the hits by facet, in order."""

    original: str
    folded: Folded
    facets: Mapping[str, Sequence[Hit]]
    labels: Mapping[tuple[str, str], Sequence[Hit]]
    heard: Heard | None = None

    @property
    def text(self) -> str:
        return self.folded.text

    def of(self, facet: str, label: str | None = None) -> Sequence[Hit]:
        return self.facets.get(facet, ()) if label is None else self.labels.get((facet, label), ())

    def evidence(self, hits: Iterable[Hit]) -> tuple[Evidence, ...]:
        """The words behind ``hits`` as spans of the original, each place once, in order, at most eight."""
        spans: dict[tuple[int, int], Evidence] = {}
        for hit in hits:
            start, end = self.folded.origin(hit.start, hit.end)
            spans.setdefault((start, end), Evidence(start, end, self.original[start:end], hit.cue.why))
        strongest = list(spans.values())[:MAX_EVIDENCE]
        return tuple(sorted(strongest, key=lambda item: (item.start, item.end)))


def is_denied(text: str, start: int) -> bool:
    """Whether the words before ``start`` deny what stands there: 不投诉, 没有骗我; but not 不得不投诉."""
    before = text[max(0, start - 6) : start]
    return _DENIED.search(before) is not None and _DOUBLY.search(before) is None


def keep_longest(hits: Iterable[Hit]) -> list[Hit]:
    """Hits in order of start, without those that lie inside a longer unbroken one (理财 inside 理财经理)."""
    kept: list[Hit] = []
    cover_start = cover_end = -1
    for hit in sorted(hits, key=lambda item: (item.start, -item.end, bool(item.cue.tail))):
        inside = hit.end <= cover_end and (hit.start, hit.end) != (cover_start, cover_end)
        if inside:
            continue
        kept.append(hit)
        if not hit.cue.tail and hit.end > cover_end:
            cover_start, cover_end = hit.start, hit.end
    return kept


def see(original: str, folded: Folded, hits: Iterable[Hit], heard: Heard | None = None) -> Seen:
    """The hits that count, ready for the judges."""
    facets = split_facets(folded.text, hits)
    labels: dict[tuple[str, str], list[Hit]] = {}
    for facet, group in facets.items():
        for hit in group:
            labels.setdefault((facet, hit.cue.label), []).append(hit)
    return Seen(original, folded, facets, labels, heard)


def split_facets(text: str, hits: Iterable[Hit]) -> dict[str, list[Hit]]:
    """Hits by facet: longest ones only, denied ones left out where their cue can be denied."""
    facets: dict[str, list[Hit]] = {}
    for hit in hits:
        facets.setdefault(hit.cue.facet, []).append(hit)
    return {
        facet: [hit for hit in keep_longest(group) if not (hit.cue.negatable and is_denied(text, hit.start))]
        for facet, group in facets.items()
    }


def add_up(hits: Iterable[Hit]) -> float:
    """Points of one label: distinct words count less and less, a repeated word only a little more.

    Words that merely touch a topic fade faster than words that name it, so many hints never outweigh one plain word.
    """
    counts: dict[Cue, int] = {}
    for hit in hits:
        counts[hit.cue] = counts.get(hit.cue, 0) + 1
    if not counts:
        return 0.0
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


def shares(points: Mapping[str, float]) -> list[tuple[str, float]]:
    """Points as probabilities, best first. A background of one unit keeps weak evidence from looking certain."""
    raised = {label: math.expm1(0.9 * min(value, 12.0)) for label, value in points.items() if value > 0}
    total = sum(raised.values()) + 1.0
    return sorted(((label, value / total) for label, value in raised.items()), key=lambda item: -item[1])


def weigh(seen: Seen, facet: str, groups: Mapping[str, Sequence[Hit]]) -> list[tuple[str, float]]:
    """Labels with their probabilities, best first: the lexicon's points alone, or together with the second voice."""
    points = {label: add_up(hits) for label, hits in groups.items()}
    if seen.heard is None:
        return shares(points)
    chances = seen.heard.chances(facet)
    together = {label: chance + LEXICON_SHARE * points.get(label, 0.0) for label, chance in chances.items()}
    top = max(together.values())
    raised = {label: math.exp(value - top) for label, value in together.items()}
    total = sum(raised.values())
    return sorted(((label, value / total) for label, value in raised.items()), key=lambda item: -item[1])


def choose(seen: Seen, facet: str, groups: Mapping[str, Sequence[Hit]]) -> Judgement:
    """The likeliest label, or an abstention when the two best are too near or nothing speaks."""
    ranked = weigh(seen, facet, groups)
    if not ranked:
        return Judgement(None, 0.0)
    label, share = ranked[0]
    near = len(ranked) > 1 and share - ranked[1][1] < (NEAR if seen.heard is None else CLOSE)
    return Judgement(
        None if near else label, share, explain(seen, facet, label, groups.get(label, ())), tuple(ranked[:4])
    )


def explain(seen: Seen, facet: str, label: str, hits: Sequence[Hit]) -> tuple[Evidence, ...]:
    """The lexicon's words for ``label``; where it has none, the wordings the voice went by."""
    heaviest = sorted(hits, key=lambda hit: -hit.cue.weight)
    words = seen.evidence(heaviest)
    if seen.heard is None or words:
        return words
    spans = {(word.start, word.end) for word in words}
    for begin, stop in seen.heard.places(facet, label, seen.text):
        start, end = seen.folded.origin(begin, stop)
        if not any(start < right and left < end for left, right in spans):
            words = (*words, Evidence(start, end, seen.original[start:end], WHY))
    return tuple(sorted(words, key=lambda item: (item.start, item.end)))


def squash(points: float) -> float:
    """The logistic curve."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, points))))
