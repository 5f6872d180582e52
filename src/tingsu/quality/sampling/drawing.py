"""Drawing a sample: some at random, some by risk, and so many of everybody. Pure.

The random part stands first and alone, so that what it shows holds for all conversations; the others do not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log
from random import Random
from typing import Literal

Why = Literal["random", "risk", "agent"]
_LEAST_RISK = 0.01  # so that a conversation without risk keeps a small chance


@dataclass(frozen=True, slots=True)
class Item:
    """One conversation that may be drawn; ``agent`` 0 is nobody known."""

    id: int
    agent: int
    risk: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How many: of everybody, and shares of all in per cent."""

    per_agent: int
    risk_percent: int
    random_percent: int


def draw(items: Sequence[Item], plan: Plan, *, seed: int) -> list[tuple[int, Why]]:
    """(id, why) of the sample, each id once: the same items, plan and seed always draw the same.

    In order: ``random_percent`` of all, each as likely as any other; ``risk_percent`` of all out of the rest, the
    likelier the riskier (weighted, without putting back: Efraimidis and Spirakis 2006); then of every agent so many
    more that ``per_agent`` are drawn, or all there are.
    """
    luck = Random(seed)  # noqa: S311 - must come out the same again
    rest = sorted(items, key=lambda item: item.id)
    drawn: list[tuple[Item, Why]] = []
    many = _share(len(items), plan.random_percent)
    drawn += [(item, "random") for item in luck.sample(rest, many)]
    rest = _without(rest, drawn)
    many = min(_share(len(items), plan.risk_percent), len(rest))
    drawn += [(item, "risk") for item in _weighted(rest, many, luck)]
    rest = _without(rest, drawn)
    drawn += [(item, "agent") for item in _top_up(rest, drawn, plan.per_agent, luck)]
    return [(item.id, why) for item, why in drawn]


def _share(total: int, percent: int) -> int:
    """At least one where a share is asked for and there is anything."""
    return min(total, ceil(total * percent / 100))


def _without(items: Sequence[Item], drawn: Sequence[tuple[Item, Why]]) -> list[Item]:
    taken = {item.id for item, _ in drawn}
    return [item for item in items if item.id not in taken]


def _weighted(items: Sequence[Item], many: int, luck: Random) -> list[Item]:
    keyed = [(log(1 - luck.random()) / max(item.risk or 0.0, _LEAST_RISK), item) for item in items]
    return [item for _, item in sorted(keyed, key=lambda pair: (-pair[0], pair[1].id))[:many]]


def _top_up(rest: Sequence[Item], drawn: Sequence[tuple[Item, Why]], per_agent: int, luck: Random) -> list[Item]:
    have = Counter(item.agent for item, _ in drawn)
    found: list[Item] = []
    for agent in sorted({item.agent for item in rest if item.agent}):
        own = [item for item in rest if item.agent == agent]
        found += luck.sample(own, min(len(own), max(0, per_agent - have[agent])))
    return found
