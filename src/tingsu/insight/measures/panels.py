"""The weekly counts a measure's effect is taken from: its units, and units of the same kind without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from tingsu.insight.days import monday_of
from tingsu.insight.effects.panel import LONGEST_BEFORE, Panel
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.facts.figures import run, series, with_values
from tingsu.insight.measures.tables import Measure
from tingsu.insight.topics.keeping import root_of
from tingsu.insight.topics.tables import Topic
from tingsu.org.models import Unit

WEEK = timedelta(days=7)
SCOPES = ("topic", "business", "product", "cause", "channel", "root_cause")  # columns a measure may be against
LONGEST_AFTER = 104  # weeks


@dataclass(frozen=True, slots=True)
class Compared:
    """A panel, the units compared with, and those left out with why: own_measure, silent, no_history."""

    panel: Panel
    controls: tuple[str, ...]
    left_out: dict[str, str]
    silent: tuple[str, ...]  # units of the measure that report nothing at all any more


def compare(measure: Measure, *, until: date, since: date | None = None) -> Compared | None:
    """The counts week by week up to the last whole week before ``until``; ``since`` cuts what lies further back.

    The week in which the measure began is left out unless it began on a Monday. Units to compare with are those in use
    of the same kind, neither above nor below a unit of the measure; left out are those with a measure of their own
    against the same, and those without any complaint of any sort in one of the two stretches (opened or gone silent
    half-way). Repeats are not counted. None where there are no facts, or the measure has not begun. Counts are of the
    whole organisation: a person is shown of the others only how many they are and their mean.
    """
    if measure.started_on is None:
        return None
    treated = list(measure.units.all())
    others = _others(treated)
    facts = open_facts()
    facts = facts.filter(~facts.is_repeat)
    weeks = _weeks(facts, measure.started_on, until, since)
    if weeks is None:
        return None
    mondays, start = weeks
    units = [*treated, *others]
    counted = _count(with_values(facts, scope_now(measure.scope)), units, mondays)
    everything = _count(facts, units, mondays)
    left_out = _left_out(measure, others, everything[len(treated) :], start)
    kept = np.array([True] * len(treated) + [unit.code not in left_out for unit in others])
    with_it = (np.arange(len(units)) < len(treated))[kept]
    codes = tuple(unit.code for unit, keep in zip(units, kept, strict=True) if keep)
    panel = Panel(counted[kept], with_it, start, tuple(mondays), codes)
    gone = everything[: len(treated), start:].sum(axis=1) == 0
    silent = tuple(unit.code for unit, is_gone in zip(treated, gone, strict=True) if is_gone and panel.n_after)
    return Compared(panel, codes[len(treated) :], left_out, silent)


def scope_now(scope: Mapping[str, str]) -> dict[str, str]:
    """The scope with the topic its own was merged into since, as the facts have it."""
    topic = scope.get("topic", "")
    kept = Topic.objects.filter(pk=int(topic)).first() if topic.isascii() and topic.isdecimal() else None
    return {**scope, "topic": str(root_of(kept).pk)} if kept is not None else dict(scope)


def _others(treated: list[Unit]) -> list[Unit]:
    """Units in use of the kinds of the treated ones, that have nothing to do with these."""
    kinds = {unit.kind for unit in treated}
    found = Unit.objects.filter(active=True, kind__in=kinds).exclude(pk__in=[unit.pk for unit in treated])
    return [
        unit
        for unit in found.order_by("path")
        if not any(unit.path.startswith(one.path) or one.path.startswith(unit.path) for one in treated)
    ]


def _weeks(facts: Any, started_on: date, until: date, since: date | None) -> tuple[list[date], int] | None:
    """The Mondays looked at and the place of the first one with the measure; None without facts around it."""
    begun = monday_of(started_on)
    first_after = begun if started_on == begun else begun + WEEK
    end = min(monday_of(until), first_after + LONGEST_AFTER * WEEK)
    first = max(begun - LONGEST_BEFORE * WEEK, monday_of(since + WEEK - timedelta(days=1)) if since else date.min)
    known = run(facts.filter((facts.day >= first) & (facts.day < end)).aggregate(first=facts.day.min()))[0]["first"]
    if known is None:
        return None
    first = max(first, monday_of(known + WEEK - timedelta(days=1)))  # the first week the facts hold whole
    before = [first + n * WEEK for n in range(max(0, (begun - first).days // 7))]
    after = [first_after + n * WEEK for n in range(max(0, (end - first_after).days // 7))]
    return [*before, *after], len(before)


def _count(facts: Any, units: list[Unit], mondays: list[date]) -> np.ndarray:
    """[unit, week]: complaints of each unit and everything below it."""
    counts = np.zeros((len(units), len(mondays)), np.int64)
    if not mondays:
        return counts
    places = {monday: n for n, monday in enumerate(mondays)}
    rows = run(series(facts, "unit_path", grain="week", since=mondays[0], until=mondays[-1] + timedelta(days=6)))
    holders: dict[str, list[int]] = {}
    for row in rows:
        path, week = row["unit_path"] or "", places.get(row["at"])
        if path not in holders:
            holders[path] = [n for n, unit in enumerate(units) if path.startswith(unit.path)]
        if week is not None:
            counts[holders[path], week] += row["n"]
    return counts


def _left_out(measure: Measure, others: list[Unit], everything: np.ndarray, start: int) -> dict[str, str]:
    left = dict.fromkeys(_with_own_measure(measure, others), "own_measure")
    for unit, counts in zip(others, everything, strict=True):
        if not counts[:start].any():
            left.setdefault(unit.code, "no_history")
        elif not counts[start:].any():
            left.setdefault(unit.code, "silent")
    return left


def _with_own_measure(measure: Measure, others: Iterable[Unit]) -> set[str]:
    """Units whose own measure against the same would blur the comparison; one that covers ours too blurs nothing."""
    begun = Measure.objects.filter(started_on__isnull=False).exclude(pk=measure.pk).prefetch_related("units")
    mine = [unit.path for unit in measure.units.all()]
    paths: set[str] = set()
    for one in begun:
        if overlap(scope_now(one.scope), scope_now(measure.scope)):
            theirs = [unit.path for unit in one.units.all()]
            if not all(path.startswith(tuple(theirs)) for path in mine):
                paths |= set(theirs)
    return {u.code for u in others if any(u.path.startswith(path) or path.startswith(u.path) for path in paths)}


def overlap(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two scopes can hold the same complaint: no column on which they differ."""
    return all(other.get(column, value) == value for column, value in one.items())
