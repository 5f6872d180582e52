"""The clocks of a case: which version of a rule they take, how an extension is explained, and a year that becomes known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.make import MONDAY, Bank, case, walk
from tingsu.base.clock import SHANGHAI, local
from tingsu.calendars.notices import NoticeMistake, read_notice
from tingsu.cases import clocks, site_days
from tingsu.cases.audit import verify
from tingsu.cases.errors import NotPossible
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case, Deadline
from tingsu.cli.main import app
from tingsu.org.models import AccessEntry
from tingsu.org.pack import active_pack
from tingsu.packs.schema import Pack

NEW_YEAR = "2027-01-01..2027-01-03,休,元旦\n2027-10-01..2027-10-07,休,国庆\n"
DECEMBER = datetime(2026, 12, 17, 10, 0, tzinfo=SHANGHAI)  # + 15 = Friday 1 January 2027


@pytest.fixture
def home(tmp_path: Path, settings: object) -> Iterator[Path]:
    settings.TINGSU_HOME = tmp_path  # type: ignore[attr-defined]
    yield tmp_path


def statute(made: Case) -> Deadline:
    return made.deadlines.get(kind="statute")


def versioned(monkeypatch: pytest.MonkeyPatch) -> Pack:
    """The bank's pack, whose rule CN-NFRA-1 becomes ten days on 15 November 2026."""
    pack = active_pack()
    first = next(r for r in pack.rules if r.id == "CN-NFRA-1")
    rules = [
        first.model_copy(update={"valid_to": date(2026, 11, 14)}),
        first.model_copy(update={"limit": 10, "valid_from": date(2026, 11, 15)}),
        *(r for r in pack.rules if r.id != "CN-NFRA-1"),
    ]
    newer = pack.model_copy(update={"rules": rules})
    monkeypatch.setattr(clocks, "pack_of", lambda case: newer)
    return newer


