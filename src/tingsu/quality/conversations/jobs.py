"""Work on conversations that nobody waits for."""

from __future__ import annotations

from django_tasks import task


@task()
def score_handover(handover: int) -> int:
    """Score every conversation of a handover that has no score yet; safe to run twice. Returns how many."""
    from tingsu.quality.conversations.judging import score_waiting

    return score_waiting(handover=handover)


@task()
def score_left_over() -> int:
    """Score whatever has no score yet, of any handover; returns how many."""
    from tingsu.quality.conversations.judging import score_waiting

    return score_waiting()


@task()
def purge_old() -> int:
    """Delete the texts of conversations older than the site keeps them; returns how many."""
    from tingsu.quality.conversations.retention import purge_conversations

    return purge_conversations()
