"""A backup back into a database, the same kind or the other: all of it, checked, or nothing changed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.base.files import whole_file
from tingsu.calendars.notices import SITE_FILE
from tingsu.cases import audit
from tingsu.cases.alike import clear_index, index_again
from tingsu.cases.evidence import place_of
from tingsu.cases.models import Case
from tingsu.cases.search import index_case
from tingsu.keeping.archive import BadArchive, Opened, digest_file, open_archive
from tingsu.keeping.backup import applied_migrations
from tingsu.keeping.tables import delete_rows, insert_rows, kept_models
from tingsu.org.access_log import note_access, verify_access_log
from tingsu.org.models import Unit, User
from tingsu.org.pack import active_pack

KEY = "keys/audit.key"
Tell = Callable[[str], None]


class NotEmpty(TingsuError):
    """There is a site in this database already; ``cases`` and ``people`` are what would be lost."""

    code = "not_empty"

    def __init__(self, cases: int, people: int) -> None:
        self.cases = cases
        self.people = people
        super().__init__(
            f"当前数据库里已有 {cases} 件工单、{people} 个账号，没有恢复。要用备份整个替换它，请加 --replace。"
        )


class NotFitting(TingsuError):
    """The backup is whole but belongs to another version, pack or key than this site runs with."""

    code = "not_fitting"


class BrokenSeals(TingsuError):
    """What came back does not match its own seals: it was changed before or in the backup; nothing was kept of it."""

    code = "broken_seals"

    def __init__(self, findings: list[str]) -> None:
        self.findings = findings
        shown = "\n".join(findings[:20])
        super().__init__(
            f"备份里的数据与封存值不符，共 {len(findings)} 处，已全部撤回，什么也没有改动。\n{shown}\n"
            "请换一份更早的备份；确要照样恢复并留待追查，请加 --accept-broken-seals。"
        )


@dataclass(slots=True)
class Restored:
    """What came back; ``findings`` are broken seals that were accepted, ``missing`` evidence the backup lacked."""

    made_at: str
    rows: dict[str, int] = field(default_factory=dict)
    evidence: int = 0
    findings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def restore(
    path: Path,
    *,
    replace: bool = False,
    accept_broken_seals: bool = False,
    at: datetime | None = None,
    on_stage: Tell | None = None,
) -> Restored:
    """Put a backup's rows, evidence and audit key in place of an empty site, or of the present one with ``replace``.

    In order: the archive is unpacked aside and checked whole; version, pack and key must fit; a database without
    tables gets them. Then in one transaction: old rows out (only with ``replace``), rows in with their ids and times,
    counters moved on, the search index rebuilt, every seal checked, a line in the access log, evidence and key put on
    disk. Until the last of it the old site stands. Raises BadArchive, NotFitting, NotEmpty, BrokenSeals.
    """
    tell = on_stage or (lambda stage: None)
    settings.TINGSU_HOME.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.TINGSU_HOME, prefix=".tingsu-restore-") as folder:
        tell("检查备份")
        opened = open_archive(path, Path(folder))
        _check_fit(opened)
        _prepare_database(tell)
        _check_schema(opened)
        _check_empty(replace)
        return _load(path, opened, accept_broken_seals, at or now(), tell)


def occupants() -> tuple[int, int]:
    """(cases, people) in the present database; none where it has no tables yet."""
    if not _applied():
        return 0, 0
    return Case.objects.count(), User.objects.count()


def _check_fit(opened: Opened) -> None:
    manifest = opened.manifest
    if manifest.pack != settings.TINGSU_PACK:
        raise NotFitting(
            f"备份用的是方案包「{manifest.pack}」，本站用的是「{settings.TINGSU_PACK}」。请设好 TINGSU_PACK（和"
            " TINGSU_PACK_PATHS）再恢复；自有方案包的文件在备份的 pack 文件夹里。"
        )
    active_pack()  # a pack with mistakes is refused now, not after the rows are in
    if KEY not in opened.places:
        raise NotFitting("备份里没有审计密钥，恢复后无法核对封存值，没有恢复。")
    given = os.environ.get("TINGSU_AUDIT_KEY")
    if given and given != _key(opened):
        raise NotFitting("环境变量 TINGSU_AUDIT_KEY 与备份里的审计密钥不同。请去掉它，或改成原来的密钥，再恢复。")


def _check_schema(opened: Opened) -> None:
    manifest, here = opened.manifest, applied_migrations()
    labels = {model._meta.label_lower for model in kept_models()}
    if manifest.migrations != here or {label for label, _part in opened.tables()} != labels:
        raise NotFitting(
            f"备份由听诉 {manifest.tingsu} 写成，数据结构与本版本不同。"
            f"请安装 {manifest.tingsu} 版恢复，再升级到本版本。"
        )


def _prepare_database(tell: Tell) -> None:
    """Tables for a database that has none; one that has some is left to ``tingsu prepare``."""
    if not _applied():
        tell("建表")
        call_command("migrate", verbosity=0, interactive=False)


def _applied() -> bool:
    return bool(MigrationRecorder(connection).applied_migrations())


def _check_empty(replace: bool) -> None:
    cases, people = occupants()
    if not replace and (cases or people or Unit.objects.exists()):
        raise NotEmpty(cases, people)


def _load(path: Path, opened: Opened, accept_broken_seals: bool, at: datetime, tell: Tell) -> Restored:
    done = Restored(opened.manifest.made_at, missing=list(opened.manifest.missing_evidence))
    with _using_key(_key(opened)) as put_key, transaction.atomic():
        tell("清空")
        _clear()
        for label, rows in _insert(path, opened, tell):
            done.rows[label] = rows
        _move_counters()
        tell("重建检索")
        for case in Case.objects.select_related("customer").order_by("pk").iterator(chunk_size=500):
            index_case(case)
            index_again(case)
        tell("核对封存值")
        done.findings = _findings()
        if done.findings and not accept_broken_seals:
            raise BrokenSeals(done.findings)
        said = {"file": path.name, "sha256": digest_file(path), "made_at": done.made_at, "seals": len(done.findings)}
        note_access("restore", said, by=None, at=at)
        tell("放回证据文件")
        done.evidence = _place_evidence(opened)
        _place_calendar(opened)
        _place_forms(opened)
        put_key()
    return done


def _clear() -> None:
    Session.objects.all().delete()
    for model in reversed(kept_models()):
        delete_rows(model, connection)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_search")
    clear_index()


def _insert(path: Path, opened: Opened, tell: Tell) -> Iterator[tuple[str, int]]:
    parts = dict(opened.tables())
    for model in kept_models():
        label = model._meta.label_lower
        part = parts[label]
        tell(f"写入 {label}")
        try:
            with opened.places[part.name].open("rb") as lines:
                count = insert_rows(model, lines, connection)
        except (DatabaseError, ValueError, TypeError, TingsuError) as error:
            raise BadArchive(path, f"{label} 里有数据库不收的行（{str(error).strip()[:300]}）") from error
        if count != part.rows:
            raise BadArchive(path, f"{label} 应有 {part.rows} 行，实有 {count} 行")
        yield label, count
    try:
        connection.check_constraints()
    except DatabaseError as error:
        raise BadArchive(path, f"数据之间对不上（{str(error).strip()[:300]}）") from error


def _move_counters() -> None:
    """The next new row must not get an id that came back with the backup (SQLite sees to that itself)."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept_models()):
            cursor.execute(statement)


