"""Promises and the reaching of the customer as the case page shows them, and promises of which the text tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from tingsu.base.clock import SHANGHAI, now
from tingsu.cases.contact import Contact, contact_of
from tingsu.cases.models import Case
from tingsu.cases.promises import Promise, count_broken, promises_of
from tingsu.cases.veil import Veil
from tingsu.web.words import Countdown, count_down

CLOSING = time(17)  # of the day a promise names without an hour
MOST = 3  # suggestions shown
LABELS = {
    "open": _("待兑现"), "overdue": _("已失约"), "kept": _("已兑现"), "late": _("迟兑现"),
    "broken": _("未兑现，已说明"), "handed": _("已移交"), "dropped": _("不再计时"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One promise with its standing in words; ``due`` counts down while it is open."""

    promise: Promise
    label: str
    due: Countdown | None


@dataclass(frozen=True, slots=True)
class Suggested:
    """A promise of the staff that the complaint tells of; ``query`` fills the form that records it."""

    words: str
    who: str
    query: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The panel: promises in order, how many were broken, what the text tells of, the tries to reach the customer."""

    rows: list[PromiseRow]
    broken: int
    suggested: list[Suggested]
    contact: Contact

    def __bool__(self) -> bool:
        return bool(self.rows or self.suggested or self.contact.tries or self.contact.waiting)


def gather_promises(case: Case, veil: Veil | None, *, at: datetime | None = None) -> Kept:
    """What the panel shows; suggestions only while the case is open and nobody has recorded a promise."""
    at = at or now()
    promises = promises_of(case, at=at)
    rows = [_row(promise, at) for promise in promises]
    suggested = [] if promises or case.closed_at else list(_suggest(case, Veil(case.customer), at))[:MOST]
    return Kept(rows, count_broken(promises), suggested, contact_of(case))


def _row(promise: Promise, at: datetime) -> PromiseRow:
    running = promise.standing in ("open", "overdue")
    due = count_down(promise.deadline.lawful_end, at) if running else None
    return PromiseRow(promise, str(LABELS[promise.standing]), due)


def _suggest(case: Case, veil: Veil, at: datetime) -> Iterator[Suggested]:
    for fact in (case.reading.get("facts") or {}).get("promises", []):
        words = veil.over(str((fact.get("evidence") or {}).get("text", "")))[:200]
        if words:
            yield Suggested(words, fact.get("who") or "", urlencode(_filled(fact, words, at)))


def _filled(fact: dict[str, Any], words: str, at: datetime) -> dict[str, str]:
    """What the form begins with; a day that is over is left for the person to set anew."""
    filled = {"words": words}
    try:
        due = datetime.combine(date.fromisoformat(fact["due"]), CLOSING, tzinfo=SHANGHAI)
    except (KeyError, TypeError, ValueError):
        return filled
    return {**filled, "promised_at": f"{due:%Y-%m-%dT%H:%M}"} if due > at else filled
