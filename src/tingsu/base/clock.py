"""The one place that knows what time it is, so tests and imports can say otherwise."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in China's time zone."""
    return datetime.now(SHANGHAI)


def today() -> date:
    """Today's date in China."""
    return now().date()


def read_day(word: str) -> date | None:
    """A day as an address or a form says it (2026-11-22); None where it is none, or of no year that can be meant."""
    try:
        day = date.fromisoformat(word.strip())
    except ValueError:
        return None
    return day if is_plausible(day) else None


def is_plausible(moment: date) -> bool:
    """Whether the year can be meant: nothing here happened before 1970, and arithmetic needs room at both ends."""
    return 1970 <= moment.year < 2200


def local(moment: datetime) -> datetime:
    """``moment`` as the wall clock in China shows it; a naive moment is taken as China time."""
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)
