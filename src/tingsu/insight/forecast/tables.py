"""The site's calendar of events, and every forecast it ever made. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class CalendarEvent(models.Model):
    """One day something is on at a unit and below it, or everywhere (""): pension day, bond issue, heavy rain.

    ``amount`` tells stronger days of one kind from weaker ones; 1 where it only is or is not.
    """

    kind = models.CharField(max_length=20)
    day = models.DateField(db_index=True)
    unit_code = models.CharField(max_length=20, blank=True)
    amount = models.FloatField(default=1.0)
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["day", "kind", "unit_code"]
        constraints = [models.UniqueConstraint(fields=["kind", "day", "unit_code"], name="one_event_a_day_and_unit")]


class ForecastRun(models.Model):
    """One forecast of every series of a dimension (unit, business, topic), made with what was known before ``first``.

    ``rehearsed``: made afterwards as it would have been made then, so that a new site has a record to look at.
    ``told``: what was learned and what is not known (effects of events, kinds never seen, days off guessed).
    """

    dimension = models.CharField(max_length=10)
    first = models.DateField()  # the first day foretold
    made_at = models.DateTimeField()
    rehearsed = models.BooleanField(default=False)
    history_days = models.PositiveIntegerField()
    cases = models.PositiveIntegerField()
    told = models.JSONField(default=dict)

    class Meta:
        ordering = ["-first", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["dimension", "first", "rehearsed"], name="one_forecast_a_day_and_dimension")
        ]


class ForecastSeries(models.Model):
    """What one run said of one series. ``weeks``: eight [mean, low, high of 80 %, seasonal naive]; ``days``: [mean,
    low, high] of 56 days, kept for the newest run only."""

    run = models.ForeignKey(ForecastRun, on_delete=models.CASCADE, related_name="series", db_index=False)
    key = models.CharField(max_length=80)
    weeks = models.JSONField(default=list)
    days = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="one_series_a_run")]
        indexes = [models.Index(fields=["key"], name="forecast_series_key")]
