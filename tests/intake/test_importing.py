"""A table of complaints becomes cases: whole ones only, once only, and what cannot be recorded is written down."""

from __future__ import annotations

import csv
import sqlite3
import time
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from tests.make import MONDAY, Bank
from tests.sites import Site

from tingsu.base.clock import SHANGHAI
from tingsu.cases import audit
from tingsu.cases.models import Case, Customer
from tingsu.intake.columns import guess_columns
from tingsu.intake.drafting import Drafter, find_details, settle_columns
from tingsu.intake.importing import ImportStopped, Outcome, import_table
from tingsu.intake.tables import open_table
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry, User
from tingsu.org.permissions import NotAllowed

HEADER = ["投诉编号", "投诉时间", "受理渠道", "被投诉机构", "客户姓名", "联系电话", "身份证号", "投诉内容"]
FIRST = ["T-1", "2026-03-01 09:30", "柜面", "解放路支行", "张三", "13800001234", "", "柜员态度很差，要求道歉"]
SECOND = ["T-2", "2026年3月2日", "12378", "B1", "李四", "", "110101199003070011", "年费扣了300元没有告知，要求退款"]
THIRD = ["T-3", "2026-03-03", "传真", "", "王五", "", "", "手机银行一直闪退，请尽快修复"]


def write(path: Path, *rows: list[str], header: list[str] = HEADER) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def run(path: Path, by: User, *, dry_run: bool = False, keep: bool = False, channel: str = "outside") -> Outcome:
    table = open_table(path)
    plan = settle_columns(table, guess_columns(path, table.columns, table.sample))
    drafter = Drafter(plan, find_details(table, plan, {}), source="旧系统", channel=channel, keep_unknown_units=keep)
    return import_table(table, drafter, by=by, at=MONDAY, dry_run=dry_run)


def reasons(outcome: Outcome) -> dict[int, str]:
    return {reject.number: reject.reason for reject in outcome.rejects}


def test_a_row_becomes_a_case_with_its_customer_unit_channel_and_day(bank: Bank, tmp_path: Path) -> None:
    outcome = run(write(tmp_path / "a.csv", FIRST, SECOND, THIRD), bank.handler)
    assert (outcome.made, outcome.already, outcome.rejects) == (3, 0, [])
    first, second, third = Case.objects.order_by("pk").select_related("customer", "accused_unit")
    assert first.text == "柜员态度很差，要求道歉"
    assert (first.source, first.external_id, first.channel) == ("旧系统", "T-1", "counter")
    assert (first.customer.name, first.customer.phone) == ("张三", "13800001234")
    assert first.accused_unit == bank.outlet
    assert first.received_at == datetime(2026, 3, 1, 9, 30, tzinfo=SHANGHAI)
    assert (second.channel, second.accused_unit, second.customer.id_no) == (
        "regulator",
        bank.branch,
        "110101199003070011",
    )
    assert third.channel == "outside"
    assert outcome.noted.channels == {"传真": 1}
    assert list(audit.verify()) == []


def test_running_again_adds_only_what_is_new(bank: Bank, tmp_path: Path) -> None:
    run(write(tmp_path / "a.csv", FIRST, SECOND), bank.handler)
    outcome = run(write(tmp_path / "b.csv", FIRST, SECOND, THIRD), bank.handler2)
    assert (outcome.made, outcome.already) == (1, 2)
    assert Case.objects.count() == 3


def test_without_ids_the_words_of_a_row_tell_it_from_others_whatever_the_options(bank: Bank, tmp_path: Path) -> None:
    rows = [row[1:] for row in (FIRST, THIRD, FIRST)]
    path = write(tmp_path / "a.csv", *rows, header=HEADER[1:])
    assert run(path, bank.handler).made == 3, "two rows that say the same are two complaints"
    again = run(path, bank.handler, channel="letter")
    assert (again.made, again.already) == (0, 3)


def test_a_running_number_is_no_id(bank: Bank, tmp_path: Path) -> None:
    header = ["序号", "投诉内容"]
    assert run(write(tmp_path / "march.csv", ["1", "柜员态度很差"], header=header), bank.handler).made == 1
    assert run(write(tmp_path / "april.csv", ["1", "年费收得太高"], header=header), bank.handler).made == 1


def test_one_id_with_two_texts_is_not_taken_for_the_same_complaint(bank: Bank, tmp_path: Path) -> None:
    other = [FIRST[0], *FIRST[1:-1], "完全不同的一件事：存折打印不清楚"]
    outcome = run(write(tmp_path / "a.csv", FIRST, other), bank.handler)
    assert outcome.made == 1
    assert "T-1" in reasons(outcome)[3] and "内容不同" in reasons(outcome)[3]


