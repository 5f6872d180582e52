"""Reports as they were made, when they are sent and to whom, every sending, and the codes of JR/T 0169. Tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Which report."""

    MONTHLY = "monthly", _("月度案例分析")
    QUARTER = "quarter", _("季度管理与监管报告")


class KeptReport(models.Model):
    """One report as it was made, never changed: ``content`` is ``paper.to_json``, None while it is being made; ``why``:
    why it could not be. ``unit`` None: the whole house; ``made_by`` None: a schedule."""

    kind = models.CharField(max_length=10, choices=Kind.choices)
    period = models.CharField(max_length=10)  # 2026-10, 2026-Q3
    unit = models.ForeignKey("org.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(null=True)
    why = models.CharField(max_length=400, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        app_label = "insight"
        ordering = ["-pk"]


class ReportSchedule(models.Model):
    """Who gets which report by mail on which day (1–28) of the month after its period; ``ended_at``: no longer.

    ``people`` are staff, looked at again before each sending; ``addresses`` are others of mail domains the site allows.
    """

    kind = models.CharField(max_length=10, choices=Kind.choices)
    unit = models.ForeignKey("org.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    day = models.PositiveSmallIntegerField()
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    addresses = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "insight"
        ordering = ["-pk"]


class ReportSending(models.Model):
    """The sending of one period by one schedule, once. ``told``: addresses it went to; ``left_out``: who no longer may
    have it or has no address; ``turn`` grows with each try for good and tells a try that was overtaken;
    ``tries`` begins anew when a person asks for another."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待发")
        SENDING = "sending", _("正在发送")
        SENT = "sent", _("已发")
        FAILED = "failed", _("没有发出")

    schedule = models.ForeignKey(ReportSchedule, on_delete=models.PROTECT, related_name="sendings")
    period = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    turn = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    report = models.ForeignKey(KeptReport, null=True, on_delete=models.PROTECT, related_name="+")
    told = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    why = models.CharField(max_length=400, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "insight"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["schedule", "period"], name="one_sending_a_period")]


class FacetCode(models.Model):
    """The number JR/T 0169-2018 gives a word of one of its facets, from the administrator's file."""

    facet = models.CharField(max_length=10)
    code = models.CharField(max_length=10)
    name = models.CharField(max_length=30)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        app_label = "insight"
        ordering = ["facet", "code"]
        constraints = [
            models.UniqueConstraint(fields=["facet", "code"], name="facet_code_once"),
            models.UniqueConstraint(fields=["facet", "name"], name="facet_name_once"),
        ]
