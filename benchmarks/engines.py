"""The databases measured: SQLite in the run's own folder, PostgreSQL from its wheel for the length of the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database(engine: str, home: Path) -> Iterator[str]:
    """The DATABASE_URL of an empty database of this engine; empty for SQLite's default place."""
    if engine == "sqlite":
        yield ""
        return
    from tests.postgres import serve_postgres

    with serve_postgres(home / "pg") as url:
        yield url
