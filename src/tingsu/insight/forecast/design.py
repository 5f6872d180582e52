"""What may move a count on a day: weekday, feasts, season, slow trend, and the site's own events, as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from tingsu.calendars.working_days import WorkingCalendar, china
from tingsu.insight.forecast.events import EventDay
from tingsu.insight.forecast.festivals import days_from_new_year, is_rest
from tingsu.insight.forecast.panel import DAY, Flags, Floats

YEAR = 365.2425
SEASON_FROM = 300  # days of history below which a season of the year is not looked for
ROOM = 8  # days more than the forecast on which days off are told, so that a break's end is seen
LONG_BREAK = 3  # days of rest in a row that make a break


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, and how far an effect is expected to lie from 0 and from series to series."""

    name: str
    kind: str  # weekday | feast | season | trend | month | event
    spread: float = 0.3  # between series, before anything is seen (log scale)
    size: float = 0.5  # of the shared effect, before anything is seen


@dataclass(frozen=True, slots=True)
class Design:
    """Days × columns: one table for every set of series around which the same things happen.

    ``table_of`` gives each series its table. ``unknown_kinds``: events ahead of a kind never seen before, of which
    nothing is known; ``guessed_days``: days ahead in a year whose rest days are not announced.
    """

    columns: tuple[Column, ...]
    tables: tuple[Floats, ...]
    table_of: NDArray[np.intp]
    unknown_kinds: tuple[str, ...] = ()
    guessed_days: tuple[date, ...] = ()

    @property
    def days(self) -> int:
        return len(self.tables[0])

    def groups(self) -> Iterator[tuple[NDArray[np.intp], Floats]]:
        """(rows of the series, their table)."""
        for number, table in enumerate(self.tables):
            rows = np.flatnonzero(self.table_of == number)
            if len(rows):
                yield rows, table

    def span(self, start: int, end: int) -> Design:
        """The days ``start`` … ``end`` (not included)."""
        return replace(self, tables=tuple(table[start:end] for table in self.tables))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside the counts: days off, events, and for each series the units it lies in (own and above)."""

    events: Sequence[EventDay] = ()
    units: Sequence[frozenset[str]] = ()
    calendar: WorkingCalendar = field(default_factory=china)


def lay_out(first: date, history: int, ahead: int, around: Surroundings, *, series: int) -> Design:
    """The columns for ``history`` days from ``first`` on and the ``ahead`` days after them.

    A column that never differs from 0 in the history is left out: nothing could be learned of it.
    """
    days = [first + n * DAY for n in range(history + ahead)]
    parts = [_weekdays(days), _feasts(days, around.calendar), _months(days), _trend(days, history)]
    if history >= SEASON_FROM:
        parts.append(_season(days, harmonics=2 if history >= 1.5 * YEAR else 1))
    table_of, patterns = _patterns(around, series)
    of_events, told, unknown = _events(days, history, around.events, patterns)
    columns = [*(column for listed, _ in parts for column in listed), *of_events]
    common = np.concatenate([values for _, values in parts], axis=1)
    tables = [np.concatenate([common, events], axis=1) for events in told]
    taught = np.flatnonzero(np.any([np.abs(table[:history]).any(axis=0) for table in tables], axis=0))
    guessed = tuple(day for day in days[history:] if not around.calendar.is_known(day))
    kept = tuple(table[:, taught] for table in tables)
    return Design(tuple(columns[n] for n in taught), kept, table_of, unknown, guessed)


def _patterns(around: Surroundings, series: int) -> tuple[NDArray[np.intp], list[frozenset[str]]]:
    """For each series the number of its pattern: which of the units that events speak of it lies in."""
    spoken = frozenset(event.unit for event in around.events if event.unit)
    found: dict[frozenset[str], int] = {}
    places = [around.units[n] & spoken if n < len(around.units) else frozenset[str]() for n in range(series)]
    numbers = [found.setdefault(place, len(found)) for place in places]
    return np.array(numbers, dtype=np.intp), list(found) or [frozenset()]


Part = tuple[list[Column], Floats]


def _weekdays(days: list[date]) -> Part:
    """Six contrasts that add up to nothing over the week, so that the level stays a mean."""
    table = np.vstack([np.eye(6), -np.ones(6)])
    return [Column(f"weekday {n}", "weekday", 0.3, 0.7) for n in range(6)], table[[day.weekday() for day in days]]


def _feasts(days: list[date], calendar: WorkingCalendar) -> Part:
    room = [days[0] - n * DAY for n in range(ROOM, 0, -1)], [days[-1] + n * DAY for n in range(1, ROOM + 1)]
    rest = np.array([is_rest(day, calendar) for day in [*room[0], *days, *room[1]]])
    break_days = _in_break(rest)
    here = slice(ROOM, ROOM + len(days))
    weekend = np.array([day.weekday() >= 5 for day in days])
    offset = np.array([_offset(day) for day in days])
    values = {
        "feast": rest[here] & (~weekend | break_days[here]),
        "make-up": ~rest[here] & weekend,
        "after a break": ~rest[here] & break_days[ROOM - 1 : ROOM - 1 + len(days)],
        "before a break": ~rest[here] & break_days[ROOM + 1 : ROOM + 1 + len(days)],
        "new year's week": (offset >= -1) & (offset <= 6),
        "before new year": np.where((offset >= -21) & (offset < -1), (offset + 22) / 20, 0),
        "weeks after new year": np.where((offset > 6) & (offset <= 20), (21 - offset) / 14, 0),
    }
    return [Column(name, "feast", 0.25, 0.6) for name in values], np.stack([*values.values()], axis=1).astype(float)


def _in_break(rest: Flags) -> Flags:
    """Days of rest within at least LONG_BREAK in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], rest.astype(int), [0]])))
    marked = np.zeros(len(rest), dtype=bool)
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        marked[begin:end] = end - begin >= LONG_BREAK
    return marked


