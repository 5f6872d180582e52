"""Cases registered over HTTP by clients that keep their connections, and the bare rows beside them."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import IO

CLIENTS = 8
WARM_UP, MEASURED = 3.0, 12.0  # seconds


@dataclass(frozen=True, slots=True)
class Load:
    """What one run gave: cases a second, milliseconds a request, and answers other than 201."""

    per_second: float
    median_ms: float
    p95_ms: float
    refused: int


@contextlib.contextmanager
def serving(environment: dict[str, str]) -> Iterator[int]:
    """The site as `tingsu serve` runs it, on a free port of this machine, job worker included."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "tingsu", "serve", "--port", str(port), "--workers", "2"]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=said)
        try:
            _wait_for(port, process, said)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=60)


def register_for_a_while(port: int, token: str, texts: list[str]) -> Load:
    """Let CLIENTS threads of a process of its own register cases, and report the measured part."""
    job = json.dumps({"port": port, "token": token, "texts": texts})
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.registering"], input=job, capture_output=True, text=True, check=True
    )
    return Load(**json.loads(ran.stdout))


def _wait_for(port: int, process: subprocess.Popen[bytes], said: IO[bytes]) -> None:
    """Return once the site answers. Raises TimeoutError with what it said where it does not within five minutes."""
    until = time.monotonic() + 300
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5)
            return
        time.sleep(0.1)
    said.seek(0)
    raise TimeoutError(f"the server did not come up: {said.read().decode(errors='replace')[-2000:]}")


def _another(texts: list[str], number: int) -> str:
    """A complaint nobody made before: the beginning of one and the end of another."""
    first, second = texts[number % len(texts)], texts[(number * 7919 + 13) % len(texts)]
    return f"{first[: len(first) // 2]}{second[len(second) // 2 :]}（{number}）"


def _client(
    port: int,
    token: str,
    texts: list[str],
    serial: Iterator[int],
    times: list[float],
    bad: list[int],
    stop: threading.Event,
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    while not stop.is_set():
        number = next(serial)
        body = {
            "text": _another(texts, number),
            "channel": "phone",
            "customer": {"name": f"客户{number}", "phone": f"154{number:08d}"},
        }
        began = time.perf_counter()
        connection.request("POST", "/api/cases", json.dumps(body), headers)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - began)
        if answer.status != 201:
            bad.append(answer.status)


def _run(job: dict[str, object]) -> Load:
    serial, stop = count(), threading.Event()
    times: list[list[float]] = [[] for _ in range(CLIENTS)]
    bad: list[int] = []
    args = (job["port"], job["token"], job["texts"], serial)
    threads = [threading.Thread(target=_client, args=(*args, mine, bad, stop)) for mine in times]
    for thread in threads:
        thread.start()
    time.sleep(WARM_UP)
    before = [len(mine) for mine in times]
    began = time.perf_counter()
    time.sleep(MEASURED)
    measured = [t for mine, skip in zip(times, before, strict=True) for t in mine[skip:]]
    took = time.perf_counter() - began
    stop.set()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(measured, n=20)
    return Load(len(measured) / took, statistics.median(measured) * 1000, cuts[18] * 1000, len(bad))


if __name__ == "__main__":
    from dataclasses import asdict

    print(json.dumps(asdict(_run(json.load(sys.stdin)))))
