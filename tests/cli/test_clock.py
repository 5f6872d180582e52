"""`tingsu clock` and `tingsu calendar` as a person types them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tingsu.cli.main import app

START = "2026-09-25T10:00"
# id → lawful and safe for a clock started on Friday 25 September 2026 at 10:00 of the rule's place, counted by hand
IDS = {
    "CN-NFRA-1": ("2026-10-11T00:00:00+08:00", "2026-10-11T00:00:00+08:00"),  # the 10th is a worked Saturday
    "CN-NFRA-2": ("2026-10-27T00:00:00+08:00", "2026-10-26T00:00:00+08:00"),  # the 25th is a Sunday
    "CN-NFRA-3": ("2026-11-25T00:00:00+08:00", "2026-11-25T00:00:00+08:00"),
    "CN-NFRA-4": ("2026-10-27T00:00:00+08:00", "2026-10-26T00:00:00+08:00"),
    "CN-NFRA-5": ("2026-10-13T00:00:00+08:00", "2026-10-13T00:00:00+08:00"),  # 28–30, 8, 9, 10, 12
    "CN-PBC-1": ("2026-10-11T00:00:00+08:00", "2026-10-11T00:00:00+08:00"),
    "CN-PBC-2": ("2026-11-25T00:00:00+08:00", "2026-11-25T00:00:00+08:00"),
    "CN-PBC-3": ("2026-09-28T10:00:00+08:00", "2026-09-28T10:00:00+08:00"),
    "CN-RET": ("2029-09-26T00:00:00+08:00", "2029-09-26T00:00:00+08:00"),
    "UK-1": ("2026-10-01T00:00:00+01:00", "2026-10-01T00:00:00+01:00"),
    "UK-2": ("2026-11-21T00:00:00+00:00", "2026-11-21T00:00:00+00:00"),
    "UK-3": ("2026-10-17T00:00:00+01:00", "2026-10-17T00:00:00+01:00"),
    "EU-1": ("2026-10-17T00:00:00+02:00", "2026-10-17T00:00:00+02:00"),
    "US-1": ("2026-10-11T00:00:00-04:00", "2026-10-11T00:00:00-04:00"),
    "US-2": ("2026-11-25T00:00:00-05:00", "2026-11-25T00:00:00-05:00"),
    "US-3": ("2026-10-10T00:00:00-04:00", "2026-10-10T00:00:00-04:00"),
    "SEED-1": ("2026-09-26T10:00:00+08:00", "2026-09-26T10:00:00+08:00"),
    "SEED-2": ("2026-09-30T00:00:00+08:00", "2026-09-30T00:00:00+08:00"),
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TINGSU_HOME", str(tmp_path))
    yield tmp_path


def tingsu(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def ends(*words: str) -> tuple[str, str]:
    done = tingsu("clock", *words)
    assert done.exit_code == 0, done.output
    lawful, safe = done.output.splitlines()[:2]
    return lawful, safe


def told(*words: str) -> dict[str, Any]:
    done = tingsu("clock", *words, "--json")
    assert done.exit_code == 0, done.output
    facts: dict[str, Any] = json.loads(done.output)
    return facts


@pytest.mark.parametrize("rule", IDS)
def test_every_rule_answers_to_its_id(rule: str) -> None:
    assert ends(rule, "--from", START) == IDS[rule] == ends(rule.lower(), "--from", START)
    facts = told(rule, "--from", START)
    assert (facts["lawful"], facts["safe"]) == IDS[rule]
    assert facts["explanation"] and facts["source"]
    assert facts["verified"] is (rule not in ("CN-NFRA-4", "CN-NFRA-5"))


def test_the_explanation_follows() -> None:
    said = tingsu("clock", "CN-NFRA-2", "--from", START).output
    for words in (
        "CN-NFRA-2",
        "第30日为10月25日",
        "10月25日为休息日",
        "稳妥目标不顺延",
        "CN-NFRA-3",
        "分管行领导",
        "2020年第3号",
    ):
        assert words in said
    assert "尚未与原文核对" in tingsu("clock", "CN-NFRA-5", "--from", START).output


def test_one_id_split_into_several_takes_the_first_and_names_the_others() -> None:
    facts = told("CN-NFRA-4", "--from", START)
    assert (facts["rule"], facts["alternatives"]) == ("CN-NFRA-4-APPLY", ["CN-NFRA-4-DECIDE"])
    for words in (("CN-NFRA-4", "decide"), ("cn-nfra-4/decide",), ("CN-NFRA-4 [decide]",)):
        assert told(*words, "--from", START)["rule"] == "CN-NFRA-4-DECIDE"
    assert set(told("US-3", "--from", START)["alternatives"]) == {"US-3-NEW", "US-3-CREDIT", "US-3-CREDIT-NEW"}


@pytest.mark.parametrize(
    ("start", "taken"),
    [
        ("2026-09-25", "2026-09-25T00:00:00+08:00"),
        ("2026-09-25 10:00", "2026-09-25T10:00:00+08:00"),
        ("2026-09-25T10:00:30", "2026-09-25T10:00:30+08:00"),
        ("2026-09-25T10:00Z", "2026-09-25T18:00:00+08:00"),
        ("2026-09-25T10:00-05:00", "2026-09-25T23:00:00+08:00"),
        ("2026-09-25T24:00", "2026-09-26T00:00:00+08:00"),
        ("2026/09/25", "2026-09-25T00:00:00+08:00"),
    ],
)
def test_moments_as_people_type_them(start: str, taken: str) -> None:
    assert told("SEED-1", "--from", start)["from"] == taken


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("CN-NFRA-9", "--from", START), "CN-NFRA-1"),
        (("", "--from", START), "没有名为"),
        (("CN-NFRA-1",), "--from"),
        (("CN-NFRA-1", "--from", "25 Sept"), "2026-09-25T10:00"),
        (("CN-NFRA-1", "--from", "2026-02-30"), "2026-02-30"),
        (("CN-NFRA-1", "--from", "9999-12-31"), "年份"),
        (("CN-NFRA-1", "--from", "2019-12-31"), "2020-03-01"),
        (("CN-NFRA-1", "--from", START, "--pause", "2026-09-28"), "停表时刻..恢复时刻"),
        (("CN-NFRA-1", "--from", START, "--pause", "2026-10-03..2026-09-28"), "早于开始时间"),
        (("CN-NFRA-1", "--from", START, "--calendar", "nowhere.csv"), "nowhere.csv"),
        (("CN-NFRA-3", "--from", START, "--extend"), "不能再延"),
        (("CN-PBC-3", "--from", START, "--extend"), "不能再延"),
    ],
)
def test_what_cannot_be_done_is_said_in_chinese(words: tuple[str, ...], said: str) -> None:
    done = tingsu("clock", *words)
    assert done.exit_code == 2
    assert said in done.output.replace("\n", "") and "Traceback" not in done.output


@pytest.mark.parametrize(
    ("rule", "times", "becomes", "limit"),
    [
        ("CN-NFRA-1", 1, "CN-NFRA-2", 30),
        ("CN-NFRA-1", 2, "CN-NFRA-3", 60),
        ("CN-NFRA-2", 1, "CN-NFRA-3", 60),
        ("CN-PBC-1", 1, "CN-PBC-2", 60),
        ("UK-3", 1, "UK-3-EXT", 35),
        ("EU-1", 1, "EU-1-EXT", 35),
        ("US-1", 1, "US-2", 60),
        ("US-3", 1, "US-3-CREDIT", 45),
    ],
)
def test_extending_goes_over_to_the_longer_rule(rule: str, times: int, becomes: str, limit: int) -> None:
    facts = told(rule, "--from", START, *["--extend"] * times)
    assert (facts["rule"], facts["limit"], facts["extended_from"]) == (becomes, limit, rule)
    assert facts["extend_by"]
    assert any(f"已从{rule}延长到{becomes}" in step and "批准" in step for step in facts["explanation"])
    assert facts["safe"] > told(rule, "--from", START)["safe"]
    assert facts["notice_required"] is (becomes != "CN-NFRA-2")


def test_whole_days_between_stop_and_resumption_are_not_counted() -> None:
    facts = told("CN-NFRA-1", "--from", "2026-11-09T10:00", "--pause", "2026-11-11..2026-11-13")
    assert (facts["safe"], facts["paused"]) == ("2026-11-27T00:00:00+08:00", "P2D")
    two = told(
        "CN-NFRA-1", "--from", "2026-11-09", "--pause", "2026-11-11..2026-11-13", "--pause", "2026-11-12..2026-11-14"
    )
    assert two["paused"] == "P3D"


def test_a_pause_the_rule_does_not_allow_is_said_and_stops_nothing() -> None:
    plain, paused = (
        told("CN-PBC-1", "--from", START),
        told("CN-PBC-1", "--from", START, "--pause", "2026-09-28..2026-10-03"),
    )
    assert paused["safe"] == plain["safe"] and paused["paused"] == "P0D"
    assert paused["pauses_without_effect"] == ["外部鉴定、检测或评估"]
    assert any("不是本时限的暂停事由" in step for step in paused["explanation"])
    away = told("CN-NFRA-1", "--from", START, "--pause", "2026-09-28..2026-10-03", "--ground", "客户出差")
    assert away["pauses_without_effect"] == ["客户出差"]
    by_name = told(
        "CN-NFRA-1", "--from", START, "--pause", "2026-09-28..2026-10-03", "--ground", "外部鉴定、检测或评估"
    )
    assert by_name["paused"] == "P5D"


@pytest.mark.parametrize("pause", ["2026-09-01..2026-09-10", "2026-12-01..2026-12-03", "2026-12-01.."])
def test_a_pause_beside_the_running_time_is_pointed_at(pause: str) -> None:
    facts = told("CN-NFRA-1", "--from", START, "--pause", pause)
    assert facts["safe"] == IDS["CN-NFRA-1"][1] and facts["paused"] == "P0D"
    assert any("不在计时期间内" in step for step in facts["explanation"])


def test_an_open_pause_is_an_estimate() -> None:
    facts = told("CN-NFRA-1", "--from", START, "--pause", "2026-10-08..")
    assert facts["standing_still"] and any("至今未恢复" in step for step in facts["explanation"])


def test_a_year_not_known_is_said_until_the_site_takes_it_in(home: Path) -> None:
    words = ("CN-NFRA-1", "--from", "2026-12-17")
    assert ends(*words) == ("2027-01-02T00:00:00+08:00", "2027-01-02T00:00:00+08:00")
    assert not told(*words)["calendar_known"]
    notice = home / "n.csv"
    notice.write_text("2027-01-01..2027-01-03,休,元旦\n2027-10-01..2027-10-07,休\n", encoding="utf-8")
    once = told(*words, "--calendar", str(notice))
    assert once["calendar_known"] and once["lawful"] == "2027-01-05T00:00:00+08:00"
    assert not told(*words, "--calendar", "bank")["calendar_known"]  # the pack adds no days of its own
    notice.rename(home / "calendar.csv")
    assert ends(*words) == ("2027-01-05T00:00:00+08:00", "2027-01-02T00:00:00+08:00")


def test_a_broken_calendar_of_the_site_is_named(home: Path) -> None:
    (home / "calendar.csv").write_text("2027-01-01,休\n2027-01-99,休\n", encoding="utf-8")
    done = tingsu("clock", "CN-NFRA-1", "--from", START)
    assert done.exit_code == 2 and "第 2 行" in done.output


def test_a_rules_new_version_holds_from_its_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "packs" / "house"
    folder.mkdir(parents=True)
    row = (
        "  - {{id: HOUSE-1, name: 本行答复, trigger: received, limit: {}, unit: office_hour, source: 内规,"
        " office_hours: [09:00, 17:00], {}}}\n"
    )
    (folder / "deadlines.yaml").write_text(
        "rules:\n" + row.format(16, "valid_to: 2026-09-30") + row.format(8, "valid_from: 2026-10-01"), encoding="utf-8"
    )
    monkeypatch.setenv("TINGSU_PACK_PATHS", str(tmp_path / "packs"))
    assert ends("house-1", "--from", "2026-09-29T17:00")[0] == "2026-10-08T17:00:00+08:00"  # 16 hours: 30, 8
    assert ends("house-1", "--from", "2026-10-08T12:00")[0] == "2026-10-09T12:00:00+08:00"
    assert told("house-1", "--from", "2026-10-08T12:00", "--on", "2026-09-01")["limit"] == 16


PAGE = (Path(__file__).parents[2] / "docs/clocks.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ tingsu (clock [^\n]+)\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_has_its_examples() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize(("words", "output"), EXAMPLES)
def test_the_pages_examples_are_true(words: str, output: str) -> None:
    assert tingsu(*words.split()).output.strip() == output.strip()
