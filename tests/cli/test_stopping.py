"""Stopping the site: the worker is asked to finish, and ended where it does not."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest
from tests.make import Bank, case

from tingsu.cli import server
from tingsu.insight.facts import store

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"


def test_a_worker_that_does_not_finish_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_WITHIN", 0.3)
    process = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"on\n"
    began = time.monotonic()
    server._end(process)
    assert process.poll() is not None and time.monotonic() - began < 20


def test_a_long_refresh_of_the_facts_is_left_when_the_site_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_WITHIN", 0.3)
    stop = threading.Event()
    stop.set()
    began = time.monotonic()
    server._run_until([sys.executable, "-c", "import time; time.sleep(60)"], stop)
    assert time.monotonic() - began < 20


@pytest.mark.django_db(transaction=True)
def test_much_to_do_is_done_by_a_process_of_its_own(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    case(bank)
    ran: list[list[str]] = []
    monkeypatch.setattr(store, "MUCH", 0)
    monkeypatch.setattr(server, "_run_until", lambda command, stop: ran.append(command))
    server._refresh_once(threading.Event())
    assert [command[-2:] for command in ran] == [["facts", "refresh"]]
    monkeypatch.setattr(store, "MUCH", 1_000_000)
    server._refresh_once(threading.Event())
    assert len(ran) == 1
    assert not store.is_much_to_do()
    assert store.read_manifest() is not None
