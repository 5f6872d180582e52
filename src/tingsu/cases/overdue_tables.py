"""What was told of clocks that run out, and to whom. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class LadderStep(models.Model):
    """A rung of the reaction to a clock, done: each once for each limit of a clock, whoever sweeps and how often.

    ``term`` is the rule's id, so that an extended clock warns again before its new end. ``told`` is False for what a
    downtime passed over: then only the latest rung was told.
    """

    deadline = models.ForeignKey("cases.Deadline", on_delete=models.CASCADE, related_name="steps", db_index=False)
    rung = models.CharField(max_length=40)
    term = models.CharField(max_length=40)
    at = models.DateTimeField()
    told = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["deadline", "term", "rung"], name="each_rung_once")]


class Notice(models.Model):
    """Something a person should know, in the product's own words; read once it was opened or ticked off.

    It is about a case, or else about what ``about`` names: {"title": …, "path": address in the product}.
    """

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices", db_index=False)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.CASCADE, related_name="notices")
    about = models.JSONField(default=dict)
    kind = models.CharField(max_length=20)  # warned, escalated, handed, sms_failed …
    words = models.JSONField(default=dict)  # language → wording
    clock = models.JSONField(default=dict)  # language → name of the clock
    due = models.DateTimeField(null=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["to", "-id"], name="notice_of_person"),
            models.Index(fields=["to"], name="notice_unread", condition=Q(read_at__isnull=True)),
        ]


class Turn(models.Model):
    """Whose turn it is to do what only one process need do; taken by compare-and-set on ``next_at``."""

    name = models.CharField(max_length=20, unique=True)
    next_at = models.DateTimeField()
