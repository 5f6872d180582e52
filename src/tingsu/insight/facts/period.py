"""What the last weeks hold, for the manager's home: counted from the facts once for each state of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import ibis

from tingsu.base.clock import local
from tingsu.cases.access import sees_all
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.facts.figures import OPINIONS, PLEASED, counts_by, filled_series, growth_by, run, series
from tingsu.insight.facts.store import facts_folder, read_manifest

if TYPE_CHECKING:
    from tingsu.org.models import User

PERIOD = 30  # days the rates and topics look back
TREND = 56  # days of the daily line
FRESH = timedelta(minutes=5)  # facts older than this are not asked: the worker renews them every minute


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """Counts of the last PERIOD days as of a moment; pairs are (part, whole).

    ``matters``: (business, cause, this period, the one before), most first. ``units``: (code of who was complained of,
    received), most first. ``daily``: the last TREND days, zeros included.
    """

    as_of: datetime
    received: int
    still_open: int
    answered: tuple[int, int]
    responded: tuple[int, int]
    satisfied: tuple[int, int]
    matters: list[tuple[str, str, int, int]]
    units: list[tuple[Any, ...]]
    daily: list[tuple[date, int]]


def counts_from_facts(*, by: User, at: datetime) -> PeriodCounts | None:
    """The counts of someone who sees every case; None where reach is narrower, or the facts are missing or old.

    Who sees less also sees what he recorded or supports elsewhere, which facts do not tell.
    """
    manifest = read_manifest() if sees_all(by) else None
    if manifest is None or abs(at - manifest.at) > FRESH:
        return None
    return replace(_counted(str(facts_folder()), manifest.serial, local(at).date()), as_of=local(manifest.at))


@lru_cache(maxsize=8)
def _counted(folder: str, serial: int, today: date) -> PeriodCounts:
    """Worked out once for a state of the facts and a day; ``folder`` and ``serial`` only tell states apart."""
    facts = open_facts()
    since = today - timedelta(days=PERIOD - 1)  # today among them, as on every other page
    before = since - timedelta(days=PERIOD)
    (rates,) = run(_rates(facts, since))
    matters = growth_by(facts, "business", "cause", since=since, until=date.max,
                        before=(before, since - timedelta(days=1)))  # fmt: skip
    first = today - timedelta(days=TREND - 1)
    days = filled_series(run(series(facts, since=first)), grain="day", since=first, until=today)
    return PeriodCounts(
        as_of=datetime.min,  # noqa: DTZ901 - put in by who knows it
        received=rates["received"],
        still_open=rates["still_open"],
        answered=(rates["answered"] - rates["answered_late"], rates["answered"]),
        responded=(rates["responded"] - rates["responded_late"], rates["responded"]),
        satisfied=(rates["pleased"], rates["opinions"]),
        matters=[(row["business"], row["cause"], row["n"], row["before"]) for row in run(matters) if row["n"]],
        units=[(row["accused"], row["n"]) for row in run(counts_by(facts, "accused", since=since))],
        daily=days[()],
    )


def _rates(facts: Any, since: date) -> Any:
    """One row over what was received, answered or first responded to since a day; repeats count as the lists do."""
    one, midnight = ibis._, datetime.combine(since, time())
    received = one.day >= ibis.literal(since)
    answered = (one.answered_at >= ibis.literal(midnight)).fill_null(False)
    responded = (one.first_response_at >= ibis.literal(midnight)).fill_null(False)
    told = {
        "received": received,
        "still_open": received & one.closed_at.isnull(),
        "answered": answered & one.answered_late.notnull(),
        "answered_late": answered & one.answered_late.fill_null(False),
        "responded": responded & one.responded_late.notnull(),
        "responded_late": responded & one.responded_late.fill_null(False),
        "pleased": answered & one.satisfaction.isin(PLEASED),
        "opinions": answered & one.satisfaction.isin(OPINIONS),
    }
    return facts.aggregate(**{name: met.cast("int64").sum().coalesce(0) for name, met in told.items()})
