"""What the site adds to the packs' scripts: its own wordings, who keeps them, each change, each use. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class SiteScript(models.Model):
    """What the site holds of one script of a pack: a wording of its own, or one that stands over the pack's.

    ``content`` is a Script as JSON, empty where the pack's wording stands and only its keeping is the site's.
    ``version`` counts changes and is what compare-and-set compares; a script the site never touched is at 0.
    ``told_for`` is the review day its owner was last told of.
    """

    pack = models.CharField(max_length=40)
    slug = models.CharField(max_length=80)
    content = models.JSONField(default=dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    review_on = models.DateField(null=True)
    told_for = models.DateField(null=True)
    retired_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "assist"
        constraints = [models.UniqueConstraint(fields=["pack", "slug"], name="one_site_script_a_slug")]

    def __str__(self) -> str:
        return self.slug


class ScriptChange(models.Model):
    """One thing that happened to a script; append-only. ``version`` is the script's after it.

    ``content`` is the whole wording after the change; ``changed`` maps what changed to [before, after].
    """

    script = models.ForeignKey(SiteScript, on_delete=models.CASCADE, related_name="changes", db_index=False)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    words = models.CharField(max_length=400, blank=True)
    content = models.JSONField(default=dict)
    changed = models.JSONField(default=dict)

    class Meta:
        app_label = "assist"
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["script", "version"], name="one_change_a_version")]


class ScriptTally(models.Model):
    """How often a script was used, and what its users said of it afterwards."""

    pack = models.CharField(max_length=40)
    slug = models.CharField(max_length=80)
    used = models.PositiveIntegerField(default=0)
    helped = models.PositiveIntegerField(default=0)
    unhelped = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "assist"
        constraints = [models.UniqueConstraint(fields=["pack", "slug"], name="one_tally_a_script")]


class ScriptUse(models.Model):
    """A script was put into a draft once; ``version`` is the site's version then, 0 for the pack's own wording."""

    pack = models.CharField(max_length=40)
    slug = models.CharField(max_length=80)
    version = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.SET_NULL, related_name="+")
    helped = models.BooleanField(null=True)
    rated_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "assist"
        indexes = [models.Index(fields=["pack", "slug", "at"], name="script_use")]
