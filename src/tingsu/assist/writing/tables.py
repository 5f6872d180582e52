"""What writing help is set to, and every draft that was asked of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tingsu.cases.models import Case


class WritingHelp(models.Model):
    """The model drafts are asked of; the newest row counts, earlier ones show who had set what."""

    on = models.BooleanField(default=False)
    address = models.CharField(max_length=200, blank=True)  # up to and with /v1
    model = models.CharField(max_length=100, blank=True)
    seconds = models.PositiveSmallIntegerField(default=20)  # to wait for an answer in all
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class WritingRequest(models.Model):
    """One draft asked for: by whom, for which case, and what came of it. ``text`` holds no personal data."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kind = models.CharField(max_length=12)  # letter, sms, chat, call, decision
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    text = models.TextField(blank=True)
    why = models.CharField(max_length=20, blank=True)  # failed: code of Failure
    model = models.CharField(max_length=100, blank=True)
    took_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["case", "by"], name="writing_case_by")]
