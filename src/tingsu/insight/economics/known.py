"""What the site knows itself of the figures a sum asks for, each with its base."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tingsu.insight.facts.figures import durations, rates_by, run
from tingsu.insight.facts.scope import facts_for
from tingsu.org.models import User

YEAR = 364  # days, whole weeks
PROMPT = 3  # days
FEWEST = 20  # answers a share is taken from


@dataclass(frozen=True, slots=True)
class Known:
    """Of the last 52 weeks: complaints; who said how satisfied, and who were; those answered, and within three days.

    A share is None where fewer than 20 stand behind it.
    """

    since: date
    until: date
    complaints: int
    asked_opinion: int
    satisfied: int
    answered: int
    prompt: int

    @property
    def resolved(self) -> float | None:
        """Per cent satisfied of those who said."""
        return 100 * self.satisfied / self.asked_opinion if self.asked_opinion >= FEWEST else None

    @property
    def quick(self) -> float | None:
        """Per cent of those answered that were so within three days."""
        return 100 * self.prompt / self.answered if self.answered >= FEWEST else None


def read_known(*, by: User, at: date) -> Known:
    """The figures over the cases in this person's reach. Raises NotAllowed."""
    since = at - timedelta(days=YEAR - 1)
    facts = facts_for(by)
    row = run(rates_by(facts, since=since, until=at))[0]
    told = {name: int(row[name] or 0) for name in ("n", "asked_opinion", "satisfied")}
    taken = {int(one["days"]): int(one["n"]) for one in run(durations(facts, to="answered_at", since=since, until=at))}
    return Known(
        since,
        at,
        told["n"],
        told["asked_opinion"],
        told["satisfied"],
        sum(taken.values()),
        sum(n for days, n in taken.items() if days < PROMPT),
    )
