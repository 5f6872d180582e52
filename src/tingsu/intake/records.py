"""Files that already know their fields: Parquet, JSON and JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from tingsu.intake.encodings import check_encoding, detect_encoding, read_lines
from tingsu.intake.rows import EmptyTable, Reject, Row, TableError

MOST_JSON_BYTES = 512 << 20
_FIELDS_FROM = 500  # records whose field names make the columns


def open_parquet(path: Path) -> pq.ParquetFile:
    """The Parquet file, its footer read.

    Raises TableError where it is none.
    """
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        text = _("这个 Parquet 文件打不开（{why}）。请重新导出一份再试。")
        raise TableError(path, text.format(why=str(error).splitlines()[0])) from None


def read_parquet(file: pq.ParquetFile, path: Path) -> Iterator[Row]:
    """Every record, 1-based, a batch in memory at a time."""
    number = 0
    try:
        for batch in file.iter_batches(batch_size=4096):
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                yield Row(number, cells)
    except (pa.ArrowException, OSError) as error:
        text = _("Parquet 文件读到第 {row} 行之后损坏（{why}）。请重新导出一份再试。")
        raise TableError(path, text.format(row=number, why=str(error).splitlines()[0])) from None


def json_fields(path: Path, *, encoding: str | None) -> tuple[str, ...]:
    """Names of the fields, in order of first appearance among the first records."""
    names: dict[str, None] = {}
    for _number, item in islice(_json_items(path, encoding), _FIELDS_FROM):
        if isinstance(item, dict):
            names.update(dict.fromkeys(str(key) for key in item))
        elif isinstance(item, str):
            names["text"] = None
    return tuple(names)


def read_json(path: Path, fields: tuple[str, ...], *, encoding: str | None) -> Iterator[Row | Reject]:
    """Every record, 1-based; a record that is neither an object nor a text is a Reject."""
    for number, item in _json_items(path, encoding):
        if isinstance(item, Reject):
            yield item
        elif isinstance(item, dict):
            yield Row(number, tuple(_flat(item.get(name)) for name in fields))
        elif isinstance(item, str):
            yield Row(number, tuple(item if name == "text" else None for name in fields))
        else:
            yield Reject(number, _("这一条既不是对象也不是文字"), str(item)[:200])


def _flat(value: Any) -> object:
    if isinstance(value, list):
        return "、".join(str(part) for part in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def _json_items(path: Path, encoding: str | None) -> Iterator[tuple[int, Any]]:
    name = check_encoding(path, encoding) if encoding else detect_encoding(path)
    if path.suffix.lower() in (".jsonl", ".ndjson") or _looks_like_lines(path, name):
        yield from read_json_lines(path, name)
        return
    if path.stat().st_size > MOST_JSON_BYTES:
        raise TableError(path, _("JSON 文件超过 512 MB。请改用每行一条的 .jsonl，或 CSV、Parquet。"))
    yield from enumerate(_one_list(path, _parse_whole(path, name)), start=1)


def _looks_like_lines(path: Path, encoding: str) -> bool:
    """Whether a .json really holds one object a line: the first line alone is a whole object, and more follow."""
    first = [line.text.strip() for line in islice(read_lines(path, encoding), 2)]
    if len(first) < 2 or not first[0].startswith("{"):
        return False
    try:
        json.loads(first[0])
    except ValueError:
        return False
    return True


def read_json_lines(path: Path, encoding: str) -> Iterator[tuple[int, Any]]:
    """(line, what it holds) of a file of one JSON value a line; a Reject for a line that holds none."""
    for number, line in enumerate(read_lines(path, encoding), start=1):
        if line.problem:
            yield number, Reject(number, line.problem, line.text[:200])
        elif line.text.strip():
            yield number, _parse_line(number, line.text)


def _parse_line(number: int, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        return Reject(number, _("这一行不是完整的 JSON（{why}）").format(why=error), text[:200])
    except RecursionError:
        return Reject(number, _("这一行嵌套太深"), text[:200])


def _parse_whole(path: Path, encoding: str) -> Any:
    try:
        return json.loads(path.read_text(encoding=encoding))
    except UnicodeDecodeError as error:
        text = _("JSON 文件第 {byte} 个字节解不开。请另存为 UTF-8 再试。")
        raise TableError(path, text.format(byte=error.start + 1)) from None
    except RecursionError:
        raise TableError(path, _("JSON 文件嵌套太深，不像投诉清单。")) from None
    except ValueError as error:
        text = _("JSON 文件不完整：{why}。请重新导出一份再试。")
        raise TableError(path, text.format(why=error)) from None


def _one_list(path: Path, data: Any) -> list[Any]:
    """The list of records in ``data``: itself, or the longest list one level down."""
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list)]
        data = max(lists, key=len, default=[data])
    if not isinstance(data, list) or not data:
        raise EmptyTable(path, _("JSON 文件里没有投诉清单。"))
    return data
