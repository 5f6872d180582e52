"""How fast the figures of the insight pages are over millions of facts, on DuckDB and PySpark, and how much they take.

``python -m benchmarks --dashboards --sizes 1 10`` measures 1 and 10 million; with TINGSU_HOME set, ``python -m
benchmarks.dashboards made 10`` only writes the facts there and ``… asked duckdb`` only asks. Every page's figures are
asked as the page asks them, for topics, units and periods drawn at random, so that no answer is there from before.
Invented rows, drawn from seed 20261122: five years, 1 house, 36 branches and 900 outlets, 300 topics, shares as
Zipf's; a week's rhythm; texts of one of 200 wordings.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ROOT = Path(__file__).resolve().parent.parent
SEED = 20261122
LAST = date(2026, 11, 22)
DAYS = 5 * 365
BRANCHES, OUTLETS, TOPICS = 36, 25, 300
SIZES = [1, 10]  # millions
ROUNDS = 20
LIMIT_MS, RANKING_MS, LIMIT_GB = 300, 10_000, 4
CHANNELS = ["counter", "lobby", "phone", "hotline", "email", "letter", "web", "chat", "mobile", "app_store", "social",
            "head_office", "regulator", "outside"]  # fmt: skip
BUSINESSES = ["信用卡", "借记卡", "贷款", "支付结算", "债务催收", "外汇", "人民币储蓄", "银行代理", "其他中间业务",
              "个人金融信息", "贵金属", "人民币管理", "自营理财", "国库", "其他"]  # fmt: skip
CAUSES = ["服务态度及质量", "设施设备系统", "制度规则流程", "营销方式", "信息披露", "自主选择权", "定价收费",
          "产品收益", "合同条款", "资金安全", "信息安全", "债务催收", "其他"]  # fmt: skip
SAME = {"pack": "bank", "source": "", "right": "", "fault": "", "batch": ""}  # of every made-up fact
SAID = "多次联系未得到解决，要求尽快处理。" * 3
ROOT_CAUSES = ["", "期望过高", "沟通不畅", "质量不稳定", "制度缺陷", "客户情绪"]
Floats = np.ndarray[Any, Any]


class House:
    """The invented units: codes, paths and how much each is complained of."""

    def __init__(self) -> None:
        self.codes, self.paths, self.branches = ["HO"], ["/HO/"], [""]
        for b in range(BRANCHES):
            self._add(f"B{b:02d}", f"/HO/B{b:02d}/", f"B{b:02d}")
            for o in range(OUTLETS):
                self._add(f"B{b:02d}O{o:02d}", f"/HO/B{b:02d}/B{b:02d}O{o:02d}/", f"B{b:02d}")

    def _add(self, code: str, path: str, branch: str) -> None:
        self.codes.append(code)
        self.paths.append(path)
        self.branches.append(branch)


def write_facts(millions: float) -> int:
    """Write that many facts into the folder the settings name, file by file. Returns the bytes."""
    from tingsu.base.clock import now
    from tingsu.cases.facts import Mark
    from tingsu.insight.facts import store

    count, rng, house = int(millions * 1_000_000), np.random.default_rng(SEED), House()
    share = 1 << store.SHIFT
    places = range((count + share - 1) // share)
    with store._alone():
        written = {}
        for place in places:
            rows = min(share, count - place * share)
            written[place] = store._write(_facts(rng, house, place * share, rows, count), place)
        store._put_in_force(store.Manifest(0, now(), Mark(), "made", {}, {}, {}), written, now())
    return sum(path.stat().st_size for path in store.facts_folder().glob("*.parquet"))


@dataclass(frozen=True, slots=True)
class _Received:
    """When complaints came and were answered, in the order they came; ``recent`` those of the last thirty days."""

    ids: Floats
    at: Floats
    recent: Floats


def _received(rng: np.random.Generator, first: int, rows: int, count: int) -> _Received:
    ids = np.arange(first, first + rows)
    day = np.minimum(
        (ids + rng.integers(-count // 400, count // 400 + 1, rows)).clip(0, count - 1) * DAYS // count, DAYS - 1
    )
    start = np.datetime64(LAST - timedelta(days=DAYS - 1))
    weekend = np.isin((start + day).astype("datetime64[D]").view("int64") % 7, (2, 3))  # Saturday, Sunday
    day = np.where(weekend & (rng.random(rows) < 0.6) & (day > 1), day - 2, day)
    received = (start + day).astype("datetime64[us]") + rng.integers(8 * 3600, 20 * 3600, rows).astype("timedelta64[s]")
    order = np.argsort(received, kind="stable")
    return _Received(ids[order], received[order], day[order] > DAYS - 30)


def _facts(rng: np.random.Generator, house: House, first: int, rows: int, count: int) -> pa.Table:
    from tingsu.insight.facts.columns import NAMES, SCHEMA

    came = _received(rng, first, rows, count)
    numbers = [f"TS{n:09d}" for n in came.ids]
    unit = _zipf(rng, len(house.codes), rows)
    open_ = rng.random(rows) < np.where(came.recent, 0.6, 0.002)
    columns: dict[str, Any] = {
        "case_id": came.ids,
        "number": numbers,
        "group": numbers,
        **{name: _coded(np.zeros(rows, int), [word]) for name, word in SAME.items()},
        **_moments(rng, came, open_),
        **_places(house, unit),
        **_labels(rng, rows),
        **_outcomes(rng, rows),
        "stage": _coded(open_.astype(int), ["closed", "routed"]),
        "ended": _coded(open_.astype(int), ["closed", ""]),
        "customer": [f"K{n:010x}" for n in rng.integers(0, max(1, count * 7 // 10), rows)],
        "text": _coded(rng.integers(0, 200, rows), [f"客户反映第{n}类问题，{SAID}" for n in range(200)]),
    }
    return pa.table([pa.array(columns[name]).cast(SCHEMA.field(name).type) for name in NAMES], schema=SCHEMA)


def _moments(rng: np.random.Generator, came: _Received, open_: Floats) -> dict[str, Any]:
    received = came.at
    answered = received + rng.integers(1, 30 * 86_400, len(received)).astype("timedelta64[s]")
    months = received.astype("datetime64[M]").astype(str)
    return {
        "received_at": received,
        "day": received.astype("datetime64[D]"),
        "hour": (received.astype("datetime64[h]").view("int64") % 24).astype("int8"),
        "weekday": ((received.astype("datetime64[D]").view("int64") + 3) % 7).astype("int8"),
        "month": pa.array(months).dictionary_encode(),
        "answered_at": pa.array(answered, mask=open_),
        "closed_at": pa.array(answered + np.timedelta64(2, "D"), mask=open_),
        "first_response_at": received + np.timedelta64(3, "h"),
    }


def _places(house: House, unit: Floats) -> dict[str, Any]:
    return {
        "unit": _coded(unit, house.codes),
        "unit_path": _coded(unit, house.paths),
        "accused": _coded(unit, house.codes),
        "lead": _coded(unit, house.branches),
        "recorded": _coded(unit, house.codes),
        "branch": _coded(unit, house.branches),
    }


def _labels(rng: np.random.Generator, rows: int) -> dict[str, Any]:
    topic = _zipf(rng, TOPICS, rows)
    business, cause = (topic * 7 + _zipf(rng, 4, rows)) % 15, (topic * 5 + _zipf(rng, 5, rows)) % 13
    channel = _zipf(rng, 14, rows)
    return {
        "channel": _coded(channel, CHANNELS),
        "business": _coded(business, BUSINESSES),
        "product": _coded(topic % 40, [f"产品{n}" for n in range(40)]),
        "cause": _coded(cause, CAUSES),
        "root_cause": _coded(rng.integers(0, 6, rows), ROOT_CAUSES),
        "emotion": rng.choice(4, rows, p=[0.3, 0.4, 0.22, 0.08]).astype("int8"),
        "need": _coded(rng.integers(0, 4, rows), ["求解决", "求发泄", "求尊重", "求补偿"]),
        "demands": _lists(rng, rows, ["退款", "赔偿", "道歉", "解释", "办理业务"]),
        "risks": (risks := _lists(rng, rows, ["监管", "媒体舆情", "司法"])),
        "risky": pc.greater(pc.list_value_length(risks), 0),
        "topic": _coded(topic, [f"t{n:03d}" for n in range(TOPICS)]),
        "verdict": _coded(rng.integers(0, 3, rows), ["valid", "partly", "not_valid"]),
        "responsibility": _coded(rng.integers(0, 2, rows), ["有责投诉", "无责"]),
        "complexity": _coded(rng.integers(0, 2, rows), ["simple", "complex"]),
        "satisfaction": _coded(rng.integers(0, 4, rows), ["", "satisfied", "accepted", "dissatisfied"]),
        "regulator": channel == CHANNELS.index("regulator"),
    }


def _outcomes(rng: np.random.Generator, rows: int) -> dict[str, Any]:
    money = np.round(rng.lognormal(5, 1.5, rows), 2)
    said = rng.random((8, rows))
    return {
        "asked": pa.array(money, mask=said[0] < 0.7),
        "paid": pa.array(np.round(money / 2, 2), mask=said[1] < 0.8),
        "answered_late": said[2] < 0.05,
        "responded_late": said[3] < 0.03,
        "reopened": said[4] < 0.02,
        "appealed": said[5] < 0.01,
        "is_repeat": said[6] < 0.06,
    }


def _zipf(rng: np.random.Generator, kinds: int, rows: int) -> Floats:
    weights = 1 / (np.arange(kinds) + 3.0)
    return rng.choice(kinds, rows, p=weights / weights.sum())


def _coded(codes: Floats, words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype("int32")), pa.array(words)).cast(pa.string())


def _lists(rng: np.random.Generator, rows: int, words: list[str]) -> pa.Array:
    lengths = rng.integers(0, 3, rows)
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype("int32")
    return pa.ListArray.from_arrays(pa.array(ends), _coded(rng.integers(0, len(words), int(ends[-1])), words))


def pages(table: Any, rng: np.random.Generator) -> dict[str, list[Callable[[], Any]]]:
    """Page → the figures it asks for, with a period, topic and unit drawn at random."""
    from tingsu.insight.facts import figures as f
    from tingsu.insight.picked import Picked, breakdown

    until = LAST - timedelta(days=int(rng.integers(0, 400)))
    month, quarter, year = (until - timedelta(days=n) for n in (29, 90, 364))
    before = (until - timedelta(days=59), until - timedelta(days=30))
    quarter_before = (until - timedelta(days=181), until - timedelta(days=91))
    topic, branch = f"t{int(rng.integers(0, TOPICS)):03d}", f"/HO/B{int(rng.integers(0, BRANCHES)):02d}/"
    one, two = table.filter(table.topic == topic), {"since": quarter, "until": until}
    return {
        "home: rates, rising topics, units, 56 days": [
            lambda: f.rates_by(table, since=month, until=until),
            lambda: f.growth_by(table, "business", "cause", since=month, until=until, before=before).limit(8),
            lambda: f.counts_by(table, "accused", since=month, until=until).limit(10),
            lambda: f.series(table, since=until - timedelta(days=55), until=until),
        ],
        "tables of a quarter: topics, combinations, rates": [
            lambda: f.growth_by(table, "topic", **two, before=quarter_before).limit(100),
            lambda: f.growth_by(table, "branch", "business", "cause", **two, before=quarter_before).limit(100),
            lambda: f.rates_by(table, "topic", **two),
        ],
        "topic page, a year": [lambda: breakdown(table, Picked({"topic": topic}, since=year, until=until))],
        "unit page, a branch and a year": [lambda: breakdown(table, Picked(since=year, until=until, under=branch))],
        "rates, money, durations of a topic, a year": [
            lambda: f.rates_by(one, since=year, until=until),
            lambda: f.money_by(one, since=year, until=until),
            lambda: f.durations(one, since=year, until=until),
        ],
        "comparison of two quarters, five columns": [
            partial(lambda name: f.growth_by(table, name, **two, before=quarter_before).limit(50), name)
            for name in ("branch", "business", "cause", "channel", "topic")
        ],
        "four years and more by month": [lambda: f.series(table, grain="month", until=until)],
    }


def measure(engine: str, rounds: int) -> dict[str, Any]:
    """Milliseconds of each page (all its figures) and of its slowest figure, the ranking, and peak memory."""
    from tingsu.insight.facts.engine import open_facts

    rng = np.random.default_rng(SEED + 1)
    took: dict[str, list[list[float]]] = {}
    worked: dict[str, list[float]] = {}
    began = time.perf_counter()
    for asked in pages(_counted(open_facts(engine)), rng).values():
        for figure in asked:
            _answer(figure)
    first = (time.perf_counter() - began) * 1000
    gc.collect()
    gc.freeze()  # as the server does once it has loaded
    for _ in range(rounds):
        for name, asked in pages(_counted(open_facts(engine)), rng).items():
            work = time.process_time()
            took.setdefault(name, []).append([_timed(figure) for figure in asked])
            worked.setdefault(name, []).append((time.process_time() - work) * 1000)
    told = {
        name: [*_quantiles([sum(t) for t in all_]), _quantiles([max(t) for t in all_])[1], *_quantiles(worked[name])]
        for name, all_ in took.items()
    }
    return {"pages": told, "first": first, "memory": _memory()}


def rank() -> dict[str, float]:
    """The hot-spot board of the last quarter, combinations among them: milliseconds, the processor's, spots, memory.

    Asked once, in a process of its own, so nothing of it is at hand.
    """
    from tingsu.insight.facts.engine import open_facts
    from tingsu.insight.topics.hot import Period, hot_board

    table, work, started = _counted(open_facts()), time.process_time(), time.perf_counter()
    shown = len(hot_board(table, Period(LAST - timedelta(days=90), LAST), rank="growth").spots)
    took, worked = time.perf_counter() - started, time.process_time() - work
    return {"took": took * 1000, "work": worked * 1000, "shown": shown, "memory": _memory()}


def _memory() -> float:
    """The most this process has held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)


