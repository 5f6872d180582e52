"""The databases measured: SQLite in the run's own folder, PostgreSQL from its wheel for the length of the run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# As a site would run it: every commit waits for the disk.
DURABLE = {"listen_addresses": "", "shared_buffers": "1GB", "max_connections": "60"}


@contextmanager
def database(engine: str) -> Iterator[str]:
    """The DATABASE_URL of an empty database of this engine; empty for SQLite's default place."""
    if engine == "sqlite":
        yield ""
        return
    from tests.postgres import running_server

    with running_server(DURABLE) as server:
        yield server.url()


def prepare_home(home: Path, database_url: str, *, demo: int) -> dict[str, str]:
    """A data folder with a migrated database and, if ``demo``, that many demo cases; returns its environment."""
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "TINGSU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tingsu.base.settings"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    command = ["demo", "--count", str(demo), "--keep"]
    subprocess.run([sys.executable, "-m", "tingsu", *command], env=environment, check=True, capture_output=True)
    return environment
