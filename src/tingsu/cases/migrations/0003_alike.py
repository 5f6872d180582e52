"""The index of alike texts and the bundles kept by it, in place of the bands.

The two index tables stand outside Django's models: on SQLite without a row id, so that a key costs one entry of one
tree. Cases recorded before are indexed by ``tingsu similar --index``.
"""

import django.db.models.deletion
from django.db import migrations, models

CREATE = {
    "sqlite": [
        "CREATE TABLE cases_alike (key integer NOT NULL, case_id integer NOT NULL, PRIMARY KEY (key, case_id))"
        " WITHOUT ROWID",
        "CREATE TABLE cases_direction (case_id integer PRIMARY KEY, version integer NOT NULL, linked bool NOT NULL,"
        " vector blob NOT NULL)",
        "CREATE INDEX cases_direction_unlinked ON cases_direction (case_id) WHERE NOT linked",
    ],
    "postgresql": [
        "CREATE TABLE cases_alike (key integer NOT NULL, case_id integer NOT NULL, PRIMARY KEY (key, case_id))",
        "CREATE TABLE cases_direction (case_id bigint PRIMARY KEY, version integer NOT NULL, linked boolean NOT NULL,"
        " vector bytea NOT NULL)",
        "CREATE INDEX cases_direction_unlinked ON cases_direction (case_id) WHERE NOT linked",
    ],
}


def create(apps, editor):
    for statement in CREATE[editor.connection.vendor]:
        editor.execute(statement)


def drop(apps, editor):
    for table in ("cases_alike", "cases_direction"):
        editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_search")]
    operations = [
        migrations.RunPython(create, drop),
        migrations.DeleteModel(name="TextBand"),
        migrations.CreateModel(
            name="Bundle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sort",
                    models.CharField(choices=[("wording", "Wording"), ("contact", "Contact")], max_length=10),
                ),
                ("key", models.BigIntegerField()),
                ("shown", models.CharField(blank=True, max_length=80)),
                ("cases", models.PositiveIntegerField(default=0)),
                ("customers", models.PositiveIntegerField(default=0)),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField(db_index=True)),
                (
                    "representative",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("sort", "key"), name="one_bundle_a_wording_or_contact")
                ],
            },
        ),
        migrations.CreateModel(
            name="BundleCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("who", models.BigIntegerField()),
                (
                    "bundle",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="cases.bundle",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bundled", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["bundle", "who"], name="bundle_who")],
                "constraints": [models.UniqueConstraint(fields=("bundle", "case"), name="once_in_a_bundle")],
            },
        ),
    ]
