"""The site's working calendars: what is shipped, what the pack adds, and what the site took in itself."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from tingsu.base.files import whole_file
from tingsu.calendars.notices import (
    SITE_FILE,
    NoticeDay,
    NoticeMistake,
    notices_at,
    put_together,
    write_notice,
)
from tingsu.calendars.working_days import WorkingCalendar, calendar_of
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.pack import active_pack
from tingsu.packs.rules import notice_days
from tingsu.packs.schema import Pack

log = logging.getLogger(__name__)
Stamp = tuple[int, int]


def site_calendar(place: str = "CN", pack: Pack | None = None) -> WorkingCalendar:
    """The working calendar of a place, with the days the pack adds (the house's, unless given) and the site's own.

    The site's file is read again when it changes. A file somebody broke by hand is left out whole and said in the log
    and by ``tingsu doctor``: the clocks go on without it.
    """
    return _calendar(place, tuple(notice_days(pack or active_pack())), _stamp())


def take_in_days(days: Sequence[NoticeDay], *, by: User | None, at: datetime) -> list[NoticeDay]:
    """Keep a notice's days in the site's calendar; where one was known already, the notice is right.

    Writes the file whole, then leaves a sealed line in the access log (``by`` None: the machine's keeper). Returns all
    days now kept. Clocks that run already are not moved: ``clocks.recount_deadlines`` does that. Raises NoticeMistake
    where the file there is broken, CannotWrite.
    """
    kept = put_together(notices_at(settings.TINGSU_HOME), days)
    with whole_file(settings.TINGSU_HOME / SITE_FILE) as draft:
        draft.write_text(write_notice(kept), encoding="utf-8")
    said = {"file": SITE_FILE, "days": len(days), "first": f"{min(d.day for d in days)}" if days else ""}
    note_access("calendar", said, by=by, at=at)
    return kept


def _stamp() -> Stamp | None:
    try:
        stat = (settings.TINGSU_HOME / SITE_FILE).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=32)
def _calendar(place: str, of_pack: tuple[NoticeDay, ...], stamp: Stamp | None) -> WorkingCalendar:
    return calendar_of(place, put_together(of_pack, _site_days(stamp)))


@lru_cache(maxsize=2)
def _site_days(stamp: Stamp | None) -> tuple[NoticeDay, ...]:
    try:
        return tuple(notices_at(settings.TINGSU_HOME)) if stamp else ()
    except (NoticeMistake, OSError) as error:
        log.warning("%s left out: %s", SITE_FILE, error)
        return ()
