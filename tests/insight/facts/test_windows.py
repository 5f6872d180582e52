"""A question about a period opens the files of that period alone, and is answered as if it had opened all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.insight.facts.sample import TREE, made_up
from tingsu.insight.facts import engine, figures
from tingsu.insight.facts.columns import facts_table
from tingsu.insight.facts.windows import ALWAYS, files_within, window_of

TABLE = facts_table(made_up(600), TREE).sort_by("day")
ROWS = TABLE.select(["day", "cause"]).to_pylist()
FIRST, LAST = ROWS[0]["day"], ROWS[-1]["day"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder, part = tmp_path_factory.mktemp("facts"), len(ROWS) // 6
    for n in range(6):
        pq.write_table(TABLE.slice(n * part, part), folder / f"{n}.parquet")
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def asked(files: list[Path]) -> tuple[Any, Any]:
    kept = engine._DuckDB()
    return kept, kept.show("facts_0000abcd", files)


DAYS = st.dates(FIRST - timedelta(days=3), LAST + timedelta(days=3))


@settings(max_examples=60, deadline=None)
@given(since=DAYS, until=DAYS)
def test_fewer_files_give_the_same_answers(asked: tuple[Any, Any], since: date, until: date) -> None:
    kept, table = asked
    told = kept.answer(figures.counts_by(table, "business", since=since, until=until)).to_pylist()
    among = [row for row in ROWS if since <= row["day"] <= until]
    assert sum(row["n"] for row in told) == len(among)
    before = (since - timedelta(days=9), since - timedelta(days=2))
    grown = kept.answer(figures.growth_by(table, "cause", since=since, until=max(since, until), before=before))
    earlier = [row for row in ROWS if before[0] <= row["day"] <= before[1]]
    assert sum(row["before"] for row in grown.to_pylist()) == len(earlier)


def test_a_short_period_opens_one_or_two_files(asked: tuple[Any, Any], files: list[Path]) -> None:
    kept, table = asked
    day = ROWS[len(ROWS) // 2]["day"]
    counted = figures.counts_by(table, "business", since=day, until=day)
    window = window_of(counted.op())
    assert window == (day, day)
    assert 1 <= kept._narrowed(kept.connection.compile(counted), window).count(".parquet") <= 2
    assert 1 <= len(files_within(files, window)) <= 2
    assert files_within(files, (LAST + timedelta(days=99), LAST + timedelta(days=100))) == files[:1]


AROUND: dict[str, Callable[[Any], Any]] = {
    "no period": lambda t: t.group_by("cause").aggregate(n=ibis._.count()),
    "either of two days": lambda t: t.filter((t.day == FIRST) | (t.day >= LAST)),
    "the first ten, then a period": lambda t: t.limit(10).filter(ibis._.day >= LAST),
    "a day of its own making": lambda t: t.mutate(day=ibis.date(FIRST)).filter(ibis._.day >= LAST),
    "a rank among all": lambda t: t.mutate(r=ibis.row_number().over(order_by="day")).filter(ibis._.day >= LAST),
    "the first day of each cause": lambda t: t.group_by("cause").agg(day=t.day.min()).filter(ibis._.day >= LAST),
    "beside all others": lambda t: t.filter(t.day >= LAST).select("cause").join(t.select("cause"), "cause"),
}


@pytest.mark.parametrize("name", AROUND)
def test_where_other_rows_matter_every_file_is_opened(asked: tuple[Any, Any], name: str) -> None:
    assert window_of(AROUND[name](asked[1]).op()) == ALWAYS


def test_a_quoted_name_in_somebodys_words_is_left_alone(asked: tuple[Any, Any]) -> None:
    kept, table = asked
    words = figures.within(table, LAST, LAST).filter(table.text.contains('"facts_0000abcd"'))
    assert kept.answer(words.aggregate(n=words.count()))["n"].to_pylist() == [0]
