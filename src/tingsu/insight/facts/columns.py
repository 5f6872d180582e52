"""The columns of the facts: names, types, and what is worked out from others. One row a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

VERSION = 3  # of the columns; facts of another version are built anew
_MOMENT = pa.timestamp("us")
_WORDS = pa.list_(pa.string())

SCHEMA = pa.schema(
    [
        ("case_id", pa.int64()),
        ("number", pa.string()),
        ("pack", pa.string()),
        ("source", pa.string()),  # "" for what was recorded by hand
        # Moments are China's wall clock, without a zone.
        ("received_at", _MOMENT),
        ("day", pa.date32()),
        ("hour", pa.int8()),
        ("weekday", pa.int8()),  # 0 Monday … 6 Sunday
        ("month", pa.string()),  # "2026-11"
        ("answered_at", _MOMENT),
        ("closed_at", _MOMENT),
        ("first_response_at", _MOMENT),
        ("stage", pa.string()),
        ("ended", pa.string()),  # "" open, closed, withdrawn, merged
        ("unit", pa.string()),  # complained of, else leading; as the tree of units is now
        ("unit_path", pa.string()),  # "/HO/B01/O011/"
        ("accused", pa.string()),  # complained of; "" where nobody said
        ("lead", pa.string()),
        ("recorded", pa.string()),  # unit that recorded it
        ("branch", pa.string()),  # unit one below the root that ``unit`` belongs to; "" for the root itself
        ("channel", pa.string()),
        ("business", pa.string()),
        ("product", pa.string()),
        ("cause", pa.string()),
        ("root_cause", pa.string()),
        ("emotion", pa.int8()),
        ("need", pa.string()),
        ("demands", _WORDS),
        ("risks", _WORDS),
        ("risky", pa.bool_()),  # any risk at all: a list costs much to read
        ("topic", pa.string()),  # id of the topic, "" none
        ("verdict", pa.string()),
        ("responsibility", pa.string()),
        ("right", pa.string()),
        ("fault", pa.string()),
        ("complexity", pa.string()),
        ("satisfaction", pa.string()),
        ("asked", pa.float64()),  # yuan; null (NaN in NumPy and pandas): no sum named
        ("paid", pa.float64()),  # yuan; null: nothing paid
        ("answered_late", pa.bool_()),  # null: not answered, or nothing ran that it could be late for
        ("responded_late", pa.bool_()),
        ("reopened", pa.bool_()),
        ("appealed", pa.bool_()),  # the customer had the answer reviewed
        ("regulator", pa.bool_()),  # it, or a repeat of it, came by way of an authority
        ("is_repeat", pa.bool_()),  # of an earlier case: not counted unless asked for
        ("group", pa.string()),  # number of the case it repeats, else its own
        ("batch", pa.string()),  # id of the bundle of one wording, "" none
        ("customer", pa.string()),  # keyed code
        ("text", pa.string()),  # masked
    ]
)
NAMES = tuple(SCHEMA.names)
_DERIVED = ("day", "hour", "weekday", "month", "unit_path", "branch", "risky", "topic", "batch")
_RAW = pa.schema([field for field in SCHEMA if field.name not in _DERIVED])
TREE = ("unit", "accused", "lead", "recorded")  # columns of unit codes


@dataclass(frozen=True, slots=True)
class Tree:
    """The units as they stand now: code → path, and where merged ones went (code → code, to the end)."""

    paths: Mapping[str, str]
    merged: Mapping[str, str]

    def now(self, code: str) -> str:
        """The unit that a unit's cases count to today."""
        return self.merged.get(code, code)

    def branch(self, code: str) -> str:
        """The unit one below the root above a unit, itself included; "" for the root and for unknown ones."""
        parts = self.paths.get(code, "").strip("/").split("/")
        return parts[1] if len(parts) > 1 else ""


def facts_table(rows: Iterable[Mapping[str, Any]], tree: Tree) -> pa.Table:
    """Rows of ``cases.facts.rows_for_facts`` as a table of SCHEMA; topic and batch are left empty."""
    raw = pa.Table.from_pylist(list(rows), schema=_RAW)
    return complete(raw, tree)


def complete(table: pa.Table, tree: Tree) -> pa.Table:
    """The table with every computed column (re)computed; topic and batch kept where it has them."""
    columns: dict[str, Any] = {name: table.column(name) for name in table.column_names}
    received = columns["received_at"]
    columns["day"] = received.cast(pa.date32())
    columns["hour"] = pc.hour(received).cast(pa.int8())
    columns["weekday"] = pc.day_of_week(received).cast(pa.int8())
    columns["month"] = pc.strftime(received, format="%Y-%m")
    columns["risky"] = pc.greater(pc.list_value_length(columns["risks"]), 0)
    for name in TREE:
        columns[name] = by_word(columns[name], tree.now)
    columns["unit_path"] = by_word(columns["unit"], lambda code: tree.paths.get(code, ""))
    columns["branch"] = by_word(columns["unit"], tree.branch)
    for name in ("topic", "batch"):
        columns.setdefault(name, pa.array([""] * len(table), pa.string()))
    return pa.table([columns[name] for name in NAMES], schema=SCHEMA)


def by_word(column: Any, change: Any) -> Any:
    """Each word of a column changed by a function, which is asked once a different word."""
    words = column.unique()
    changed = pa.array([change(word or "") for word in words.to_pylist()], pa.string())
    return changed.take(pc.index_in(column, value_set=words))
