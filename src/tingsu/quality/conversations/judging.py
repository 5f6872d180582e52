"""The machine's score of every conversation, kept with its evidence."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F

from tingsu.base.clock import now
from tingsu.quality.conversations.engine import KeptScore, score_conversation
from tingsu.quality.conversations.tables import Conversation

log = logging.getLogger(__name__)
STEP = 50  # conversations in memory
FAILED = "机器评分时出错，请由人工评定"


def score_waiting(*, handover: int | None = None, at: datetime | None = None) -> int:
    """Score every conversation that has no score yet, of one handover or of all; returns how many were scored.

    One that cannot be scored is marked so and passed over: it must not keep the others waiting. Of two processes at
    the same conversation the first one's score stands.
    """
    done = 0
    for row in _waiting(handover):
        changes: dict[str, Any]
        try:
            changes = _changes(score_conversation(row), at or now())
            done += 1
        except Exception:  # whatever a transcript does to the engine, the next one must be scored
            log.exception("conversation %s could not be scored", row.pk)
            changes = {"score_failed": FAILED}
        found = Conversation.objects.filter(pk=row.pk, scored_at=None)
        found.update(version=F("version") + 1, **changes)
    return done


def _changes(score: KeptScore, at: datetime) -> dict[str, Any]:
    return {
        "scored_at": at,
        "points": score.points,
        "share": score.share,
        "risk": score.risk,
        "risk_why": score.risk_why,
        "measures": score.measures,
        "score_failed": "",
    }


def _waiting(handover: int | None) -> Iterator[Conversation]:
    found = Conversation.objects.filter(scored_at=None, score_failed="", purged_at=None).select_related("unit")
    if handover is not None:
        found = found.filter(handover=handover)
    last = 0
    while page := list(found.filter(pk__gt=last).order_by("pk")[:STEP]):
        yield from page
        last = page[-1].pk
