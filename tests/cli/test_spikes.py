"""`tingsu spikes` from the shell's side: messy files in, bounds for every date out, and plain words for what is wrong."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from tingsu.cli.main import app

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, ["spikes", *map(str, words)])


def write(path: Path, rows: list[list[object]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def daily(days: int, mean: float = 4.0, *, first: date = date(2025, 3, 1), seed: int = 5) -> list[list[object]]:
    counts = np.random.default_rng(seed).poisson(mean, days)
    return [[(first + timedelta(n)).isoformat(), int(count)] for n, count in enumerate(counts)]


def test_every_date_of_every_series_gets_a_bound_and_the_planted_rise_alarms(run: Run, tmp_path: Path) -> None:
    rows: list[list[object]] = []
    for unit, mean, seed in (("东街支行", 4, 1), ("西街支行", 2, 2)):
        rows += [[day, unit, count] for day, count in daily(200, mean, seed=seed)]
    for row in rows[196:200]:
        row[2] = int(str(row[2])) + 14
    file = write(tmp_path / "每日.csv", [["统计日期", "网点", "投诉件数"], *rows], "gbk")
    result = run(file, "--date", "统计日期", "--count", "投诉件数", "--by", "网点", "-o", "out.csv")
    assert result.exit_code == 0, result.output
    found = read(tmp_path / "out.csv")
    assert len(found) == 400
    east = [row for row in found if row["网点"] == "东街支行"]
    assert [row["报警(alarm)"] for row in east[-4:]] == ["1"] * 4
    judged = [row for row in found if row["上界(upper)"]]
    assert all((int(row["件数"]) > int(row["上界(upper)"])) == (row["报警(alarm)"] == "1") for row in judged)
    assert sum(row["报警(alarm)"] == "1" for row in judged) <= 7
    assert "东街支行" in result.output


def test_the_first_weeks_say_why_they_are_not_judged(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "c.csv", [["date", "n"], *daily(60)])
    assert run(file, "--date", "date", "--count", "n", "-o", "out.csv").exit_code == 0
    found = read(tmp_path / "out.csv")
    assert "太少" in found[0]["说明"]
    assert not found[0]["预期(expected)"]
    assert found[-1]["预期(expected)"]


def test_too_short_a_file_says_so(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "c.csv", [["日期", "件数"], *daily(10)])
    result = run(file, "-o", "out.csv")
    assert result.exit_code == 0
    assert "至少要 36 天" in result.output


def test_rows_that_mean_nothing_are_listed_with_their_number_and_reason(run: Run, tmp_path: Path) -> None:
    bad: list[list[object]] = [
        ["不知道", 3], ["2025-04-01", "-2"], ["2025-04-02", "2.5"], ["2099-01-01", 4], ["2025-04-03", ""],
        ["1900-01-01", 1],
    ]  # fmt: skip
    file = write(tmp_path / "c.csv", [["日期", "件数"], *bad, *daily(60)])
    result = run(file, "-o", "out.csv")
    assert result.exit_code == 0, result.output
    rejected = (tmp_path / "out-rejects.csv").read_text("utf-8-sig")
    for row, reason in ((2, "看不懂日期"), (3, "不能是负数"), (4, "不是整数"), (5, "在今天之后"), (6, "没有件数")):
        assert any(line.startswith(f"{row},") and reason in line for line in rejected.splitlines()), rejected
    assert len(read(tmp_path / "out.csv")) == 60


def test_counts_with_commas_units_and_full_width_digits_are_read(run: Run, tmp_path: Path) -> None:
    rows = daily(60)
    rows[0][1], rows[1][1], rows[2][1] = "1,234", "５件", "7.0"
    file = write(tmp_path / "c.csv", [["日期", "件数"], *rows])
    assert run(file, "-o", "out.csv").exit_code == 0
    assert [row["件数"] for row in read(tmp_path / "out.csv")[:3]] == ["1234", "5", "7"]


def test_a_lone_slip_of_the_pen_does_not_fill_ten_years_with_zeros(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "c.csv", [["日期", "件数"], ["2012-01-01", 3], *daily(150)])
    assert run(file, "-o", "out.csv").exit_code == 0
    assert len(read(tmp_path / "out.csv")) == 150
    assert "离其余的太远" in (tmp_path / "out-rejects.csv").read_text("utf-8-sig")


def test_weeks_are_known_by_their_dates_and_missing_ones_count_as_none(run: Run, tmp_path: Path) -> None:
    rows: list[list[object]] = [[(date(2024, 1, 1) + timedelta(7 * n)).isoformat(), 5] for n in range(60) if n != 30]
    file = write(tmp_path / "c.csv", [["周", "件数"], *rows])
    result = run(file, "-o", "out.csv")
    assert "按周看" in result.output
    assert "按 0 件算" in result.output
    found = read(tmp_path / "out.csv")
    assert (len(found), found[30]["件数"]) == (60, "0")


def test_days_can_be_looked_at_by_week_and_the_same_date_twice_is_added_up(run: Run, tmp_path: Path) -> None:
    rows = daily(140, first=date(2025, 3, 3))
    file = write(tmp_path / "c.csv", [["日期", "件数"], *rows, rows[0]])
    result = run(file, "--grain", "周", "-o", "out.csv")
    assert result.exit_code == 0, result.output
    found = read(tmp_path / "out.csv")
    assert len(found) == 20
    assert int(found[0]["件数"]) == sum(int(str(row[1])) for row in rows[:7]) + int(str(rows[0][1]))


def test_months_are_refused(run: Run, tmp_path: Path) -> None:
    rows: list[list[object]] = [[f"{2020 + n // 12}-{n % 12 + 1:02d}-01", 30] for n in range(48)]
    result = run(write(tmp_path / "c.csv", [["日期", "件数"], *rows]), "-o", "out.csv")
    assert result.exit_code == 2
    assert "按月" in result.output
    assert not (tmp_path / "out.csv").exists()


def test_pay_days_named_in_a_file_are_expected(run: Run, tmp_path: Path) -> None:
    rows = daily(400, 5, first=date(2025, 1, 1))
    for row in rows:
        row[1] = int(str(row[1])) + (25 if str(row[0]).endswith("-15") else 0)
    file = write(tmp_path / "c.csv", [["日期", "件数"], *rows])
    events = write(tmp_path / "e.csv", [["每月15日", "发薪日"]])
    run(file, "-o", "without.csv")
    assert run(file, "--events", events, "-o", "with.csv").exit_code == 0

    def alarms(name: str) -> int:
        return sum(row["报警(alarm)"] == "1" for row in read(tmp_path / name) if row["日期"].endswith("-15"))

    assert alarms("without.csv") >= 8
    assert alarms("with.csv") <= 3  # the first ones, before the day could be learned


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--count", "没有这列"], "没有这列"),
        (["--alpha", "0"], "每年误报次数"),
        (["--grain", "月"], "只能写"),
        (["-o", "c.csv"], "不能写到原文件"),
        (["--events", "没有.csv"], "读不了"),
    ],
)
def test_what_is_asked_wrongly_is_said_plainly(run: Run, tmp_path: Path, words: list[str], told: str) -> None:
    file = write(tmp_path / "c.csv", [["日期", "件数"], *daily(60)])
    result = run(file, *words)
    assert result.exit_code == 2
    assert told in result.output.replace("\n", "")


def test_more_false_alarms_allowed_means_no_higher_bounds(run: Run, tmp_path: Path) -> None:
    file = write(tmp_path / "c.csv", [["日期", "件数"], *daily(120)])
    run(file, "--alpha", "0.2", "-o", "few.csv")
    run(file, "--alpha", "6", "-o", "many.csv")
    few, many = read(tmp_path / "few.csv"), read(tmp_path / "many.csv")
    bounds = [
        (int(a["上界(upper)"]), int(b["上界(upper)"])) for a, b in zip(few, many, strict=True) if a["上界(upper)"]
    ]
    assert all(a >= b for a, b in bounds)
    assert any(a > b for a, b in bounds)


def test_cells_no_spreadsheet_will_run(run: Run, tmp_path: Path) -> None:
    rows: list[list[object]] = [[day, "=HYPERLINK()", count] for day, count in daily(60)]
    file = write(tmp_path / "c.csv", [["日期", "网点", "件数"], *rows])
    assert run(file, "--by", "网点", "-o", "out.csv").exit_code == 0
    assert read(tmp_path / "out.csv")[0]["网点"] == "'=HYPERLINK()"


def test_names_and_heads_of_the_file_never_become_formulas(run: Run, tmp_path: Path) -> None:
    rows: list[list[object]] = [[day, "=1+1", count] for day, count in daily(60)]
    file = write(tmp_path / "n.csv", [["日期", "=HYPERLINK(1)", "件数"], *rows])
    result = run(file, "--by", "=HYPERLINK(1)", "-o", "out.csv")
    assert result.exit_code == 0, result.output
    cells = [cell for row in (tmp_path / "out.csv").read_text("utf-8-sig").splitlines() for cell in row.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", '"='))]
