"""The watch: every hour the newest facts are held against what was to be expected, and rises become alerts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from tingsu.base.clock import SHANGHAI, local
from tingsu.cases.notices import give_notice_about
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.forecast.calendar import events_kept, site_calendar
from tingsu.insight.forecast.events import EventDay
from tingsu.insight.spikes.alerts import path_of, rate_of_site, watchers_of
from tingsu.insight.spikes.copies import share_alike
from tingsu.insight.spikes.covariates import A_YEAR
from tingsu.insight.spikes.expect import FEWEST, SPANS, expect
from tingsu.insight.spikes.gathering import (
    GROUPS,
    LATEST,
    Grain,
    Where,
    falls_in,
    gather,
    is_of,
    key_of,
    latest_rows,
    moments_of,
)
from tingsu.insight.spikes.naming import name_series
from tingsu.insight.spikes.tables import Alert, AlertStep

PARTS: dict[Grain, float] = {"day": 0.8, "hour": 0.2}  # of the false alarms
QUIET = timedelta(days=7)  # without an alarm, after which a new alarm is a new rise
MOSTLY = 0.5  # share of one wording from which a rise is told apart
MOST_ALSO, MOST_POINTS, MOST_NEW = 20, 60, 50


@dataclass(frozen=True, slots=True)
class Point:
    """One alarming period."""

    at: date
    observed: int
    expected: float
    upper: float
    chance: float


@dataclass(frozen=True, slots=True)
class Alarm:
    """The alarming periods of one series, oldest first."""

    where: Where
    path: str
    grain: Grain
    points: tuple[Point, ...]

    @property
    def chance(self) -> float:
        return min(point.chance for point in self.points)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look came to; ``series``: how many were watched. ``why_none``: why nothing could be judged."""

    opened: int = 0
    extended: int = 0
    joined: int = 0
    series: int = 0
    why_none: str = ""


def watch(at: datetime) -> Watched:
    """Hold the newest days and hours against what was to be expected; open and extend alerts.

    In order: the facts as they stand (repeats left out); every series' bound; alarms, the least likely first; an alarm
    of a series with an alert of the last seven days extends it; one that is explained by the cases of another alert is
    noted there; what is left opens an alert of its own and puts a notice before whoever watches the unit. Today counts
    as far as it has gone: it alarms once it exceeds the bound of the whole day. Doing it again changes nothing; two at
    once open an alert once.
    """
    table = open_facts()
    table = table.filter(~table.is_repeat)
    here = local(at)
    done = Watched()
    for grain in GROUPS:
        moments = moments_of(table, grain, here)
        if len(moments) <= SPANS[grain].least:
            if grain == "day":
                done = replace(done, why_none="记录不满 36 天，还不能判断什么是平常。")
            continue
        alarms, series = _look(table, grain, moments)
        done = replace(done, series=done.series + series)
        if alarms:
            since = min(_day(point.at) for alarm in alarms for point in alarm.points)
            rows = latest_rows(table, since, here.date())
            done = _take_in(alarms, rows, at, done)
    return done


def _look(table: Any, grain: Grain, moments: Sequence[date]) -> tuple[list[Alarm], int]:
    """The alarms of every series, and how many series there are."""
    events = events_kept(_day(moments[0]), _day(moments[-1]))
    calendar = site_calendar()
    alarms: list[Alarm] = []
    watched = 0
    for columns in GROUPS[grain]:
        group = gather(table, columns, moments, grain, fewest=FEWEST)
        watched += group.watched
        if not group.wheres:
            continue
        rate = rate_of_site() * PARTS[grain] / len(GROUPS[grain]) / group.watched
        for members, told in _by_events(group.paths, events):
            seen = expect(
                group.counts[members],
                moments,
                alpha=min(rate / A_YEAR[grain], 0.2),
                calendar=calendar,
                events=told,
                grain=grain,
                last=LATEST[grain],
            )
            for n, member in enumerate(members):
                points = [
                    Point(
                        moments[p],
                        int(group.counts[member, p]),
                        round(float(seen.expected[n, p]), 2),
                        float(seen.upper[n, p]),
                        float(seen.chance[n, p]),
                    )
                    for p in map(int, seen.alarm[n].nonzero()[0])
                    if p >= len(moments) - LATEST[grain]
                ]
                if points:
                    alarms.append(Alarm(group.wheres[member], group.paths[member], grain, tuple(points)))
    return sorted(alarms, key=lambda alarm: (alarm.chance, key_of(alarm.where))), watched


def _by_events(paths: Sequence[str], events: Sequence[EventDay]) -> Iterable[tuple[list[int], list[EventDay]]]:
    """Series in heaps for which the same events are on: those everywhere, and those of a unit above or at it."""
    local_units = {event.unit for event in events if event.unit}
    heaps: dict[frozenset[str], list[int]] = {}
    for n, path in enumerate(paths):
        heaps.setdefault(frozenset(local_units & set(path.split("/"))), []).append(n)
    for units, members in heaps.items():
        yield members, [event for event in events if not event.unit or event.unit in units]


def _take_in(alarms: Sequence[Alarm], rows: list[dict[str, Any]], at: datetime, done: Watched) -> Watched:
    """Each alarm extends, joins or opens an alert, the least likely first."""
    grain = alarms[0].grain
    since = _begin(min(point.at for alarm in alarms for point in alarm.points)) - QUIET
    running = list(Alert.objects.filter(grain=grain, last__gte=since).order_by("chance", "pk"))
    by_key = {alert.key: alert for alert in sorted(running, key=lambda alert: alert.last)}
    opened = extended = joined = 0
    for alarm in alarms:
        alert = by_key.get(key_of(alarm.where))
        if alert is not None:
            extended += _extend(alert, alarm, rows, at)
        elif (wider := _explained_by(alarm, running, rows)) is not None:
            joined += _join(wider, alarm)
        elif opened < MOST_NEW and (made := _open(alarm, rows, at)) is not None:
            running.append(made)
            by_key[made.key] = made
            opened += 1
    return replace(done, opened=done.opened + opened, extended=done.extended + extended, joined=done.joined + joined)


