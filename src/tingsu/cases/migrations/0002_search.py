"""The search table: FTS5 on SQLite, tsvector with a GIN index on PostgreSQL."""

from django.db import migrations

CREATE = {
    "sqlite": ["CREATE VIRTUAL TABLE cases_search USING fts5(tokens, tokenize='unicode61 remove_diacritics 0')"],
    "postgresql": [
        "CREATE TABLE cases_search (id bigint, part smallint, doc tsvector NOT NULL, PRIMARY KEY (id, part))",
        "CREATE INDEX cases_search_doc ON cases_search USING gin (doc)",
    ],
}


def create(apps, editor):
    for statement in CREATE[editor.connection.vendor]:
        editor.execute(statement)


def drop(apps, editor):
    editor.execute("DROP TABLE cases_search")


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
