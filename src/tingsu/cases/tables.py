"""Tables of what several units and people do on one case: tasks, meetings, outside bodies, parties, appeals, sanctions.

Every row but a link is numbered within its case and re-told by the case's events (``kept_rows``), so that a row
changed by force contradicts what is under seal.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from tingsu.org.models import Unit


class KeptRow(models.Model):
    """A numbered row beside a case. ``RETOLD`` names the columns that the events re-tell."""

    RETOLD: ClassVar[tuple[str, ...]] = ()

    no = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True
        ordering = ["no"]
        constraints = [models.UniqueConstraint(fields=["case", "no"], name="%(class)s_numbered_in_order")]


class UnitTask(KeptRow):
    """What the lead asks of a supporting unit (协办) or a meeting of a person, with its own clock.

    Open until it is answered, or let go (``released_at``) because the lead went on or the procedure ended.
    """

    RETOLD = (
        "unit_id", "owner_id", "meeting", "asked", "due", "asked_by_id", "asked_at", "done_at", "done_by_id", "reply",
        "released_at",
    )  # fmt: skip

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="tasks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tasks")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="tasks")
    meeting = models.PositiveSmallIntegerField(null=True)  # number of the meeting that gave it
    asked = models.TextField()
    due = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reply = models.TextField(blank=True)
    released_at = models.DateTimeField(null=True)
    deadline = models.OneToOneField("cases.Deadline", null=True, on_delete=models.SET_NULL, related_name="task")

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.released_at is None


class Meeting(KeptRow):
    """A joint meeting on the case (立会) and its minutes."""

    RETOLD = ("held_at", "people", "agreed", "by_id", "at")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="meetings")
    held_at = models.DateTimeField()
    people = models.CharField(max_length=300)
    agreed = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class OutsideBody(KeptRow):
    """Someone outside the house who was asked (街道里委、警署、鉴定机构 …), and the answer.

    ``paused`` is the ground on which the clocks stand still until it answers; empty where they run on.
    """

    RETOLD = ("name", "what", "asked_by_id", "asked_at", "paused", "answer", "answered_at", "answered_by_id")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="outside_bodies")
    name = models.CharField(max_length=80)
    what = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    paused = models.CharField(max_length=40, blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )


class Party(KeptRow):
    """Someone who stands beside the customer or in the customer's place. Personal data: masked like the customer's."""

    RETOLD = ("part", "name", "phone", "id_no", "relation", "proof", "by_id", "at", "ended_at")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="parties")
    part = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=30, blank=True)
    id_no = models.CharField(max_length=30, blank=True)
    relation = models.CharField(max_length=60, blank=True)
    proof = models.PositiveSmallIntegerField(null=True)  # number in the evidence annex
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Appeal(KeptRow):
    """A decision asked for again: the responsibility, by whom it fell on; the whole answer, by the customer (核查)."""

    class Sort(models.TextChoices):
        RESPONSIBILITY = "responsibility"
        REVIEW = "review"

    RETOLD = (
        "sort", "asked_by_id", "asked_at", "grounds", "evidence", "late", "outcome", "decided_by_id", "decided_at",
        "reason", "notice",
    )  # fmt: skip

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="appeals")
    sort = models.CharField(max_length=20, choices=Sort.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    grounds = models.TextField()
    evidence = models.JSONField(default=list)  # numbers in the annex
    late = models.BooleanField(default=False)  # asked for after the time the rule gives
    outcome = models.CharField(max_length=20, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    notice = models.TextField(blank=True)
    deadline = models.OneToOneField("cases.Deadline", null=True, on_delete=models.SET_NULL, related_name="appeal")


class Accountability(KeptRow):
    """What one unit or person answers for (责任追究), decided by people a level above, never by the machine.

    ``share`` is per cent of the performance pay, ``fixed`` yuan, ``study_days`` days of study off the job (下机学习).
    """

    RETOLD = (
        "unit_id", "person_id", "late", "fault_code", "grounds", "evidence", "loss", "share", "fixed", "study_days",
        "decided_by_id", "decided_at", "revoked_at",
    )  # fmt: skip

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="sanctions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    late = models.BooleanField(default=False)  # for handling the case late, not for what it complains of
    fault_code = models.CharField(max_length=40, blank=True)
    grounds = models.TextField()
    evidence = models.JSONField(default=list)
    loss = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    share = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    fixed = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    study_days = models.PositiveSmallIntegerField(default=0)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class Link(models.Model):
    """Two cases that belong together; kept once, from the older case to the newer, and shown on both."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="links_on")
    other = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="links_back")
    sort = models.CharField(max_length=20)
    why = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "other"], name="one_link_of_two_cases"),
            models.CheckConstraint(condition=models.Q(case__lt=models.F("other")), name="linked_from_the_older_case"),
        ]
