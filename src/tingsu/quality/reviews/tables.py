"""Reviews of conversations. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Review(models.Model):
    """One person's marks on one conversation; never changed once handed in.

    ``no`` 1 is the review that counts, 2 the independent one it is compared with. ``marks`` maps point → {"mark":
    yes/part/no/na, "reason"}; ``machine`` is what the machine had said then, point → mark. ``blind`` says that neither
    the machine's nor another's marks were shown before this was handed in.
    """

    conversation = models.ForeignKey("quality.Conversation", on_delete=models.CASCADE, related_name="reviews")
    no = models.PositiveSmallIntegerField()
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    marks = models.JSONField()
    machine = models.JSONField()
    blind = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    share = models.FloatField(null=True)

    class Meta:
        app_label = "quality"
        ordering = ["no"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "no"], name="review_no"),
            models.UniqueConstraint(fields=["conversation", "reviewer"], name="review_once_a_person"),
        ]
