"""Keeping the facts: Parquet files of cases by id, made from the cases, renewed where something happened, at will anew.

A file holds the cases of 65,536 ids in the order of receipt, so a case has one place whatever becomes of it, and what
was received in one month lies in few files whose statistics let the others be passed over. ``manifest.json`` names
the files in force. Writers write new files beside the old ones and then put a new manifest in the old one's place; a
reader so sees all of a change or nothing, and a crash leaves what was. Nothing here is the only copy of anything: no
backup carries the folder.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from tingsu.base.clock import local
from tingsu.base.files import CannotWrite, whole_file
from tingsu.cases import facts as cases
from tingsu.insight.facts.columns import SCHEMA, VERSION, Tree, complete, facts_table
from tingsu.insight.facts.tree import digest_of, read_tree

SHIFT = 16  # a file holds the cases whose ids agree but for their last 16 bits
STEP = 4_000  # rows made into a table at once
GRACE = timedelta(minutes=10)  # a replaced file stays for whoever is still reading it
EVERY = timedelta(minutes=1)
MUCH = 20_000  # events: some seconds of work
PRIVATE = 0o600
MANIFEST, TOPICS = "manifest.json", "topic_of.parquet"
_WORDY = ("number", "group", "customer", "text", "case_id")  # nearly every value another: a dictionary would not help
_CODED = [field.name for field in SCHEMA if field.name not in _WORDY]
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which files are in force. ``files``: place → name; ``at``: up to when the cases are in them; ``serial`` counts
    changes of the files; ``gone``: replaced files and when (seconds since 1970); ``topics``: which side table is in."""

    serial: int
    at: datetime
    mark: cases.Mark
    tree: str
    merged: dict[str, str]
    files: dict[int, str]
    rows: dict[int, int]
    topics: str = ""
    gone: dict[str, float] = field(default_factory=dict)

    @property
    def paths(self) -> list[Path]:
        """The files in force, the oldest cases first."""
        return [facts_folder() / name for _place, name in sorted(self.files.items())]

    @property
    def count(self) -> int:
        """How many cases the facts hold."""
        return sum(self.rows.values())


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: cases whose rows were made anew, seconds taken, whether everything was built anew."""

    changed: int
    seconds: float
    rebuilt: bool = False
    rows: int = 0


def facts_folder() -> Path:
    """Where the facts lie."""
    return Path(settings.FACTS_ROOT)


def read_manifest() -> Manifest | None:
    """What is in force; None where no facts were built, or only ones of other columns than these."""
    try:
        said = json.loads((facts_folder() / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    if said.pop("version", None) != VERSION:
        return None
    mark = cases.Mark(**{**said["mark"], "gaps": tuple(said["mark"]["gaps"])})
    numbered = {name: {int(place): one for place, one in said[name].items()} for name in ("files", "rows")}
    return Manifest(**{**said, **numbered, "mark": mark, "at": datetime.fromisoformat(said["at"])})


def refresh(*, at: datetime, told: Told | None = None) -> Refreshed:
    """Bring the facts up to the cases as they stand: rows of what changed since the last time, nothing else.

    In order: the lock is taken (a second refresher waits and then finds nothing to do); the events since the kept
    mark are read; the files of the cases concerned are written anew; the manifest takes its place; files replaced
    over ten minutes ago go. Units moved or merged and topics given since are followed in every file. Builds
    everything where there are no facts, or the history was put back to an earlier state. Raises CannotWrite.
    """
    started = time.perf_counter()
    with _alone():
        manifest = read_manifest()
        tree = read_tree()
        if manifest is None or not _goes_on(manifest, tree):
            return _build(manifest, tree, at, told, started)
        mark = cases.newest_mark(manifest.mark)
        changed = cases.changed_between(manifest.mark, mark)
        renewal = _Renewal(tree, changed, cases.batches_since(manifest.mark), _topics_seal())
        everywhere = digest_of(tree) != manifest.tree or renewal.topics != manifest.topics
        places = sorted(
            {pk >> SHIFT for pk in (*changed, *renewal.batches)} | (set(manifest.files) if everywhere else set())
        )
        written: dict[int, _Written] = {}
        for done, place in enumerate(places, start=1):
            if (new := _renew(manifest, place, renewal)) is not None:
                written[place] = new
            if told is not None:
                told(done, len(places))
        after = replace(
            manifest, at=at, mark=mark, tree=digest_of(tree), merged=dict(tree.merged), topics=renewal.topics
        )
        _put_in_force(after, written, at)
    return Refreshed(len(changed), time.perf_counter() - started, rows=read_count())


def refresh_in_turn(*, at: datetime) -> Refreshed | None:
    """Refresh unless that was done within the last minute; None then. A clock set back does not hold it up."""
    manifest = read_manifest()
    if manifest is not None and abs(at - manifest.at) < EVERY:
        return None
    return refresh(at=at)


def is_much_to_do() -> bool:
    """Whether a refresh now would take so long that it is better done by a process of its own."""
    manifest = read_manifest()
    return cases.count_events_since(manifest.mark if manifest else cases.Mark()) > MUCH


def rebuild(*, at: datetime, told: Told | None = None) -> Refreshed:
    """Build the facts of every case anew; readers see the old ones until all is done. ``told`` hears (done, all).

    Memory does not grow with the number of cases. Raises CannotWrite.
    """
    started = time.perf_counter()
    with _alone():
        return _build(read_manifest(), read_tree(), at, told, started)


def keep_topics(given: Mapping[int, str]) -> None:
    """Give cases their topics ("" takes one away), in the facts from the next refresh on. Raises CannotWrite."""
    with _alone():
        kept = dict(_read_topics()) | dict(given)
        rows = sorted((pk, topic) for pk, topic in kept.items() if topic)
        table = pa.table(
            {
                "case_id": pa.array([pk for pk, _ in rows], pa.int64()),
                "topic": pa.array([t for _, t in rows], pa.string()),
            }
        )
        with whole_file(facts_folder() / TOPICS, mode=PRIVATE) as draft:
            pq.write_table(table, draft, compression="zstd")


def read_count() -> int:
    """How many cases the facts in force hold; 0 where there are none."""
    manifest = read_manifest()
    return manifest.count if manifest else 0


def describe() -> dict[str, Any]:
    """What stands: whether facts were built, how many cases, up to when, in which folder, files and bytes."""
    manifest = read_manifest()
    paths = manifest.paths if manifest else []
    return {
        "built": manifest is not None,
        "rows": manifest.count if manifest else 0,
        "at": local(manifest.at) if manifest else None,
        "folder": str(facts_folder()),
        "files": len(paths),
        "bytes": sum(path.stat().st_size for path in paths),
    }


@dataclass(frozen=True, slots=True)
class _Renewal:
    """What a refresh is to put in: cases made anew, batches that grew, the tree of now, the topics' seal."""

    tree: Tree
    changed: set[int]
    batches: dict[int, str]
    topics: str