def _explained_by(alarm: Alarm, running: Sequence[Alert], rows: list[dict[str, Any]]) -> Alert | None:
    """The alert whose surplus cases, taken away, leave nothing alarming of this series in its latest period."""
    point = alarm.points[-1]
    mine = [r for r in rows if falls_in(r, point.at, alarm.grain) and is_of(r, alarm.where, alarm.path)]
    for alert in running:
        there = next((p for p in reversed(alert.points) if p[0] == point.at.isoformat()), None)
        if there is None:
            continue
        surplus = max(0.0, (there[1] - there[2]) / max(there[1], 1))
        shared = sum(is_of(row, alert.where, alert.unit_path) for row in mine)
        if shared and point.observed - shared * surplus <= point.upper:
            return alert
    return None


def _open(alarm: Alarm, rows: list[dict[str, Any]], at: datetime) -> Alert | None:
    """A new alert with its first step and its notices; None where another worker was first."""
    alert = Alert(
        key=key_of(alarm.where), where=alarm.where, unit_path=alarm.path, grain=alarm.grain, seen_at=at,
        began=_begin(alarm.points[0].at),
    )  # fmt: skip
    _put_points(alert, alarm.points, rows)
    try:
        with transaction.atomic():
            alert.save(force_insert=True)
            AlertStep.objects.create(alert=alert, kind="opened", at=at, data={"points": alert.points})
            _tell(alert, at)
    except IntegrityError:
        return None
    return alert


def _tell(alert: Alert, at: datetime) -> None:
    people = watchers_of(alert.unit_path)
    zh = f"投诉在上升：应有约 {alert.expected:.0f} 件，实有 {alert.observed} 件"
    if alert.kind != Alert.Kind.RISE:
        zh += f"，多为同一份文字（{alert.alike:.0%}）"
    en = f"Complaints are rising: about {alert.expected:.0f} expected, {alert.observed} received"
    title = name_series(alert.where) or "全部投诉"
    give_notice_about(title, path_of(alert), people, kind="alert", words={"zh": zh, "en": en}, at=at)


def _extend(alert: Alert, alarm: Alarm, rows: list[dict[str, Any]], at: datetime) -> int:
    """Bring the alert up to the newest counts; 1 where it got a further period."""
    with transaction.atomic():
        held = Alert.objects.select_for_update().get(pk=alert.pk)
        before = [point[0] for point in held.points]
        was = (held.points, held.kind)
        _put_points(held, alarm.points, rows)
        if (held.points, held.kind) == was:
            return 0
        held.version += 1
        held.save()
        grown = len(held.points) > len(before)
        if grown:
            data = {"points": [point for point in held.points if point[0] not in before]}
            AlertStep.objects.create(alert=held, kind="extended", at=at, data=data)
    alert.points, alert.last, alert.chance = held.points, held.last, held.chance
    return int(grown)


def _put_points(alert: Alert, points: Sequence[Point], rows: list[dict[str, Any]]) -> None:
    """The alarming periods of old and now, and what follows from them; a period seen again takes the newer count."""
    told = {point[0]: point for point in alert.points}
    told |= {p.at.isoformat(): [p.at.isoformat(), p.observed, p.expected, p.upper, p.chance] for p in points}
    alert.points = [told[at] for at in sorted(told)][-MOST_POINTS:]
    strongest = min(alert.points, key=lambda point: (point[4], -point[1]))
    alert.observed = sum(point[1] for point in alert.points)
    alert.expected = round(sum(point[2] for point in alert.points), 2)
    alert.upper, alert.chance = strongest[3], strongest[4]
    alert.last = max(_begin(points[-1].at), alert.last or _begin(points[-1].at))
    mine = [
        row
        for row in rows
        if is_of(row, alert.where, alert.unit_path) and any(falls_in(row, p.at, alert.grain) for p in points)  # type: ignore[arg-type]
    ]
    alert.kind, alert.alike = tell_apart(mine)


def tell_apart(rows: Sequence[dict[str, Any]]) -> tuple[str, float]:
    """(kind, share): whether most of these cases are one bundle or one wording."""
    if not rows:
        return Alert.Kind.RISE, 0.0
    bundles: dict[str, int] = {}
    for row in rows:
        if row["batch"]:
            bundles[row["batch"]] = bundles.get(row["batch"], 0) + 1
    bundled = max(bundles.values(), default=0) / len(rows)
    if bundled >= MOSTLY:
        return Alert.Kind.BATCH, round(bundled, 3)
    alike = share_alike([row["text"] or "" for row in rows])
    return (Alert.Kind.COPIES if alike >= MOSTLY else Alert.Kind.RISE), round(max(alike, bundled), 3)


def _join(alert: Alert, alarm: Alarm) -> int:
    """Note that the rise shows in this series too; 1 where that was not known."""
    with transaction.atomic():
        held = Alert.objects.select_for_update().get(pk=alert.pk)
        if alarm.where in held.also or len(held.also) >= MOST_ALSO:
            return 0
        held.also = [*held.also, alarm.where]
        held.save(update_fields=["also"])
    alert.also = held.also
    return 1


def _begin(moment: date) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=SHANGHAI)
    return datetime(moment.year, moment.month, moment.day, tzinfo=SHANGHAI)


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
