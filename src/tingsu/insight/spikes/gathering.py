"""The series that are watched, counted from the facts: everything, each unit with all below it, topics, products …"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import ibis
import numpy as np
from numpy.typing import NDArray

from tingsu.insight.days import beginning_of, day_of
from tingsu.insight.facts.figures import counts_by, run, within

Grain = Literal["day", "hour"]
Where = dict[str, str]
DAY = timedelta(days=1)
DAYS = 760  # of history read; the detector uses 730 of them and leaves the last out
HOURS = 62 * 24
LATEST = {"day": 4, "hour": 5}  # periods judged at each look: late facts are still seen
NAMELESS = ("", "其他")  # a rise of these would tell nobody where to look
WORDS = ("topic", "product", "channel", "cause")
# What is combined. Each gets an even part of the false alarms, so that the many small do not drown the few large.
GROUPS: dict[Grain, tuple[tuple[str, ...], ...]] = {
    "day": ((), ("unit",), ("topic",), ("product",), ("channel",), ("cause",), ("unit", "topic"), ("unit", "cause")),
    "hour": ((), ("unit",), ("topic",)),
}
ROW = ("case_id", "day", "hour", "unit_path", "batch", "text", *WORDS)


@dataclass(frozen=True, slots=True)
class Group:
    """Series of one combination. ``counts`` (candidates, periods); ``watched``: how many series there are in all,
    candidates or not; ``paths``: of each candidate's unit, "" where it lies everywhere."""

    wheres: list[Where]
    paths: list[str]
    counts: NDArray[np.float64]
    watched: int


def moments_of(table: Any, grain: Grain, at: datetime) -> list[date]:
    """The beginnings of the periods to look at, the last one the present day or the last hour that is over.

    The record begins where its first hundredth of cases is past: a lone early date is a slip of the pen.
    """
    today = at.date()
    days = run(counts_by(within(table, today - DAYS * DAY, today), "day"))
    first = beginning_of((row["day"], row["n"]) for row in days)
    if first is None:
        return []
    if grain == "day":
        return [first + n * DAY for n in range((today - first).days + 1)]
    last = at.replace(minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(hours=1)
    start = max(datetime(first.year, first.month, first.day), last - timedelta(hours=HOURS - 1))  # noqa: DTZ001
    return [start + timedelta(hours=n) for n in range(int((last - start).total_seconds() // 3600) + 1)]


def gather(table: Any, columns: tuple[str, ...], moments: Sequence[date], grain: Grain, *, fewest: int) -> Group:
    """The series of one combination over these periods; candidates had ``fewest`` cases in the latest ones.

    ``table``: facts without repeats. A case counts for its unit and for every unit above it but the root, which is
    everything.
    """
    first, last = day_of(moments[0]), day_of(moments[-1])
    named = ["unit_path" if column == "unit" else column for column in columns]
    when = ["day", "hour"] if grain == "hour" else ["day"]
    rows = run(counts_by(within(table, first, last), *named, *when))
    place = {moment: n for n, moment in enumerate(moments)}
    found: dict[tuple[str, ...], NDArray[np.float64]] = {}
    for row in rows:
        at = place.get(moment_of(row, grain))
        if at is None:
            continue
        for key in _keys([row[name] or "" for name in named], columns):
            found.setdefault(key, np.zeros(len(moments)))[at] += row["n"]
    late = -LATEST[grain] - 2
    kept = sorted(key for key, counts in found.items() if counts[late:].sum() >= fewest)
    counts = np.stack([found[key] for key in kept]) if kept else np.zeros((0, len(moments)))
    wheres = [_where(key, columns) for key in kept]
    paths = [key[columns.index("unit")] if "unit" in columns else "" for key in kept]
    return Group(wheres, paths, counts, len(found))


def _keys(values: list[str], columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every series a row counts for; none where a value is missing or names nothing."""
    at = columns.index("unit") if "unit" in columns else -1
    if any(value in NAMELESS for n, value in enumerate(values) if n != at):
        return
    if at < 0:
        yield tuple(values)
        return
    codes = [code for code in values[at].split("/") if code]
    for depth in range(2, len(codes) + 1):
        path = "/" + "/".join(codes[:depth]) + "/"
        yield tuple(path if n == at else value for n, value in enumerate(values))


def _where(key: tuple[str, ...], columns: tuple[str, ...]) -> Where:
    values = (code_of(value) if name == "unit" else value for name, value in zip(columns, key, strict=True))
    return dict(zip(columns, values, strict=True))


def code_of(path: str) -> str:
    """The code of the unit a path ends at."""
    return path.strip("/").rsplit("/", 1)[-1]


def key_of(where: Mapping[str, str]) -> str:
    """A series' name: the same for the same columns and values."""
    return "|".join(f"{name}={where[name]}" for name in sorted(where))[:400]


def narrow(table: Any, where: Mapping[str, str], path: str) -> Any:
    """The facts of one series."""
    for name, value in where.items():
        table = table.filter(table.unit_path.startswith(path) if name == "unit" else table[name] == value)
    return table


def one_series(
    table: Any, where: Mapping[str, str], path: str, moments: Sequence[date], grain: Grain
) -> NDArray[np.float64]:
    """The counts of one series over these periods."""
    when = ["day", "hour"] if grain == "hour" else ["day"]
    facts = within(narrow(table, where, path), day_of(moments[0]), day_of(moments[-1]))
    place = {moment: n for n, moment in enumerate(moments)}
    counts = np.zeros(len(moments))
    for row in run(counts_by(facts, *when)):
        if (at := place.get(moment_of(row, grain))) is not None:
            counts[at] += row["n"]
    return counts


def latest_rows(table: Any, since: date, until: date) -> list[dict[str, Any]]:
    """The facts of the last days, each as a plain row with what tells whose rise it belongs to."""
    return run(within(table, since, until).select(*ROW).order_by(ibis._.case_id))


def is_of(row: Mapping[str, Any], where: Mapping[str, str], path: str) -> bool:
    """Whether a case counts for a series."""
    for name, value in where.items():
        if name == "unit":
            if not (row["unit_path"] or "").startswith(path):
                return False
        elif row[name] != value:
            return False
    return True


def falls_in(row: Mapping[str, Any], moment: date, grain: Grain) -> bool:
    """Whether a case was received in the period that begins at ``moment``."""
    return moment_of(row, grain) == moment


def moment_of(row: Mapping[str, Any], grain: Grain) -> date:
    """The beginning of the period a case was received in."""
    day: date = row["day"]
    return day if grain == "day" else datetime(day.year, day.month, day.day, row["hour"])  # noqa: DTZ001 - China's clock
