"""Who may see into what was done: some actions are told to everyone, and what was filled in only to some."""

from __future__ import annotations

from tingsu.org.models import User
from tingsu.org.permissions import can
from tingsu.packs.procedure import Action


def is_seen(action: Action | None, by: User) -> bool:
    """Whether this person may read what was filled in when the action was done."""
    return action is None or action.seen_with is None or can(by, action.seen_with)
