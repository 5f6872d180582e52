"""Every figure counts what a plain loop over the rows counts, on DuckDB, and on PySpark where there is a Java."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.insight.facts.sample import TREE, made_up, write_facts
from tingsu.base.clock import SHANGHAI
from tingsu.insight.facts import figures
from tingsu.insight.facts.engine import UnknownEngine, open_facts
from tingsu.insight.facts.figures import filled_series, quantile_of, run
from tingsu.insight.topics.hot import Period, hot_board
from tingsu.intake.cluster import find_java, has_spark

AT = datetime(2026, 2, 10, 9, tzinfo=SHANGHAI)
SINCE, UNTIL = date(2025, 12, 25), date(2026, 1, 20)
LATELY = Period(date(2026, 1, 18), UNTIL)
ROWS = made_up(400)
NEEDS_JAVA = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_spark(), reason="PySpark is not installed (pip install 'tingsu[spark]')"),
    pytest.mark.skipif(find_java() is None, reason="no Java here: PySpark needs Java 17 or 21"),
]
# Every public figure, as pages ask for it.
FIGURES: dict[str, Callable[[Any], Any]] = {
    "counts_by": lambda t: figures.counts_by(t),
    "counts_by two": lambda t: figures.counts_by(t, "unit", "cause", since=SINCE, until=UNTIL),
    "growth_by": lambda t: figures.growth_by(
        t, "cause", since=SINCE, until=UNTIL, before=(date(2025, 12, 20), date(2025, 12, 24))
    ),
    "series hour": lambda t: figures.series(t, grain="hour", since=SINCE, until=UNTIL),
    "series day": lambda t: figures.series(t, "branch", grain="day", since=SINCE),
    "series week": lambda t: figures.series(t, grain="week"),
    "series month": lambda t: figures.series(t, "channel", grain="month"),
    "rates_by": lambda t: figures.rates_by(t),
    "rates_by one": lambda t: figures.rates_by(t, "branch", since=SINCE, until=UNTIL),
    "rates_by none": lambda t: figures.rates_by(t.filter(t.unit == "nowhere")),
    "money_by": lambda t: figures.money_by(t, "business"),
    "money_by all": lambda t: figures.money_by(t),
    "money_by none": lambda t: figures.money_by(t.filter(t.unit == "nowhere")),
    "durations": lambda t: figures.durations(t),
    "durations answered": lambda t: figures.durations(t, "branch", to="answered_at", until=UNTIL),
    "span": lambda t: figures.span(t),
    "rows": lambda t: t.order_by("case_id"),
    "with_values": lambda t: (
        figures.with_values(t, {"channel": ROWS[0]["channel"]}).select("case_id").order_by("case_id")
    ),
    "within": lambda t: figures.within(t, SINCE, UNTIL).select("case_id").order_by("case_id"),
}


@pytest.fixture
def facts() -> Any:
    write_facts(ROWS, at=AT)
    return open_facts()


def period(since: date | None = None, until: date | None = None) -> list[dict[str, Any]]:
    return [
        row
        for row in ROWS
        if (since is None or row["received_at"].date() >= since)
        and (until is None or row["received_at"].date() <= until)
    ]


def test_counts_are_those_of_a_plain_loop_most_first(facts: Any) -> None:
    told = run(figures.counts_by(facts, "unit", "cause", since=SINCE, until=UNTIL))
    wanted = Counter((TREE.now(row["unit"]), row["cause"]) for row in period(SINCE, UNTIL))
    assert {(row["unit"], row["cause"]): row["n"] for row in told} == wanted
    assert [row["n"] for row in told] == sorted((row["n"] for row in told), reverse=True)
    assert run(figures.counts_by(facts)) == [{"n": len(ROWS)}]
    assert "O8" not in {unit for unit, _cause in wanted}, "it went into another"


def test_growth_sets_two_periods_side_by_side(facts: Any) -> None:
    before = (SINCE - timedelta(days=5), SINCE - timedelta(days=1))
    told = run(figures.growth_by(facts, "cause", since=SINCE, until=UNTIL, before=before))
    now, then = (Counter(row["cause"] for row in period(*ends)) for ends in ((SINCE, UNTIL), before))
    assert {row["cause"]: (row["n"], row["before"]) for row in told} == {c: (now[c], then[c]) for c in now | then}


@pytest.mark.parametrize(
    ("grain", "begin"),
    [
        ("hour", lambda moment: moment.replace(minute=0, second=0)),
        ("day", lambda moment: moment.date()),
        ("week", lambda moment: moment.date() - timedelta(days=moment.weekday())),
        ("month", lambda moment: moment.date().replace(day=1)),
    ],
)
def test_a_series_has_every_step_and_adds_up(facts: Any, grain: Any, begin: Callable[[datetime], Any]) -> None:
    told = run(figures.series(facts, "branch", grain=grain, since=SINCE, until=UNTIL))
    filled = filled_series(told, grain=grain, since=SINCE, until=UNTIL, columns=("branch",))
    wanted = Counter((TREE.branch(TREE.now(row["unit"])), begin(row["received_at"])) for row in period(SINCE, UNTIL))
    assert {(key[0], at): n for key, steps in filled.items() for at, n in steps if n} == wanted
    steps = {"hour": 27 * 24, "day": 27, "week": 5, "month": 2}[grain]
    assert {len(line) for line in filled.values()} == {steps}


def test_a_series_of_nothing_is_a_line_of_zeros(facts: Any) -> None:
    rows = run(figures.series(facts.filter(facts.unit == "nowhere")))
    assert filled_series(rows, grain="day", since=SINCE, until=SINCE) == {(): [(SINCE, 0)]}


def test_rates_carry_their_bases(facts: Any) -> None:
    (told,) = run(figures.rates_by(facts))
    said = [row for row in ROWS if row["satisfaction"] in ("satisfied", "accepted", "dissatisfied")]
    assert told == {
        "n": len(ROWS),
        "open": sum(row["ended"] == "" for row in ROWS),
        "closed": sum(row["ended"] == "closed" for row in ROWS),
        "answered": sum(row["answered_at"] is not None for row in ROWS),
        "answered_late": sum(row["answered_at"] is not None and row["answered_late"] for row in ROWS),
        "responded": sum(row["first_response_at"] is not None for row in ROWS),
        "responded_late": sum(row["first_response_at"] is not None and row["responded_late"] for row in ROWS),
        "asked_opinion": len(said),
        "satisfied": sum(row["satisfaction"] != "dissatisfied" for row in said),
        "angry": sum(row["emotion"] >= 2 for row in ROWS),
        "furious": sum(row["emotion"] == 3 for row in ROWS),
        "risky": sum(bool(row["risks"]) for row in ROWS),
        "regulator": sum(row["regulator"] for row in ROWS),
        "reopened": sum(row["reopened"] for row in ROWS),
        "appealed": sum(row["appealed"] for row in ROWS),
        "judged": sum(row["verdict"] != "" for row in ROWS),
        "valid": sum(row["verdict"] in ("valid", "partly") for row in ROWS),
    }


def test_money_is_exact_to_the_fen(facts: Any) -> None:
    told = {row["business"]: row for row in run(figures.money_by(facts, "business"))}
    for business, row in told.items():
        mine = [one for one in ROWS if one["business"] == business]
        for name in ("asked", "paid"):
            sums = [one[name] for one in mine if one[name] is not None]
            assert row[f"{name}_n"] == len(sums)
            assert row[name] == sum(round(one * 100) for one in sums) / 100


def test_durations_are_whole_days_and_none_below_zero(facts: Any) -> None:
    told = run(figures.durations(facts, to="answered_at"))
    took = [max(0, (row["answered_at"] - row["received_at"]).days) for row in ROWS if row["answered_at"]]
    assert {row["days"]: row["n"] for row in told} == Counter(took)
    took.sort()
    assert quantile_of(told, 0.5) == took[(len(took) + 1) // 2 - 1]
    assert quantile_of(told, 1.0) == took[-1]
    assert quantile_of([], 0.5) is None


def test_days_nobody_believes_in_stay_out_of_periods_and_break_nothing() -> None:
    odd = [datetime(1900, 1, 1), datetime(2199, 12, 31, 23, 59)]  # noqa: DTZ001 - facts keep China's wall clock
    rows = [{**row, "received_at": moment} for row, moment in zip(made_up(2), odd, strict=True)]
    write_facts(rows, at=AT)
    table = open_facts()
    assert run(figures.span(table)) == [{"n": 2, "first": odd[0].date(), "last": odd[1].date()}]
    assert [row["at"] for row in run(figures.series(table, grain="month"))] == [date(1900, 1, 1), date(2199, 12, 1)]
    assert run(figures.counts_by(table, since=SINCE, until=UNTIL)) == [{"n": 0}]
    assert {row["days"] for row in run(figures.durations(table))} <= {0, figures.LONGEST}
    (rates,) = run(figures.rates_by(table, since=SINCE, until=UNTIL))
    assert set(rates.values()) == {0}


def test_one_case_alone_has_every_figure() -> None:
    day = datetime.combine(SINCE, datetime.min.time())
    alone = {**ROWS[0], "unit": "", "is_repeat": False, "received_at": day, "answered_at": None, "closed_at": None}
    write_facts([alone], at=AT)
    counted = {name: sum(row.get("n", 1) for row in run(figure(open_facts()))) for name, figure in FIGURES.items()}
    nothing = {name for name, n in counted.items() if n == 0}
    assert nothing == {"rates_by none", "money_by none", "durations", "durations answered"}
    assert all(n == 1 for name, n in counted.items() if name not in nothing)


def test_an_engine_nobody_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGSU_ENGINE", "abacus")
    with pytest.raises(UnknownEngine, match="abacus"):
        open_facts()


def test_every_figure_is_among_those_compared() -> None:
    public = {name for name, it in vars(figures).items() if callable(it) and it.__module__ == figures.__name__}
    helpers = {"run", "filled_series", "quantile_of"}
    compared = {name.split()[0] for name in FIGURES}
    assert {name for name in public if not name.startswith("_")} - helpers - compared == set()


@pytest.fixture(scope="module")
def spark_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark-facts")


@pytest.fixture
def both(spark_folder: Path, settings: Any) -> Iterator[tuple[Any, Any]]:
    """The same facts on both engines; Spark is started once."""
    settings.FACTS_ROOT = spark_folder
    if not (spark_folder / "manifest.json").exists():
        write_facts(ROWS, at=AT)
    os.environ.setdefault("TINGSU_SPARK_MASTER", "local[1]")
    yield open_facts("duckdb"), open_facts("spark")


def _spark_cases() -> list[Any]:
    return [pytest.param(name, marks=NEEDS_JAVA) for name in FIGURES]


@pytest.mark.parametrize("name", _spark_cases())
def test_spark_tells_what_duckdb_tells(both: tuple[Any, Any], name: str) -> None:
    here, there = (run(FIGURES[name](table)) for table in both)
    assert there == here
    assert here


@pytest.mark.parametrize("rank", [pytest.param(rank, marks=NEEDS_JAVA) for rank in ("volume", "growth", "harm")])
def test_spark_ranks_the_hot_board_duckdb_ranks(both: tuple[Any, Any], rank: Any) -> None:
    here, there = (hot_board(table, LATELY, rank=rank, phrases=rank == "growth").spots for table in both)
    assert [spot.where for spot in there] == [spot.where for spot in here]
    assert [(spot.count, spot.history, spot.samples) for spot in there] == [
        (spot.count, spot.history, spot.samples) for spot in here
    ]
    assert [spot.harm for spot in there] == pytest.approx([spot.harm for spot in here])
    assert here


@pytest.mark.parametrize("name", [pytest.param("empty", marks=NEEDS_JAVA)])
def test_spark_opens_facts_that_are_not_there(name: str, tmp_path: Path, settings: Any) -> None:
    settings.FACTS_ROOT = tmp_path / name
    assert run(figures.counts_by(open_facts("spark"))) == [{"n": 0}]
