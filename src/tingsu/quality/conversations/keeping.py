"""Changing a conversation: held, its version compared, the step kept, a sealed line in the access log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.quality.conversations.tables import Conversation, ConversationStep
from tingsu.quality.errors import ConversationChanged, ConversationNotFound

LONGEST_WORDS = 2000


def hold(number: int, version: int | None) -> Conversation:
    """The conversation, its row locked until the transaction ends.

    Raises ConversationNotFound, ConversationChanged when ``version`` is not what it stands at.
    """
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("agent", "unit", "case")
    found = rows.filter(pk=number).first()
    if found is None:
        raise ConversationNotFound(number)
    if version is not None and found.version != version:
        raise ConversationChanged(found.name, found.version)
    return found


def keep_step(
    held: Conversation, kind: str, words: str = "", *, by: User, at: datetime, data: dict[str, Any] | None = None
) -> None:
    """Save a held conversation with one more step and a sealed line in the access log."""
    held.version += 1
    held.save()
    note_step(held, kind, words, by=by, at=at, data=data)


def note_step(
    held: Conversation, kind: str, words: str = "", *, by: User, at: datetime, data: dict[str, Any] | None = None
) -> None:
    """Keep a step that leaves the conversation as it was: someone looked."""
    said = data or {}
    ConversationStep.objects.create(conversation=held, kind=kind, at=at, by=by, words=words[:LONGEST_WORDS], data=said)
    note_access("conversation", {"conversation": held.pk, "did": kind, **said}, by=by, at=at)


def path_of(conversation: Conversation) -> str:
    """Where the conversation stands in the product."""
    return f"/quality/conversations/{conversation.pk}/"
