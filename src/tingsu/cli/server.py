"""`tingsu serve`, `tingsu worker`, `tingsu prepare`: the site and its jobs on one machine."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from tingsu.base.errors import TingsuError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

console = Console()
log = logging.getLogger(__name__)
SWEEP_EVERY = 20.0  # seconds between two looks whether it is this process's turn
STOP_WITHIN = 20.0  # seconds a job may still take when the site is stopped
REFRESH_EVERY = 15.0  # seconds between two looks whether the facts are a minute old


class PortTaken(TingsuError):
    """The site cannot listen at ``host``:``port``."""

    code = "port_taken"

    def __init__(self, host: str, port: int, why: str) -> None:
        self.host = host
        self.port = port
        super().__init__(f"{host}:{port} 不能使用（{why}）。请关掉占用它的程序，或用 --port 换一个端口。")


def prepare() -> None:
    """建好或升级数据库，收好网页用的静态文件。可以反复执行。"""
    from django.conf import settings
    from django.core.management import call_command

    settings.TINGSU_HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    console.print(f"[green]✓[/] 数据库与静态文件已就绪（{settings.TINGSU_HOME}）", soft_wrap=True)


def serve(
    host: Annotated[str, typer.Option(help="监听的地址；只在本机使用时不要改。")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="监听的端口。")] = 8000,
    workers: Annotated[int, typer.Option(help="服务进程数，一般等于处理器核数。")] = 2,
    threads: Annotated[int, typer.Option(help="每个进程的线程数；进程比线程更快。")] = 1,
    with_worker: Annotated[bool, typer.Option("--worker/--no-worker", help="同时运行后台任务。")] = True,
) -> None:
    """启动网页与接口服务；默认同时运行后台任务。"""
    from django.conf import settings
    from granian import Granian
    from granian.constants import Interfaces

    _check_port(host, port)
    prepare()
    server = Granian(
        "tingsu.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backpressure=256,
        log_enabled=False,
        respawn_failed_workers=True,
    )
    console.print(f"[green]✓[/] 听诉已启动：[bold]http://{host}:{port}/[/]（按 Ctrl+C 停止）", soft_wrap=True)
    if settings.TINGSU_DEMO:
        _show_demo(settings.TINGSU_HOME)
    with _worker_beside(with_worker):
        server.serve()
    console.print("[green]✓[/] 已停止。")


def _show_demo(home: Path) -> None:
    """Who may sign in to a demo, told where it started: what loading it told has long scrolled away."""
    from tingsu.cli.demo import show_accounts

    show_accounts()
    report = home / "report.html"
    if report.is_file():
        console.print(f"  分析报告：{report}（用浏览器打开）", soft_wrap=True, highlight=False, markup=False)


def worker(
    once: Annotated[bool, typer.Option("--once", help="做完现有的任务就退出。")] = False,
) -> None:
    """运行后台任务：查找相近投诉、时限预警与升级、更新统计用的事实表等。"""
    with sweeping_beside(once=once), facts_beside(once=once):
        run_jobs(once=once)


def sweep() -> None:
    """查一遍到期的时限：该预警的预警，该升级的升级。每一级只做一次，可随时重复运行（定时任务用）。"""
    from tingsu.cases.sweeping import sweep as sweep_clocks

    swept = sweep_clocks()
    done = f"预警 {swept.warned} 件、升级 {swept.escalated} 件，发出提醒 {swept.notices} 条"
    console.print(f"[green]✓[/] 查看了 {swept.looked} 个到点的时限：{done}。", highlight=False)
    if swept.failed:
        console.print(f"[yellow]![/] {swept.failed} 件没有办成，原因见日志，下次再试。", highlight=False)
        raise typer.Exit(1)


def run_jobs(*, once: bool) -> None:
    """Run queued jobs until stopped, or only those queued now."""
    from django.core.management import call_command

    os.nice(10)  # people at the counter come first
    logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
    call_command("db_worker", batch=once, interval=0.5, startup_delay=False, verbosity=0)


@contextmanager
def sweeping_beside(*, once: bool = False) -> Iterator[None]:
    """The clocks are swept every minute on a thread beside the jobs, and recurring jobs queued; once, when ``once``.

    Of several workers one sweeps at a time. A sweep that fails (the database is away) is logged and tried again.
    """
    stop = threading.Event()
    if once:
        _sweep_once()
        yield
        return
    thread = threading.Thread(target=_sweep_until, args=(stop,), name="sweep", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def _sweep_until(stop: threading.Event) -> None:
    while not stop.is_set():
        _sweep_once()
        stop.wait(SWEEP_EVERY)


def _sweep_once() -> None:
    from django.db import close_old_connections, connection

    from tingsu.assist.turns import queue_in_turn as queue_assist_in_turn
    from tingsu.cases.sweeping import sweep_in_turn
    from tingsu.insight.turns import queue_in_turn
    from tingsu.quality.turns import queue_in_turn as queue_quality_in_turn

    for turn in (close_old_connections, sweep_in_turn, queue_in_turn, queue_quality_in_turn, queue_assist_in_turn):
        try:
            turn()
        except Exception:  # the thread must outlive a database that is away for a while, and one turn another's fault
            log.exception("sweep")
            connection.close()


@contextmanager
def facts_beside(*, once: bool = False) -> Iterator[None]:
    """The facts are brought up to date every minute on a thread beside the jobs; once, after them, when ``once``.

    A thread of its own, because building the facts of many cases for the first time takes minutes; where there is as
    much to do, a process of its own.
    """
    stop = threading.Event()
    if once:
        yield
        _refresh_once(stop)
        return
    thread = threading.Thread(target=_refresh_until, args=(stop,), name="facts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)


def _refresh_until(stop: threading.Event) -> None:
    if sys.platform == "linux":
        os.nice(10)  # of this thread: people at the counter come first
    while not stop.wait(REFRESH_EVERY):
        _refresh_once(stop)


def _refresh_once(stop: threading.Event) -> None:
    from django.db import close_old_connections, connection

    from tingsu.base.clock import now
    from tingsu.insight.facts.store import is_much_to_do, refresh_in_turn
    from tingsu.insight.measures.watch import review_in_turn

    try:
        close_old_connections()
        if is_much_to_do():
            _run_until([sys.executable, "-m", "tingsu", "facts", "refresh"], stop)
        else:
            refresh_in_turn(at=now())
        review_in_turn()
    except Exception:  # the thread must outlive a database that is away for a while
        log.exception("facts")
        connection.close()


def _run_until(command: list[str], stop: threading.Event) -> None:
    """Run a command to its end, or until ``stop``.

    Minutes of reckoning in a thread would hold up the sweep beside it for each of its steps, and the sweep holds the
    database's one writer: people's own changes then wait for seconds (measured with a million cases).
    """
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
    while process.poll() is None:
        if stop.wait(0.5):
            _end(process)


def _check_port(host: str, port: int) -> None:
    """Say it plainly when something else listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(host, port, error.strerror or str(error)) from None


@contextmanager
def _worker_beside(wanted: bool) -> Iterator[None]:
    """The job worker as a process of its own while the site runs, ended with it."""
    if not wanted:
        yield
        return
    process = subprocess.Popen([sys.executable, "-m", "tingsu", "worker"])
    try:
        yield
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the worker finish the job in its hands, but not for ever: what counts a million cases is done again later."""
    process.terminate()
    try:
        process.wait(timeout=STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
