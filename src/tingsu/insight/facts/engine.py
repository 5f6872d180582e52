"""The facts as a table one can ask: Ibis on DuckDB, or PySpark where TINGSU_ENGINE=spark; the same answers on both."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any, Protocol

import ibis

from tingsu.base.errors import TingsuError
from tingsu.insight.facts.columns import SCHEMA
from tingsu.insight.facts.store import facts_folder, read_manifest
from tingsu.intake.cluster import MASTER, start_spark

MEMORY = "1GB"  # of DuckDB in one process; TINGSU_FACTS_MEMORY says otherwise
ENGINES = ("duckdb", "spark")
TABLES = 4  # states of the facts a thread keeps open


class UnknownEngine(TingsuError):
    """There is no engine of this name."""

    code = "unknown_engine"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"没有名为 {name} 的计算引擎。TINGSU_ENGINE 可以是 {'、'.join(ENGINES)}。")


class _Engine(Protocol):
    def view(self, name: str, files: list[Path]) -> Any: ...

    def drop(self, name: str) -> None: ...


_kept = threading.local()
_spark_lock = threading.Lock()
_spark: list[Any] = []


def open_facts(engine: str | None = None) -> Any:
    """The facts in force as an Ibis table with the columns of ``SCHEMA``; without rows where none were built.

    One connection a thread and engine is kept. The table stays readable for ten minutes after a refresh has replaced
    it: open it anew for every page. Raises UnknownEngine, NoCluster.
    """
    name = engine or os.environ.get("TINGSU_ENGINE") or "duckdb"
    if name not in ENGINES:
        raise UnknownEngine(name)
    manifest = read_manifest()
    key = (str(facts_folder()), manifest.serial if manifest else -1)
    return table_of(name, key, manifest.paths if manifest else [])


def table_of(engine: str, key: tuple[str, int], files: list[Path]) -> Any:
    """Files of facts as a table; ``key`` tells one set of files from another. The last few tables stay usable."""
    kept = _connections()
    if engine not in kept:
        kept[engine] = (_Spark() if engine == "spark" else _DuckDB(), {})
    connection, tables = kept[engine]
    if key not in tables:
        while len(tables) >= TABLES:
            oldest = next(iter(tables))
            connection.drop(_view_name(oldest))
            del tables[oldest]
        tables[key] = connection.view(_view_name(key), files)
    return tables[key]


def _connections() -> dict[str, tuple[_Engine, dict[Any, Any]]]:
    """This thread's connections; a forked process begins with none."""
    if getattr(_kept, "pid", None) != os.getpid():
        _kept.pid, _kept.engines = os.getpid(), {}
    engines: dict[str, tuple[_Engine, dict[Any, Any]]] = _kept.engines
    return engines


def _view_name(key: tuple[str, int]) -> str:
    return f"facts_{abs(hash(key)):x}"


class _DuckDB:
    def __init__(self) -> None:
        self.connection = ibis.duckdb.connect(memory_limit=os.environ.get("TINGSU_FACTS_MEMORY", MEMORY))
        self.connection.raw_sql("SET preserve_insertion_order = false")

    def view(self, name: str, files: list[Path]) -> Any:
        if not files:
            self.connection.con.register(name, SCHEMA.empty_table())
            return self.connection.table(name)
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
        self.connection.raw_sql(f'CREATE OR REPLACE TEMP VIEW "{name}" AS SELECT * FROM read_parquet([{listed}])')  # noqa: S608 - our own file names
        return self.connection.table(name)

    def drop(self, name: str) -> None:
        self.connection.raw_sql(f'DROP VIEW IF EXISTS "{name}"')


class _Spark:
    def __init__(self) -> None:
        with _spark_lock:
            if not _spark:
                _spark.append(start_spark(os.environ.get("TINGSU_SPARK_MASTER", MASTER)))
        self.connection = ibis.pyspark.connect(_spark[0])

    def view(self, name: str, files: list[Path]) -> Any:
        session = _spark[0]
        if files:
            frame = session.read.parquet(*map(str, files))
        else:
            from pyspark.sql.pandas.types import from_arrow_schema

            frame = session.createDataFrame([], from_arrow_schema(SCHEMA, prefer_timestamp_ntz=True))
        frame.createOrReplaceTempView(name)
        return self.connection.table(name)

    def drop(self, name: str) -> None:
        _spark[0].catalog.dropTempView(name)
