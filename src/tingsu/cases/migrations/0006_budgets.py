"""Compensation money: budgets, payments with their day, in whose place an approval was decided and when it was done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

STEP = 500
ENDING = ("close", "withdraw", "merge")  # as the packs shipped before this release call what ends a procedure


def retell(apps: Any, schema_editor: Any) -> None:
    """What was paid when, and which granted plans are done, as the events of older cases tell it."""
    case_model = apps.get_model("cases", "Case")
    told = case_model.objects.filter(approvals__granted=True).order_by("pk").distinct()
    for case in told.prefetch_related("approvals", "events").iterator(chunk_size=STEP):
        _retell_case(apps, case)


def _retell_case(apps: Any, case: Any) -> None:
    granted = [approval for approval in case.approvals.all() if approval.granted]
    payments = []
    for event in sorted(case.events.all(), key=lambda one: one.seq):
        if event.kind not in ("carry_out", "approve", *ENDING):
            continue
        for approval in granted:
            if approval.settled_at is None and approval.decided_at < event.at:
                approval.settled_at = event.at
        if event.kind == "carry_out" and "paid" in (fields := event.data.get("fields", {})):
            payments.append({"amount": Decimal(fields["paid"]), "paid_at": event.at, "by_id": event.by_id})
    for approval in granted:
        approval.save(update_fields=["settled_at"])
    payment = apps.get_model("cases", "Payment")
    payment.objects.bulk_create(payment(case_id=case.pk, **one) for one in payments)


class Migration(migrations.Migration):
    dependencies = [
        ("org", "0004_delegation"),
        ("cases", "0005_joint"),
    ]

    operations = [
        migrations.AddField(
            model_name="approval",
            name="acting_for",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="settled_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(
                condition=Q(("granted", True), ("settled_at", None)), fields=["case"], name="approval_committed"
            ),
        ),
        migrations.CreateModel(
            name="Budget",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.CharField(blank=True, max_length=7)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("set_at", models.DateTimeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="budgets",
                        to="org.unit",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("unit", "month"), name="one_budget_a_unit_and_month")],
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("paid_at", models.DateTimeField(db_index=True)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="payments", to="cases.case"
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.RunPython(retell, migrations.RunPython.noop, elidable=True),
    ]
