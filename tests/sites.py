"""A whole site in a folder of its own, driven by its commands from outside, as its keeper does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]  # where `tests` can be imported from

CREATE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
PEOPLE = """
import django; django.setup()
from tests.make import Bank
Bank()
"""
COUNT = """
import json, django; django.setup()
from tingsu.cases.models import Case, Event
print(json.dumps([Case.objects.count(), Event.objects.count()]))
"""


class Site:
    """Commands run in processes of their own, against this site's folder and database."""

    def __init__(self, home: Path, database: str = "") -> None:
        self.home = home
        home.mkdir(parents=True, exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("TINGSU_") and k not in ("DATABASE_URL",)}
        self.environment = {**kept, "TINGSU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tingsu.base.settings"}
        if database:
            self.environment["DATABASE_URL"] = database

    def create(self, *, people: bool = True) -> Site:
        self.python(CREATE + (PEOPLE.split("\n", 2)[2] if people else ""))
        return self

    def python(self, code: str) -> Any:
        """What the code printed, as JSON; nothing when it printed nothing."""
        done = subprocess.run(
            [sys.executable, "-c", code], env=self.environment, cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def tingsu(self, *words: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            input=stdin,
            timeout=110,
        )

    def begin(self, *words: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*words),
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "tingsu", *map(str, words)]

    def counts(self) -> list[int]:
        """Cases and events in the store."""
        found: list[int] = self.python(COUNT)
        return found
