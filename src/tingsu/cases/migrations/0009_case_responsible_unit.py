"""The cases a unit is held responsible for are found by an index; most cases have no such unit and no entry."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_notice_about")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["responsible_unit"],
                name="case_responsible_unit",
                condition=models.Q(("responsible_unit__isnull", False)),
            ),
        ),
    ]
