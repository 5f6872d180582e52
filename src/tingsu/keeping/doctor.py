"""A look at the site's health: each thing checked says how it stands and, where it does not stand well, what to do."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django_tasks_db.models import DBTaskResult

from tingsu.base.clock import local, now
from tingsu.base.errors import TingsuError
from tingsu.calendars.notices import SITE_FILE, NoticeMistake, notices_at
from tingsu.cases.models import Approval, Event
from tingsu.cases.site_days import site_calendar
from tingsu.cases.standing import find_stuck
from tingsu.org.models import RoleGrant, User
from tingsu.org.pack import active_pack, forget_packs

LITTLE_ROOM, NO_ROOM = 5 << 30, 1 << 30  # bytes free
STALE = timedelta(days=1)  # no restore takes that long
AHEAD = 60  # days of calendar that should be known
MOST_WAITING = 2_000  # plans looked at
CLOCK_DRIFT = timedelta(seconds=60)
OLDEST_PYTHON = (3, 11)
LONG_WAIT, TOO_LONG = timedelta(minutes=5), timedelta(hours=1)  # of a queued job
KEYS = (("audit.key", "TINGSU_AUDIT_KEY"), ("secret.key", "TINGSU_SECRET_KEY"))


class State(StrEnum):
    """How one thing stands."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: its name, how it stands, what was seen, and what to do ("" when nothing)."""

    name: str
    state: State
    seen: str
    todo: str = ""


def examine(*, at: datetime | None = None) -> Iterator[Check]:
    """Every check in turn; one that itself fails is reported as bad and does not stop the others.

    What counts rows is left out where the database cannot answer; that it cannot is said once.
    """
    at = at or now()
    answers = True
    for name, check in _CHECKS:
        if check in _COUNTING and not answers:
            continue
        try:
            for seen in check(at):
                answers = answers and not (check is _database and seen.state is State.BAD)
                yield seen
        except (DatabaseError, OSError, TingsuError) as error:
            answers = answers and check is not _database
            yield Check(name, State.BAD, str(error).strip().splitlines()[0], _TODO.get(name, "请按提示排除后再检查"))


def _python(at: datetime) -> Iterator[Check]:
    seen = f"Python {sys.version.split()[0]}，SQLite {sqlite3.sqlite_version}"
    if sys.version_info < OLDEST_PYTHON:
        yield Check("运行环境", State.BAD, seen, "请安装 Python 3.11 或更新版本，再运行 make setup")
        return
    yield Check("运行环境", State.GOOD, seen)


def _room(at: datetime) -> Iterator[Check]:
    free = shutil.disk_usage(_existing(settings.TINGSU_HOME)).free
    seen = f"剩余 {free / (1 << 30):.1f} GB"
    todo = "请清理磁盘，或把数据文件夹（TINGSU_HOME）移到更大的磁盘；备份也要占地方"
    state = State.BAD if free < NO_ROOM else State.WARNING if free < LITTLE_ROOM else State.GOOD
    yield Check("磁盘空间", state, seen, "" if state is State.GOOD else todo)


def _folder(at: datetime) -> Iterator[Check]:
    home: Path = settings.TINGSU_HOME
    if not home.is_dir():
        yield Check("数据文件夹", State.BAD, f"没有 {home}", "请运行 tingsu prepare，或设好 TINGSU_HOME")
        return
    probe = home / f".doctor-{time.monotonic_ns()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        yield Check(
            "数据文件夹", State.BAD, f"{home} 写不进去（{error.strerror}）", f"请把 {home} 的属主改为运行听诉的账号"
        )
        return
    left = [path for path in home.glob(".tingsu-*") if at.timestamp() - path.stat().st_mtime > STALE.total_seconds()]
    if left:
        todo = "里面有客户信息，确认没有恢复在进行后请删除：" + "、".join(map(str, left))
        yield Check("数据文件夹", State.WARNING, f"有 {len(left)} 个中断的恢复留下的临时文件夹", todo)
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o007:
        yield Check("数据文件夹", State.WARNING, f"{home} 对本机其他账号开放（{mode:04o}）", f"chmod o-rwx {home}")
        return
    yield Check("数据文件夹", State.GOOD, f"{home} 可写，其他账号进不去")


def _keys(at: datetime) -> Iterator[Check]:
    for name, env in KEYS:
        path: Path = settings.TINGSU_HOME / name
        if os.environ.get(env):
            yield Check(f"密钥 {name}", State.GOOD, f"取自环境变量 {env}")
        elif not path.is_file():
            todo = (
                "请从备份恢复；丢了审计密钥，此前的封存值就无法核对"
                if name == "audit.key"
                else "请重启服务，会自动生成"
            )
            yield Check(f"密钥 {name}", State.BAD, f"没有 {path}", todo)
        elif stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Check(f"密钥 {name}", State.BAD, f"{path} 别的账号也能读", f"chmod 600 {path}")
        else:
            yield Check(f"密钥 {name}", State.GOOD, "只有运行听诉的账号能读")


