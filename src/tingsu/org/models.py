"""Units, staff, the roles they hold, and their API tokens. Tables only."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Unit(models.Model):
    """One unit of the organisation: head office, branch, outlet or department.

    ``path`` is the chain of codes from the root, "/HO/B01/O011/": everything below a unit starts with its path.
    """

    class Kind(models.TextChoices):
        HEAD_OFFICE = "head_office", _("总行")
        BRANCH = "branch", _("分行")
        OUTLET = "outlet", _("网点")
        DEPARTMENT = "department", _("部门")

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=200, unique=True)
    customers = models.PositiveIntegerField(default=0, help_text="customers served, for rates per thousand")
    active = models.BooleanField(default=True)
    pack = models.CharField(max_length=40, blank=True)  # the pack it and everything below it runs; "": as above it

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """One member of staff, or an outside system that registers complaints."""

    name = models.CharField(max_length=60)
    staff_no = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="staff")

    def __str__(self) -> str:
        return self.name or self.username


class RoleGrant(models.Model):
    """A person holds a role of the pack at a unit; the role's reach is counted from that unit."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role", "unit"], name="one_grant_of_a_role_at_a_unit")]


class Delegation(models.Model):
    """One lends the authority to approve to a deputy for some days (授权代理); without a deputy, a leave (请假).

    The days are China's, both included. A row is revoked, never changed or deleted.
    """

    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_given")
    deputy = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="delegations_held")
    roles = models.JSONField(default=list)  # empty: every role the giver holds
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    def runs(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.revoked_at is None and self.first_day <= day <= self.last_day

    def lends(self, role: str) -> bool:
        """Whether the role is one of those lent."""
        return not self.roles or role in self.roles


class PackEdition(models.Model):
    """A pack as it was on one day, whole; never changed. Cases point at it by its digest."""

    digest = models.CharField(max_length=16, unique=True)
    pack = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    data = models.JSONField()
    kept_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")


class PackInForce(models.Model):
    """Which edition of a pack new cases begin with. ``version`` counts changes and is what compare-and-set compares."""

    pack = models.CharField(max_length=40, unique=True)
    edition = models.ForeignKey(PackEdition, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)


class ClassDesk(models.Model):
    """The unit that handles a class of complaints, or those with a sensitivity tag, at this site (专办部门)."""

    class Kind(models.TextChoices):
        COMPLEXITY = "complexity", _("类别")
        TAG = "tag", _("敏感标签")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    value = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="one_desk_of_a_class")]


class ApiToken(models.Model):
    """A key to the API. Only its digest is kept; the key itself is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class AccessEntry(models.Model):
    """One thing done to many cases at once (export, import, backup, restore) or a reveal; append-only, each row sealed.

    What is done to one case is an Event of that case; what carries data out of the house or in stands here.
    """

    seq = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    what = models.CharField(max_length=20)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
