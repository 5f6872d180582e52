"""Sources of outside voices and their posts. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class FeedSource(models.Model):
    """Where posts come from, by the name a person gave it."""

    class Kind(models.TextChoices):
        APP_STORE = "app_store", _("应用商店评论")
        FORUM = "forum", _("论坛")
        SOCIAL = "social", _("社交媒体")
        CARD = "feedback_card", _("客户意见卡")
        OTHER = "other", _("其他")

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OTHER)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]


class FeedPost(models.Model):
    """One post, masked, with what the reading engine says of it. The raw text is kept nowhere.

    ``key``: keyed code by which the same post of a later export is known. ``author``: keyed code, "" unknown.
    ``rating`` 1–5. ``unit``: as the export names it. ``state``: whether a person has looked, and what became of it.
    """

    class State(models.TextChoices):
        NEW = "new", _("未处理")
        TAKEN = "taken", _("已转登记")
        LEFT = "left", _("不作投诉")

    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT, related_name="posts")
    key = models.CharField(max_length=64)
    text = models.TextField()
    posted_at = models.DateTimeField(null=True)
    author = models.CharField(max_length=32, default="")
    rating = models.PositiveSmallIntegerField(null=True)
    url = models.CharField(max_length=500, default="")
    unit = models.CharField(max_length=60, default="")
    verdict = models.CharField(max_length=10, default="")
    business = models.CharField(max_length=60, default="")
    cause = models.CharField(max_length=60, default="")
    emotion = models.PositiveSmallIntegerField(default=0)
    need = models.CharField(max_length=30, default="")
    risks = models.JSONField(default=list)
    engine = models.CharField(max_length=80, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["-posted_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="one_post_of_a_source_once")]
        indexes = [models.Index(fields=["verdict", "state", "-posted_at"], name="feed_to_look_at")]
