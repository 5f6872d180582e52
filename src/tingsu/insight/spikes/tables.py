"""Alerts, what happened to them, and how many false alarms the site wants. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Alert(models.Model):
    """One rise of one series (``where``: column of the facts → value; empty: everything), however long it lasts.

    ``key`` is ``where`` in one order, ``unit_path`` the path of its unit ("" where it lies everywhere). ``began`` and
    ``last`` are the first and last period that alarmed; ``points`` each alarming one as [begin, observed, expected,
    upper, chance]; ``also`` other series the same rise shows in. ``alike``: share of the cases in one wording.
    """

    class State(models.TextChoices):
        OPEN = "open", _("待解释")
        EXPLAINED = "explained", _("已解释")
        CLOSED = "closed", _("已关闭")

    class Kind(models.TextChoices):
        RISE = "rise", _("上升")
        BATCH = "batch", _("批量投诉")
        COPIES = "copies", _("同一份文字")

    key = models.CharField(max_length=400)
    where = models.JSONField(default=dict)
    unit_path = models.CharField(max_length=200, blank=True)
    grain = models.CharField(max_length=4, default="day")
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.RISE)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    began = models.DateTimeField()
    last = models.DateTimeField()
    seen_at = models.DateTimeField()
    observed = models.PositiveIntegerField()
    expected = models.FloatField()
    upper = models.FloatField()
    chance = models.FloatField()
    alike = models.FloatField(default=0)
    points = models.JSONField(default=list)
    also = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        app_label = "insight"
        ordering = ["-last", "chance"]
        constraints = [models.UniqueConstraint(fields=["key", "grain", "began"], name="insight_alert_once")]
        indexes = [models.Index(fields=["state", "-last"], name="insight_alert_state")]

    def __str__(self) -> str:
        return f"{self.key} {self.began:%Y-%m-%d}"

    @property
    def first_day(self) -> str:
        """The first day of the rise."""
        return str(self.points[0][0])[:10] if self.points else ""

    @property
    def last_day(self) -> str:
        """The last day of the rise so far."""
        return str(self.points[-1][0])[:10] if self.points else ""


class AlertStep(models.Model):
    """One thing that happened to an alert; append-only. ``by`` is None for what the watch did itself."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10)  # opened, extended, explained, closed, reopened
    words = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        app_label = "insight"
        ordering = ["pk"]


class AlarmRate(models.Model):
    """How many false alarms a year the site puts up with, all series together; the newest row holds."""

    a_year = models.FloatField()
    reason = models.CharField(max_length=400, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "insight"
        ordering = ["-pk"]