def _counted(table: Any) -> Any:
    return table.filter(~table.is_repeat)


def _timed(figure: Callable[[], Any]) -> float:
    started = time.perf_counter()
    _answer(figure)
    return (time.perf_counter() - started) * 1000


def _answer(figure: Callable[[], Any]) -> None:
    """An expression is run; what a page works out itself is worked out already."""
    from tingsu.insight.facts.engine import ask

    asked = figure()
    if hasattr(asked, "to_pyarrow"):
        ask(asked)


def _quantiles(values: list[float]) -> list[float]:
    return [float(np.quantile(values, 0.5)), float(np.quantile(values, 0.95))]


def measure_dashboards(sizes: Sequence[float] = SIZES, *, rounds: int = ROUNDS) -> None:
    """Print the table for every size (millions): facts written aside, then each part in a process of its own.

    With TINGSU_ENGINE=spark the same pages are asked of PySpark too.
    """
    engines = ("duckdb", "spark") if os.environ.get("TINGSU_ENGINE") == "spark" else ("duckdb",)
    print(_heading())
    for millions in sizes:
        with tempfile.TemporaryDirectory(prefix="tingsu-facts-") as folder:
            environment = {**os.environ, "TINGSU_HOME": folder, "DJANGO_SETTINGS_MODULE": "tingsu.base.settings"}
            made = _child(environment, "made", str(millions))
            size = f"{made['bytes'] / (1 << 20):,.0f} MB"
            print(f"\n{millions:g} million facts: {size}, written in {made['seconds']:.0f} s")
            for engine in engines:
                _show(engine, _child(environment, "asked", engine, str(rounds)))
            told = _child(environment, "ranked", "duckdb")
            print(
                f"Hot-spot board of a quarter, {told['shown']} spots: {told['took']:,.0f} ms,"
                f" {told['work']:,.0f} ms of the processor, peak memory {told['memory']:.2f} GB"
            )