def test_bad_rows_are_named_with_row_and_reason_and_good_ones_kept(bank: Bank, tmp_path: Path) -> None:
    rows = [
        FIRST,
        ["T-4", "不知道", *SECOND[2:]],
        ["T-5", "", *SECOND[2:]],
        ["T-6", "2026-03-04", "柜面", "月球支行", "", "", "", "排队太久"],
        ["T-7", "2030-01-01", "柜面", "", "", "", "", "未来的投诉"],
        ["T-8", "2026-03-04", "柜面", "", "", "", "", ""],
        ["T-9", "2026-03-04", "柜面", "", "长" * 61, "", "", "名字太长"],
        ["编" * 121, "2026-03-04", "柜面", "", "", "", "", "编号太长"],
        SECOND,
    ]
    outcome = run(write(tmp_path / "a.csv", *rows), bank.handler)
    found = reasons(outcome)
    assert outcome.made == 2
    assert sorted(found) == [3, 4, 5, 6, 7, 8, 9]
    assert "不知道" in found[3] and "日期" in found[4] and "月球支行" in found[5] and "晚于现在" in found[6]
    assert Case.objects.count() == 2 and Customer.objects.count() == 2


def test_unknown_units_can_be_left_empty_on_request(bank: Bank, tmp_path: Path) -> None:
    row = ["T-6", "2026-03-04", "柜面", "月球支行", "", "", "", "排队太久"]
    outcome = run(write(tmp_path / "a.csv", row), bank.handler, keep=True)
    assert outcome.made == 1
    assert Case.objects.get().accused_unit is None
    assert outcome.noted.units == {"月球支行": 1}


def test_a_masked_number_is_nobody(bank: Bank, tmp_path: Path) -> None:
    row = ["T-1", "2026-03-01", "柜面", "", "张*", "138****1234", "", "排队太久"]
    assert run(write(tmp_path / "a.csv", row), bank.handler).noted.masked == 1
    assert Customer.objects.get().phone == ""


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(bank: Bank, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", FIRST, ["T-4", "不知道", *SECOND[2:]])
    outcome = run(path, bank.handler, dry_run=True)
    assert (outcome.made, len(outcome.rejects)) == (1, 1)
    assert not Case.objects.exists() and not Customer.objects.exists() and not AccessEntry.objects.exists()
    assert run(path, bank.handler).made == 1
    assert list(audit.verify()) == [], "no number went missing"


def test_who_may_not_import_imports_nothing(bank: Bank, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        run(write(tmp_path / "a.csv", FIRST), bank.clerk)
    assert not Case.objects.exists()


def test_an_import_leaves_a_sealed_line(bank: Bank, tmp_path: Path) -> None:
    run(write(tmp_path / "三月.csv", FIRST, SECOND), bank.handler)
    entry = AccessEntry.objects.get()
    assert (entry.what, entry.by, entry.detail["file"], entry.detail["cases"]) == (
        "import",
        bank.handler,
        "三月.csv",
        2,
    )
    assert list(verify_access_log()) == []
    AccessEntry.objects.update(by_name="别人")
    assert [place for place, _what in verify_access_log()] == [1]


def test_a_store_that_fails_stops_the_import_and_says_where(
    bank: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("fails through a trigger of SQLite")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full BEFORE INSERT ON cases_case WHEN NEW.external_id = 'T-2'"
            " BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    path = write(tmp_path / "a.csv", FIRST, SECOND, THIRD)
    with pytest.raises(ImportStopped) as stopped:
        run(path, bank.handler)
    assert stopped.value.row == 3 and "disk is full" in stopped.value.message
    assert [case.external_id for case in Case.objects.all()] == ["T-1"]
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER full")
    assert run(path, bank.handler).made == 2


@pytest.mark.slow
def test_a_killed_import_run_again_adds_only_what_is_missing(tmp_path: Path) -> None:
    site = Site(tmp_path / "site").create()
    rows = [
        [f"K-{n}", "2026-03-01", "柜面", "O1", f"客户{n}", "", "", f"第{n}次排队太久，态度很差"] for n in range(400)
    ]
    path = write(tmp_path / "big.csv", *rows)
    running = site.begin("import", path, "--by", "desk")
    deadline = time.monotonic() + 60
    while _count(site) < 40 and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.05)
    running.kill()
    running.wait()
    before, events = site.counts()
    assert 40 <= before < 400, "killed in the middle"
    assert events == before, "no case without its event, no event without its case"
    again = site.tingsu("import", path, "--by", "desk")
    assert again.returncode == 0, again.stderr
    assert site.counts() == [400, 400]
    assert site.tingsu("audit", "verify").returncode == 0


def _count(site: Site) -> int:
    with sqlite3.connect(site.home / "tingsu.sqlite3") as store:
        return int(store.execute("SELECT count(*) FROM cases_case").fetchone()[0])
