"""Texts of conversations are deleted once they need not be kept any longer; marks and figures stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from tingsu.base.clock import now
from tingsu.org.access_log import note_access
from tingsu.quality.conversations.tables import CallBack, Conversation

STEP = 200


def purge_conversations(*, at: datetime | None = None, days: int | None = None) -> int:
    """Delete turns and quoted words of conversations held more than ``days`` ago; returns how many.

    ``days`` is CONVERSATION_DAYS of the settings unless given; 0 keeps everything. Kept whole: what belongs to a case
    (its file has its own time), what an appeal or a call back still waits on. The access log gets one line.
    """
    days = settings.CONVERSATION_DAYS if days is None else days
    at = at or now()
    if days <= 0:
        return 0
    old = Conversation.objects.filter(held_at__lt=at - timedelta(days=days), purged_at=None, case=None)
    waiting = old.filter(appeal__outcome="", appeal__isnull=False).values("pk")
    old = old.exclude(pk__in=waiting).exclude(pk__in=CallBack.objects.filter(done_at=None).values("conversation"))
    done = 0
    while page := list(old.order_by("pk")[:STEP]):
        with transaction.atomic():
            for row in page:
                Conversation.objects.filter(pk=row.pk).update(version=F("version") + 1, **_emptied(row, at))
            done += len(page)
    if done:
        note_access("conversations", {"did": "purged", "count": done, "days": days}, by=None, at=at)
    return done


def _emptied(row: Conversation, at: datetime) -> dict[str, Any]:
    points = [{**point, "words": ""} for point in row.points]
    turns = [{**turn, "text": ""} for turn in row.turns]
    return {"turns": turns, "masked": [""] * len(turns), "points": points, "risk_why": [], "gist": "", "purged_at": at}
