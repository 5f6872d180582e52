"""Coaching cards. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class CoachingCard(models.Model):
    """What one person does well and practises next; agreed with the coach.

    ``practise`` holds at most two of {"point", "name", "words", "conversation", "turn"}; ``scripts`` ids of the pack's
    scripts to read. ``version`` counts changes and is what compare-and-set compares.
    """

    agent = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="coaching_cards")
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    strengths = models.TextField()
    practise = models.JSONField()
    scripts = models.JSONField(default=list)
    action = models.TextField()
    due = models.DateField()
    read_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)  # the agent's own words
    followed_at = models.DateTimeField(null=True)
    followed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        app_label = "quality"
        ordering = ["-pk"]
