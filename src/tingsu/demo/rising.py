"""The demo bank's calendar and its rises, looked at as they came and explained as a desk would."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tingsu.demo.people import read_content
from tingsu.insight.forecast.calendar import take_in_events
from tingsu.insight.forecast.events import read_events
from tingsu.insight.spikes.alerts import close_alert, explain_alert
from tingsu.insight.spikes.tables import Alert
from tingsu.insight.spikes.watching import watch
from tingsu.org.models import User

DAYS, STEP = 42, 3  # looked back on, and between two looks: each look judges four days
ANSWERED = timedelta(days=2)  # from a look to its explanation
KEEPER = "head"


def play_calendar(*, until: datetime) -> int:
    """Keep the days the demo bank lives by, pension and bond days, so that rises and forecasts know them."""
    days: dict[str, Any] = read_content("days.yaml")
    years = range(until.year - 2, until.year + 2)
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
