"""Samples drawn for review. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SampleDraw(models.Model):
    """One draw: its plan, its seed, and what it was drawn from (how many, and a digest of their numbers).

    The same plan and seed over the same conversations draw the same sample.
    """

    title = models.CharField(max_length=80)
    since = models.DateField()
    until = models.DateField()
    unit = models.ForeignKey("org.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    per_agent = models.PositiveIntegerField()
    risk_percent = models.PositiveIntegerField()
    random_percent = models.PositiveIntegerField()
    seed = models.PositiveIntegerField()
    pool = models.PositiveIntegerField()
    pool_digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "quality"
        ordering = ["-pk"]


class Drawn(models.Model):
    """One conversation of a draw, and why it was drawn: random, risk, agent."""

    draw = models.ForeignKey(SampleDraw, on_delete=models.CASCADE, related_name="drawn")
    conversation = models.ForeignKey("quality.Conversation", on_delete=models.CASCADE, related_name="drawn")
    why = models.CharField(max_length=6)
    place = models.PositiveIntegerField()

    class Meta:
        app_label = "quality"
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["draw", "conversation"], name="drawn_once_a_draw")]