@dataclass(frozen=True, slots=True)
class _Written:
    """A new file, or none where nothing is left of a place."""

    name: str
    rows: int


def _goes_on(manifest: Manifest, tree: Tree) -> bool:
    """Whether what is kept can be carried on: a merger taken back cannot be undone in rows that followed it."""
    return manifest.merged.items() <= tree.merged.items() and cases.is_continued(manifest.mark)


def _build(manifest: Manifest | None, tree: Tree, at: datetime, told: Told | None, started: float) -> Refreshed:
    mark = cases.newest_mark()
    batches, topics, last = cases.batches_since(cases.Mark()), _topics_seal(), cases.highest_case()
    written: dict[int, _Written] = {}
    whole, done = cases.count_facts(), 0
    for place in range((last >> SHIFT) + 1):
        table = _made(cases.rows_for_facts(first=place << SHIFT, last=min(last, (place + 1 << SHIFT) - 1)), tree)
        if len(table):
            written[place] = _write(_labelled(table, batches), place)
        done += len(table)
        if told is not None:
            told(done, max(whole, done))
    serial = manifest.serial if manifest else 0
    gone = dict.fromkeys(_files_there(), at.timestamp())
    fresh = Manifest(serial, at, mark, digest_of(tree), dict(tree.merged), {}, {}, topics, gone)
    _put_in_force(fresh, written, at)
    return Refreshed(done, time.perf_counter() - started, rebuilt=True, rows=done)


def _renew(manifest: Manifest, place: int, renewal: _Renewal) -> _Written | None:
    """The place's file written anew; None where its rows stay as they are."""
    kept = _read(manifest, place)
    mine = [pk for pk in renewal.changed if pk >> SHIFT == place]
    stale = pc.is_in(kept.column("case_id"), value_set=pa.array(mine, pa.int64()))
    batches = dict(zip(*(kept.filter(stale).select(["case_id", "batch"]).to_pydict().values()), strict=True))
    batches |= renewal.batches
    rest = complete(kept.filter(pc.invert(stale)), renewal.tree)
    table = _labelled(pa.concat_tables([rest, _made(cases.rows_for_facts(mine), renewal.tree)]), batches)
    if not mine and table.equals(kept):
        return None
    return _write(table, place)


