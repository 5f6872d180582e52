"""The site's calendar of events: taken in whole, looked at, taken back; every change leaves a line of audit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from tingsu.base.errors import TingsuError
from tingsu.calendars.notices import notices_at
from tingsu.calendars.working_days import WorkingCalendar, calendar_of
from tingsu.insight.forecast.events import EventDay
from tingsu.insight.forecast.festivals import is_rest, lunar_new_year
from tingsu.insight.forecast.panel import DAY
from tingsu.insight.forecast.tables import CalendarEvent
from tingsu.insight.reach import require_managing
from tingsu.org.access_log import note_access
from tingsu.org.models import Unit, User
from tingsu.org.permissions import require

MOST = 20_000  # events of one file: a mistake above that


class UnknownUnit(TingsuError):
    """Events name units that there are not; ``codes``."""

    code = "unknown_unit"

    def __init__(self, codes: list[str]) -> None:
        self.codes = codes
        listed = "、".join(codes[:10])
        super().__init__(f"没有这些机构编号：{listed}。请核对第三列；对全部机构都有效的事件，这一列留空。")


class TooManyEvents(TingsuError):
    """More events than anyone can mean."""

    code = "too_many_events"

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"一次最多载入 {MOST:,} 个事件，这里有 {count:,} 个。请分开载入。")


class EventGone(TingsuError):
    """The event was taken back meanwhile."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("这个日历事件已被移除。请刷新页面。")


@dataclass(frozen=True, slots=True)
class Ahead:
    """Something in the coming weeks: a feast of the calendar (``id`` None) or an event of the site."""

    day: date
    until: date
    kind: str
    unit_code: str
    note: str
    guessed: bool
    id: int | None


def take_in_events(events: Sequence[EventDay], *, by: User | None, at: datetime) -> int:
    """Keep events; one already there takes the newer amount and note. Returns how many there are in the file.

    In order: permission (an event everywhere is for who manages the whole house), units looked up, rows written in one
    transaction, a line in the access log. ``by`` None: who keeps the machine. Raises NotAllowed, UnknownUnit,
    TooManyEvents; nothing is kept then.
    """
    if by is not None:
        require(by, "manage_insight")
    if len(events) > MOST:
        raise TooManyEvents(len(events))
    paths = {"": ""} | dict(Unit.objects.filter(code__in={e.unit for e in events}).values_list("code", "path"))
    missing = sorted({event.unit for event in events} - set(paths))
    if missing:
        raise UnknownUnit(missing)
    if by is not None:
        for code in sorted({event.unit for event in events}):
            require_managing(by, paths[code])
    rows = [
        CalendarEvent(
            kind=e.kind, day=e.day, unit_code=e.unit, amount=e.amount, note=e.note, by=by, at=at
        ) for e in events
    ]  # fmt: skip
    with transaction.atomic():
        CalendarEvent.objects.bulk_create(
            rows,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["kind", "day", "unit_code"],
            update_fields=["amount", "note", "by", "at"],
        )
        kinds = sorted({event.kind for event in events})
        note_access("calendar_events", {"taken_in": len(events), "kinds": kinds[:20]}, by=by, at=at)
    return len(events)


def take_back_event(event_id: int, *, by: User, at: datetime) -> None:
    """Remove one event; what it was stands in the access log. Raises NotAllowed, EventGone."""
    require(by, "manage_insight")
    with transaction.atomic():
        event = CalendarEvent.objects.filter(pk=event_id).first()
        if event is None:
            raise EventGone
        path = Unit.objects.filter(code=event.unit_code).values_list("path", flat=True).first() or ""
        require_managing(by, path)
        told = {"taken_back": event.kind, "day": event.day.isoformat(), "unit": event.unit_code}
        event.delete()
        note_access("calendar_events", told, by=by, at=at)


def events_kept(since: date, until: date) -> list[EventDay]:
    """The site's events of some days, both included."""
    rows = CalendarEvent.objects.filter(day__gte=since, day__lte=until)
    return [EventDay(e.kind, e.day, e.unit_code, e.amount, e.note) for e in rows]


def site_calendar() -> WorkingCalendar:
    """China's days off with the notices this site has taken in."""
    return calendar_of("CN", notices_at(settings.TINGSU_HOME))


def events_ahead(since: date, until: date, *, units: Iterable[str] | None = None) -> list[Ahead]:
    """Feasts and events of the days, in order; ``units``: only events there or everywhere (None: all)."""
    known = None if units is None else {"", *units}
    kept = CalendarEvent.objects.filter(day__gte=since, day__lte=until)
    own = [
        Ahead(e.day, e.day, e.kind, e.unit_code, e.note, False, e.pk)
        for e in kept
        if known is None or e.unit_code in known
    ]
    return sorted([*_feasts(since, until), *own], key=lambda one: (one.day, one.kind, one.unit_code))


def _feasts(since: date, until: date) -> Iterator[Ahead]:
    """Breaks of three days and more, and the lunar new year, each once."""
    calendar = site_calendar()
    day = since
    while day <= until:
        end = day
        while is_rest(end, calendar):
            end += DAY
        length = (end - day).days
        if length >= 3 or (length and day.weekday() < 5):
            yield Ahead(day, end - DAY, _name_of(day, end), "", "", not calendar.is_known(day), None)
        day = max(end, day) + DAY


def _name_of(first: date, after: date) -> str:
    new_year = lunar_new_year(first.year)
    if new_year and first <= new_year < after:
        return "春节"
    for month, number, name in ((1, 1, "元旦"), (5, 1, "劳动节"), (10, 1, "国庆节")):
        if first <= date(after.year, month, number) < after or first == date(first.year, month, number):
            return name
    return "假日"
