"""The watch: every hour the newest facts are held against what was to be expected, and rises become alerts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction

from tingsu.base.clock import SHANGHAI, local
from tingsu.cases.notices import give_notice_about
from tingsu.insight.days import day_of
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.forecast.calendar import events_kept, site_calendar
from tingsu.insight.forecast.events import EventDay
from tingsu.insight.spikes.alerts import path_of, rate_of_site, watchers_of
from tingsu.insight.spikes.apart import (
    Alarm,
    Point,
    Source,
    late_alarms,
    parts_of,
    plain_points,
    still_alarms,
    surplus_of,
)
from tingsu.insight.spikes.copies import share_alike
from tingsu.insight.spikes.covariates import A_YEAR
from tingsu.insight.spikes.expect import FEWEST, SPANS, Bounds, expect
from tingsu.insight.spikes.gathering import (
    GROUPS,
    LATEST,
    Grain,
    Group,
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
            since = min(day_of(point.at) for alarm in alarms for point in alarm.points)
            rows = latest_rows(table, since, here.date())
            done = _take_in(alarms, rows, at, done)
    return done


def _look(table: Any, grain: Grain, moments: Sequence[date]) -> tuple[list[Alarm], int]:
    """The alarms of every series, and how many series there are."""
    events = events_kept(day_of(moments[0]), day_of(moments[-1]))
    calendar = site_calendar()
    alarms: list[Alarm] = []
    watched = 0
    for columns in GROUPS[grain]:
        group = gather(table, columns, moments, grain, fewest=FEWEST)
        watched += group.watched
        rate = rate_of_site() * PARTS[grain] / len(GROUPS[grain]) / max(group.watched, 1)
        for members, told in _by_events(group.paths, events):
            judge = partial(
                expect,
                moments=moments,
                alpha=min(rate / A_YEAR[grain], 0.2),
                calendar=calendar,
                events=told,
                grain=grain,
                last=LATEST[grain],
            )
            alarms += _alarms_of(group, members, moments, grain, judge)
    return sorted(alarms, key=_rank), watched


def _rank(alarm: Alarm) -> tuple[float, int, int, str]:
    """The least likely first; of series with the same cases the narrowest."""
    return alarm.chance, -len(alarm.where), -alarm.path.count("/"), key_of(alarm.where)


def _alarms_of(
    group: Group, members: list[int], moments: Sequence[date], grain: Grain, judge: partial[Bounds]
) -> Iterable[Alarm]:
    counts = group.counts[members]
    seen = judge(counts)
    for n in map(int, np.flatnonzero(seen.alarm.any(axis=1))):
        points = tuple(
            Point(
                moments[at],
                int(counts[n, at]),
                round(float(seen.expected[n, at]), 2),
                float(seen.upper[n, at]),
                float(seen.chance[n, at]),
            )
            for at in late_alarms(seen.alarm[n], grain)
        )
        if points:
            where, path = group.wheres[members[n]], group.paths[members[n]]
            yield Alarm(where, path, grain, points, counts[n], moments, judge)


def _by_events(paths: Sequence[str], events: Sequence[EventDay]) -> Iterable[tuple[list[int], list[EventDay]]]:
    """Series in heaps for which the same events are on: those everywhere, and those of a unit above or at it."""
    local_units = {event.unit for event in events if event.unit}
    heaps: dict[frozenset[str], list[int]] = {}
    for n, path in enumerate(paths):
        heaps.setdefault(frozenset(local_units & set(path.split("/"))), []).append(n)
    for units, members in heaps.items():
        yield members, [event for event in events if not event.unit or event.unit in units]


def _take_in(alarms: Sequence[Alarm], rows: list[dict[str, Any]], at: datetime, done: Watched) -> Watched:
    """Each alarm extends, joins or opens an alert, the least likely first; one that is the sum of narrower ones after
    these."""
    grain = alarms[0].grain
    since = _begin(min(point.at for alarm in alarms for point in alarm.points)) - QUIET
    running = list(Alert.objects.filter(grain=grain, last__gte=since).order_by("chance", "pk"))
    look = _Look(rows, running, at)
    for alarm in alarms:
        if look.is_new(alarm):
            for part in parts_of(alarm, alarms, rows):
                look.settle(part)
        look.settle(alarm)
    told = look.told
    return replace(
        done, opened=done.opened + told["opened"], extended=done.extended + told["extended"],
        joined=done.joined + told["joined"],
    )  # fmt: skip


class _Look:
    """What becomes of the alarms of one look; each is settled once."""

    def __init__(self, rows: list[dict[str, Any]], running: list[Alert], at: datetime) -> None:
        self.rows, self.running, self.at = rows, running, at
        self.by_key = {alert.key: alert for alert in sorted(running, key=lambda alert: alert.last)}
        self.told = {"opened": 0, "extended": 0, "joined": 0}
        self._settled: set[str] = set()

    def is_new(self, alarm: Alarm) -> bool:
        """Whether neither it nor an alert of its series is known yet."""
        return key_of(alarm.where) not in self._settled | set(self.by_key)

    def settle(self, alarm: Alarm) -> None:
        """Extend its alert, note it at the one that explains it, or open one."""
        key = key_of(alarm.where)
        if key in self._settled:
            return
        self._settled.add(key)
        alert = self.by_key.get(key)
        if alert is not None:
            self.told["extended"] += _extend(alert, alarm, self.rows, self.at)
        elif (wider := _explained_by(alarm, self.running, self.rows)) is not None:
            self.told["joined"] += _join(wider, alarm)
        elif self._opens(alarm) and (made := _open(alarm, self.rows, self.at)) is not None:
            self.running.append(made)
            self.by_key[key] = made
            self.told["opened"] += 1

    def _opens(self, alarm: Alarm) -> bool:
        """Whether there is enough of it, and not too much else, for an alert of its own."""
        return sum(point.observed for point in alarm.points) >= FEWEST and self.told["opened"] < MOST_NEW


def _explained_by(alarm: Alarm, running: Sequence[Alert], rows: list[dict[str, Any]]) -> Alert | None:
    """The alert that takes most away, where without the surplus cases of the running alerts nothing here alarms."""
    sources = [Source(alert.where, alert.unit_path, surplus_of(alert.points)) for alert in running]
    alarming, taken = still_alarms(alarm, sources, rows)
    return None if alarming or not any(taken) else running[taken.index(max(taken))]


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
            AlertStep.objects.create(alert=alert, kind="opened", at=at, data=_how_opened(alert, alarm))
            _tell(alert, at)
    except IntegrityError:
        return None
    return alert


def _how_opened(alert: Alert, alarm: Alarm) -> dict[str, Any]:
    return {"points": alert.points, "alpha": alarm.judge.keywords["alpha"]}


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
    told |= {point[0]: point for point in plain_points(points)}
    alert.points = [told[at] for at in sorted(told)][-MOST_POINTS:]
    alert.observed = sum(point[1] for point in alert.points)
    alert.expected = round(sum(point[2] for point in alert.points), 2)
    alert.upper, alert.chance = alert.points[0][3], min(point[4] for point in alert.points)
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
