"""The weekly forecast, done in the background."""

from __future__ import annotations

from django_tasks import task


@task()
def forecast_week() -> dict[str, int]:
    """Bring the facts up and foretell everything; safe to run twice. Returns series by dimension."""
    from tingsu.base.clock import now
    from tingsu.insight.facts.store import refresh
    from tingsu.insight.forecast.keeping import make_forecasts

    at = now()
    refresh(at=at)
    return make_forecasts(by=None, at=at).series
