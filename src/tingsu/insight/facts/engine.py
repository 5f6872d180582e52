"""The facts as a table one can ask: Ibis on DuckDB, or PySpark where TINGSU_ENGINE=spark; the same answers on both."""

from __future__ import annotations

import os
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import pyarrow as pa

from tingsu.base.errors import TingsuError
from tingsu.insight.facts.columns import SCHEMA
from tingsu.insight.facts.store import facts_folder, read_manifest
from tingsu.insight.facts.windows import Window, files_within, window_of
from tingsu.intake.cluster import MASTER, start_spark

MEMORY = "1GB"  # of DuckDB in one process; TINGSU_FACTS_MEMORY says otherwise
ENGINES = ("duckdb", "spark")
KEPT, LONGEST = 500, 5_000  # answers a thread keeps, and rows of the longest
_APART = (ops.InMemoryTable, ops.ScalarUDF, ops.AggUDF)  # what an engine must be told of before it is asked


class UnknownEngine(TingsuError):
    """There is no engine of this name."""

    code = "unknown_engine"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"没有名为 {name} 的计算引擎。TINGSU_ENGINE 可以是 {'、'.join(ENGINES)}。")


class _Engine:
    """A connection of one thread, and the state of the facts that its table shows."""

    connection: Any
    shown: tuple[str, int] | None = None
    table: Any = None

    def __init__(self) -> None:
        self.answers: OrderedDict[Any, pa.Table] = OrderedDict()

    def show(self, name: str, files: list[Path]) -> Any:
        """A table of these files under a name, in place of what the name showed before."""
        raise NotImplementedError

    def answer(self, expression: Any) -> pa.Table:
        """What an expression over the table comes to."""
        return expression.to_pyarrow()

    def lay_aside(self, name: str, expression: Any) -> Any:
        """A table of this name that holds what the expression comes to."""
        raise NotImplementedError

    def clear(self, name: str) -> None:
        """Let go of what was laid aside under a name."""
        raise NotImplementedError


_kept = threading.local()
_numbers = count()
_spark_lock = threading.Lock()
_spark: list[Any] = []


def open_facts(engine: str | None = None) -> Any:
    """The facts in force as an Ibis table with the columns of ``SCHEMA``; without rows where none were built.

    One connection a thread and engine is kept. A page opens them once at its beginning: whoever opens them again in
    the same thread after a refresh moves every table of that thread to the new facts. Raises UnknownEngine, NoCluster.
    """
    name = engine or os.environ.get("TINGSU_ENGINE") or "duckdb"
    if name not in ENGINES:
        raise UnknownEngine(name)
    manifest = read_manifest()
    key = (str(facts_folder()), manifest.serial if manifest else -1)
    kept = _engine(name)
    if kept.shown != key:
        # One name for each folder, so that what was worked out for an expression serves after a refresh too.
        kept.table = kept.show(f"facts_{zlib.crc32(key[0].encode()):08x}", manifest.paths if manifest else [])
        kept.shown = key
    return kept.table


def ask(expression: Any) -> pa.Table:
    """What an expression over the facts comes to, as an Arrow table.

    The same question to the same state of the facts is answered from memory: composing one costs more than most
    answers. Expressions over other tables are simply run.
    """
    kept = _owner(expression)
    if kept is None:
        return expression.to_pyarrow()
    key = (expression.op(), kept.shown)
    if (known := kept.answers.get(key)) is not None:
        kept.answers.move_to_end(key)
        return known
    told = kept.answer(expression)
    if told.num_rows <= LONGEST:
        _keep(kept.answers, key, told)
    return told


@contextmanager
def laid_aside(expression: Any) -> Iterator[Any]:
    """What an expression comes to, as a table beside the facts for as long as it is asked.

    For what is counted many ways: reading millions of facts costs more than counting them. Its answers are not kept.
    """
    kept = _owner(expression)
    if kept is None:
        yield ibis.memtable(expression.to_pyarrow())
        return
    name = f"aside_{next(_numbers)}"
    table = kept.lay_aside(name, expression)
    try:
        yield table
    finally:
        kept.clear(name)


