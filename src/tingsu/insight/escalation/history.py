"""A site's past cases as rows to learn from: every case at the moments it was open, with what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from tingsu.cases.timed import TimedCase
from tingsu.insight.escalation.outcomes import goes_further, looks
from tingsu.insight.escalation.signs import BUSINESSES, Floats, as_rows, business_at, signs_at


@dataclass(frozen=True, slots=True)
class History:
    """Rows (looks at cases) with 0/1 ``further``; ``counted`` weights them so that every case counts once.

    ``cases`` different cases, of which ``went_further`` ever did; ``businesses`` are the columns after the signs.
    """

    rows: Floats
    further: Floats
    counted: Floats
    customers: Floats
    received: list[datetime]
    businesses: tuple[str, ...]
    cases: int
    went_further: int

    def part(self, rows: Floats) -> History:
        """Only some of the rows (flags)."""
        kept = np.flatnonzero(rows)
        return History(
            self.rows[kept], self.further[kept], self.counted[kept], self.customers[kept],
            [self.received[n] for n in kept], self.businesses, self.cases, self.went_further,
        )  # fmt: skip


def gather(cases: Iterable[TimedCase], *, until: datetime) -> History:
    """What the cases teach that was known at ``until``; a case merged into another teaches there."""
    told: list[dict[str, float]] = []
    businesses: list[str] = []
    further: list[float] = []
    counted: list[float] = []
    customers: list[float] = []
    received: list[datetime] = []
    seen = went = 0
    for case in cases:
        moments = [] if case.repeat else list(looks(case, until))
        outcomes = [goes_further(case, at) for at in moments]
        seen, went = seen + bool(moments), went + any(outcomes)
        for at, outcome in zip(moments, outcomes, strict=True):
            told.append(signs_at(case, at))
            businesses.append(business_at(case, at))
            further.append(outcome)
            counted.append(1 / len(moments))
            customers.append(case.customer)
            received.append(case.received_at)
    known = tuple(name for name, _ in Counter(name for name in businesses if name).most_common(BUSINESSES))
    rows = as_rows(told, businesses, known)
    return History(
        rows, np.array(further, float), np.array(counted), np.array(customers, float), received, known, seen, went
    )
