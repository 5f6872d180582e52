"""Tables of compensation money: what a unit may spend in a month, and what was paid when."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tingsu.org.models import Unit


class Budget(models.Model):
    """What a unit, with those below it that have none of their own, may pay out in a month (yuan).

    ``month`` is "2026-11"; empty, it holds for every month without one of its own.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="budgets", db_index=False)
    month = models.CharField(max_length=7, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "month"], name="one_budget_a_unit_and_month")]


class Payment(models.Model):
    """Money paid to a customer; the events re-tell it."""

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="payments")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    paid_at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering = ["id"]
