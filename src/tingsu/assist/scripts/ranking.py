"""Which scripts fit, best first, and why: the situation, the words, the meaning, and what users said of them.

Pure. Counter-examples are never among what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tingsu.assist.scripts.index import EMPTY, Floats, Index
from tingsu.assist.scripts.situation import Situation
from tingsu.packs.scripts import STEP_NAMES, Script
from tingsu.reading.search_text import bigrams

# What agreement and disagreement on each thing count for. A script that names nothing there is for any.
AGREE: Mapping[str, tuple[float, float]] = {
    "stage": (0.8, -0.4), "step": (0.75, -0.6), "need": (1.0, -0.35), "emotion": (0.2, -0.5), "business": (1.5, -2.0),
    "cause": (1.1, -0.9), "demand": (0.6, -0.1), "channel": (0.5, -0.1), "segment": (1.2, -0.8),
    "verdict": (3.0, -9.0),  # to own up where nothing was wrong, or to refuse where something was, is never said
}  # fmt: skip
UNKNOWN_SEGMENT = -0.45  # a script for one kind of customer, where nothing is known of the customer
# What a query is read to say counts so much beside what is known; that it is read to say something else, nothing.
READ: Mapping[str, float] = {
    "need": 0.3, "step": 0.6, "business": 0.8, "cause": 0.4, "demand": 0.5, "channel": 0.8, "segment": 0.8,
}  # fmt: skip
WORDS, CHARACTERS, MEANING = 0.082, 0.14, 7.2  # of a point of BM25, by words and by characters; of nearness
ALONE, BESIDE = 0.5, 0.2  # what the case's own text counts, and beside a query
USUAL = 0.4  # of agreement on 求解决, which most customers want
NEAR, ANSWERS = 0.36, 6.0  # nearness and points of BM25 from which on a script answers a query at all
RATED, USED = 0.5, 0.03
SETTLED = 4  # ratings from which on they count in full
LEAST = 0.5  # of the best score: what lies below is not worth showing
SHOWN_WORDS = 4
NAMES = {
    "need": "心理需求", "stage": "环节", "step": "步骤", "emotion": "情绪", "business": "业务", "cause": "原因",
    "demand": "诉求", "channel": "渠道", "segment": "客群", "verdict": "认定",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A script that fits; ``why`` says in Chinese what it was found by."""

    script: Script
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Rating:
    """How often a script was used and how often that helped or did not."""

    used: int = 0
    helped: int = 0
    unhelped: int = 0


NEVER = Rating()


def rank(
    index: Index,
    situation: Situation,
    query: str,
    *,
    read: Situation | None = None,
    ratings: Mapping[str, Rating] | None = None,
    limit: int = 5,
    names: Mapping[str, str] | None = None,
) -> list[Found]:
    """The best ``limit`` scripts. ``read`` is what the query itself is read to say; ``names`` words for ids (stages).

    With a query, a script must answer some of its words or come near its meaning.
    """
    if not index.scripts:
        return []
    scores, said = _score_words(index, situation, query)
    fits = [_match(script, situation, read or Situation()) for script in index.scripts]
    rated = [(ratings or {}).get(script.id, NEVER) for script in index.scripts]
    total = scores + np.array([fit.score for fit in fits]) + np.array([_worth(r) for r in rated])
    order = [int(place) for place in np.argsort(-total, kind="stable")]
    found = [p for p in order if not index.scripts[p].counter_example and (said[p] or fits[p].agreed)]
    if query.strip():
        found = [p for p in found if said[p] or any(thing == "segment" for thing, _ in fits[p].agreed)]
    best = float(total[found[0]]) if found else 0.0
    kept = [p for p in found[:limit] if total[p] >= LEAST * best]
    return [
        Found(index.scripts[p], round(float(total[p]), 3), _say(index, p, fits[p], query, rated[p], names or {}))
        for p in kept
    ]


@dataclass(frozen=True, slots=True)
class Fit:
    """How a script agrees with a situation, and on what: (thing, value)."""

    score: float
    agreed: tuple[tuple[str, str], ...]


def _score_words(index: Index, situation: Situation, query: str) -> tuple[Floats, list[bool]]:
    """What words and meaning count for, and which scripts answer the query (or, without one, the story) at all."""
    scores = np.zeros(len(index.scripts), dtype=np.float32)
    said = np.zeros(len(index.scripts), dtype=bool)
    for text, weight in ((query, 1.0), (situation.story, BESIDE if query.strip() else ALONE)):
        if not text.strip():
            continue
        hits, likeness = index.look_up(text).scores, index.liken(text)
        scores += weight * (WORDS * hits + CHARACTERS * index.look_up_characters(text))
        scores += weight * MEANING * np.maximum(likeness, 0)
        if weight == 1.0 or not query.strip():
            said |= (hits > ANSWERS) | (likeness > NEAR)
    return scores, said.tolist()


