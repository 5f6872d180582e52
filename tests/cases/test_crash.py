"""The process is killed in the middle of its work: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SETUP = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.make import Bank
Bank()
"""
RECORD_FOR_EVER = """
import django
django.setup()
from tests.make import case, walk
from tingsu.org.models import User
class People:
    clerk, handler = (User.objects.get(username=name) for name in ("clerk", "desk"))
n = 0
while True:
    n += 1
    made = walk(case(People, text=f"柜员态度差，第{n}次投诉"), People, "judge") if n % 3 == 0 else case(People)
    print(made.number, made.version, flush=True)
"""
CHECK = """
import django
django.setup()
from django.db import connection
from tingsu.cases.audit import verify
from tingsu.cases.models import Case, Customer, Deadline, Event
from tingsu.cases.search import search
for finding in verify():
    print("FINDING", finding)
cases = {made.number: made.version for made in Case.objects.all()}
assert Event.objects.filter(kind="record").count() == len(cases)
assert Deadline.objects.filter(kind="statute").count() == len(cases)
assert search(Case.objects.all(), "柜员").count() == len(cases)
assert not Customer.objects.filter(cases=None).exists()
with connection.cursor() as cursor:
    print(cursor.execute("PRAGMA integrity_check").fetchone()[0], cursor.execute("PRAGMA journal_mode").fetchone()[0])
for number, version in sorted(cases.items()):
    print(number, version)
"""


def _environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_URL", "TINGSU", "TEST_"))}
    return {**kept, "TINGSU_HOME": str(home), "DJANGO_SETTINGS_MODULE": "tingsu.base.settings"}


def _run(code: str, home: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=_environment(home),
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _record_until_killed(home: Path, seconds: float) -> list[str]:
    """The acknowledgements a recording process printed before SIGKILL met it, the last whole line included."""
    worker = subprocess.Popen(
        [sys.executable, "-c", RECORD_FOR_EVER],
        env=_environment(home),
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    assert select.select([worker.stdout], [], [], 60)[0], "the worker recorded nothing within a minute"
    time.sleep(seconds)
    worker.send_signal(signal.SIGKILL)
    said = worker.stdout.read().decode()
    worker.wait()
    return said[: said.rfind("\n")].splitlines()


@pytest.mark.slow
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    _run(SETUP, tmp_path)
    acknowledged: dict[str, int] = {}
    for seconds in (0.05, 0.4, 0.73):
        for line in _record_until_killed(tmp_path, seconds):
            number, version = line.split()
            acknowledged[number] = int(version)
    assert len(acknowledged) >= 3
    health, *kept = _run(CHECK, tmp_path)
    assert health == "ok wal"
    there = {number: int(version) for number, version in (line.split() for line in kept)}
    assert acknowledged.items() <= there.items()
    assert sorted(there) == [f"2611{n:04d}" for n in range(1, len(there) + 1)]
