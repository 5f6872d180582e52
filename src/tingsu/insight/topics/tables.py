"""Topics as they are kept from week to week, the names they had, and how large units are. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Topic(models.Model):
    """Something complained about again and again, found without a list. ``str(pk)`` is its id in the facts.

    ``phrases``: [phrase, weight] pairs, by which a complaint is told to be of it. ``named_by``: whoever gave the name;
    None: the machine did, at birth. ``merged_into``: another topic that people hold it to be; its complaints count
    there. The machine changes phrases and ``seen_at`` alone.
    """

    name = models.CharField(max_length=60)
    phrases = models.JSONField(default=list)
    born_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="taken_in")

    class Meta:
        ordering = ["pk"]


class TopicName(models.Model):
    """A name a topic had from a moment on; never changed or removed. ``by`` None: the machine."""

    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=60)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]


class UnitSize(models.Model):
    """How many customers and outlets a unit has from a day on; 0 where that is not known."""

    unit_code = models.CharField(max_length=20)
    customers = models.PositiveIntegerField(default=0)
    outlets = models.PositiveIntegerField(default=0)
    valid_from = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["unit_code", "valid_from"]
        constraints = [models.UniqueConstraint(fields=["unit_code", "valid_from"], name="one_size_of_a_unit_a_day")]
