"""Who took what out and brought what in: a sealed line for every export, import, backup and restore."""

from __future__ import annotations

import getpass
import hashlib
import hmac
import json
import platform
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from tingsu.base.clock import now
from tingsu.org.models import AccessEntry, User

ATTEMPTS = 5  # two entries at the same moment: the slower one takes the next place


def note_access(what: str, detail: dict[str, Any], *, by: User | None, at: datetime | None = None) -> AccessEntry:
    """Add a sealed line; ``detail`` is plain JSON without floats.

    Whoever works at the machine itself is named too (account and host of the operating system), since a command is
    run with a name given, not proved. ``by`` is None for what only the machine's keeper can do (backup, restore).
    """
    seat = f"{_account()}@{platform.node()}"
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return _append(what, _storable({**detail, "seat": seat}), by, at or now(), seat)
        except IntegrityError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


def verify_access_log() -> Iterator[tuple[int, str]]:
    """(place, what is wrong) for every line edited, removed or moved; the loss of the last lines cannot show."""
    previous, place = "", 0
    for entry in AccessEntry.objects.order_by("seq").iterator(chunk_size=500):
        place += 1
        if entry.seq != place:
            yield place, f"数据出入记录第 {place} 条被删除（此处现为第 {entry.seq} 条）"
            place = entry.seq
        elif entry.previous != previous:
            yield entry.seq, f"数据出入记录第 {entry.seq} 条与前一条接不上"
        if entry.hash != _seal(entry):
            yield entry.seq, f"数据出入记录第 {entry.seq} 条的内容被改动"
        previous = entry.hash


def _append(what: str, detail: dict[str, Any], by: User | None, at: datetime, seat: str) -> AccessEntry:
    last = AccessEntry.objects.order_by("-seq").first()
    entry = AccessEntry(
        seq=last.seq + 1 if last else 1,
        at=at,
        by=by,
        by_name=(by.name or by.username) if by else seat[:120],
        what=what,
        detail=detail,
        previous=last.hash if last else "",
    )
    entry.hash = _seal(entry)
    entry.save(force_insert=True)
    return entry


def _seal(entry: AccessEntry) -> str:
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    body = ["access", entry.seq, moment, entry.by_id, entry.by_name, entry.what, entry.detail, entry.previous]
    plain = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(settings.AUDIT_KEY.encode(), plain, hashlib.sha256).hexdigest()


def _storable(detail: dict[str, Any]) -> dict[str, Any]:
    """File names may hold bytes that are no text; every store must be able to keep the line."""
    kept: dict[str, Any] = json.loads(json.dumps(detail, ensure_ascii=False).encode("utf-8", "replace"))
    return kept


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's account without a name
        return "?"
