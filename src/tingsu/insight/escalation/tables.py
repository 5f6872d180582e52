"""What the site's history taught about going further, and how each open case stands. Tables only."""

from __future__ import annotations

from django.db import models


class EscalationModel(models.Model):
    """Weights learned from the site's history at one moment, with how good they were on customers left out.

    ``calibrated`` is False where the history was too short: then the stated rules are in ``weights``.
    """

    learned_at = models.DateTimeField()
    cases = models.PositiveIntegerField()
    further = models.PositiveIntegerField()
    calibrated = models.BooleanField()
    weights = models.JSONField()  # intercept, weights, centre, scale, shift, businesses
    quality = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]


class CaseRisk(models.Model):
    """How likely an open case was to go further when last looked at; ``reasons`` as [sign, value, share of log-odds].

    A suggestion kept for lists; it is worked out anew where one case is looked at, and gone once the case is closed.
    """

    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="+", primary_key=True)
    at = models.DateTimeField()
    chance = models.FloatField(db_index=True)
    calibrated = models.BooleanField()
    reasons = models.JSONField(default=list)
