"""Where a conversation stands, as far as it is known: what a script is chosen by beside words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from tingsu.packs.schema import Pack
from tingsu.reading import normalise, read
from tingsu.reading.types import Reading

SHORTEST_SENTENCE = 6  # characters from which a query is read as a situation, not only as words
LONGEST_STORY = 400  # characters of a case's text that say what it is about
OTHER = "其他"
# What is being done for the customer at a stage of the road every pack has; other stages go by their own scripts.
STEPS_OF_STAGE: Mapping[str, tuple[str, ...]] = {
    "recorded": ("isolate", "calm", "listen", "record"),
    "judged": ("judge", "promise"),
    "routed": ("judge", "promise"),
    "investigated": ("solve",),
    "proposed": ("solve", "promise"),
    "approving": ("promise",),
    "approved": ("solve", "promise"),
    "carried_out": ("answer",),
    "answered": ("follow_up",),
    "followed_up": ("close", "follow_up"),
    "closed": ("prevent",),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known; what is empty (None for ``emotion``) is not known and speaks for or against no script.

    ``segments``: who the customer is, as values of ``packs.scripts.SEGMENTS``. ``story`` is what the complaint says.
    ``pack`` names whose scripts are meant; "" for those of the person who asks.
    """

    pack: str = ""
    stage: str = ""
    steps: tuple[str, ...] = ()
    need: str = ""
    emotion: int | None = None
    business: str = ""
    cause: str = ""
    demands: tuple[str, ...] = ()
    channel: str = ""
    verdict: str = ""
    segments: frozenset[str] = frozenset()
    story: str = ""


@dataclass(frozen=True, slots=True)
class Cues:
    """Words that tell a step or a kind of customer, and sets of words that mean the same."""

    steps: Mapping[str, tuple[str, ...]]
    segments: Mapping[str, tuple[str, ...]]
    channels: Mapping[str, tuple[str, ...]]
    alike: tuple[tuple[str, ...], ...] = field(repr=False)  # sets of words that stand for one another


@lru_cache(maxsize=1)
def load_cues() -> Cues:
    """The shipped cues, read once."""
    source = files("tingsu.assist.scripts").joinpath("cues.yaml").read_text(encoding="utf-8")
    told: dict[str, Any] = yaml.safe_load(source)
    groups = {name: {key: _split(words) for key, words in told[name].items()} for name in _GROUPS}
    alike = tuple(map(_split, told["alike"]))
    return Cues(groups["steps"], groups["segments"], groups["channels"], alike)


_GROUPS = ("steps", "segments", "channels")


def _split(words: str) -> tuple[str, ...]:
    return tuple(normalise(word) for word in words.split())


def read_situation(sentence: str, pack: Pack | None = None) -> Situation:
    """What a sentence about a situation says of it: labels of the reader, and cues of step, channel and customer.

    Business and cause are told in the words of ``pack``, where one is given.
    """
    plain = normalise(sentence)
    if len(plain) < SHORTEST_SENTENCE:
        return Situation()
    cues = load_cues()
    reading = read(sentence[:LONGEST_STORY])
    business, cause = reading.business.value or "", reading.cause.value or ""
    if pack is not None:
        business = _tell(pack, "business", business, plain)
        cause = _tell(pack, "cause", cause, plain)
    return Situation(
        steps=tuple(_said(cues.steps, plain)),
        need=reading.need.value or "",
        emotion=reading.emotion.strength or None,
        business="" if business == OTHER else business,
        cause="" if cause == OTHER else cause,
        demands=tuple(demand.kind for demand in reading.demands),
        channel=next(iter(_said(cues.channels, plain)), ""),
        segments=frozenset(_segments(plain, reading)),
    )


def segments_of(text: str) -> frozenset[str]:
    """The kinds of customer a text speaks of."""
    return frozenset(_said(load_cues().segments, normalise(text)))


def _segments(plain: str, reading: Reading) -> Iterable[str]:
    yield from _said(load_cues().segments, plain)
    if any(risk.kind == "特殊群体" for risk in reading.risks):
        yield "特殊群体"


def _said(cues: Mapping[str, tuple[str, ...]], plain: str) -> Iterable[str]:
    return [name for name, words in cues.items() if any(word in plain for word in words)]


def _tell(pack: Pack, taxonomy: str, read_as: str, plain: str) -> str:
    """What was read where the pack's list has it; else the value whose own words are said most."""
    known = pack.find_taxonomy(taxonomy)
    if known is None:
        return ""
    if known.choice(read_as) is not None:
        return read_as
    said = {choice.id: sum(len(w) for w in choice.words if normalise(w) in plain) for choice in known.values}
    best = max(said, key=lambda value: said[value], default="")
    return best if said.get(best) else ""
