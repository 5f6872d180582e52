"""Hand-written matters and how one of them becomes the words of one case.

A text carries choices ``[this|that|]`` and slots ``{amount}``; each use takes the wording that shares least with the
ones already told.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any
from zlib import crc32

from tingsu.demo.people import read_content

TURNS = 64  # wordings looked at for a use
CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")

Slots = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class Telling:
    """One hand-written complaint text with what an experienced reader sees in it."""

    id: str
    channel: str
    subjects: tuple[str, ...]  # the matter's where empty
    emotion: int
    need: str
    demands: tuple[str, ...]  # "退款 fee": a kind and the slot that holds its amount
    risks: tuple[str, ...]
    text: str
    ages: tuple[int, int] | None
    slots: dict[str, Any]

    @property
    def variety(self) -> int:
        """How many uses the text bears before it repeats itself too much, 1–6."""
        spare: int = sum(choice.count("|") for choice in CHOICE.findall(self.text))
        return max(1, min(spare, 6))


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a matter may come out: what was found, offered, chosen and said."""

    key: str
    verdict: str
    responsibility: str
    fault: str
    person: str
    why: str  # 期望过高 … where the usual one of the cause does not fit
    finding: str
    root: str
    options: tuple[tuple[str, int | str, str], ...]
    chosen: int
    answer: str
    after: str
    satisfied: bool
    summary: str
    lesson: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing customers complain about: its tellings and its possible outcomes."""

    key: str
    business: str
    cause: str
    unit: str  # a department's code, or "outlet" / "branch"
    support: tuple[str, ...]
    weight: float
    season: str
    complexity: str
    slots: dict[str, Any]
    subjects: tuple[str, ...]
    tellings: tuple[Telling, ...]
    outcomes: tuple[Outcome, ...]


@cache
def load_matters() -> dict[str, Matter]:
    """Every matter of ``content/matters_*.yaml`` by key."""
    folder = files("tingsu.demo") / "content"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.startswith("matters_"))
    matters = [_matter(raw) for name in names for raw in read_content(name)]
    return {matter.key: matter for matter in matters}


def _matter(raw: dict[str, Any]) -> Matter:
    return Matter(
        key=raw["key"],
        business=raw["business"],
        cause=raw["cause"],
        unit=raw["unit"],
        support=tuple(raw.get("support", ())),
        weight=raw["weight"],
        season=raw.get("season", ""),
        complexity=raw.get("complexity", "simple"),
        slots=raw.get("slots", {}),
        subjects=tuple(raw["subjects"]),
        tellings=tuple(_telling(t) for t in raw["texts"]),
        outcomes=tuple(_outcome(o) for o in raw["outcomes"]),
    )


def _telling(raw: dict[str, Any]) -> Telling:
    return Telling(
        id=raw["id"],
        channel=raw["ch"],
        subjects=tuple(raw["subject"].split("|")) if "subject" in raw else (),
        emotion=raw["emotion"],
        need=raw["need"],
        demands=tuple(raw["demands"]),
        risks=tuple(raw.get("risks", ["none"])),
        text=raw["text"].strip(),
        ages=tuple(raw["age"]) if "age" in raw else None,
        slots=raw.get("slots", {}),
    )


def _outcome(raw: dict[str, Any]) -> Outcome:
    fields = {name: _tidy(raw.get(name, "")) for name in ("fault", "person", "why", "finding", "root", "answer")}
    return Outcome(
        key=raw["key"],
        verdict=raw["verdict"],
        responsibility=raw["responsibility"],
        options=tuple((kind, amount, text) for kind, amount, text in raw["options"]),
        chosen=raw["chosen"],
        after=raw["after"],
        satisfied=raw["satisfied"],
        summary=raw["summary"],
        lesson=raw["lesson"],
        **fields,
    )


def _tidy(text: str) -> str:
    return text.strip()


def draw_slots(rng: Random, *specs: dict[str, Any]) -> Slots:
    """One value for every slot: a whole number from ``[low, high, step]``, one of several words, or ``slot*2``."""
    drawn: Slots = {}
    for name, spec in {k: v for one in specs for k, v in one.items()}.items():
        if isinstance(spec, str):
            drawn[name] = amount_of(spec, drawn)
        elif all(isinstance(part, int) for part in spec):
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


def freshest_turn(template: str, told: Collection[tuple[str, ...]]) -> int:
    """The wording that has the least in common with the one most like it among those ``told``."""

    def shared(turn: int) -> float:
        now = ways_of(template, turn)
        said = [sum(len(a) for a, b in zip(now, then, strict=True) if a == b) for then in told]
        return max(said, default=0) / (sum(map(len, now)) or 1)

    return min(range(TURNS), key=shared)


def _way(turn: int, spot: int, ways: int) -> int:
    """Which of ``ways`` the choice at ``spot`` takes; scattered, so that no two choices keep step with each other."""
    return crc32(bytes((turn % 251, spot))) // 7 % ways


def _tidy_stops(text: str) -> str:
    """Drops the full stop after a heated mark and the comma an empty choice left behind."""
    text = re.sub(r"([！？])[。，；]", r"\1", text)
    text = re.sub(r"[，；]+([。！？])", r"\1", text)
    return re.sub(r"([，。；])[，。；]+", r"\1", text)


def amount_of(amount: int | str, slots: Slots) -> int:
    """Yuan of an option: a number, a slot's name, or ``slot*0.5`` rounded down."""
    if isinstance(amount, int):
        return amount
    name, _, share = amount.partition("*")
    return int(int(slots[name]) * float(share or 1))


def demand_of(demand: str, slots: Slots) -> tuple[str, int | None]:
    """(kind, yuan or None) of ``"退款 fee"`` or ``"道歉"``."""
    kind, _, slot = demand.partition(" ")
    return kind, int(slots[slot]) if slot else None