def _keep(into: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    into[key] = value
    if len(into) > KEPT:
        into.popitem(last=False)


def _engine(name: str) -> _Engine:
    """This thread's connection; a forked process begins with none."""
    if getattr(_kept, "pid", None) != os.getpid():
        _kept.pid, _kept.engines = os.getpid(), {}
    engines: dict[str, _Engine] = _kept.engines
    if name not in engines:
        engines[name] = _Spark() if name == "spark" else _DuckDB()
    return engines[name]


def _owner(expression: Any) -> _Engine | None:
    """Which of this thread's connections an expression is asked of, if any and no other table is in it."""
    backends, _mixed = expression._find_backends()
    mine = getattr(_kept, "engines", {}).values() if getattr(_kept, "pid", None) == os.getpid() else ()
    if len(backends) != 1 or expression.op().find(_APART):
        return None
    return next((engine for engine in mine if engine.connection is backends[0]), None)


class _DuckDB(_Engine):
    def __init__(self) -> None:
        super().__init__()
        self.connection = ibis.duckdb.connect(memory_limit=os.environ.get("TINGSU_FACTS_MEMORY", MEMORY))
        self.composed: OrderedDict[Any, tuple[str, pa.Schema, Window]] = OrderedDict()
        self.name = ""
        self.files: list[Path] = []
        # Files never change, so what their ends say may be kept; the system keeps their bytes better than a copy here.
        for setting in ("preserve_insertion_order = false", "parquet_metadata_cache = true",
                        "enable_external_file_cache = false"):  # fmt: skip
            self.connection.raw_sql(f"SET {setting}")

    def show(self, name: str, files: list[Path]) -> Any:
        self.name, self.files = name, files
        if not files:
            self.connection.con.register(f"{name}_none", SCHEMA.empty_table())
        source = f"SELECT * FROM {_reading(files) if files else name + '_none'}"  # noqa: S608 - our own names
        self.connection.raw_sql(f"CREATE OR REPLACE TEMP VIEW {name} AS {source}")
        return self.connection.table(name)

    def answer(self, expression: Any) -> pa.Table:
        """As Ibis does it, but for the composing, which is kept for each expression."""
        op = expression.op()
        if op not in self.composed:
            schema = expression.as_table().schema().to_pyarrow()
            _keep(self.composed, op, (self.connection.compile(expression), schema, window_of(op)))
        sql, schema, window = self.composed[op]
        told = self.connection.con.sql(self._narrowed(sql, window)).to_arrow_table()
        return told.rename_columns(schema.names).cast(schema)

    def lay_aside(self, name: str, expression: Any) -> Any:
        sql = self._narrowed(self.connection.compile(expression), window_of(expression.op()))
        self.connection.raw_sql(f"CREATE TEMP TABLE {name} AS {sql}")
        return self.connection.table(name)

    def clear(self, name: str) -> None:
        self.connection.raw_sql(f"DROP TABLE {name}")

    def _narrowed(self, sql: str, window: Window) -> str:
        """The question, asked of the files alone that have a day of its window."""
        files, named = files_within(self.files, window), f'"{self.name}"'
        # Twice: somebody's words hold the name too.
        return sql.replace(named, _reading(files)) if len(files) < len(self.files) and sql.count(named) == 1 else sql


def _reading(files: Sequence[Path]) -> str:
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    return f"read_parquet([{listed}])"


class _Spark(_Engine):
    def __init__(self) -> None:
        super().__init__()
        with _spark_lock:
            if not _spark:
                _spark.append(start_spark(os.environ.get("TINGSU_SPARK_MASTER", MASTER)))
        self.connection = ibis.pyspark.connect(_spark[0])

    def show(self, name: str, files: list[Path]) -> Any:
        session = _spark[0]
        if files:
            frame = session.read.parquet(*map(str, files))
        else:
            from pyspark.sql.pandas.types import from_arrow_schema

            frame = session.createDataFrame([], from_arrow_schema(SCHEMA, prefer_timestamp_ntz=True))
        frame.createOrReplaceTempView(name)
        return self.connection.table(name)

    def lay_aside(self, name: str, expression: Any) -> Any:
        frame = _spark[0].sql(str(ibis.to_sql(expression, dialect="pyspark")))
        frame.cache().createOrReplaceTempView(name)
        return self.connection.table(name)

    def clear(self, name: str) -> None:
        _spark[0].catalog.uncacheTable(name)
        _spark[0].catalog.dropTempView(name)
