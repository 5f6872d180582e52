"""Work on scripts that nobody waits for."""

from __future__ import annotations

from django_tasks import task


@task()
def tell_due() -> int:
    """Tell who looks after them of the scripts whose review day has come; returns how many."""
    from tingsu.assist.scripts.reviewing import tell_due_reviews

    return tell_due_reviews()
