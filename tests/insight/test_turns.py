"""Recurring jobs of insight: queued by one of many workers when their time has come, and safe to run."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.make import Bank, case
from tingsu.base.clock import SHANGHAI, now
from tingsu.insight.escalation.jobs import learn_risks, look_at_open_cases
from tingsu.insight.escalation.tables import CaseRisk, EscalationModel
from tingsu.insight.forecast.jobs import forecast_week
from tingsu.insight.turns import RECURRING, queue_in_turn

AT = datetime(2026, 11, 22, 9, tzinfo=SHANGHAI)


@pytest.mark.django_db
def test_each_is_queued_once_in_its_stretch_by_whoever_comes_first() -> None:
    mine = {"forecast", "risk-learn", "risk-look"}
    assert mine <= set(queue_in_turn(AT))
    assert not mine & set(queue_in_turn(AT + timedelta(minutes=5)))
    assert "risk-look" in queue_in_turn(AT + timedelta(hours=1, minutes=1))
    assert mine <= set(queue_in_turn(AT + timedelta(days=7, hours=2)))


def test_names_fit_their_column_and_are_different() -> None:
    names = [each.name for each in RECURRING]
    assert len(set(names)) == len(names) and max(map(len, names)) <= 20


@pytest.mark.django_db
def test_the_jobs_run_on_a_site_that_has_hardly_begun(bank: Bank) -> None:
    made = case(bank, at=now() - timedelta(days=1))
    assert forecast_week.func() == {}
    assert learn_risks.func() is False and EscalationModel.objects.get().cases == 0
    assert look_at_open_cases.func() == 1 and CaseRisk.objects.get().case_id == made.pk
