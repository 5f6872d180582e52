"""The authority table read: which level decides what, asked in the table's order."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal

from tingsu.packs.schema import Authority, Level

Held = Callable[[str], Collection[str]]  # name of a field or detail → the values the case holds under it


def covers(level: Level, amount: Decimal, remedy: str, held: Held) -> bool:
    """Whether the level may approve this remedy at this amount in a case that holds these values."""
    if level.remedies and remedy not in level.remedies:
        return False
    if level.up_to is not None and amount > level.up_to:
        return False
    if any(_meets(wanted, held(name)) for name, wanted in level.unless.items()):
        return False
    return all(_meets(wanted, held(name)) for name, wanted in level.only_when.items())


def lowest_level(authority: Authority, amount: Decimal, remedy: str, held: Held) -> Level | None:
    """The first level of the table that covers it; None only for a table ``level_mistakes`` would not pass."""
    return next((level for level in authority.levels if covers(level, amount, remedy, held)), None)


def roles_from(authority: Authority, role: str, *, above: int = 0) -> list[str]:
    """The roles at ``role``'s place of the table and higher, lowest first; ``above`` places higher, at most the top.

    A role the table no longer has is taken as the highest.
    """
    ladder = list(dict.fromkeys(level.role for level in authority.levels))
    place = ladder.index(role) if role in ladder else len(ladder) - 1
    return ladder[min(place + above, len(ladder) - 1) :] if ladder else []


def _meets(wanted: Collection[str], held: Collection[str]) -> bool:
    return any(value in wanted for value in held)