def _database(at: datetime) -> Iterator[Check]:
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        yield from _postgresql()
    else:
        yield from _sqlite()
    plan = MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes())
    if plan:
        yield Check("数据结构", State.BAD, f"有 {len(plan)} 项升级没有执行", "请运行 tingsu prepare")
    else:
        yield Check("数据结构", State.GOOD, "与当前版本一致")


def _postgresql() -> Iterator[Check]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_encoding'), clock_timestamp()"
        )
        version, encoding, there = cursor.fetchone()
    if encoding != "UTF8":
        yield Check("数据库", State.BAD, f"PostgreSQL {version}，编码是 {encoding}", "请用 ENCODING 'UTF8' 重建数据库")
        return
    yield Check("数据库", State.GOOD, f"PostgreSQL {version}，连接正常")
    if abs(there - now()) > CLOCK_DRIFT:
        yield Check(
            "数据库时钟", State.WARNING, f"与本机相差 {abs(there - now())}", "请让两台机器用同一个时间源（NTP）"
        )


def _sqlite() -> Iterator[Check]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = str(cursor.fetchone()[0])
        cursor.execute("PRAGMA quick_check(1)")
        sound = str(cursor.fetchone()[0])
    if sound != "ok":
        yield Check("数据库", State.BAD, f"SQLite 文件已损坏：{sound}", "请停止服务，用 tingsu restore 恢复最近的备份")
    elif mode != "wal":
        todo = "数据文件夹不要放在网络磁盘上；移到本机磁盘后重启服务"
        yield Check("数据库", State.BAD, f"SQLite 没有使用 WAL（现为 {mode}）", todo)
    else:
        yield Check("数据库", State.GOOD, "SQLite，WAL 已启用，文件完好")


def _pack(at: datetime) -> Iterator[Check]:
    forget_packs()  # as it stands now, not as this process may have seen it before
    pack = active_pack()
    yield Check("方案包", State.GOOD, f"{pack.name.zh}（{pack.id} {pack.version}）")
    unverified = [rule.id for rule in pack.rules if not rule.verified]
    if unverified:
        todo = "请合规人员对照原文核对，核对后在方案包 deadlines.yaml 里写 verified: true"
        yield Check("时限规则", State.WARNING, f"{len(unverified)} 条没有核对原文：{'、'.join(unverified)}", todo)
    else:
        yield Check("时限规则", State.GOOD, f"{len(pack.rules)} 条均已核对原文")


def _calendar(at: datetime) -> Iterator[Check]:
    try:
        notices_at(settings.TINGSU_HOME)
    except NoticeMistake as error:
        todo = f"请改正数据文件夹里的 {SITE_FILE}，或删去后重新载入；在此之前整份不用"
        yield Check("工作日历", State.BAD, error.message, todo)
    today = local(at).date()
    unknown = [day for n in range(AHEAD + 1) if not site_calendar().is_known(day := today + timedelta(days=n))]
    if not unknown:
        yield Check("工作日历", State.GOOD, f"往后 {AHEAD} 天的放假与调休都已知")
        return
    years = "、".join(f"{year}年" for year in sorted({day.year for day in unknown}))
    todo = (
        f"国务院办公厅公布{years}放假安排后，写成一行一天的文件（2027-01-01,rest），运行 tingsu calendar import 载入；"
        "在此之前按周一至周五推算，可能差几天"
    )
    yield Check("工作日历", State.WARNING, f"不知道{years}的放假安排（{unknown[0]} 起）", todo)


def _static(at: datetime) -> Iterator[Check]:
    if settings.DEBUG:
        yield Check("网页文件", State.WARNING, "正以调试方式运行", "对外使用前请去掉环境变量 TINGSU_DEBUG")
        return
    root = Path(settings.STATIC_ROOT)
    if not (root / "staticfiles.json").is_file():
        yield Check("网页文件", State.BAD, f"{root} 里还没有网页文件", "请运行 tingsu prepare")
    elif not all((root / "vendor" / name).is_file() for name in ("htmx.min.js", "tabler.min.css", "echarts.min.js")):
        yield Check("网页文件", State.BAD, "缺少 htmx、Tabler 或 ECharts", "请运行 make setup，再运行 tingsu prepare")
    else:
        yield Check("网页文件", State.GOOD, "已就绪")


def _jobs(at: datetime) -> Iterator[Check]:
    waiting = DBTaskResult.objects.ready().filter(enqueued_at__lte=at)
    oldest = waiting.order_by("enqueued_at").values_list("enqueued_at", flat=True).first()
    age = at - oldest if oldest else timedelta(0)
    if age > LONG_WAIT:
        seen = f"{waiting.count()} 项在等，最早的已等 {_span(age)}"
        state = State.BAD if age > TOO_LONG else State.WARNING
        yield Check(
            "后台任务", state, seen, "请确认 tingsu serve（或 tingsu worker）在运行；积压多时可另开一个 tingsu worker"
        )
    else:
        yield Check("后台任务", State.GOOD, "没有积压")
    stuck = DBTaskResult.objects.running().filter(started_at__lte=at - TOO_LONG).count()
    if stuck:
        yield Check("后台任务", State.WARNING, f"{stuck} 项开始后一直没有做完", "多半是后台进程中途被停，请重启服务")
    failed = DBTaskResult.objects.failed().filter(finished_at__gte=at - timedelta(days=7)).count()
    if failed:
        yield Check("后台任务", State.WARNING, f"七天内有 {failed} 项失败", "请查看服务日志里的原因")


