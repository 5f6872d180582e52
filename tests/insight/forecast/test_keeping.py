"""Forecasts kept and held beside what came; the calendar of events with its permissions and its traces."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest

from tests.make import Bank, case
from tingsu.base.clock import SHANGHAI, now
from tingsu.insight.facts.store import rebuild
from tingsu.insight.forecast import asking, keeping
from tingsu.insight.forecast.asking import NoSuchSeries, foretell, series_offered
from tingsu.insight.forecast.calendar import (
    EventGone,
    UnknownUnit,
    events_ahead,
    events_kept,
    take_back_event,
    take_in_events,
)
from tingsu.insight.forecast.counted import count_panel
from tingsu.insight.forecast.events import EventDay
from tingsu.insight.forecast.keeping import make_forecasts, record_of
from tingsu.insight.forecast.tables import CalendarEvent, ForecastRun, ForecastSeries
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry
from tingsu.org.permissions import NotAllowed

TODAY = datetime(2026, 11, 22, 9, tzinfo=SHANGHAI)
DAY = timedelta(days=1)


Rows = list[tuple[str, date]]
PATHS = {"O1": "/HO/B1/O1/", "O2": "/HO/B2/O2/"}


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Rows:
    """(unit, day) of every case: one every second day at one outlet for 140 days, a few at another; as the facts."""
    told = [("O1", TODAY.date() - n * DAY) for n in range(1, 140, 2)]
    told += [("O2", TODAY.date() - n * DAY) for n in range(3, 140, 20)]

    def facts() -> object:
        return ibis.memtable(
            pa.table(
                {
                    "unit_path": [PATHS[unit] for unit, _ in told],
                    "business": ["信用卡" for _ in told],
                    "topic": ["" for _ in told],
                    "day": pa.array([day for _, day in told], pa.date32()),
                    "is_repeat": [False for _ in told],
                }
            )
        )

    monkeypatch.setattr(keeping, "open_facts", facts)
    monkeypatch.setattr(asking, "open_facts", facts)
    monkeypatch.setattr(asking, "known_until", lambda at: at.date() - DAY)
    return told


@pytest.fixture
def counted(bank: Bank, rows: Rows) -> Bank:
    return bank


@pytest.mark.django_db
def test_foretells_every_unit_with_all_below_it_and_keeps_a_record(counted: Bank) -> None:
    made = make_forecasts(by=None, at=TODAY)
    assert made.series["unit"] == 5 and made.why_none == ""
    whole = foretell("unit", "HO", by=counted.executive, at=TODAY)
    outlet = foretell("unit", "O1", by=counted.executive, at=TODAY)
    assert len(whole.weeks) == 8 and len(whole.days) == 56
    assert 2.5 < outlet.weeks[0].mean < 4.5  # one every second day
    assert all(step.low <= step.mean <= step.high for step in whole.weeks)
    assert whole.past and whole.past[-1][1] in (3, 4, 5)
    assert outlet.record is not None and outlet.record.rehearsed == 1 and outlet.record.weeks == 8
    assert outlet.record.ours < 1.5


@pytest.mark.django_db
def test_a_past_forecast_is_what_was_known_then(counted: Bank, rows: Rows) -> None:
    """Cases recorded later change nothing of what a rehearsal says for a day before them."""
    make_forecasts(by=None, at=TODAY)
    first = ForecastRun.objects.filter(dimension="unit", rehearsed=True).order_by("first").first()
    assert first is not None
    said = ForecastSeries.objects.get(run=first, key="O1").weeks
    rows += [("O1", TODAY.date() - DAY)] * 30
    ForecastRun.objects.all().delete()
    make_forecasts(by=None, at=TODAY)
    assert ForecastSeries.objects.get(run__first=first.first, run__rehearsed=True, key="O1").weeks == said


@pytest.mark.django_db
def test_a_second_run_of_one_day_replaces_the_first_and_days_are_kept_of_the_newest_only(counted: Bank) -> None:
    make_forecasts(by=None, at=TODAY)
    make_forecasts(by=None, at=TODAY + timedelta(hours=1))
    assert ForecastRun.objects.filter(dimension="unit", rehearsed=False).count() == 1
    make_forecasts(by=None, at=TODAY + 7 * DAY)
    live = ForecastRun.objects.filter(dimension="unit", rehearsed=False).order_by("first")
    assert [bool(run.series.first().days) for run in live] == [False, True]


@pytest.mark.django_db
def test_a_person_sees_the_series_within_reach_only(counted: Bank) -> None:
    make_forecasts(by=None, at=TODAY)
    assert set(series_offered("unit", by=counted.manager)) == {"B1", "O1"}
    assert series_offered("business", by=counted.manager) == []
    with pytest.raises(NoSuchSeries):
        foretell("unit", "O2", by=counted.manager, at=TODAY)
    with pytest.raises(NotAllowed):
        series_offered("unit", by=counted.clerk)


@pytest.mark.django_db
def test_says_why_there_is_none_on_an_empty_or_new_site(bank: Bank) -> None:
    assert "28 天" in make_forecasts(by=None, at=TODAY).why_none
    case(bank, at=TODAY - DAY, accused_unit=bank.outlet)
    rebuild(at=TODAY)
    assert "现有 1 天、1 件" in make_forecasts(by=None, at=TODAY).why_none
    assert not ForecastRun.objects.exists()


@pytest.mark.django_db
def test_only_who_manages_insight_may_ask_and_the_asking_leaves_a_line(counted: Bank) -> None:
    with pytest.raises(NotAllowed):
        make_forecasts(by=counted.handler, at=TODAY)
    make_forecasts(by=counted.head, at=TODAY)
    assert AccessEntry.objects.filter(what="forecast", by=counted.head).count() == 1
    assert list(verify_access_log()) == []


@pytest.mark.django_db
def test_a_lone_case_of_long_ago_begins_nothing(rows: Rows) -> None:
    rows += [("O1", TODAY.date() - 900 * DAY)] + [("O1", TODAY.date() - n * DAY) for n in range(1, 60)]
    found = count_panel("unit", until=TODAY.date() - DAY, facts=keeping.open_facts())
    assert found is not None and found.panel.days < 200 and found.cases == len(rows)


@pytest.mark.django_db
def test_events_are_kept_whole_or_not_at_all_and_traced(bank: Bank) -> None:
    events = [EventDay("国债发行", date(2026, 12, 10)), EventDay("暴雪", date(2026, 12, 5), "B1", 12.0)]
    with pytest.raises(NotAllowed):
        take_in_events(events, by=bank.handler, at=TODAY)
    with pytest.raises(UnknownUnit) as told:
        take_in_events([*events, EventDay("停电", date(2026, 12, 6), "XX")], by=bank.head, at=TODAY)
    assert told.value.codes == ["XX"] and not CalendarEvent.objects.exists()
    take_in_events(events, by=bank.head, at=TODAY)
    take_in_events([EventDay("暴雪", date(2026, 12, 5), "B1", 20.0)], by=bank.head, at=TODAY)
    kept = events_kept(date(2026, 12, 1), date(2026, 12, 31))
    assert [(e.kind, e.amount) for e in kept] == [("暴雪", 20.0), ("国债发行", 1.0)]
    assert AccessEntry.objects.filter(what="calendar_events").count() == 2
    snow = CalendarEvent.objects.get(kind="暴雪")
    take_back_event(snow.pk, by=bank.head, at=TODAY)
    with pytest.raises(EventGone):
        take_back_event(snow.pk, by=bank.head, at=TODAY)


@pytest.mark.django_db
def test_a_branch_registers_and_removes_events_of_its_own_units_alone(bank: Bank) -> None:
    snow = EventDay("暴雪", date(2026, 12, 5), "B1")
    take_in_events([snow], by=bank.manager, at=TODAY)
    for unit in ("", "B2"):
        with pytest.raises(NotAllowed):
            take_in_events([snow, EventDay("停电", date(2026, 12, 6), unit)], by=bank.manager, at=TODAY)
    assert CalendarEvent.objects.count() == 1
    take_in_events([EventDay("停电", date(2026, 12, 6))], by=bank.head, at=TODAY)
    with pytest.raises(NotAllowed):
        take_back_event(CalendarEvent.objects.get(kind="停电").pk, by=bank.manager, at=TODAY)
    take_back_event(CalendarEvent.objects.get(kind="暴雪").pk, by=bank.manager, at=TODAY)


@pytest.mark.django_db
def test_feasts_stand_beside_events_and_say_when_they_are_guessed(bank: Bank) -> None:
    take_in_events([EventDay("暴雪", date(2026, 12, 5), "B1")], by=bank.head, at=TODAY)
    ahead = events_ahead(date(2026, 11, 22), date(2027, 2, 20))
    names = [one.kind for one in ahead]
    assert names == ["暴雪", "元旦", "春节"] and [one.guessed for one in ahead] == [False, True, True]
    assert [one.kind for one in events_ahead(date(2026, 11, 22), date(2026, 12, 31), units=["B2", "HO"])] == []


def test_a_record_counts_whole_weeks_that_have_gone_by() -> None:
    run = ForecastRun(pk=1, dimension="unit", first=date(2026, 11, 1), made_at=now(), history_days=100, cases=9)
    said = ForecastSeries(run=run, key="A", weeks=[[7.0, 3.0, 11.0, 0.0]] * 8)
    counts = {date(2026, 11, 1) + n * DAY: 1 for n in range(30)}
    record = record_of([said], counts, known=date(2026, 11, 15))
    assert record is not None
    assert (record.weeks, record.ours, record.naive, record.held) == (2, 0.0, 7.0, 1.0)
    assert record.better_by == 1.0
    assert record_of([said], counts, known=date(2026, 11, 6)) is None
