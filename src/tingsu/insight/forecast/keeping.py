"""Making forecasts and keeping them, so that what was said can later be held beside what came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from tingsu.base.clock import local
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.forecast.accuracy import seasonal_naive
from tingsu.insight.forecast.calendar import events_kept, site_calendar
from tingsu.insight.forecast.counted import DIMENSIONS, Counted, count_panel
from tingsu.insight.forecast.design import Surroundings
from tingsu.insight.forecast.outlook import AHEAD, LEVELS, Outlook, look_ahead
from tingsu.insight.forecast.panel import DAY, FEWEST, SHORTEST, TooLittle, weekly
from tingsu.insight.forecast.tables import ForecastRun, ForecastSeries
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.permissions import require

WEEKS = AHEAD // 7
REHEARSALS = (8, 16)  # weeks back from which a site without a record is foretold as if it were then
ROUND = 2  # decimals kept
KEPT_FOR = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Made:
    """What a making of forecasts came to: series foretold by dimension, or the sentence why there are none."""

    series: dict[str, int]
    why_none: str = ""


def ask_for_forecasts(*, by: User, at: datetime) -> None:
    """Have the forecasts made anew in the background, events taken in since included. Raises NotAllowed."""
    from tingsu.insight.forecast.jobs import forecast_week

    require(by, "manage_insight")
    note_access("forecast", {"asked": True}, by=by, at=at)
    forecast_week.enqueue()


def make_forecasts(*, by: User | None, at: datetime) -> Made:
    """Foretell the eight weeks from today on for every unit, business and topic, with yesterday as the last day known.

    In order: permission (``by`` None: the machine itself, weekly), the facts as they stand, one run a dimension kept,
    rehearsals for a site without a record, days of older runs and runs of over two years dropped, a line in the
    access log where a person asked. A second call on one day replaces the first. Raises NotAllowed.
    """
    if by is not None:
        require(by, "manage_insight")
    today = local(at).date()
    made: dict[str, int] = {}
    why_none = ""
    for dimension in DIMENSIONS:
        try:
            made |= _make(dimension, today, at, rehearsed=False)
            _rehearse(dimension, today, at)
        except TooLittle as error:
            why_none = why_none or error.message
    ForecastRun.objects.filter(first__lt=today - KEPT_FOR).delete()
    if by is not None:
        note_access("forecast", {"series": made}, by=by, at=at)
    return Made(made, "" if made else why_none or TooLittle(0, 0).message)


def _rehearse(dimension: str, today: date, at: datetime) -> None:
    """For a site without a record: what would have been said eight and sixteen weeks ago, of data of then alone."""
    for weeks in REHEARSALS:
        first = today - 7 * weeks * DAY
        before, after = first - 7 * DAY, first + 7 * DAY
        if ForecastRun.objects.filter(dimension=dimension, first__gt=before, first__lt=after).exists():
            continue
        try:
            _make(dimension, first, at, rehearsed=True)
        except TooLittle:
            return


def _make(dimension: str, first: date, at: datetime, *, rehearsed: bool) -> dict[str, int]:
    counted = count_panel(dimension, until=first - DAY, facts=open_facts())
    if counted is None:
        if dimension == "unit":
            raise TooLittle(0, 0)
        return {}
    panel = counted.panel
    if panel.days < SHORTEST or counted.cases < FEWEST:
        raise TooLittle(panel.days, counted.cases)
    events = events_kept(panel.first, first + AHEAD * DAY)
    outlook = look_ahead(panel, Surroundings(events, counted.units, site_calendar()))
    _keep(dimension, first, at, rehearsed, counted, outlook)
    return {dimension: len(panel.names)}


def _keep(
    dimension: str, first: date, at: datetime, rehearsed: bool, counted: Counted, outlook: Outlook
) -> ForecastRun:
    panel = counted.panel
    naive = weekly(seasonal_naive(panel.counts, AHEAD))
    run = ForecastRun(
        dimension=dimension, first=first, made_at=at, rehearsed=rehearsed, history_days=panel.days,
        cases=counted.cases,
        told=_told(outlook),
    )  # fmt: skip
    with transaction.atomic():
        ForecastRun.objects.filter(dimension=dimension, first=first, rehearsed=rehearsed).delete()
        if not rehearsed:
            older = ForecastSeries.objects.filter(run__dimension=dimension).exclude(days=[])
            older.update(days=[])
        run.save()
        ForecastSeries.objects.bulk_create(
            [
                ForecastSeries(
                    run=run,
                    key=name,
                    weeks=_rows(outlook.weekly, row, naive[row]),
                    days=[] if rehearsed else _rows(outlook.daily, row),
                )
                for row, name in enumerate(panel.names)
            ],
            batch_size=500,
        )
    return run


def _rows(band: Any, row: int, *more: Iterable[float]) -> list[list[float]]:
    level = LEVELS[0]
    columns = (band.mean[row], band.low[level][row], band.high[level][row], *more)
    return [[round(float(value), ROUND) for value in step] for step in zip(*columns, strict=True)]


def _told(outlook: Outlook) -> dict[str, Any]:
    """Effects of events as factors, and what nothing is known of."""
    fitted = outlook.fitted
    events = [
        {"name": column.name, "factor": round(float(np.exp(fitted.means[n])), 2)}
        for n, column in enumerate(outlook.design.columns)
        if column.kind == "event" and not column.name.endswith((" +1", " -1"))
    ]
    return {
        "events": events,
        "unknown": list(outlook.design.unknown_kinds),
        "guessed": [day.isoformat() for day in outlook.design.guessed_days],
        "checked": outlook.checked,
        "season": any(column.kind == "season" for column in outlook.design.columns),
    }


@dataclass(frozen=True, slots=True)
class Checked:
    """One week foretold that has since gone by."""

    first: date
    mean: float
    low: float
    high: float
    naive: float
    truth: int
    rehearsed: bool


@dataclass(frozen=True, slots=True)
class Record:
    """How past forecasts did, over whole weeks that have since gone by: mean absolute miss in cases a week, ours and
    seasonal naive's, the mean count, and the share of weeks within the 80 % band. ``weeks`` is the base."""

    weeks: int
    ours: float
    naive: float
    mean: float
    held: float
    rehearsed: int  # of ``runs``, how many were made afterwards
    runs: int
    told: list[Checked]  # by week, of each the forecast made last before it

    @property
    def better_by(self) -> float | None:
        """By what share ours missed less than naive; None where naive never missed."""
        return 1 - self.ours / self.naive if self.naive > 0 else None


