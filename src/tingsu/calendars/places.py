"""Where a rule holds: the place's name, its time zone, and how a moment is read there."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tingsu.base.clock import SHANGHAI

# Days are cut at midnight of these zones. The EU has no zone of its own; its institutions' seat stands for it.
PLACES: dict[str, tuple[str, ZoneInfo]] = {
    "CN": ("中国", SHANGHAI),
    "UK": ("英国", ZoneInfo("Europe/London")),
    "EU": ("欧盟", ZoneInfo("Europe/Brussels")),
    "US": ("美国", ZoneInfo("America/New_York")),
}


def is_place(code: str) -> bool:
    """Whether rules may hold in the place called ``code``."""
    return code in PLACES


def name_of(place: str) -> str:
    """The place as a Chinese reader calls it."""
    return PLACES[place][0]


def zone_of(place: str) -> ZoneInfo:
    """The time zone days are cut in at ``place``."""
    return PLACES[place][1]


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """``moment`` as the wall clock of ``zone`` shows it; a moment without offset is taken as that wall clock."""
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