def _made(rows: Iterator[dict[str, Any]], tree: Tree) -> pa.Table:
    """Rows as a table, a step at a time: Python's objects of all rows of a file would take its tenfold."""
    parts = [SCHEMA.empty_table()]
    while step := list(islice(rows, STEP)):
        parts.append(facts_table(step, tree))
    return pa.concat_tables(parts)


def _labelled(table: pa.Table, batches: Mapping[int, str]) -> pa.Table:
    """The table in the order of receipt, with its topics from the side table and the batches that are known."""
    ordered = table.sort_by([("received_at", "ascending"), ("case_id", "ascending")]).combine_chunks()
    pks = ordered.column("case_id")
    if not len(ordered):
        return ordered
    topics = _read_topic_table(pc.min(pks).as_py(), pc.max(pks).as_py())
    ordered = _with(ordered, "topic", _looked_up(pks, topics.column("case_id"), topics.column("topic"), None))
    known = pa.array(list(batches), pa.int64())
    return _with(
        ordered, "batch", _looked_up(pks, known, pa.array(list(batches.values()), pa.string()), ordered.column("batch"))
    )


def _looked_up(pks: Any, keys: Any, values: Any, otherwise: Any) -> Any:
    found = pc.take(values, pc.index_in(pks, value_set=keys)) if len(keys) else pa.nulls(len(pks), pa.string())
    return pc.coalesce(found, pa.scalar("") if otherwise is None else otherwise)


def _with(table: pa.Table, name: str, column: Any) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), SCHEMA.field(name), column)


def _write(table: pa.Table, place: int) -> _Written:
    """A file of its own name: nothing in force is touched."""
    if not len(table):
        return _Written("", 0)
    name = f"{place:06d}-{time.time_ns():x}.parquet"
    with whole_file(facts_folder() / name, mode=PRIVATE) as draft:
        pq.write_table(table, draft, compression="zstd", use_dictionary=_CODED, row_group_size=1 << SHIFT)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
    return _Written(name, len(table))


def _put_in_force(manifest: Manifest, written: Mapping[int, _Written], at: datetime) -> None:
    """Name the new files in the manifest; then remove files replaced a while ago and what a crash left behind."""
    files, rows, gone = dict(manifest.files), dict(manifest.rows), dict(manifest.gone)
    for place, new in written.items():
        if place in files:
            gone[files[place]] = at.timestamp()
        files[place], rows[place] = new.name, new.rows
    files = {place: name for place, name in files.items() if name}
    rows = {place: rows[place] for place in files}
    old = {name for name, when in gone.items() if abs(at.timestamp() - when) > GRACE.total_seconds()}
    gone = {name: when for name, when in gone.items() if name not in old}
    serial = manifest.serial + (1 if written or files != manifest.files else 0)
    _save(replace(manifest, files=files, rows=rows, gone=gone, serial=serial))
    for name in _files_there() - set(files.values()) - set(gone):
        (facts_folder() / name).unlink(missing_ok=True)


def _save(manifest: Manifest) -> None:
    said = {"version": VERSION, **asdict(manifest), "at": manifest.at.isoformat()}
    with whole_file(facts_folder() / MANIFEST, mode=PRIVATE) as draft:
        draft.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


def _files_there() -> set[str]:
    return {path.name for path in facts_folder().glob("[0-9]*.parquet")}


def _read(manifest: Manifest, place: int) -> pa.Table:
    name = manifest.files.get(place)
    return pq.read_table(facts_folder() / name, schema=SCHEMA) if name else SCHEMA.empty_table()


def _read_topics() -> Iterable[tuple[int, str]]:
    table = _read_topic_table(None, None)
    return zip(table.column("case_id").to_pylist(), table.column("topic").to_pylist(), strict=True)


def _read_topic_table(first: int | None, last: int | None) -> pa.Table:
    path = facts_folder() / TOPICS
    if not path.is_file():
        return pa.table({"case_id": pa.array([], pa.int64()), "topic": pa.array([], pa.string())})
    within = None if first is None else [("case_id", ">=", first), ("case_id", "<=", last)]
    return pq.read_table(path, columns=["case_id", "topic"], filters=within)


def _topics_seal() -> str:
    """What tells one state of the side table from another; "" where there is none."""
    try:
        told = (facts_folder() / TOPICS).stat()
    except FileNotFoundError:
        return ""
    return f"{told.st_mtime_ns:x}-{told.st_size:x}-{told.st_ino:x}"


@contextmanager
def _alone() -> Iterator[None]:
    """One writer at a time, whichever process it is in."""
    folder = facts_folder()
    try:
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, PRIVATE)
    except OSError as error:
        raise CannotWrite(folder, error.strerror or str(error)) from None
    try:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
