"""What the demo bank's figures rest on, sizes and calendar; its rises, seen as they came and explained by its desk."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tingsu.demo.people import read_content
from tingsu.insight.forecast.calendar import take_in_events
from tingsu.insight.forecast.events import read_events
from tingsu.insight.spikes.alerts import close_alert, explain_alert
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.spikes.watching import watch
from tingsu.insight.topics.sizes import SizeRow, set_sizes
from tingsu.org.models import Unit, User

DAYS, STEP = 42, 3  # looked back on, and between two looks: each look judges four days
ANSWERED = timedelta(days=2)  # from a look to its explanation
KEEPER = "head"
SERVED = 45_000  # customers an outlet of the demo bank has
YEARS = 2  # before the present, which sizes and calendar hold for


def play_sizes(*, until: datetime) -> int:
    """Keep how many outlets the demo bank's branches have, those it does not play among them, for rates per thousand.

    Returns of how many units.
    """
    wide = Unit.objects.filter(kind__in=(Unit.Kind.BRANCH, Unit.Kind.HEAD_OFFICE), active=True).order_by("path")
    rows = [SizeRow(unit.code, unit.customers, round(unit.customers / SERVED)) for unit in wide if unit.customers]
    since = (until - timedelta(days=YEARS * 366)).date()
    return set_sizes(rows, valid_from=since, by=User.objects.get(username=KEEPER), at=until)


def play_calendar(*, until: datetime) -> int:
    """Keep the days the demo bank lives by, pension and bond days, so that rises and forecasts know them."""
    days: dict[str, Any] = read_content("days.yaml")
    years = range(until.year - YEARS, until.year + 2)
    pensions = [f"每月{day}日,养老金发放" for day in days["pension_days"]]
    bonds = [f"{year}-{month:02d}-{days['bond_day']:02d},国债发行" for year in years for month in days["bond_months"]]
    events = read_events("\n".join((*pensions, *bonds)), years=years)
    return take_in_events(events, by=User.objects.get(username=KEEPER), at=until)


def play_rises(*, until: datetime) -> int:
    """Look for rises as a worker would have in the last weeks, and explain the older ones; the facts must be built.

    Returns how many alerts there are.
    """
    for back in range(DAYS, 0, -STEP):
        at = until - timedelta(days=back)
        watch(at)
        for alert in Alert.objects.filter(state=Alert.State.OPEN, seen_at__lt=at - ANSWERED):
            _answer(alert, at)
    return Alert.objects.count()


def _answer(alert: Alert, at: datetime) -> None:
    rule = next((one for one in read_content("rises.yaml") if _fits(one, alert)), None)
    if rule is None:
        return
    by = User.objects.get(username=rule["by"])
    verb = close_alert if rule.get("close") else explain_alert
    verb(alert, rule["why"], by=by, version=alert.version, at=at)


def _fits(rule: dict[str, Any], alert: Alert) -> bool:
    if rule.get("kind", alert.kind) != alert.kind:
        return False
    return all(alert.where.get(name) == rule[name] for name in ("unit", "cause") if name in rule)
