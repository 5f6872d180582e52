"""A notice may be of something that is no case."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_overdue")]

    operations = [
        migrations.AddField(model_name="notice", name="about", field=models.JSONField(default=dict)),
        migrations.AlterField(
            model_name="notice",
            name="case",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="cases.case"
            ),
        ),
    ]
