"""What the site knows itself of the figures a sum asks for, each with its base."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tingsu.insight.facts.figures import rates_by, run
from tingsu.insight.facts.scope import facts_for
from tingsu.org.models import User

YEAR = 364  # days, whole weeks
FEWEST = 20  # answers a share is taken from


@dataclass(frozen=True, slots=True)
class Known:
    """Of the last 52 weeks: complaints; those asked how satisfied and those who were; those answered, and in time.

    A share is None where fewer than 20 stand behind it.
    """

    since: date
    until: date
    complaints: int
    asked_opinion: int
    satisfied: int
    answered: int
    in_time: int

    @property
    def resolved(self) -> float | None:
        """Per cent satisfied of those who said."""
        return 100 * self.satisfied / self.asked_opinion if self.asked_opinion >= FEWEST else None

    @property
    def quick(self) -> float | None:
        """Per cent answered in time."""
        return 100 * self.in_time / self.answered if self.answered >= FEWEST else None


def read_known(*, by: User, at: date) -> Known:
    """The figures over the cases in this person's reach. Raises NotAllowed."""
    since = at - timedelta(days=YEAR - 1)
    row = run(rates_by(facts_for(by), since=since, until=at))[0]
    told = {name: int(row[name] or 0) for name in ("n", "asked_opinion", "satisfied", "answered", "answered_late")}
    return Known(
        since,
        at,
        told["n"],
        told["asked_opinion"],
        told["satisfied"],
        told["answered"],
        told["answered"] - told["answered_late"],
    )