def _show(engine: str, told: dict[str, Any]) -> None:
    print(f"\n| {engine}: page (all its figures) | p50 ms | p95 ms | slowest figure, p95 | processor, p50 / p95 ms |")
    print("|---|---|---|---|---|")
    for name, (middle, most, one, work, most_work) in told["pages"].items():
        print(f"| {name} | {middle:,.0f} | {most:,.0f} | {one:,.0f} | {work:,.0f} / {most_work:,.0f} |")
    print(f"\nFirst look at every page {told['first']:,.0f} ms; peak memory {told['memory']:.2f} GB", flush=True)


def _heading() -> str:
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    load = os.getloadavg()[0]
    return (
        f"{datetime.now().astimezone():%Y-%m-%d %H:%M}, commit {asked.stdout.strip()}, {os.cpu_count()} cores,"
        f" {platform.machine()}, load {load:.1f}; p95 over {ROUNDS} rounds"
    )


def _child(environment: dict[str, str], *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.dashboards", *words]
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    """A part of the measurement, in a process of its own."""
    import django

    django.setup()
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["made", "asked", "ranked"])
    parser.add_argument("what")
    parser.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    asked = parser.parse_args()
    if asked.part == "made":
        started = time.perf_counter()
        print(json.dumps({"bytes": write_facts(float(asked.what)), "seconds": time.perf_counter() - started}))
    else:
        print(json.dumps(rank() if asked.part == "ranked" else measure(asked.what, asked.rounds)))


if __name__ == "__main__":
    main()
