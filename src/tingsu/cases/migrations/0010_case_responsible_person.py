"""The cases a person is held responsible for are found by an index; most cases have no such person and no entry."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_case_responsible_unit")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["responsible_person"],
                name="case_responsible_person",
                condition=models.Q(("responsible_person__isnull", False)),
            ),
        ),
    ]
