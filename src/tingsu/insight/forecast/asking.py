"""What a person may see of the forecasts: one series with its past, its record, and what stands in the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tingsu.base.clock import local
from tingsu.base.errors import TingsuError
from tingsu.cases.access import sees_all
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.facts.figures import run as run_figure
from tingsu.insight.facts.figures import series as count_series
from tingsu.insight.facts.scope import units_in_reach
from tingsu.insight.facts.store import read_manifest
from tingsu.insight.forecast.calendar import Ahead, events_ahead
from tingsu.insight.forecast.keeping import Record, record_of
from tingsu.insight.forecast.outlook import AHEAD
from tingsu.insight.forecast.panel import DAY
from tingsu.insight.forecast.tables import ForecastRun, ForecastSeries
from tingsu.org.models import Unit, User
from tingsu.org.permissions import require

STALE = timedelta(days=9)  # a weekly run older than this was missed
PAST_WEEKS = 26
PAST_DAYS = 28
RECORD_RUNS = 26


class NoSuchSeries(TingsuError):
    """The series is not foretold, or not in this person's reach."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("没有这一项的预测，或它不在您可查看的范围内。请从上面重新选择。")


@dataclass(frozen=True, slots=True)
class Step:
    """One step foretold: its days, the mean, the band that should hold four of five."""

    first: date
    last: date
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Foretold:
    """Everything the page shows of one series. ``past``: whole weeks (first day, count), the latest last."""

    dimension: str
    key: str
    run: ForecastRun
    weeks: list[Step]
    days: list[Step]
    past: list[tuple[date, int]]
    past_days: list[tuple[date, int]]
    record: Record | None
    events: list[Ahead]
    stale: bool
    counted: bool  # False: the facts are not built, so nothing can be said of what came


def series_offered(dimension: str, *, by: User) -> list[str]:
    """The series of a dimension that are foretold and within reach; those of business and topic for who sees all.

    A unit's forecast counts all below it: it is for those only who see every one of these.
    """
    require(by, "view_home")
    latest = latest_run(dimension)
    if latest is None or (dimension != "unit" and not sees_all(by)):
        return []
    keys = ForecastSeries.objects.filter(run=latest).order_by("pk").values_list("key", flat=True)
    if dimension != "unit" or sees_all(by):
        return list(keys)
    near = set(units_in_reach(by))
    beyond = {path for code, path in Unit.objects.values_list("code", "path") if code not in near}
    above = {code for path in beyond for code in path.split("/") if code}
    return [key for key in keys if key in near - above]


def latest_run(dimension: str) -> ForecastRun | None:
    """The newest forecast of a dimension that was made ahead of time."""
    return ForecastRun.objects.filter(dimension=dimension, rehearsed=False).order_by("-first").first()


def foretell(dimension: str, key: str, *, by: User, at: datetime) -> Foretold:
    """One series as foretold by the newest run. Raises NotAllowed (view_home), NoSuchSeries."""
    latest = latest_run(dimension)
    if latest is None or key not in series_offered(dimension, by=by):
        raise NoSuchSeries
    series = list(_runs_of(dimension, key))
    newest = next((one for one in series if one.run_id == latest.pk), None)
    if newest is None:
        raise NoSuchSeries
    known = known_until(at)
    since = min(one.run.first for one in series) - 7 * PAST_WEEKS * DAY
    counts = _counts(dimension, key, since=since, until=known) if known else {}
    return Foretold(
        dimension, key, latest,
        weeks=_steps(newest.weeks, latest.first, 7),
        days=_steps(newest.days, latest.first, 1),
        past=_past(counts, latest.first, known),
        past_days=[(day, counts.get(day, 0)) for day in _days(latest.first, PAST_DAYS) if known and day <= known],
        record=record_of(series, counts, known=known) if known else None,
        events=events_ahead(latest.first, latest.first + (AHEAD - 1) * DAY, units=_units_of(dimension, key)),
        stale=at - latest.made_at > STALE,
        counted=known is not None,
    )  # fmt: skip


def _runs_of(dimension: str, key: str) -> list[ForecastSeries]:
    told = ForecastSeries.objects.filter(key=key, run__dimension=dimension).select_related("run")
    return list(told.order_by("-run__first", "run__rehearsed")[:RECORD_RUNS])


def _units_of(dimension: str, key: str) -> list[str] | None:
    """The units whose events touch the series: its own, those above and those below."""
    if dimension != "unit":
        return None
    path = Unit.objects.filter(code=key).values_list("path", flat=True).first() or f"/{key}/"
    below = Unit.objects.filter(path__startswith=path).values_list("code", flat=True)
    return [*below, *(code for code in path.split("/") if code)]


def _counts(dimension: str, key: str, *, since: date, until: date) -> dict[date, int]:
    table = open_facts()
    table = table.filter(~table.is_repeat)
    table = table.filter(table.unit_path.contains(f"/{key}/") if dimension == "unit" else table[dimension] == key)
    return {row["at"]: row["n"] for row in run_figure(count_series(table, since=since, until=until))}


def _steps(told: list[list[float]], first: date, days: int) -> list[Step]:
    return [
        Step(first + n * days * DAY, first + ((n + 1) * days - 1) * DAY, *values[:3]) for n, values in enumerate(told)
    ]


def known_until(at: datetime) -> date | None:
    """The last day of which the facts hold every case; None where there are no facts."""
    manifest = read_manifest()
    return min(local(at), local(manifest.at)).date() - DAY if manifest else None


def _days(first: date, count: int) -> list[date]:
    """The days before ``first``, in order."""
    return [first - n * DAY for n in range(count, 0, -1)]


def _past(counts: Mapping[date, int], first: date, known: date | None) -> list[tuple[date, int]]:
    """Whole weeks before the forecast, from the first one with a case on, as far as they are known."""
    weeks = [first - 7 * n * DAY for n in range(PAST_WEEKS, 0, -1)]
    weeks = [week for week in weeks if known and week + 6 * DAY <= known]
    summed = [(week, sum(counts.get(week + n * DAY, 0) for n in range(7))) for week in weeks]
    begun = next((place for place, (_, count) in enumerate(summed) if count), len(summed))
    return summed[begun:]
