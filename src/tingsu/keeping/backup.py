"""One file with everything that must come back: rows, evidence, the audit key; portable between databases."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.migrations.loader import MigrationLoader

from tingsu import __version__
from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.base.files import CannotWrite, whole_file
from tingsu.calendars.notices import SITE_FILE
from tingsu.cases.evidence import place_of
from tingsu.cases.models import Evidence
from tingsu.keeping.archive import FORMAT, SPARE, Manifest, Part, digest_file, write_archive
from tingsu.keeping.tables import kept_models, read_rows
from tingsu.org.access_log import note_access
from tingsu.packs.loader import SHIPPED, find_pack

SNAPSHOT = "snapshot"  # the alias the copy is read under


class NotPrepared(TingsuError):
    """The database is not at the state this version needs."""

    code = "not_prepared"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What went into the file; ``missing`` are evidence files that were gone or damaged on disk."""

    path: Path
    tables: int
    rows: int
    evidence: int
    missing: list[str]
    size: int  # bytes


def back_up(path: Path, *, at: datetime | None = None, on_part: Callable[[str], None] | None = None) -> BackedUp:
    """Write everything to ``path`` (readable by its owner only) while the site goes on working.

    In order: a line in the access log, which is then part of the backup; a consistent snapshot; each table as a part;
    the evidence files the snapshot names; the key; the archive, put in place when it is whole.
    Raises NotPrepared, CannotWrite.
    """
    at = at or now()
    migrations = applied_migrations()
    _check_room(path)
    note_access("backup", {"file": path.name}, by=None, at=at)
    with whole_file(path, mode=0o600) as draft, _folder_beside(path) as folder, _snapshot(folder) as alias:
        places, parts, missing = _collect(folder, alias, on_part or (lambda name: None))
        manifest = Manifest(
            format=FORMAT,
            tingsu=__version__,
            made_at=at.isoformat(),
            engine=connection.vendor,
            pack=settings.TINGSU_PACK,
            migrations=migrations,
            parts=parts,
            missing_evidence=missing,
        )
        write_archive(draft, manifest, places)
    tables = [part for part in parts if part.name.startswith("data/")]
    files = sum(part.name.startswith("evidence/") for part in parts)
    return BackedUp(path, len(tables), sum(p.rows for p in tables), files, missing, path.stat().st_size)


def applied_migrations() -> dict[str, str]:
    """App → newest migration, for the apps whose tables are kept. Raises NotPrepared if some are not applied."""
    loader = MigrationLoader(connection)
    kept = {model._meta.app_label for model in kept_models()}
    heads = {app: name for app, name in loader.graph.leaf_nodes() if app in kept}
    if any((app, name) not in loader.applied_migrations for app, name in heads.items()):
        raise NotPrepared("数据库还没有升级到当前版本。请先运行 tingsu prepare。")
    return heads


def _collect(folder: Path, alias: str, on_part: Callable[[str], None]) -> tuple[dict[str, Path], list[Part], list[str]]:
    places: dict[str, Path] = {}
    parts: list[Part] = []
    for model in kept_models():
        name = f"data/{model._meta.label_lower}.jsonl"
        on_part(name)
        places[name], rows = folder / f"{len(places):03d}.jsonl", 0
        with places[name].open("w", encoding="ascii") as file:
            for line in read_rows(model, alias):
                file.write(line + "\n")
                rows += 1
        parts.append(_part(name, places[name], rows=rows))
    missing = _add_evidence(alias, places, parts, on_part)
    _add_files(folder, places, parts)
    return places, parts, missing


def _add_evidence(alias: str, places: dict[str, Path], parts: list[Part], on_part: Callable[[str], None]) -> list[str]:
    missing = []
    for digest in _named_files(alias):
        place = place_of(digest)
        on_part(f"evidence/{digest}")
        if not place.is_file() or digest_file(place) != digest:
            missing.append(digest)
            continue
        name = f"evidence/{digest}"
        places[name] = place
        parts.append(Part(name=name, size=place.stat().st_size, sha256=digest))
    return missing


def _named_files(alias: str) -> list[str]:
    """The SHA-256 of every file the rows name, whichever annex it belongs to: of a case, or of a measure."""
    annexes = (Evidence, apps.get_model("insight", "MeasureEvidence"))  # by name: keeping knows nothing of insight
    named = {digest for annex in annexes for digest in annex.objects.using(alias).values_list("sha256", flat=True)}
    return sorted(named)


def _add_files(folder: Path, places: dict[str, Path], parts: list[Part]) -> None:
    key = folder / "audit.key"
    key.write_text(str(settings.AUDIT_KEY), encoding="utf-8")
    extra = {"keys/audit.key": key}
    calendar: Path = settings.TINGSU_HOME / SITE_FILE
    if calendar.is_file():
        extra[f"site/{SITE_FILE}"] = calendar
    forms = Path(settings.FORMS_ROOT)
    extra |= {f"forms/{path.relative_to(forms).as_posix()}": path for path in sorted(forms.glob("**/*.docx"))}
    pack = find_pack(settings.TINGSU_PACK, tuple(settings.TINGSU_PACK_PATHS))
    if not pack.is_relative_to(SHIPPED):
        files = sorted(path for path in pack.rglob("*") if path.is_file())
        extra |= {f"pack/{path.relative_to(pack).as_posix()}": path for path in files}
    for name, place in extra.items():
        places[name] = place
        parts.append(_part(name, place))


def _part(name: str, place: Path, *, rows: int = 0) -> Part:
    return Part(name=name, size=place.stat().st_size, sha256=digest_file(place), rows=rows)


@contextmanager
def _folder_beside(path: Path) -> Iterator[Path]:
    """A folder only its owner can open, on the disk the backup goes to; gone afterwards."""
    with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".tingsu-backup-") as name:
        yield Path(name)


@contextmanager
def _snapshot(folder: Path) -> Iterator[str]:
    """The alias of a database that does not change while it is read."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield "default"
        return
    copy = folder / "snapshot.sqlite3"
    connection.ensure_connection()
    with sqlite3.connect(copy) as target:
        connection.connection.backup(target)  # in one step: writers wait for it, readers do not
    target.close()
    reader = connection.copy(SNAPSHOT)
    reader.settings_dict["NAME"] = str(copy)
    reader.settings_dict["OPTIONS"] = {}  # none of the site's large caches for a file read once
    connections[SNAPSHOT] = reader
    try:
        yield SNAPSHOT
    finally:
        reader.close()
        del connections[SNAPSHOT]


def _check_room(path: Path) -> None:
    """Twice the database (the snapshot and its rows as text) and the packed file, roughly, or not begun at all."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise CannotWrite(path, f"没有 {folder} 这个文件夹")
    need, free = 3 * database_size(), shutil.disk_usage(folder).free
    if need + SPARE > free:
        raise CannotWrite(path, f"约需 {need >> 20} MB，磁盘只剩 {free >> 20} MB")


def database_size() -> int:
    """Bytes the database takes on its disk."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])
