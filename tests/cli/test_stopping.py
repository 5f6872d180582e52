"""Stopping the site: the worker is asked to finish, and ended where it does not."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tingsu.cli import server

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"


def test_a_worker_that_does_not_finish_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_WITHIN", 0.3)
    process = subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"on\n"
    began = time.monotonic()
    server._end(process)
    assert process.poll() is not None and time.monotonic() - began < 20
