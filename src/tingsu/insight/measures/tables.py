"""Measures, their steps, evidence and recorded effects. Tables only."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Measure(models.Model):
    """One improvement: against what (``scope``: column of the facts → value), where, by whom, by when, since when.

    ``version`` counts changes and is what compare-and-set compares. ``origin`` says what it came from: {"alert": …},
    {"topic": …}, {"case": number}. ``started_on`` is the first day the measure was in force.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("待启动")
        DOING = "doing", _("整改中")
        DONE = "done", _("已完成，待评估")
        CHECKED = "checked", _("已评估")
        REOPENED = "reopened", _("重新整改")
        CLOSED = "closed", _("已关闭")

    title = models.CharField(max_length=120)
    scope = models.JSONField(default=dict)
    units = models.ManyToManyField("org.Unit", related_name="measures")
    root_cause = models.TextField()
    what = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="measures")
    due = models.DateField()
    started_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    origin = models.JSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    chased_on = models.DateField(null=True)
    watched_on = models.DateField(null=True)  # when it was last looked at whether the complaints came back
    version = models.PositiveIntegerField(default=1)

    class Meta:
        app_label = "insight"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state != self.State.CLOSED

    def is_late(self, today: date) -> bool:
        """Whether its day has passed while it is still to be carried out."""
        return self.state in AT_WORK and self.due < today


AT_WORK = (Measure.State.PLANNED, Measure.State.DOING, Measure.State.REOPENED)  # still to be carried out


class MeasureStep(models.Model):
    """One thing that happened to a measure; append-only. ``phase`` is the quarter of the PDCA circle it belongs to."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=12)
    phase = models.CharField(max_length=5)  # plan, do, check, act
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        app_label = "insight"
        ordering = ["pk"]


class MeasureEvidence(models.Model):
    """A file that shows what was done; the bytes lie with the evidence of cases, under their own hash."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="evidence")
    no = models.PositiveIntegerField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        app_label = "insight"
        ordering = ["no"]
        constraints = [models.UniqueConstraint(fields=["measure", "no"], name="measure_evidence_no")]


class MeasureCheck(models.Model):
    """An effect as it was worked out on one day: ``effect`` holds the figures, ``data`` what they were taken from."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="checks")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_on = models.DateField()
    until = models.DateField()
    effect = models.JSONField()
    data = models.JSONField(default=dict)

    class Meta:
        app_label = "insight"
        ordering = ["pk"]
