"""Appeals against reviews. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReviewAppeal(models.Model):
    """The agent's appeal against the review that counts; one a conversation. ``changes`` maps point → mark."""

    class Outcome(models.TextChoices):
        WAITING = "", _("待裁定")
        UPHELD = "upheld", _("维持")
        CHANGED = "changed", _("变更")

    conversation = models.OneToOneField("quality.Conversation", on_delete=models.CASCADE, related_name="appeal")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    points = models.JSONField()
    words = models.TextField()
    outcome = models.CharField(max_length=7, choices=Outcome.choices, default=Outcome.WAITING, blank=True)
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "quality"
        ordering = ["pk"]