def _facts(at: datetime) -> Iterator[Check]:
    """What figures are counted from; only its own word is read here, since figures stand above this room."""
    todo = "请确认 tingsu serve（或 tingsu worker）在运行，或运行 tingsu facts refresh"
    newest = Event.objects.order_by("-pk").values_list("at", flat=True).first()
    try:
        told = json.loads((Path(settings.FACTS_ROOT) / "manifest.json").read_text(encoding="utf-8"))
        made, rows = datetime.fromisoformat(told["at"]), sum(told["rows"].values())
    except FileNotFoundError:
        if newest is not None:
            yield Check("事实表", State.WARNING, "还没有生成，统计从工单直接计算", todo)
        return
    except (ValueError, KeyError, TypeError, AttributeError):
        yield Check("事实表", State.WARNING, "读不懂", "请运行 tingsu facts rebuild")
        return
    seen = f"{rows} 件，截至 {local(made):%Y-%m-%d %H:%M}"
    behind = newest is not None and newest > made and at - made > LONG_WAIT
    yield Check("事实表", State.WARNING if behind else State.GOOD, seen, todo if behind else "")


def _span(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    return f"{minutes} 分钟" if minutes < 120 else f"{minutes // 60} 小时"


def _people(at: datetime) -> Iterator[Check]:
    if not User.objects.filter(is_active=True).exists():
        yield Check("账号", State.WARNING, "还没有账号", "请用 tingsu add-user 添加第一位同事")
        return
    active = RoleGrant.objects.filter(user__is_active=True)
    missing = [role.name.zh for role in active_pack().roles if role.id in ("handler", "desk_head", "admin")
               and not active.filter(role=role.id).exists()]  # fmt: skip
    if missing:
        yield Check(
            "账号", State.WARNING, f"没有人担任：{'、'.join(missing)}", "请用 tingsu add-user 或在网页上授予角色"
        )
    else:
        yield Check("账号", State.GOOD, f"{User.objects.filter(is_active=True).count()} 个在用，关键角色都有人")


def _approvals(at: datetime) -> Iterator[Check]:
    waiting = Approval.objects.filter(granted=None).select_related("case", "option").order_by("asked_at")
    stuck = find_stuck(waiting[:MOST_WAITING], at=at)
    if stuck:
        numbers = "、".join(one.case.number for one in stuck[:5])
        todo = "请在网页「代理与请假」设代理人，或把岗位授予在职的同事"
        yield Check("审批", State.WARNING, f"{len(stuck)} 件方案没有人能批：{numbers}", todo)
    else:
        yield Check("审批", State.GOOD, "待批的方案都有人能批")


def _clock(at: datetime) -> Iterator[Check]:
    newest = Event.objects.order_by("-pk").values_list("at", flat=True).first()
    if newest is not None and newest > at + CLOCK_DRIFT:
        seen = f"最近一条事件写着 {local(newest):%Y-%m-%d %H:%M}，比现在（{local(at):%Y-%m-%d %H:%M}）还晚"
        yield Check("时钟", State.BAD, seen, "请校准本机时间（NTP）；时限都从它算起")
    elif at.year < 2026:
        yield Check("时钟", State.BAD, f"本机时间是 {local(at):%Y-%m-%d}", "请校准本机时间（NTP）；时限都从它算起")
    else:
        yield Check("时钟", State.GOOD, f"北京时间 {local(at):%Y-%m-%d %H:%M}")


def _doors(at: datetime) -> Iterator[Check]:
    outside = [host for host in settings.ALLOWED_HOSTS if host not in ("127.0.0.1", "localhost", "[::1]")]
    if outside and not settings.SESSION_COOKIE_SECURE:
        todo = "请在前面加 HTTPS 代理，并设 TINGSU_HTTPS=1"
        yield Check("访问", State.WARNING, f"对外的名字 {'、'.join(outside)} 没有使用 HTTPS", todo)
    else:
        yield Check("访问", State.GOOD, "经 HTTPS" if outside else "只在本机")


_CHECKS: tuple[tuple[str, Callable[[datetime], Iterator[Check]]], ...] = (
    ("运行环境", _python),
    ("磁盘空间", _room),
    ("数据文件夹", _folder),
    ("密钥", _keys),
    ("数据库", _database),
    ("方案包", _pack),
    ("工作日历", _calendar),
    ("网页文件", _static),
    ("后台任务", _jobs),
    ("事实表", _facts),
    ("账号", _people),
    ("审批", _approvals),
    ("时钟", _clock),
    ("访问", _doors),
)
_COUNTING = (_jobs, _facts, _people, _approvals, _clock)
_TODO = {
    "数据库": "请核对 DATABASE_URL，确认数据库已启动、账号密码正确、本机连得上",
    "方案包": "请用 tingsu pack check 查看错误在哪个文件、哪一行",
}


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
