"""`tingsu events` and `tingsu forecast`: files taken in whole or not at all, and a sentence where nothing can be said."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.make import Bank
from typer.testing import CliRunner

from tingsu.cli.main import app
from tingsu.insight.forecast.tables import CalendarEvent

run = CliRunner()


def test_events_are_checked_taken_in_and_listed(bank: Bank, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("日期,事件,机构\n每月15日,养老金发放,B1\n2026-12-10,国债发行\n", encoding="gb18030")
    checked = run.invoke(app, ["events", "import", str(file), "--dry-run"])
    assert checked.exit_code == 0 and not CalendarEvent.objects.exists()
    assert run.invoke(app, ["events", "import", str(file)]).exit_code == 0
    assert CalendarEvent.objects.count() == 61
    assert "养老金发放 B1" in run.invoke(app, ["events", "show", "--weeks", "8"]).output


@pytest.mark.parametrize("text", ["明天,暴雪\n", "2026-12-10,停电,XX\n", ""])
def test_a_bad_file_changes_nothing(bank: Bank, tmp_path: Path, text: str) -> None:
    file = tmp_path / "events.csv"
    file.write_text(text, encoding="utf-8")
    assert run.invoke(app, ["events", "import", str(file)]).exit_code == 2
    assert run.invoke(app, ["events", "import", str(tmp_path / "none.csv")]).exit_code == 2
    assert not CalendarEvent.objects.exists()


def test_a_forecast_without_history_says_what_is_missing(bank: Bank) -> None:
    told = run.invoke(app, ["forecast"])
    assert told.exit_code == 0 and "28 天" in told.output