def _findings() -> list[str]:
    found = [f"{finding.number}：{finding.what}" for finding in audit.verify()]
    return found + [what for _place, what in verify_access_log()]


def _place_evidence(opened: Opened) -> int:
    """Files lie under their own hash, so putting one back overwrites nothing but a damaged copy of itself."""
    count = 0
    for digest, source in opened.evidence():
        target = place_of(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or digest_file(target) != digest:
            with whole_file(target, mode=0o600) as draft, source.open("rb") as file, draft.open("wb") as out:
                while chunk := file.read(1 << 20):
                    out.write(chunk)
        count += 1
    return count


def _place_calendar(opened: Opened) -> None:
    """The holidays the backup's site had taken in; a backup without any leaves those here.

    Copied as it is: a file broken by hand must not stand in the way of a restore, and ``doctor`` names it.
    """
    if source := opened.places.get(f"site/{SITE_FILE}"):
        with whole_file(settings.TINGSU_HOME / SITE_FILE) as draft:
            draft.write_bytes(source.read_bytes())


def _place_forms(opened: Opened) -> None:
    """The backup's Word templates in place of those here, which stay beside in a folder of their own."""
    root = Path(settings.FORMS_ROOT)
    if root.is_dir():
        aside = root.with_name(f"{root.name}.before-restore")
        shutil.rmtree(aside, ignore_errors=True)
        root.rename(aside)
    for name, source in opened.places.items():
        if name.startswith("forms/"):
            target = root / name.removeprefix("forms/")
            target.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(target, mode=0o600) as draft:
                draft.write_bytes(source.read_bytes())


@contextmanager
def _using_key(key: str) -> Iterator[Callable[[], None]]:
    """Seal and check with the backup's key inside the block; the function given puts it on disk for good.

    If the block fails, key and file are as they were. A key that is replaced stays beside as audit.key.before-restore.
    """
    place: Path = settings.TINGSU_HOME / "audit.key"
    before, written = str(settings.AUDIT_KEY), place.read_bytes() if place.is_file() else None
    settings.AUDIT_KEY = key

    def put() -> None:
        if os.environ.get("TINGSU_AUDIT_KEY") or (written is not None and written.decode("ascii").strip() == key):
            return
        if written is not None:
            _write_key(place.with_name("audit.key.before-restore"), written)
        _write_key(place, key.encode("ascii"))

    try:
        yield put
    except BaseException:
        settings.AUDIT_KEY = before
        if written is not None and place.read_bytes() != written:
            _write_key(place, written)
        raise


def _write_key(place: Path, key: bytes) -> None:
    with whole_file(place, mode=0o600) as draft:
        draft.write_bytes(key)


def _key(opened: Opened) -> str:
    return opened.places[KEY].read_text(encoding="utf-8").strip()
