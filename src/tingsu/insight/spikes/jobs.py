"""The hourly watch, done in the background."""

from __future__ import annotations

from django_tasks import task


@task()
def watch_for_rises() -> dict[str, int]:
    """Bring the facts up and look for rises; safe to run twice. Returns what was opened, extended and joined."""
    from tingsu.base.clock import now
    from tingsu.insight.facts.store import refresh
    from tingsu.insight.spikes.watching import watch

    at = now()
    refresh(at=at)
    done = watch(at)
    return {"opened": done.opened, "extended": done.extended, "joined": done.joined}
