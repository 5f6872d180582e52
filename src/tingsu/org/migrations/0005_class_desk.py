"""Which unit handles which class of complaints at this site."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("org", "0004_delegation")]

    operations = [
        migrations.CreateModel(
            name="ClassDesk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("complexity", "类别"), ("tag", "敏感标签")], max_length=20)),
                ("value", models.CharField(max_length=40)),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="org.unit"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "value"), name="one_desk_of_a_class")],
            },
        ),
    ]
