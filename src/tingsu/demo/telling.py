"""The complaints the demo bank hears, and how what its staff write is worded.

Complaints come from the open corpus word for word. What staff write carries choices ``[this|that|]`` and slots
``{yuan}``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any
from zlib import crc32

CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")

Slots = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Telling:
    """One complaint of the open corpus with its settled labels; ``who`` is what its words say of the customer.

    ``who`` may hold ``surname``, ``sex``, ``ages`` and ``phone``. ``yuan`` is the sum charged, where the text names it.
    ``topic`` names the planted rise or batch it may be told in.
    """

    id: str
    channel: str
    subject: str
    topic: str
    business: str
    cause: str
    emotion: int
    need: str
    demands: tuple[str, ...]
    risks: tuple[str, ...]
    root: str
    failure: str
    yuan: int | None
    who: dict[str, Any]
    text: str

    @property
    def is_mould(self) -> bool:
        """Whether the text holds slots that each customer fills with his own name and sums."""
        return self.topic == "agent_batch"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a complaint came out: what was found, offered, chosen and said."""

    verdict: str
    responsibility: str
    fault: str
    person: str
    why: str  # the source's five-way cause: 期望过高 …
    finding: str
    root: str
    options: tuple[tuple[str, int, str], ...]
    chosen: int
    answer: str
    after: str
    satisfied: bool
    summary: str
    lesson: str


@cache
def load_tellings() -> tuple[Telling, ...]:
    """Every complaint of ``content/texts.jsonl``, which ``scripts/demo_texts.py`` chooses from the open corpus."""
    source = (files("tingsu.demo") / "content" / "texts.jsonl").read_text(encoding="utf-8")
    return tuple(_telling(json.loads(line)) for line in source.splitlines())


def _telling(raw: dict[str, Any]) -> Telling:
    return Telling(**raw | {"demands": tuple(raw["demands"]), "risks": tuple(raw["risks"])})


def draw_slots(rng: Random, *specs: dict[str, Any]) -> Slots:
    """One value for every slot: a whole number from ``[low, high, step]`` or one of several words."""
    drawn: Slots = {}
    for name, spec in {k: v for one in specs for k, v in one.items()}.items():
        if all(isinstance(part, int) for part in spec):
            low, high, step = spec
            drawn[name] = rng.randrange(low, high + 1, step)
        else:
            drawn[name] = rng.choice(spec)
    return drawn


def word(template: str, *, turn: int, slots: Slots) -> str:
    """``template`` in its ``turn``-th wording with every slot filled; an unknown slot raises KeyError."""
    ways = iter(ways_of(template, turn))
    return _tidy_stops(CHOICE.sub(lambda _: next(ways), template).format_map(slots))


def ways_of(template: str, turn: int) -> tuple[str, ...]:
    """What the ``turn``-th wording says at every choice."""
    choices = [choice.split("|") for choice in CHOICE.findall(template)]
    return tuple(ways[_way(turn, spot, len(ways))] for spot, ways in enumerate(choices))


def _way(turn: int, spot: int, ways: int) -> int:
    """Which of ``ways`` the choice at ``spot`` takes; scattered, so that no two choices keep step with each other."""
    return crc32(bytes((turn % 251, spot))) // 7 % ways


def _tidy_stops(text: str) -> str:
    """Drops the full stop after a heated mark and the comma an empty choice left behind."""
    text = re.sub(r"([！？])[。，；]", r"\1", text)
    text = re.sub(r"[，；]+([。！？])", r"\1", text)
    return re.sub(r"([，。；])[，。；]+", r"\1", text)