def _match(script: Script, known: Situation, read: Situation) -> Fit:
    """Agreement with what is known; where nothing is, with what the query is read to say, at a discount."""
    score, agreed = 0.0, []
    told, guessed = _values(known), _values(read)
    for thing, wanted in _wanted(script):
        values = told[thing] or guessed[thing]
        yes, no = AGREE[thing]
        if thing == "verdict" and len(wanted) > 1 and set(wanted) & set(values):
            continue  # most complaints hold, so that alone speaks for nothing
        if both := [value for value in wanted if value in values]:
            usual = USUAL if both[0] == "求解决" else 1.0
            score += yes * usual * (1.0 if told[thing] else READ.get(thing, 0.0))
            agreed.append((thing, both[0]))
        elif told[thing]:
            score += no
        elif thing == "segment":
            score += UNKNOWN_SEGMENT
    return Fit(score + _match_emotion(script, known, read), tuple(agreed))


def _match_emotion(script: Script, known: Situation, read: Situation) -> float:
    emotion = known.emotion if known.emotion is not None else read.emotion
    if not script.emotion_from or emotion is None:
        return 0.0
    yes, no = AGREE["emotion"]
    return yes if emotion >= script.emotion_from else no * (known.emotion is not None)


def _wanted(script: Script) -> Iterable[tuple[str, tuple[str, ...]]]:
    """What a script names it is for."""
    segments = tuple(value for values in script.segments.values() for value in values)
    named: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("need", script.needs), ("stage", script.stages), ("step", script.steps), ("business", script.businesses),
        ("cause", script.causes), ("demand", script.demands), ("channel", script.channels), ("segment", segments),
        ("verdict", script.verdicts),
    )  # fmt: skip
    return [(thing, values) for thing, values in named if values]


def _values(situation: Situation) -> dict[str, tuple[str, ...]]:
    single = {"need": situation.need, "stage": situation.stage, "business": situation.business,
              "cause": situation.cause, "channel": situation.channel, "verdict": situation.verdict}  # fmt: skip
    several = {"step": situation.steps, "demand": situation.demands, "segment": tuple(situation.segments)}
    return {**{thing: (value,) if value else () for thing, value in single.items()}, **several}


def _worth(rating: Rating) -> float:
    """What ratings add: nothing without any, at most ``RATED`` either way; a used script before an unused one."""
    count = rating.helped + rating.unhelped
    share = (rating.helped + 1) / (count + 2) - 0.5
    return RATED * 2 * share * min(count / SETTLED, 1.0) + USED * float(np.log1p(rating.used))


def _say(index: Index, place: int, fit: Fit, query: str, rating: Rating, names: Mapping[str, str]) -> str:
    """「对上：心理需求 求尊重、步骤 答复；词：排队、等了；用过 12 次，9 次有帮助」."""
    parts = []
    if fit.agreed:
        parts.append("对上：" + "、".join(f"{NAMES[thing]} {_name(value, names)}" for thing, value in fit.agreed))
    if words := said_words(index, place, query):
        parts.append("词：" + "、".join(words))
    if rating.helped + rating.unhelped:
        parts.append(f"用过 {rating.used} 次，{rating.helped} 次有帮助")
    return "；".join(parts) or "意思相近"


def _name(value: str, names: Mapping[str, str]) -> str:
    step = next((name.zh for step, name in STEP_NAMES.items() if step == value), "")
    return step or names.get(value, value)


def said_words(index: Index, place: int, query: str) -> list[str]:
    """The runs of the query's characters that the script has too, the rarest first."""
    runs: list[tuple[float, str]] = []
    last = ""
    for token in bigrams(query):
        rarity = index.rarity(token) if token not in EMPTY and index.holds(place, token) else 0.0
        if not rarity:
            last = ""
            continue
        if last and token[:1] == last[-1:] and len(token) == 2:
            held, run = runs.pop()
            runs.append((held + rarity, run + token[1:]))
        else:
            runs.append((rarity, token))
        last = token
    ordered = sorted(runs, key=lambda run: -run[0])
    return list(dict.fromkeys(run for _, run in ordered))[:SHOWN_WORDS]
