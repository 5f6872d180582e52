"""Open cases of a class of first priority are found by an index, without a look at every open case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0010_case_responsible_person")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at", None)), fields=["complexity", "next_due"], name="case_open_class"
            ),
        ),
    ]
