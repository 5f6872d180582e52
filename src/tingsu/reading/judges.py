"""From what was heard in a text to what is said of it: every judgement with its chance, its words, or an abstention.

The learned model weighs wordings and the lexicon's words together (``learned``); the lexicon names the words that are
shown. A complaint asks for what the rules of ``asks`` heard and the model believes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np

from tingsu.reading.labels import NO, YES
from tingsu.reading.learned.model import Weighed
from tingsu.reading.learned.pieces import cut_words
from tingsu.reading.scoring import MAX_EVIDENCE, Seen, is_denied
from tingsu.reading.types import Demand, Emotion, Evidence, Judgement, Risk

WHY = "措辞与已标注的投诉相近"
UNSURE = (0.46, 0.54)  # chance of being a complaint within which nothing is said
TOO_FAINT = 0.2  # a label less likely than this is not named
HEARD = 0.1  # what the rules heard in words is named from here
ASKED, RISKED = 0.3, 0.8  # what only the model believes, from here: demands and risks, chosen on folds of authors
OUTRIGHT = 0.85  # a wish so plain that even who only lets off steam means it
FEW = 6  # pieces below which a text without a known word is too little to go by
_NEAREST = 4
_SHOWN = 2  # places shown for wordings: more would bury the reader in syllables
_SPEAKS_FOR = {"道歉": "求尊重", "处理责任人": "求尊重", "赔偿": "求补偿"}  # a wish that shows a need
_SHARE = 0.6  # of the wish's confidence
A_LINE = 30  # characters; in a longer text the wordings themselves tell the tone
SAID = 0.97  # how sure a complaint is whose writer says in so many words that he complains
_OUTRIGHT = re.compile(
    r"(?:^|[,。!?;\n ])(?:我|本人|俺|客户)?(?:就是|现在)?(?:要|想|来|要来)投诉(?!电话|渠道|热线|方式|吗|过)"
)
_HOT = ("咒骂", "愤怒", "激烈", "反话", "反问")
_COOL = ("和气", "称赞")


# Where the text begins among those read together; of each character of them all, its word's begin and end.
Bounds = tuple[int, list[int], list[int]]


class Heard:
    """One text under judgement: the lexicon's hits and the model's weights."""

    def __init__(self, seen: Seen, weighed: Weighed, bounds: Bounds) -> None:
        self.seen, self.weighed, self._bounds = seen, weighed, bounds

    def words(self, facet: str, label: str) -> tuple[Evidence, ...]:
        """The lexicon's words for ``label``, heaviest first; where it has none, the wordings the model went by."""
        hits = self.seen.of(facet, label)
        if not hits:
            return self.wordings(facet, label)
        return self.seen.evidence(sorted(hits, key=lambda hit: -hit.cue.weight)[:MAX_EVIDENCE])

    def wordings(self, facet: str, label: str) -> tuple[Evidence, ...]:
        """Where the wordings stand that pulled most towards ``label``, neighbours joined, in order."""
        text, seen = self.seen.text, self.seen
        begin, before, behind = self._bounds
        whole = []
        for piece in self.weighed.wordings(facet, label, 2 * _SHOWN):
            if (at := text.find(piece)) >= 0:
                whole.append((before[begin + at] - begin, behind[begin + at + len(piece) - 1] - begin))
        spans = [seen.folded.origin(start, end) for start, end in _join(whole)[:_SHOWN]]
        return tuple([Evidence(start, end, seen.original[start:end], WHY) for start, end in spans])


def bound_words(texts: Sequence[str]) -> list[Bounds]:
    """For every character of each text, where the word begins and ends to which it belongs."""
    sizes = np.fromiter(map(len, cut_words("\n".join((*texts, "")))), dtype=np.int64)
    ends = np.cumsum(sizes)
    before, behind = np.repeat(ends - sizes, sizes).tolist(), np.repeat(ends, sizes).tolist()
    return [(start, before, behind) for start in accumulate((len(text) + 1 for text in texts[:-1]), initial=0)]


