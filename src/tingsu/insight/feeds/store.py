"""Posts in Parquet, in a folder of their own beside the facts, so that no figure of complaints can count them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from tingsu.base.clock import local
from tingsu.base.files import whole_file
from tingsu.insight.feeds.tables import FeedPost

STEP = 20_000
PRIVATE = 0o600
SCHEMA = pa.schema(
    [
        ("post_id", pa.int64()),
        ("source", pa.string()),
        ("kind", pa.string()),
        ("posted_at", pa.timestamp("us")),  # China's wall clock; null: not known
        ("day", pa.date32()),
        ("author", pa.string()),
        ("rating", pa.int8()),
        ("unit", pa.string()),
        ("verdict", pa.string()),  # yes, no, unsure
        ("business", pa.string()),
        ("cause", pa.string()),
        ("emotion", pa.int8()),
        ("need", pa.string()),
        ("risks", pa.list_(pa.string())),
        ("text", pa.string()),  # masked
    ]
)
_FIELDS = (
    "pk", "source__name", "source__kind", "posted_at", "author", "rating", "unit", "verdict", "business", "cause",
    "emotion", "need", "risks", "text",
)  # fmt: skip


def feeds_path() -> Path:
    """The file the posts are in; made from the database, so no backup needs it."""
    return Path(settings.FACTS_ROOT).parent / "feeds" / "posts.parquet"


def write_feeds() -> int:
    """Write all posts anew; what stood there stays until then. How many. Raises CannotWrite."""
    path, count = feeds_path(), 0
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with whole_file(path, mode=PRIVATE) as draft, pq.ParquetWriter(draft, SCHEMA, compression="zstd") as writer:
        for rows in _in_steps():
            writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
            count += len(rows)
    return count


def feeds_seal() -> str:
    """What tells one state of the file from another."""
    try:
        told = feeds_path().stat()
    except FileNotFoundError:
        return str(feeds_path())
    return f"{feeds_path()}-{told.st_mtime_ns:x}-{told.st_size:x}"


def open_feeds() -> Any:
    """The posts as an Ibis table of SCHEMA, without rows where none were taken in."""
    path = feeds_path()
    if not path.is_file():
        return ibis.memtable(SCHEMA.empty_table())
    return ibis.memtable(pq.read_table(path, schema=SCHEMA))


def _in_steps() -> Iterator[list[dict[str, Any]]]:
    rows = FeedPost.objects.order_by("pk").values_list(*_FIELDS).iterator(chunk_size=2000)
    while step := list(islice(rows, STEP)):
        yield [_plain(row) for row in step]


def _plain(row: tuple[Any, ...]) -> dict[str, Any]:
    post_id, source, kind, posted_at, *rest = row
    at = local(posted_at).replace(tzinfo=None) if posted_at else None
    names = SCHEMA.names[5:]
    return {
        "post_id": post_id,
        "source": source,
        "kind": kind,
        "posted_at": at,
        "day": at.date() if at else None,
        **dict(zip(names, rest, strict=True)),
    }