def test_a_clock_takes_the_version_in_force_on_the_day_it_starts(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    versioned(monkeypatch)
    before, after = case(bank, at=MONDAY), case(bank, at=MONDAY + timedelta(days=7))
    assert statute(before).rule["limit"] == 15 and statute(after).rule["limit"] == 10
    assert local(statute(before).safe_target).date() == date(2026, 11, 25)
    assert local(statute(after).safe_target).date() == date(2026, 11, 27)
    assert case(bank, at=datetime(2019, 12, 31, 9, 0, tzinfo=SHANGHAI)).deadlines.filter(kind="statute").count() == 0


def test_a_running_clock_keeps_its_version_unless_moved(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    made = case(bank, at=MONDAY)
    newest = versioned(monkeypatch).rule("CN-NFRA-1")
    assert newest is not None and newest.limit == 10
    act(made, "pause", {"why": "appraisal", "notice": "已告知"}, by=bank.head, version=made.version, at=MONDAY)
    made.refresh_from_db()
    resumed = act(made, "resume", {}, by=bank.head, version=made.version, at=MONDAY + timedelta(hours=1))
    assert statute(resumed).rule["limit"] == 15
    clocks.move_to_rule(resumed, "statute", newest, by=bank.head, at=MONDAY + timedelta(days=7))
    moved = statute(resumed)
    assert local(moved.safe_target).date() == date(2026, 11, 20)
    assert moved.started_at == MONDAY and len(moved.pauses) == 1
    assert any("陈立" in step and "2026-11-15" in step for step in moved.explanation)
    with pytest.raises(NotPossible):
        clocks.move_to_rule(resumed, "handover", newest, by=bank.head, at=MONDAY)


def test_an_extension_says_who_when_and_from_what(bank: Bank) -> None:
    made = case(bank)
    judged = act(
        made, "judge", {"verdict": "valid", "reason": "清楚", "complexity": "complex"}, by=bank.handler,
        version=made.version, at=MONDAY,
    )  # fmt: skip
    said = {"reason": "需外调", "notice": "已电话告知"}
    longer = act(judged, "extend", said, by=bank.head, version=judged.version, at=MONDAY + timedelta(days=9))
    why = "经陈立批准，2026年11月18日由CN-NFRA-1延长至CN-NFRA-2"
    assert statute(longer).explanation[-1] == why
    assert "30个自然日（CN-NFRA-2）" in statute(longer).explanation[0]
    longest = act(longer, "extend", said, by=bank.executive, version=longer.version, at=MONDAY + timedelta(days=20))
    assert statute(longest).explanation[-2:] == [why, "经吴岚批准，2026年11月29日由CN-NFRA-2延长至CN-NFRA-3"]
    assert not list(verify())


def test_a_machine_whose_clock_runs_behind_can_still_resume(bank: Bank) -> None:
    made = case(bank)
    paused = act(made, "pause", {"why": "appraisal", "notice": "已告知"}, by=bank.head, version=made.version, at=MONDAY)
    resumed = act(paused, "resume", {}, by=bank.head, version=paused.version, at=MONDAY - timedelta(seconds=2))
    assert statute(resumed).state == "running"
    assert statute(resumed).pauses[0]["end"] == statute(resumed).pauses[0]["start"]
    assert local(statute(resumed).safe_target).date() == date(2026, 11, 25)


def test_a_restart_is_a_fresh_clock(bank: Bank) -> None:
    made = case(bank)
    act(made, "pause", {"why": "appraisal", "notice": "已告知"}, by=bank.head, version=made.version, at=MONDAY)
    later = MONDAY + timedelta(days=5, hours=3)
    starts = active_pack().process.begins_starts
    clocks.start_deadlines(made, starts, at=later)
    fresh = case(bank, at=later, text="另一件事：存折打印不清楚，要求更换。", phone="13900005678")
    again = made.deadlines.get(kind="statute", state="running")
    assert made.deadlines.filter(kind="statute", state="dropped").count() == 1
    assert (again.safe_target, again.lawful_end, again.explanation) == (
        statute(fresh).safe_target, statute(fresh).lawful_end, statute(fresh).explanation,
    )  # fmt: skip


def test_a_year_taken_in_moves_the_clocks_that_run_into_it(bank: Bank, home: Path) -> None:
    made, other = case(bank, at=DECEMBER), case(bank, at=MONDAY, text="ATM吞卡，要求尽快退还。", phone="13900005678")
    assert any("2027年放假安排尚未载入" in step for step in statute(made).explanation)
    assert local(statute(made).lawful_end).date() == date(2027, 1, 2)
    untouched = statute(other).explanation
    (home / "2027.csv").write_text(NEW_YEAR, encoding="utf-8")
    done = CliRunner().invoke(app, ["calendar", "import", str(home / "2027.csv")])
    assert done.exit_code == 0 and "10 天休息" in done.output and "1 个" in done.output
    assert local(statute(made).lawful_end).isoformat() == "2027-01-05T00:00:00+08:00"  # Monday the 4th, 24:00
    assert local(statute(made).safe_target).isoformat() == "2027-01-02T00:00:00+08:00"
    assert not any("尚未载入" in step for step in statute(made).explanation)
    assert statute(other).explanation == untouched
    assert AccessEntry.objects.get().what == "calendar"
    assert not list(verify())
    shown = CliRunner().invoke(app, ["calendar", "show", "2027"])
    assert "2027-01-01 周五 休" in shown.output and "还没有载入完整" not in shown.output


def test_half_a_year_is_taken_in_with_a_warning(bank: Bank, home: Path) -> None:
    (home / "half.csv").write_text("2027-01-01,休\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["calendar", "import", str(home / "half.csv")])
    assert done.exit_code == 0 and "不算载入完整" in done.output
    assert "还没有载入完整" in CliRunner().invoke(app, ["calendar", "show", "2027"]).output


def test_a_bad_notice_changes_nothing(bank: Bank, home: Path) -> None:
    (home / "bad.csv").write_text("2027-01-01,休\n2027-01-02,假\n", encoding="utf-8")
    for words in (["bad.csv"], ["nowhere.csv"], ["bad.csv", "--place", "XX"]):
        done = CliRunner().invoke(app, ["calendar", "import", str(home / words[0]), *words[1:]])
        assert done.exit_code == 2
    assert not (home / "calendar.csv").exists() and not AccessEntry.objects.exists()


def test_a_file_broken_by_hand_stops_no_clock(bank: Bank, home: Path) -> None:
    site_days.take_in_days(read_notice(NEW_YEAR), by=bank.admin, at=MONDAY)
    assert site_days.site_calendar().is_known(date(2027, 6, 1))
    (home / "calendar.csv").write_text("2027-01-01,nonsense\n", encoding="utf-8")
    assert not site_days.site_calendar().is_known(date(2027, 6, 1))
    assert statute(case(bank, at=DECEMBER)).safe_target
    with pytest.raises(NoticeMistake):
        site_days.take_in_days(read_notice(NEW_YEAR), by=bank.admin, at=MONDAY)


@pytest.mark.parametrize(
    ("body", "rule", "end"),
    [("nfra", "CN-NFRA-5", "2026-11-18"), ("pbc", "CN-PBC-1", "2026-11-24"), ("hotline_12345", "", ""), ("", "", "")],
)
def test_who_passed_a_complaint_on_brings_a_clock_of_its_own(bank: Bank, body: str, rule: str, end: str) -> None:
    made = case(bank, channel="regulator", details={"transferred_by": body}, at=MONDAY)
    held = {d.kind: d for d in made.deadlines.all()}
    assert "statute" in held and ("regulator" in held) == bool(rule)
    if rule:
        assert held["regulator"].rule["id"] == rule
        assert f"{local(held['regulator'].lawful_end - timedelta(seconds=1)):%Y-%m-%d}" == end
        walk(made, bank, "answer")
        held["regulator"].refresh_from_db()
        assert held["regulator"].state == Deadline.State.MET
