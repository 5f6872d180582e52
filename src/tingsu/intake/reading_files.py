"""Flat rows of readings written as JSON Lines, CSV or Parquet, a step in memory at a time."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tingsu.base.files import disarm
from tingsu.intake.reading_rows import as_cells

STEP = 2_000  # rows of a Parquet file in memory at once
_TYPES = {"row": pa.int64(), "emotion": pa.int8(), "confidence": pa.float64()}

Write = Callable[[Path, Iterable[dict[str, Any]], Sequence[str]], int]


def row_schema(columns: Sequence[str]) -> pa.Schema:
    """The Arrow types of flat rows; evidence and confidences are JSON texts."""
    return pa.schema([(name, _TYPES.get(name, pa.string())) for name in ("row", "id", *columns)])


def record_batch(rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> pa.RecordBatch:
    """Flat rows as one Arrow batch."""
    return pa.RecordBatch.from_pylist([as_cells(row) for row in rows], schema=row_schema(columns))


def in_steps(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """``rows`` in lists of at most ``size``."""
    remaining = iter(rows)
    while step := list(islice(remaining, size)):
        yield step


def write_jsonl(path: Path, rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> int:
    """One JSON object a line; returns how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def write_parquet(path: Path, rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> int:
    """A Parquet file (zstd); returns how many rows."""
    count = 0
    with pq.ParquetWriter(path, row_schema(columns), compression="zstd") as writer:
        for step in in_steps(rows, STEP):
            writer.write_batch(record_batch(step, columns))
            count += len(step)
    return count


def write_csv(path: Path, rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> int:
    """A CSV file that opens in Excel as it is (BOM); a cell no spreadsheet should run gets an apostrophe first."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, ["row", "id", *columns], lineterminator="\r\n")
        writer.writeheader()
        for row in rows:
            cells = as_cells(row)
            writer.writerow({name: disarm(cell) if isinstance(cell, str) else cell for name, cell in cells.items()})
            count += 1
    return count


WRITERS: dict[str, Write] = {".jsonl": write_jsonl, ".parquet": write_parquet, ".csv": write_csv}