def record_of(series: Sequence[ForecastSeries], counts: dict[date, int], *, known: date) -> Record | None:
    """Past forecasts of one series beside what came; ``known`` is the last day whose count is final. None without."""
    said: list[Checked] = []
    made: set[tuple[int, bool]] = set()
    for one in series:
        for week, (mean, low, high, naive) in enumerate(one.weeks):
            begin = one.run.first + 7 * week * DAY
            if begin + 6 * DAY > known:
                break
            truth = sum(counts.get(begin + n * DAY, 0) for n in range(7))
            said.append(Checked(begin, mean, low, high, naive, truth, one.run.rehearsed))
            made.add((one.run_id, one.run.rehearsed))
    if not said:
        return None
    return Record(
        weeks=len(said),
        ours=float(np.mean([abs(each.mean - each.truth) for each in said])),
        naive=float(np.mean([abs(each.naive - each.truth) for each in said])),
        mean=float(np.mean([each.truth for each in said])),
        held=float(np.mean([each.low <= each.truth <= each.high for each in said])),
        rehearsed=sum(rehearsed for _, rehearsed in made),
        runs=len(made),
        told=_last_said(said),
    )


def _last_said(said: Sequence[Checked]) -> list[Checked]:
    """By week in order, without overlaps: of several forecasts of one week the one made last (they come newest first).

    Weeks of runs made on another weekday overlap; the newer one stays.
    """
    kept: list[Checked] = []
    for each in said:
        if all(abs((each.first - other.first).days) >= 7 for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: each.first)
