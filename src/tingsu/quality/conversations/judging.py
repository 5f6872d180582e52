"""The machine's score of every conversation, kept with its evidence."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import F

from tingsu.base.clock import now
from tingsu.quality.conversations.engine import check_pack, pack_name, score_rows
from tingsu.quality.conversations.tables import Conversation

log = logging.getLogger(__name__)
STEP = 50  # conversations in memory
FAILED = "机器评分时出错，请由人工查看"


def score_waiting(*, handover: int | None = None, at: datetime | None = None) -> int:
    """Score every conversation that has no score yet, of one handover or of all; returns how many were scored.

    One that cannot be scored is marked so and passed over: it must not keep the others waiting. Of two processes at
    the same conversation the first one's score stands. A pack that cannot be read is no conversation's fault: raises
    PackError, and everything waits for the next turn.
    """
    done = 0
    for page in _waiting(handover):
        of_pack: dict[str, list[Conversation]] = defaultdict(list)
        for row in page:
            of_pack[pack_name(row.unit)].append(row)
        for pack, rows in of_pack.items():
            check_pack(pack)
            done += _score(rows, pack, at or now())
    return done


def _score(rows: Sequence[Conversation], pack: str, at: datetime) -> int:
    try:
        found = score_rows(rows, pack)
    except Exception:  # whatever a transcript does to the engine, the next one must be scored
        if len(rows) > 1:
            return sum(_score([row], pack, at) for row in rows)
        log.exception("conversation %s could not be scored", rows[0].pk)
        _write(rows[0], {"score_failed": FAILED})
        return 0
    return sum(_write(row, {**asdict(score), "scored_at": at}) for row, score in zip(rows, found, strict=True))


def _write(row: Conversation, changes: dict[str, Any]) -> int:
    return Conversation.objects.filter(pk=row.pk, scored_at=None).update(version=F("version") + 1, **changes)


def _waiting(handover: int | None) -> Iterator[list[Conversation]]:
    found = Conversation.objects.filter(scored_at=None, score_failed="", purged_at=None).select_related("unit")
    if handover is not None:
        found = found.filter(handover=handover)
    last = 0
    while page := list(found.filter(pk__gt=last).order_by("pk")[:STEP]):
        yield page
        last = page[-1].pk