def _join(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def is_silent(heard: Heard) -> bool:
    """Nothing in the text says anything: no word of the lexicon, hardly a wording the model knows."""
    return not heard.seen.labels and len(heard.weighed.rows) < FEW


def _rank(heard: Heard, facet: str) -> tuple[tuple[str, float], ...]:
    return heard.weighed.ranked(facet)


def judge_complaint(heard: Heard) -> Judgement:
    """Is someone dissatisfied? "yes", "no", or None where the signs balance."""
    seen = heard.seen
    outright = _OUTRIGHT.search(seen.text)
    if outright and not is_denied(seen.text, outright.end() - 2):
        ranked: tuple[tuple[str, float], ...] = ((YES, SAID), (NO, round(1 - SAID, 4)))
    else:
        ranked = _rank(heard, "complaint")
    label, chance = ranked[0]
    hits = [*seen.of("complaint", YES), *seen.of("cause")] if label == YES else seen.of("complaint", NO)
    unsure = UNSURE[0] < dict(ranked)[YES] < UNSURE[1]
    evidence = seen.evidence(hits) or heard.wordings("complaint", label)
    return Judgement(None if unsure else label, chance, evidence, ranked)


def judge(heard: Heard, facet: str, complaint: Judgement) -> Judgement:
    """The likeliest label of ``facet``; None where no complaint is made or none is likely enough."""
    ranked = heard.weighed.ranked(facet, _NEAREST)
    label, chance = ranked[0]
    if complaint.value == NO or chance < TOO_FAINT or is_silent(heard):
        return Judgement(None, chance, (), ranked)
    return Judgement(label, chance, heard.words(facet, label), ranked)


def judge_latent(heard: Heard, complaint: Judgement) -> Judgement:
    """Whether someone who does not complain may yet do so (潜台词); None of a complaint."""
    if complaint.value == YES:
        return Judgement(None, 0.0)
    ranked = _rank(heard, "latent")
    label, chance = ranked[0]
    return Judgement(label, chance, heard.wordings("latent", YES) if label == YES else (), ranked)


def judge_emotion(heard: Heard, complaint: Judgement) -> Emotion:
    """Heat from 0 calm to 3 furious. Needs no complaint: someone may rage about nothing in particular.

    Who complains in a line is calm only where a friendly word stands (``corpus/GUIDE.md``).
    """
    ranked = _rank(heard, "emotion")
    label, chance = ranked[0]
    friendly = len(heard.seen.text) > A_LINE or any(heard.seen.of("emotion", group) for group in _COOL)
    if label == "0" and complaint.value == YES and not friendly:
        label, chance = next(one for one in ranked if one[0] != "0")
    groups = _COOL if label == "0" else _HOT
    words = heard.seen.evidence(hit for group in groups for hit in heard.seen.of("emotion", group))
    return Emotion(int(label), chance, words or (() if label in "01" else heard.wordings("emotion", label)))


def judge_needs(heard: Heard, asked: Sequence[Demand], complaint: Judgement) -> tuple[Judgement, dict[str, float]]:
    """The main need; and of each of the four how likely it is there at all, which wishes in words raise."""
    needs = dict(_rank(heard, "need"))
    for demand in asked:
        if (need := _SPEAKS_FOR.get(demand.kind)) is not None:
            needs[need] = round(1 - (1 - needs[need]) * (1 - _SHARE * demand.confidence), 4)
    return judge(heard, "need", complaint), needs


def judge_demands(heard: Heard, asked: Sequence[Demand], complaint: Judgement, need: Judgement) -> tuple[Demand, ...]:
    """What is asked for: what the rules heard and the model believes, and what the model alone is sure of.

    Who only lets off steam asks for nothing, unless in so many words (``corpus/GUIDE.md``).
    """
    if complaint.value == NO:
        return ()
    said = {demand.kind: demand for demand in asked}
    vents = need.value == "求发泄"
    found = [
        replace(said[kind], confidence=max(chance, ASKED))
        if kind in said
        else Demand(kind, chance, heard.words("demand", kind), implied=True)
        for kind, chance in heard.weighed.likely("demand", HEARD)
        if (_means_it(said.get(kind), chance) if vents else chance >= (HEARD if kind in said else ASKED))
    ]
    return tuple(found)


def _means_it(demand: Demand | None, chance: float) -> bool:
    return demand is not None and demand.confidence >= OUTRIGHT and chance >= ASKED


def judge_risks(heard: Heard, spoken: Sequence[Risk], complaint: Judgement) -> tuple[Risk, ...]:
    """Which way it may go further; what must be acted on at once is never talked away by the model."""
    if complaint.value == NO:
        return tuple(risk for risk in spoken if risk.urgent)
    said = {risk.kind: risk for risk in spoken}
    urgent = any(risk.urgent for risk in spoken)
    chances = heard.weighed.likely("risk", 0.0 if urgent else HEARD)
    kept = [
        replace(said[kind], confidence=max(chance, said[kind].confidence if said[kind].urgent else 0.0))
        if kind in said
        else Risk(kind, chance, heard.words("risk", kind))
        for kind, chance in chances
        if chance >= (HEARD if kind in said else RISKED) or (kind in said and said[kind].urgent)
    ]
    return tuple(sorted(kept, key=lambda risk: (not risk.urgent, -risk.confidence)))
