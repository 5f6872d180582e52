"""Full lifecycles a second over HTTP: register, read, judge, route, options, approve, carry out, answer, close.

`python -m benchmarks --lifecycles --sizes 0 100000 1000000` (or `python -m benchmarks.lifecycles`). Eight clients walk
the main roads of every shipped pack in turn, each person with a token of their own. Beside them, in the same run: the
same clients at a bare HTTP server that answers every step with one INSERT of the step's body.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.engines import database, prepare_home
from benchmarks.registering import serving
from benchmarks.walking import AMOUNTS, Leg, Road, Stuck, learn_road, walk

ROOT = Path(__file__).resolve().parent.parent
SIZES = [0, 100_000, 1_000_000]
CLIENTS = 8
WARM_UP = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Pace:
    """What one run gave: lifecycles and requests a second, milliseconds a request, and walks that got stuck."""

    per_second: float
    requests: float
    median_ms: float
    p95_ms: float
    stuck: int
    server_ms: float  # processor time of the serving processes and the job worker a lifecycle


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lifecycles")
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--demo", type=int, default=600, help="cases of the demo from which the store is grown")
    parser.add_argument("--packs", nargs="*", default=[], help="only these packs")
    parser.add_argument(
        "--wait", type=Path, help="measure each size only once this file is there: fill now, time later"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--clients", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.clients:
        print(json.dumps(asdict(_run_clients(json.load(sys.stdin)))))
    elif asked.inside:
        _measure_inside(asked.sizes, asked.seconds, tuple(asked.packs), asked.wait)
    else:
        engines = asked.engine or ["sqlite", "postgresql"]
        tell(asked.sizes, engines, seconds=asked.seconds, packs=tuple(asked.packs), demo=asked.demo, wait=asked.wait)


def tell(
    sizes: list[int],
    engines: list[str],
    *,
    seconds: float = 20.0,
    packs: tuple[str, ...] = (),
    demo: int = 600,
    wait: Path | None = None,
) -> None:
    """Measure every engine, empty and then at each size, in fresh folders that are gone afterwards; print the table."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT
    ).stdout.strip()
    load = os.getloadavg()[0]
    print(
        f"\n{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit}, {os.cpu_count()} cores, {platform.machine()},"
        f" Python {platform.python_version()}, load before {load:.1f}; {CLIENTS} clients, {seconds:.0f} s each,"
        " client and server on the same machine.\n\n"
        "| engine | cases in store | lifecycles | requests | median | p95 | stuck | server processor a lifecycle |"
        " baseline: HTTP + one INSERT a step |\n|---|---|---|---|---|---|---|---|---|",
        flush=True,
    )
    empty, filled = [size for size in sizes if not size], [size for size in sizes if size]
    for engine, some in [(engine, some) for engine in engines for some in (empty, filled) if some]:
        with tempfile.TemporaryDirectory(prefix="tingsu-walk-") as home, database(engine) as url:
            environment = prepare_home(Path(home), url, demo=demo if some is filled else 1)
            command = [sys.executable, "-m", "benchmarks.lifecycles", "--inside", "--seconds", str(seconds)]
            command += ["--sizes", *map(str, some), "--packs", *packs, *(["--wait", str(wait)] if wait else [])]
            subprocess.run(command, env=environment, cwd=ROOT, check=True)


def _measure_inside(sizes: list[int], seconds: float, packs: tuple[str, ...], wait: Path | None) -> None:
    """One engine at every size; the environment names the folder and the database."""
    import django

    django.setup()
    from django.db import connection

    from benchmarks.houses import build_house
    from benchmarks.store import grow
    from tingsu.cases.models import Case
    from tingsu.org.models import User
    from tingsu.org.tokens import create_token

    house = build_house(packs)
    names = {name for branch in house for name in branch.people.values()}
    tokens = {user.username: create_token(user, "walk")[1] for user in User.objects.filter(username__in=names)}
    for size in sizes:
        began, before = time.perf_counter(), Case.objects.count()
        if size > before:
            grow(size)
            rate = (size - before) / (time.perf_counter() - began)
            print(f"<!-- the store grew by {rate:,.0f} cases a second -->", file=sys.stderr, flush=True)
        _wait_for(wait)
        with serving(dict(os.environ)) as port:
            ask = _Asker(port, tokens).ask
            roads = [
                learn_road(branch, ask, amount=AMOUNTS[n % len(AMOUNTS)], at=datetime.now(UTC))
                for n, branch in enumerate(house)
            ]
            pace = _pace(port, tokens, roads, seconds)
        with _bare_server() as port:
            bare = _pace(port, tokens, roads, min(seconds, 6.0), bare=True)
        print(
            f"| {connection.vendor} | {size:,} | {pace.per_second:.1f}/s | {pace.requests:.0f}/s |"
            f" {pace.median_ms:.1f} ms | {pace.p95_ms:.1f} ms | {pace.stuck} | {pace.server_ms:.0f} ms |"
            f" {bare.per_second:.0f}/s |",
            flush=True,
        )