def _offset(day: date) -> int:
    offset = days_from_new_year(day)
    return offset if offset is not None else -999


def _months(days: list[date]) -> Part:
    """The last two days of a month, and of a quarter the last three."""
    left = np.array([_days_left(day) for day in days])
    quarter = np.array([day.month % 3 == 0 for day in days])
    values = np.stack([left < 2, quarter & (left < 3)], axis=1).astype(float)
    return [Column("month's end", "month", 0.15, 0.3), Column("quarter's end", "month", 0.15, 0.3)], values


def _days_left(day: date) -> int:
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (following - day).days - 1


def _trend(days: list[date], history: int) -> Part:
    """Per year, 0 on the last day of the history and held there: a slope is not carried beyond what was seen."""
    years = (np.arange(len(days)) - (history - 1)) / YEAR
    return [Column("trend", "trend", 0.1, 0.15)], np.minimum(years, 0)[:, None]


def _season(days: list[date], harmonics: int) -> Part:
    turn = 2 * np.pi * np.array([day.toordinal() for day in days]) / YEAR
    waves = [wave(n * turn) for n in range(1, harmonics + 1) for wave in (np.cos, np.sin)]
    return [Column(f"season {n}", "season", 0.1, 0.2) for n in range(len(waves))], np.stack(waves, axis=1)


NEIGHBOURS = ((0, "", 0.5, 1.0), (1, " +1", 0.2, 0.4), (-1, " -1", 0.2, 0.4))  # days off, mark, spread, size


def _events(
    days: list[date], history: int, events: Sequence[EventDay], patterns: list[frozenset[str]]
) -> tuple[list[Column], list[Floats], tuple[str, ...]]:
    """The columns of events, their values for each pattern of units, and the kinds ahead never seen."""
    columns: list[Column] = []
    values: list[list[Floats]] = [[] for _ in patterns]
    unknown: list[str] = []
    for kind in sorted({event.kind for event in events}):
        told = [_amounts([e for e in events if e.kind == kind], days, units) for units in patterns]
        if not any(each[:history].any() for each in told):
            unknown += [kind] if any(each.any() for each in told) else []
            continue
        for shift, mark, spread, size in NEIGHBOURS:
            columns.append(Column(f"{kind}{mark}", "event", spread, size))
            for place, each in enumerate(told):
                values[place].append(_moved(each, shift))
    blank = np.zeros((len(days), 0))
    return columns, [np.stack(each, axis=1) if each else blank for each in values], tuple(unknown)


def _amounts(events: list[EventDay], days: list[date], units: frozenset[str]) -> Floats:
    """How strong the event is on each day where ``units`` are, 1 on average where it is."""
    scale = float(np.mean([abs(_strength(event)) for event in events])) or 1.0
    values = np.zeros(len(days))
    for event in events:
        place = (event.day - days[0]).days
        if 0 <= place < len(days) and (not event.unit or event.unit in units):
            values[place] = _strength(event) / scale
    return values


def _strength(event: EventDay) -> float:
    """Ten times the rain is not ten times the trouble."""
    return float(np.sign(event.amount) * np.log1p(abs(event.amount)))


def _moved(values: Floats, shift: int) -> Floats:
    moved = np.zeros_like(values)
    if shift > 0:
        moved[shift:] = values[:-shift]
    elif shift < 0:
        moved[:shift] = values[-shift:]
    else:
        moved[:] = values
    return moved
