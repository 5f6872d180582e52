"""A case keeps its pack's edition and what its pack asks; numbers are counted by prefix, not by pack."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def count_by_prefix(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Until now a site had one pack, whose prefix its numbers begin with; most have none."""
    case = apps.get_model("cases", "Case")
    for series in apps.get_model("cases", "NumberSeries").objects.all():
        number = case.objects.filter(pack=series.prefix).values_list("number", flat=True).first() or ""
        series.prefix = number.rstrip("0123456789")
        series.save(update_fields=["prefix"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_alike"), ("org", "0003_packs")]

    operations = [
        migrations.AddField(
            "case", "edition", models.CharField(blank=True, max_length=16, default=""), preserve_default=False
        ),
        migrations.AddField("case", "details", models.JSONField(default=dict)),
        migrations.RemoveConstraint("numberseries", "one_series_a_month"),
        migrations.RenameField("numberseries", "pack", "prefix"),
        migrations.AlterField("numberseries", "prefix", models.CharField(blank=True, max_length=40)),
        migrations.RunPython(count_by_prefix, migrations.RunPython.noop),
        migrations.AddConstraint(
            "numberseries", models.UniqueConstraint(fields=["prefix", "month"], name="one_series_a_month")
        ),
    ]
