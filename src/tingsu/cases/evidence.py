"""The numbered evidence annex: files kept under their own hash, never run, never served as anything but a download."""

from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from tingsu.base.clock import now
from tingsu.cases.access import is_visible
from tingsu.cases.chain import append_event
from tingsu.cases.errors import Incomplete, NotFound, NotPossible
from tingsu.cases.models import Case, Evidence
from tingsu.org.models import User
from tingsu.org.permissions import require

CHUNK = 1 << 20  # bytes
LONGEST_NAME = 200  # characters, the ending included
KINDS = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".txt", ".csv", ".eml",
         ".mp3", ".wav", ".m4a", ".amr", ".mp4", ".zip"}  # fmt: skip


def attach(case: Case, *, by: User, name: str, content: BinaryIO, at: datetime | None = None) -> Evidence:
    """Add a file to the annex under the next number.

    The bytes are written first, then the row and the event in one transaction, so a row never lacks its file.
    Raises NotAllowed, NotFound, Incomplete (empty, too large, or a kind that is not taken).
    """
    require(by, "attach_evidence")
    clean = clean_name(name)
    if not is_visible(case, by=by):  # asked again below, under the lock; here so that no stranger fills the disk
        raise NotFound(case.number)
    digest, size = keep_bytes(content)
    at = at or now()
    with transaction.atomic():
        held = Case.objects.select_for_update().filter(pk=case.pk).first()
        if held is None or not is_visible(held, by=by):
            raise NotFound(case.number)
        no = (held.evidence.order_by("-no").values_list("no", flat=True).first() or 0) + 1
        added = Evidence.objects.create(
            case=held, no=no, name=clean, sha256=digest, size=size, added_by=by, added_at=at
        )
        append_event(held, "attach", {"no": no, "name": clean, "sha256": digest, "size": size}, by=by, at=at)
        held.save(update_fields=["event_count", "head_hash"])
    return added


def open_evidence(case: Case, no: int, *, by: User, at: datetime | None = None) -> tuple[Evidence, Path]:
    """The annex row and its file, checked against its hash; who opened it stays on record.

    Raises NotFound, NotPossible when the file is gone or no longer what was filed.
    """
    at = at or now()
    with transaction.atomic():
        held = Case.objects.select_for_update().filter(pk=case.pk).first()
        if held is None or not is_visible(held, by=by):
            raise NotFound(case.number)
        row = held.evidence.filter(no=no).first()
        if row is None:
            raise NotFound(f"{case.number} 证据 {no}")
        append_event(held, "open_evidence", {"no": no, "name": row.name}, by=by, at=at)
        held.save(update_fields=["event_count", "head_hash"])
    path = place_of(row.sha256)
    if not path.is_file() or digest_of(path) != row.sha256:
        raise NotPossible("证据文件缺失或已被改动，请通知系统管理员从备份恢复。")
    return row, path


def clean_name(name: str) -> str:
    """The name a file may be kept under. Raises Incomplete for a kind that is not taken."""
    clean = Path("".join(c for c in PurePosixPath(name.replace("\\", "/")).name if c.isprintable()).strip())
    if clean.suffix.lower() not in KINDS:
        raise Incomplete({"file": "只接收图片、录音、录像、PDF、Word、Excel、文本和压缩包"})
    return clean.stem[: LONGEST_NAME - len(clean.suffix)] + clean.suffix


def keep_bytes(content: BinaryIO) -> tuple[str, int]:
    """Write the bytes under their hash, whole or not at all; the same bytes twice are kept once. (SHA-256, size)

    Raises Incomplete for none or too many of them.
    """
    root = Path(settings.EVIDENCE_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=root)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as file:
            while chunk := content.read(CHUNK):
                size += len(chunk)
                if size > settings.EVIDENCE_MAX_BYTES:
                    raise Incomplete({"file": f"文件超过 {settings.EVIDENCE_MAX_BYTES >> 20} MB，请压缩或分开上传"})
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise Incomplete({"file": "文件是空的，请重新选择"})
        place = place_of(digest.hexdigest())
        place.parent.mkdir(exist_ok=True)
        Path(draft).replace(place)
    finally:
        Path(draft).unlink(missing_ok=True)
    return digest.hexdigest(), size


def place_of(digest: str) -> Path:
    """Where the bytes with this SHA-256 lie."""
    return Path(settings.EVIDENCE_ROOT) / digest[:2] / digest


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
