"""The demo bank's measures, played through the real verbs: one that worked, ones of which that cannot be said."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from tingsu.base.clock import SHANGHAI, local
from tingsu.demo.people import read_content
from tingsu.insight.days import monday_of
from tingsu.insight.measures.tables import Measure
from tingsu.insight.measures.verbs import MeasureDraft, check_effect, create_measure, mark_done, note_progress
from tingsu.org.models import Unit, User

MORNING = time(9, 20)


def play_measures(*, until: datetime) -> int:
    """Make the measures of ``content/measures.yaml`` as they went up to ``until``; the facts must be built.

    Returns how many there are.
    """
    planned: list[dict[str, Any]] = read_content("measures.yaml")
    made = [(plan, _play(plan, local(until))) for plan in planned]
    # Units with a measure of their own are not compared with: all are there before the first effect is estimated.
    for plan, measure in made:
        if plan.get("check"):
            check_effect(measure, by=measure.owner, version=measure.version, at=local(until))
    return len(planned)


def _play(plan: dict[str, Any], until: datetime) -> Measure:
    owner = User.objects.get(username=plan["owner"])
    made_at = _weeks_ago(plan["made"], until)
    draft = MeasureDraft(
        title=plan["title"],
        scope=plan["scope"],
        units=list(Unit.objects.filter(code__in=plan["units"])),
        root_cause=plan["root_cause"],
        what=plan["what"],
        owner=owner,
        due=_monday_ago(plan["due"], until) + timedelta(days=4),
    )
    measure = create_measure(draft, by=User.objects.get(username=plan["made_by"]), at=made_at)
    if "began" not in plan:
        at = min(made_at + timedelta(days=5), until)
        return note_progress(measure, plan["progress"], by=owner, version=1, at=at)
    return _carry_out(measure, plan, owner, until)


def _carry_out(measure: Measure, plan: dict[str, Any], owner: User, until: datetime) -> Measure:
    began = _monday_ago(plan["began"], until)
    at = datetime.combine(began + timedelta(days=4), MORNING, SHANGHAI)
    held = note_progress(measure, plan["progress"], by=owner, version=1, at=at, started_on=began)
    return mark_done(held, plan["done"], by=owner, version=held.version, at=at + timedelta(weeks=1))


def _monday_ago(weeks: int, until: datetime) -> date:
    return monday_of(until.date()) - timedelta(weeks=weeks)


def _weeks_ago(weeks: int, until: datetime) -> datetime:
    return datetime.combine(_monday_ago(weeks, until) + timedelta(days=1), MORNING, SHANGHAI)
