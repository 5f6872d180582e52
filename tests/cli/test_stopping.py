"""Stopping the site: the worker is asked to finish, and ended where it does not."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from tests.make import Bank, case

from tingsu.cli import server
from tingsu.demo.player import PASSWORD
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


@pytest.mark.django_db(transaction=True)
def test_one_turn_that_fails_leaves_the_others_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """What insight cannot read must not keep conversations from being scored."""
    had: list[str] = []

    def fail() -> None:
        raise OSError("no room left")

    monkeypatch.setattr("tingsu.insight.turns.queue_in_turn", fail)
    monkeypatch.setattr("tingsu.quality.turns.queue_in_turn", lambda: had.append("quality"))
    monkeypatch.setattr("tingsu.assist.turns.queue_in_turn", lambda: had.append("assist"))
    server._sweep_once()
    assert had == ["quality", "assist"]


class Served:
    """In place of the real server: it serves nobody and comes back at once, as after Ctrl+C."""

    def __init__(self, *args: object, **options: object) -> None:
        pass

    def serve(self) -> None:
        sys.stdout.write("(serving)")


@pytest.mark.parametrize("is_demo", [True, False])
def test_a_demo_says_who_may_sign_in_once_it_is_up_and_each_site_says_that_it_stopped(
    is_demo: bool,
    bank: Bank,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.TINGSU_DEMO, settings.TINGSU_HOME = is_demo, tmp_path
    (tmp_path / "report.html").touch()
    monkeypatch.setattr("granian.Granian", Served)
    monkeypatch.setattr(server, "prepare", lambda: None)
    monkeypatch.setattr(server, "_check_port", lambda host, port: None)
    server.serve(host="127.0.0.1", port=8000, workers=1, threads=1, with_worker=False)
    said = capsys.readouterr().out
    before, after = said.split("听诉已启动")[1].split("(serving)")
    assert "已停止" in after
    for told in (PASSWORD, "clerk", "report.html"):
        assert (told in before) is is_demo
