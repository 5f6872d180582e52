"""What is known of a case at a moment, as numbers: nothing that happened later can reach them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from tingsu.cases.timed import OtherCase, TimedCase

Floats = NDArray[np.float64]

MONTH, YEAR, DAY = timedelta(days=30), timedelta(days=365), timedelta(days=1)
REGULATOR = "regulator"
PUBLIC = frozenset({"social", "outside", "letter"})  # where others read along, or beside the house's own channels
AUTHORITY_RISKS = frozenset({"监管", "司法"})
MOST = 4.0  # a count above this says no more
BUSINESSES = 6  # the site's most frequent ones get a weight of their own


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign: its id, the rule's weight (log-odds a unit), and how far a site may lie from the rule."""

    id: str
    weight: float
    spread: float = 0.5


# The weights are a judgement stated before any history was seen, in docs/insight.md; a site's history moves them.
SIGNS: tuple[Sign, ...] = (
    Sign("angry", 0.4),  # emotion 2 or 3
    Sign("furious", 0.4),  # emotion 3, beside the above
    Sign("authority", 0.6),  # says it will go to an authority or court
    Sign("threats", 0.35),  # other risks named, how many
    Sign("demands", 0.15),  # beyond the first
    Sign("asked", 0.1),  # yuan, powers of ten
    Sign("contacts", 0.5),  # earlier ones of the same customer within 30 days
    Sign("earlier", 0.25),  # within a year, the last 30 days left out
    Sign("went_further", 0.7),  # earlier cases of the customer that came by an authority or were reopened
    Sign("no_response", 0.3),  # nobody has acted on it for a day
    Sign("overdue", 0.5),  # past the lawful end
    Sign("overdue_days", 0.1),  # powers of e, so that the tenth day adds less than the first
    Sign("promises_broken", 0.6),  # promises past their time, how many
    Sign("reopened", 0.7),
    Sign("dissatisfied", 0.7),
    Sign("answered", -0.3),
    Sign("age", 0.05),  # days open, powers of e
    Sign("by_authority", 0.5),  # this case came by way of one
    Sign("by_public", 0.25),
)
IDS = tuple(sign.id for sign in SIGNS)
BUSINESS = "business:"  # learned at the site alone; the rule is silent


def signs_at(case: TimedCase, at: datetime) -> dict[str, float]:
    """Every sign of SIGNS as known at a moment; what has not happened yet is 0."""
    held = case.held_at(at)
    steps = [what for moment, what in case.steps if moment <= at]
    emotion, risks = int(held["emotion"] or 0), set(held["risks"] or ())
    values = {
        "angry": emotion >= 2,
        "furious": emotion >= 3,
        "authority": bool(risks & AUTHORITY_RISKS),
        "threats": len(risks - AUTHORITY_RISKS),
        "demands": max(len(held["demands"] or ()) - 1, 0),
        "asked": np.log10(1 + max(case.asked or 0.0, 0.0)),
        "no_response": _is_unanswered(case, at),
        "reopened": steps.count("reopened"),
        "dissatisfied": "dissatisfied" in steps,
        "answered": "answered" in steps and _last(steps, "answered") > _last(steps, "reopened"),
        "age": np.log1p(max((at - case.received_at) / DAY, 0)),
        "by_authority": case.channel == REGULATOR,
        "by_public": case.channel in PUBLIC,
        **_from_others(case.others, at),
        **_from_clocks(case, at),
    }
    return {name: min(float(value), 8.0 if name in ("asked", "age") else MOST) for name, value in values.items()}


def business_at(case: TimedCase, at: datetime) -> str:
    """The business it was held to be about at a moment."""
    return str(case.held_at(at)["business"] or "")


def as_rows(told: Sequence[dict[str, float]], businesses: Sequence[str], known: Sequence[str]) -> Floats:
    """Signs as a matrix: SIGNS, then one column for each business of ``known``."""
    table = np.zeros((len(told), len(IDS) + len(known)))
    for row, (values, business) in enumerate(zip(told, businesses, strict=True)):
        table[row, : len(IDS)] = [values[name] for name in IDS]
        if business in known:
            table[row, len(IDS) + known.index(business)] = 1
    return table


def _last(steps: list[str], what: str) -> int:
    return max((place for place, step in enumerate(steps) if step == what), default=-1)


def _is_unanswered(case: TimedCase, at: datetime) -> bool:
    acted = case.first_response_at
    return at - case.received_at >= DAY and (acted is None or acted > at)


def _from_others(others: Sequence[OtherCase], at: datetime) -> dict[str, float]:
    before = [other for other in others if other.received_at <= at]
    recent = [other for other in before if at - other.received_at <= MONTH]
    earlier = [other for other in before if MONTH < at - other.received_at <= YEAR]
    further = [
        o for o in before if at - o.received_at <= 2 * YEAR and (o.regulator or any(m <= at for m in o.reopened))
    ]
    return {"contacts": len(recent), "earlier": len(earlier), "went_further": len(further)}


def _from_clocks(case: TimedCase, at: datetime) -> dict[str, float]:
    """Lateness as it stood: a clock that stopped later was still running then."""
    begun = [clock for clock in case.clocks if clock.started_at <= at]
    late = [clock for clock in begun if clock.due <= min(clock.stopped_at or at, at)]
    ongoing = [c for c in late if not c.promise and (c.stopped_at is None or c.stopped_at > at)]
    days = max(((at - clock.due) / DAY for clock in ongoing), default=0.0)
    broken = sum(clock.promise for clock in late)
    return {"overdue": bool(ongoing), "overdue_days": np.log1p(days), "promises_broken": broken}
