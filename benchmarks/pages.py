"""Server time of the pages people open all day, through the whole of Django, and a plain scan beside the search."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle

from django.test import Client

from tingsu.cases.models import Case
from tingsu.org.models import User

ROUNDS = 40
WARM_UP = 4
WORDS = ("贷款", "年费", "排队", "道歉", "养老", "催收")


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of server time over ROUNDS requests."""

    name: str
    median_ms: float
    p95_ms: float


def time_pages() -> list[Timing]:
    """The queue, a case, a two-character search and the home page, as the head of the desk opens them."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="head"), backend="django.contrib.auth.backends.ModelBackend")
    numbers = cycle(Case.objects.order_by("-pk").values_list("number", flat=True)[: ROUNDS + WARM_UP])
    words = cycle(WORDS)
    return [
        _time("queue page", lambda: _get(client, "/cases/")),
        _time("queue page, last of all cases", lambda: _get(client, "/cases/?state=all&page=40")),
        _time("case page", lambda: _get(client, f"/cases/{next(numbers)}/")),
        _time("two-character search", lambda: _get(client, f"/search/?q={next(words)}")),
        _time("manager's home", lambda: _get(client, "/")),
        _time("baseline: LIKE over the table, 30 rows", lambda: _scan(next(words))),
    ]


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")


def _scan(word: str) -> None:
    found = Case.objects.filter(text__contains=word)
    list(found.order_by("-pk")[:30])
    found.count()


def _time(name: str, request: Callable[[], None]) -> Timing:
    times = []
    for turn in range(WARM_UP + ROUNDS):
        began = time.perf_counter()
        request()
        if turn >= WARM_UP:
            times.append((time.perf_counter() - began) * 1000)
    return Timing(name, statistics.median(times), statistics.quantiles(times, n=20)[18])
