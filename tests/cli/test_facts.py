"""The facts as the command line builds, refreshes and shows them, and as the worker keeps them."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from tests.make import Bank, case, walk
from typer.testing import CliRunner

from tingsu.base.clock import now
from tingsu.cli import server
from tingsu.cli.main import app
from tingsu.insight.facts.store import read_manifest
from tingsu.keeping.doctor import Check, State, examine


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["facts", *words], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output


def checks() -> list[Check]:
    return [check for check in examine(at=now()) if check.name == "事实表"]


def test_facts_are_built_refreshed_and_shown(bank: Bank) -> None:
    assert checks() == [], "a site without cases needs none"
    made = case(bank)
    assert "还没有事实表" in run("show")
    assert [check.state for check in checks()] == [State.WARNING]
    assert "重新生成了 1 件，共 1 件" in run("refresh")
    walk(made, bank, "judge")
    case(bank)
    assert "更新了 2 件，共 2 件" in run("refresh")
    assert "重新生成了 2 件，共 2 件" in run("rebuild")
    told = json.loads(run("show", "--json"))
    assert (told["built"], told["rows"], told["files"]) == (True, 2, 1)
    assert "事实表 2 件" in run("show") and "不入备份" in run("show")
    assert [check.state for check in checks()] == [State.GOOD]


def test_the_worker_refreshes_no_more_than_once_a_minute(lasting_bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    case(lasting_bank)
    with server.facts_beside(once=True):
        assert read_manifest() is None
    first = read_manifest()
    assert first is not None and first.count == 1
    case(lasting_bank)
    server._refresh_once(threading.Event())
    assert read_manifest() == first, "a minute has not gone by"
    later = now() + timedelta(seconds=61)
    monkeypatch.setattr("tingsu.base.clock.now", lambda: later)
    server._refresh_once(threading.Event())
    after = read_manifest()
    assert after is not None and (after.count, after.at) == (2, later)
