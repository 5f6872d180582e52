"""How much an option may cost, and who must approve it, by the case's own authority table and its budget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from tingsu.assist.solutions.precedents import Outcomes
from tingsu.assist.solutions.ranking import Wish
from tingsu.cases.budgets import Spending
from tingsu.cases.models import Case
from tingsu.cases.packs import held_values, pack_of
from tingsu.packs.authority import Held, covers, lowest_level, roles_from
from tingsu.packs.coaching import Remedy
from tingsu.packs.schema import Authority, Level

Basis = Literal["none", "asked", "precedent", "unasked", "unknown"]
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Amount:
    """Yuan to propose, None where no figure is justified, and why; ``cut``: brought down to the table's top."""

    value: Decimal | None
    basis: Basis
    asked: Decimal | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Approver:
    """Who must approve: the role and its limit; ``above`` is the level that is not enough; ``over`` the budget.

    ``over`` are the yuan by which the unit's budget of the month would be exceeded.
    """

    role: str
    limit: Decimal | None
    above: Level | None = None
    over: Decimal = Decimal(0)
    rank: int = 0


def asked_sums(reading: dict[str, Any]) -> dict[str, Decimal]:
    """Demand → yuan named with it in the customer's words; other currencies are left out."""
    sums: dict[str, Decimal] = {}
    for demand in reading.get("demands") or ():
        if isinstance(demand, dict) and demand.get("amount") and demand.get("currency", "CNY") == "CNY":
            kind = str(demand.get("kind", ""))
            sums[kind] = sums.get(kind, Decimal(0)) + Decimal(str(demand["amount"]))
    return sums


def find_amount(case: Case, remedy: Remedy, wish: Wish, outcomes: Outcomes) -> Amount:
    """What to propose: what is asked back, or what held before, never more than asked nor beyond the table's top."""
    if remedy.amount == "none":
        return Amount(Decimal(0), "none")
    asked = _asked(remedy, wish)
    basis: Basis
    if remedy.amount == "asked":
        value, basis = asked, "asked" if asked is not None else "unasked"
    else:
        value, basis = outcomes.typical, "precedent" if outcomes.typical is not None else "unknown"
        if value is not None and asked is not None and asked < value:
            value, basis = asked, "asked"
    top = ceiling(pack_of(case).authority, remedy.filed_as, held_of(case))
    cut = value is not None and top is not None and value > top
    value = top if cut else value
    return Amount(value.quantize(CENT) if value is not None else None, basis, asked, cut)


def find_approver(case: Case, kind: str, amount: Decimal, spending: Spending | None) -> Approver | None:
    """The lowest level that may approve, one higher where the budget does not bear it; None: the table has none."""
    authority, held = pack_of(case).authority, held_of(case)
    level = lowest_level(authority, amount, kind, held)
    if level is None:
        return None
    lower = lowest_level(authority, Decimal(0), kind, held)
    above = lower if lower is not None and lower.role != level.role else None
    over = spending.over(amount) if spending else Decimal(0)
    role = level.role
    if over and authority.over_budget == "higher":
        role = next(iter(roles_from(authority, role, above=1)), role)
    ladder = [one.role for one in authority.levels]
    return Approver(role, _limit_of(authority.levels, role, level), above, over, ladder.index(role))


def ceiling(authority: Authority, kind: str, held: Held) -> Decimal | None:
    """The highest sum anybody may approve for this remedy in this case; None where there is no limit."""
    limits = [level.up_to for level in authority.levels if covers(level, Decimal(0), kind, held)]
    known = [limit for limit in limits if limit is not None]
    return max(known) if known and len(known) == len(limits) else None


def held_of(case: Case) -> Held:
    """What the case holds under a name, for the authority table to ask."""
    return lambda name: held_values(case, name)


def _asked(remedy: Remedy, wish: Wish) -> Decimal | None:
    """Yuan asked for under a demand this remedy meets."""
    sums = [amount for demand, amount in wish.asked.items() if demand in remedy.meets]
    return sum(sums, Decimal(0)) if sums else None


def _limit_of(levels: Iterable[Level], role: str, level: Level) -> Decimal | None:
    return level.up_to if level.role == role else next((one.up_to for one in levels if one.role == role), None)
