"""Reading over a cluster gives the very bytes that reading here gives."""

from __future__ import annotations

import csv
import subprocess
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pytest
from tests.sites import Site

from tingsu.intake import cluster
from tingsu.intake.cluster import TEXTS, NoCluster, find_java, has_spark, read_batches, spark_session
from tingsu.intake.reading_files import record_batch
from tingsu.intake.reading_rows import Readers, TextRow, flat_rows
from tingsu.reading.learned.corpus import read_corpus

CORPUS = Path(__file__).parents[2] / "corpus"
TWO_WORKERS = "local-cluster[2,1,1024]"  # a master and two workers, each a process of its own
PATIENCE = 900  # seconds: three machines in Java start, on a busy computer in minutes
ODD = [
    "",
    "   ",
    "\x00\u200b",
    "电话13812345678，身份证11010519491231002X",
    "x" * 5_000,
    "要求退款\n并道歉",
    '"引号",逗号',
]


def texts() -> list[str]:
    """A few hundred of the corpus, from every author, and some that are no complaint at all."""
    return [one.text for one in read_corpus(CORPUS)][::10] + ODD


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cluster") / "投诉.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["编号", "投诉内容"], *([f"N{n}", text] for n, text in enumerate(texts()))])
    return path


@pytest.mark.slow
@pytest.mark.skipif(not has_spark(), reason="PySpark is not installed (pip install 'tingsu[spark]')")
@pytest.mark.skipif(find_java() is None, reason="no Java here: PySpark needs Java 17 or 21")
def test_a_cluster_of_two_workers_gives_the_bytes_that_reading_here_gives(table: Path, tmp_path: Path) -> None:
    site = Site(tmp_path / "home")
    here, there = tmp_path / "here.jsonl", tmp_path / "there.jsonl"
    for out, more in ((here, ()), (there, ("--engine", "spark", "--master", TWO_WORKERS))):
        command = site.command("read", table, "--text", "投诉内容", "-o", out, *more)
        done = subprocess.run(command, env=site.environment, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
    assert len(here.read_bytes().splitlines()) == len(texts()) > 250
    assert there.read_bytes() == here.read_bytes()


def test_a_worker_reads_each_batch_as_it_would_be_read_here() -> None:
    """What Spark calls, without Spark: many small batches and one large give the same cells."""
    readers = Readers()
    rows = [TextRow(n, None, text or None) for n, text in enumerate(texts()[-40:])]
    sent = [pa.RecordBatch.from_pylist([asdict(one)], schema=TEXTS) for one in rows]
    read = [row for batch in read_batches(sent, readers) for row in batch.to_pylist()]
    assert read == record_batch([*flat_rows(rows, readers)], readers.columns).to_pylist()


@pytest.mark.parametrize(
    ("missing", "words"), [("has_spark", "tingsu[spark]"), ("find_java", "Java 17")], ids=["PySpark", "Java"]
)
def test_what_is_missing_is_said_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, missing: str, words: str
) -> None:
    monkeypatch.setattr(cluster, "has_spark", lambda: True)
    monkeypatch.setattr(cluster, missing, lambda: None)
    with pytest.raises(NoCluster, match=words.replace("[", r"\[")), spark_session("local[1]"):
        pytest.fail("there is nothing to start")
