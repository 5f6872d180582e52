"""Until when at least the files of a closed case are kept. Nothing of a case is ever deleted by the product itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tingsu.base.clock import local
from tingsu.calendars.deadlines import compute
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.cases.site_days import site_calendar
from tingsu.packs.rules import as_rule
from tingsu.packs.schema import DeadlineRule

CLOSED = "closed"  # the trigger of a rule of keeping


@dataclass(frozen=True, slots=True)
class KeptUntil:
    """The end of the shortest time, exclusive, and the rule that sets it."""

    end: datetime
    rule: DeadlineRule


def kept_until(case: Case) -> KeptUntil | None:
    """By the pack's rules of keeping in force on the day of closing, the longest; None for an open case or no rule.

    A case that was opened again is kept from its last closing.
    """
    if case.closed_at is None:
        return None
    pack, day = pack_of(case), local(case.closed_at).date()
    rules = [r for r in pack.rules if r.trigger == CLOSED and r.unit == "year" and r.is_in_force(day)]
    calendar = site_calendar(pack=pack)
    ends = [
        KeptUntil(compute(as_rule(rule), start=case.closed_at, calendar=calendar).lawful_end, rule) for rule in rules
    ]
    return max(ends, key=lambda kept: kept.end, default=None)
