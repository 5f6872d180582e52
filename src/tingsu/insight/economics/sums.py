"""What a year's complaints cost and what better recovery would bring, on assumptions that are all named."""

from __future__ import annotations

from dataclasses import dataclass

from tingsu.insight.economics.sayings import Retention

LARGEST = 1e9


@dataclass(frozen=True, slots=True)
class Asked:
    """The figures of a sum: complaints a year, yuan a customer brings a year, and shares of complaints in per cent.

    ``resolved`` were resolved to the customer's satisfaction, ``quick`` of all complaints quickly so; ``goal`` is what
    ``quick`` is to become.
    """

    complaints: float
    value: float
    resolved: float
    quick: float
    goal: float


@dataclass(frozen=True, slots=True)
class Sum:
    """Customers and yuan a year, by one retention table (the middle of a range)."""

    table: Retention
    lost: float
    lost_value: float
    lost_at_goal: float
    kept_more: float
    kept_value: float


class CannotSum(ValueError):
    """A figure lies outside what can be meant; ``field`` names it."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


def check_asked(asked: Asked) -> None:
    """Pass if every figure can be meant. Raises CannotSum."""
    for name in ("complaints", "value"):
        if not 0 <= getattr(asked, name) <= LARGEST:
            raise CannotSum(name)
    for name in ("resolved", "quick", "goal"):
        if not 0 <= getattr(asked, name) <= 100:
            raise CannotSum(name)
    if asked.quick > asked.resolved:
        raise CannotSum("quick")


def sum_up(asked: Asked, table: Retention) -> Sum:
    """Customers lost after complaining, and how many fewer once ``goal`` per cent are resolved quickly.

    What is resolved quickly on top comes first from what was resolved slowly, then from what was not. Those who never
    complained are left out: how many there are nobody counts. Raises CannotSum.
    """
    check_asked(asked)
    resolved_at_goal = max(asked.resolved, asked.goal)
    now = _lost_share(table, asked.resolved, asked.quick)
    then = _lost_share(table, resolved_at_goal, max(asked.quick, asked.goal))
    lost, lost_at_goal = asked.complaints * now, asked.complaints * then
    kept = lost - lost_at_goal
    return Sum(table, lost, lost * asked.value, lost_at_goal, kept, kept * asked.value)


def silent_beside(complaints: float, voiced: float) -> float:
    """How many dissatisfied customers stayed silent, if ``voiced`` per cent of them complain."""
    return complaints * (100 - voiced) / voiced if voiced > 0 else 0.0


def _lost_share(table: Retention, resolved: float, quick: float) -> float:
    """The share of complainants who would not buy again."""
    kept = (
        quick * _middle(table.quick)
        + (resolved - quick) * _middle(table.resolved)
        + (100 - resolved) * _middle(table.unresolved)
    )
    return 1 - kept / 10_000


def _middle(span: tuple[float, float]) -> float:
    return (span[0] + span[1]) / 2
