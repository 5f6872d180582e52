"""Conversations, what was handed in together, what happened to each, and the calls back they led to. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Handover(models.Model):
    """Transcripts handed in at once, by a file or by the API. ``refused`` holds [transcript id, why] of the first."""

    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    taken = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)
    refused_count = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "quality"
        ordering = ["-pk"]


class Conversation(models.Model):
    """One conversation with a customer.

    ``turns`` are as handed in ([{no, speaker, text, start, end, inferred}], seconds) and are shown only by ``reveal``;
    ``masked`` holds their texts as pages show them, by place; ``gist`` what the customer came with, masked. ``points``
    is the machine's score, its words masked ([{id, name, got, of, turn, words, why}]); ``final`` maps point → mark as
    people left it, ``final_share`` is what that comes to (0–1). ``version`` counts changes and is what compare-and-set
    compares. ``key`` is the digest of what was handed in, so that the same conversation is kept once.
    """

    class Next(models.TextChoices):
        OPEN = "", _("未处理")
        CASE = "case", _("已登记投诉")
        CALL = "call", _("已安排回访")
        ASIDE = "aside", _("不用处理")

    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="conversations")
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="conversations"
    )
    agent_said = models.CharField(max_length=80, blank=True)
    unit = models.ForeignKey("org.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="conversations")
    channel = models.CharField(max_length=40, blank=True)
    held_at = models.DateTimeField()
    turns = models.JSONField(default=list)
    masked = models.JSONField(default=list)
    gist = models.CharField(max_length=80, blank=True)
    problems = models.JSONField(default=list)
    scored_at = models.DateTimeField(null=True)
    points = models.JSONField(default=list)
    share = models.FloatField(null=True)  # the machine's, 0–1; null where no point could be judged
    risk = models.FloatField(null=True)
    risk_why = models.JSONField(default=list)
    measures = models.JSONField(default=dict)
    score_failed = models.CharField(max_length=200, blank=True)  # why the machine could not score it
    reviewed_at = models.DateTimeField(null=True)
    final = models.JSONField(default=dict)
    final_share = models.FloatField(null=True)
    next_step = models.CharField(max_length=5, choices=Next.choices, default=Next.OPEN, blank=True)
    purged_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        app_label = "quality"
        ordering = ["-held_at", "-pk"]
        indexes = [
            models.Index(fields=["unit", "-held_at"], name="conversation_unit"),
            models.Index(fields=["agent", "-held_at"], name="conversation_agent"),
            models.Index(fields=["-risk"], name="conversation_risk"),
        ]

    def __str__(self) -> str:
        return self.name


class ConversationStep(models.Model):
    """One thing that happened to a conversation; append-only, each also a sealed line of the access log."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        app_label = "quality"
        ordering = ["pk"]


class CallBack(models.Model):
    """A customer of an ordinary conversation is to be called, before a complaint comes of it."""

    class Result(models.TextChoices):
        SETTLED = "settled", _("客户没有意见")
        COMPLAINT = "complaint", _("客户要投诉")
        UNREACHED = "unreached", _("没有联系上")

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="calls")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due = models.DateField()
    note = models.CharField(max_length=400, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    result = models.CharField(max_length=10, choices=Result.choices, blank=True)
    said = models.CharField(max_length=400, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "quality"
        ordering = ["due", "pk"]
