"""The panels that are foretold: every unit with all below it, every business, every topic, from the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tingsu.insight.days import beginning_of
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.facts.figures import counts_by, run, span, within
from tingsu.insight.forecast.panel import Panel, panel_of

DIMENSIONS = ("unit", "business", "topic")
LONGEST = 3 * 365  # days of history used: older habits mislead more than they teach
FEWEST = 8  # cases a business or topic needs to be foretold by itself
MOST_TOPICS = 200


@dataclass(frozen=True, slots=True)
class Counted:
    """A panel, for each series the units it lies in (none for a business or topic, which lie everywhere), and how many
    cases there are in all: series of units count a case once for each unit it lies in."""

    panel: Panel
    units: list[frozenset[str]]
    cases: int


def count_panel(dimension: str, *, until: date, facts: Any = None) -> Counted | None:
    """Counts of every series of a dimension up to the day ``until``; repeats left out. None without any case.

    Cases dated after ``until`` or before the longest history are not among them. ``facts``: another table than the
    whole house's.
    """
    table = open_facts() if facts is None else facts
    since = until - timedelta(days=LONGEST - 1)
    table = within(table.filter(~table.is_repeat), since, until)
    whole = run(span(table))[0]
    if not whole["n"]:
        return None
    first = beginning_of((row["day"], row["n"]) for row in run(counts_by(table, "day"))) or since
    rows = run(counts_by(table, "unit_path" if dimension == "unit" else dimension, "day"))
    if dimension == "unit":
        return _units(rows, first, until, whole["n"])
    return _words(rows, dimension, first, until, whole["n"])


def _units(rows: list[dict[str, Any]], first: date, until: date, cases: int) -> Counted:
    """Each unit with everything below it: a case counts for its unit and for every one above."""
    paths: dict[str, frozenset[str]] = {}
    told: list[tuple[str, date, int]] = []
    for row in rows:
        codes = [code for code in (row["unit_path"] or "").split("/") if code]
        for depth, code in enumerate(codes, start=1):
            paths.setdefault(code, frozenset(codes[:depth]))
            told.append((code, row["day"], row["n"]))
    panel = panel_of(told, since=first, until=until)
    return Counted(panel, [paths[name] for name in panel.names], cases)


def _words(rows: list[dict[str, Any]], dimension: str, first: date, until: date, cases: int) -> Counted | None:
    counts: dict[str, int] = {}
    for row in rows:
        if row[dimension]:
            counts[row[dimension]] = counts.get(row[dimension], 0) + row["n"]
    most = sorted(counts, key=lambda word: (-counts[word], word))[:MOST_TOPICS]
    names = [word for word in most if counts[word] >= FEWEST]
    if not names:
        return None
    panel = panel_of([(row[dimension], row["day"], row["n"]) for row in rows], since=first, until=until, names=names)
    return Counted(panel, [frozenset()] * len(names), cases)
