"""The doctor tells good from bad, and says what to do about the bad."""

from __future__ import annotations

import os
from collections import namedtuple
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.make import Bank, case

from tingsu.base.clock import SHANGHAI
from tingsu.keeping import doctor
from tingsu.keeping.doctor import Check, State, examine

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=SHANGHAI)
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    home: Path = tmp_path / "home"
    vendor = home / "static" / "vendor"
    vendor.mkdir(parents=True)
    home.chmod(0o700)
    for name in ("htmx.min.js", "tabler.min.css", "echarts.min.js", "../staticfiles.json"):
        (vendor / name).write_text("{}")
    for name in ("audit.key", "secret.key"):
        (home / name).write_text("key")
        (home / name).chmod(0o600)
    settings.TINGSU_HOME, settings.STATIC_ROOT = home, home / "static"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    return home


def seen(name: str, at: datetime = NOON) -> list[Check]:
    return [check for check in examine(at=at) if check.name == name]


def states(name: str, at: datetime = NOON) -> list[State]:
    return [check.state for check in seen(name, at)]


def test_a_site_in_order_has_nothing_bad(bank: Bank, home: Path) -> None:
    checks = list(examine(at=NOON))
    assert [check for check in checks if check.state is State.BAD] == []
    assert [c.name for c in checks if c.state is State.WARNING] == ["时限规则"], "three rules nobody has compared yet"
    assert all(check.todo for check in checks if check.state is not State.GOOD)
    assert not any(check.todo for check in checks if check.state is State.GOOD)


def test_keys_others_can_read_or_that_are_gone_are_bad(bank: Bank, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "audit.key").chmod(0o644)
    (home / "secret.key").unlink()
    assert states("密钥 audit.key") == [State.BAD] and "chmod 600" in seen("密钥 audit.key")[0].todo
    assert states("密钥 secret.key") == [State.BAD]
    monkeypatch.setenv("TINGSU_SECRET_KEY", "given")
    assert states("密钥 secret.key") == [State.GOOD]


def test_a_folder_open_to_others_is_a_warning_and_a_missing_one_bad(bank: Bank, home: Path, settings: Any) -> None:
    home.chmod(0o755)
    assert states("数据文件夹") == [State.WARNING]
    home.chmod(0o700)
    (home / ".tingsu-restore-x").mkdir()
    os.utime(home / ".tingsu-restore-x", (0, 0))
    assert states("数据文件夹") == [State.WARNING, State.GOOD], "an interrupted restore left customers' data behind"
    settings.TINGSU_HOME = home / "nowhere"
    assert states("数据文件夹") == [State.BAD]


@pytest.mark.parametrize(("free", "state"), [(100 << 20, State.BAD), (3 << 30, State.WARNING), (90 << 30, State.GOOD)])
def test_room_on_the_disk(bank: Bank, home: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: State) -> None:
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: Usage(0, 0, free))
    assert states("磁盘空间") == [state]


@pytest.mark.parametrize(
    ("day", "state"), [("2026-10-30", State.GOOD), ("2026-11-03", State.WARNING), ("2027-02-01", State.WARNING)]
)
def test_a_year_whose_holidays_nobody_has_published_is_said_in_time(
    bank: Bank, home: Path, day: str, state: State
) -> None:
    (check,) = seen("工作日历", datetime.fromisoformat(f"{day}T12:00:00+08:00"))
    assert check.state is state
    if state is State.WARNING:
        assert "2027年" in check.seen and "tingsu calendar import" in check.todo


def test_jobs_that_wait_too_long_or_failed_show(bank: Bank, home: Path) -> None:
    from django_tasks_db.models import DBTaskResult

    case(bank)
    for waited, state in ((1, State.GOOD), (20, State.WARNING), (90, State.BAD)):
        DBTaskResult.objects.update(enqueued_at=NOON - timedelta(minutes=waited))
        assert states("后台任务") == [state], waited
    DBTaskResult.objects.update(status="RUNNING", started_at=NOON - timedelta(hours=3))
    assert states("后台任务") == [State.GOOD, State.WARNING]
    DBTaskResult.objects.update(status="FAILED", finished_at=NOON)
    assert states("后台任务") == [State.GOOD, State.WARNING]


def test_a_calendar_broken_by_hand_is_named(bank: Bank, home: Path) -> None:
    (home / "calendar.csv").write_text("2027-01-01,rest\n2027-01-02,holiday\n", encoding="utf-8")
    broken = seen("工作日历")[0]
    assert broken.state is State.BAD and "第 2 行" in broken.seen and "calendar.csv" in broken.todo


def test_a_clock_behind_the_newest_event_is_bad(bank: Bank, home: Path) -> None:
    case(bank, at=NOON + timedelta(days=1))
    assert states("时钟") == [State.BAD]
    assert states("时钟", NOON + timedelta(days=2)) == [State.GOOD]


def test_a_bad_pack_is_named_with_its_file(bank: Bank, home: Path, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "hotel").mkdir()
    (tmp_path / "hotel" / "pack.yaml").write_text("id: hotel\n")
    settings.TINGSU_PACK, settings.TINGSU_PACK_PATHS = "hotel", [tmp_path]
    (check,) = seen("方案包")
    assert check.state is State.BAD and "pack check" in check.todo


def test_missing_pages_and_debug_show(bank: Bank, home: Path, settings: Any) -> None:
    (home / "static" / "vendor" / "htmx.min.js").unlink()
    assert states("网页文件") == [State.BAD]
    settings.DEBUG = True
    assert states("网页文件") == [State.WARNING]


def test_names_outside_without_https_show(bank: Bank, home: Path, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1", "tousu.bank.example"]
    assert states("访问") == [State.WARNING]
    settings.SESSION_COOKIE_SECURE = True
    assert states("访问") == [State.GOOD]


def test_key_roles_without_holder_show(bank: Bank, home: Path) -> None:
    bank.head.grants.all().delete()
    (check,) = seen("账号")
    assert check.state is State.WARNING and "投诉处理负责人" in check.seen


def test_a_migration_not_applied_is_said_once(bank: Bank, home: Path) -> None:
    with connection.cursor() as cursor:
        latest = "SELECT MAX(id) FROM django_migrations WHERE app = 'cases'"
        cursor.execute(f"DELETE FROM django_migrations WHERE id = ({latest})")
    assert states("数据结构") == [State.BAD]
    assert states("后台任务") == states("账号") == states("时钟") == []