def _wait_for(file: Path | None) -> None:
    """Sleep until the file is there, then bring the database up to the program as it is by then."""
    if file is None:
        return
    while not file.exists():
        time.sleep(2)
    print(f"<!-- load at the start of timing {os.getloadavg()[0]:.1f} -->", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "tingsu", "prepare"], check=True, capture_output=True, cwd=ROOT)


class _Asker:
    """Keeps one connection and asks in anyone's name."""

    def __init__(self, port: int, tokens: Mapping[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.headers = {
            who: {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "Prefer": "return=minimal"}
            for who, key in tokens.items()
        }
        self.times: list[float] = []

    def ask(self, who: str, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, Any]:
        """One request; its status and its answer."""
        began = time.perf_counter()
        self.connection.request(method, path, json.dumps(body) if body is not None else None, self.headers[who])
        answer = self.connection.getresponse()
        said = answer.read()
        self.times.append(time.perf_counter() - began)
        return answer.status, json.loads(said)


def _pace(port: int, tokens: Mapping[str, str], roads: list[Road], seconds: float, *, bare: bool = False) -> Pace:
    """Let a process of its own walk the roads with CLIENTS threads."""
    job = {
        "port": port, "tokens": dict(tokens), "roads": [asdict(road) for road in roads], "seconds": seconds,
        "bare": bare, "server": os.getpid(),
    }  # fmt: skip
    command = [sys.executable, "-m", "benchmarks.lifecycles", "--clients"]
    ran = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, check=True, cwd=ROOT)
    return Pace(**json.loads(ran.stdout.splitlines()[-1]))


def _run_clients(job: dict[str, Any]) -> Pace:
    roads = [Road(**{**road, "legs": tuple(Leg(**leg) for leg in road["legs"])}) for road in job["roads"]]
    serial, stop, stuck = count(), threading.Event(), []
    done: list[list[float]] = [[] for _ in range(CLIENTS)]
    askers = [_Asker(job["port"], job["tokens"]) for _ in range(CLIENTS)]
    args = (roads, serial, stop, stuck)
    threads = [
        threading.Thread(target=_client, args=(asker, mine, *args)) for asker, mine in zip(askers, done, strict=True)
    ]
    for thread in threads:
        thread.start()
    time.sleep(min(WARM_UP, job["seconds"]))
    skip = [len(asker.times) for asker in askers]
    began, used = time.perf_counter(), _processor_of_children(job["server"])
    time.sleep(job["seconds"])
    took, used = time.perf_counter() - began, _processor_of_children(job["server"]) - used
    finished = sum(moment >= began for mine in done for moment in mine)
    stop.set()
    for thread in threads:
        thread.join()
    times = [t for asker, before in zip(askers, skip, strict=True) for t in asker.times[before:]]
    cuts = statistics.quantiles(times, n=20)
    for words in stuck[:3]:
        print(words, file=sys.stderr)
    return Pace(
        finished / took, len(times) / took, statistics.median(times) * 1000, cuts[18] * 1000, len(stuck),
        1000 * used / max(finished, 1),
    )  # fmt: skip


def _client(
    asker: _Asker, done: list[float], roads: list[Road], serial: Iterator[int], stop: threading.Event, stuck: list[str]
) -> None:
    while not stop.is_set():
        number = next(serial)
        road = roads[number % len(roads)]
        try:
            walk(_another(road, number), asker.ask)
        except Stuck as error:
            stuck.append(str(error))
        done.append(time.perf_counter())


def _another(road: Road, number: int) -> Road:
    """The same road for another customer with other words."""
    customer = {"name": f"客户{number}", "phone": f"155{number:08d}"}
    complaint = {**road.complaint, "text": f"{road.complaint['text']}（第{number}次来电）", "customer": customer}
    return Road(road.pack, road.recorder, complaint, road.legs)


def _processor_of_children(parent: int) -> float:
    """Seconds of processor time of everything below a process, without this process and what it started."""
    ticks = os.sysconf("SC_CLK_TCK")
    stats = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            stats[int(folder.name)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) / ticks)
    total, below = 0.0, {parent}
    for pid in sorted(stats):
        if stats[pid][0] in below and pid != os.getpid():
            below.add(pid)
            total += stats[pid][1]
    return total


@contextlib.contextmanager
def _bare_server() -> Iterator[int]:
    """A server that knows no procedure: every POST is one INSERT in the same database, and that is the answer."""
    command = [sys.executable, "-m", "benchmarks.bare_server"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)


if __name__ == "__main__":
    main()
