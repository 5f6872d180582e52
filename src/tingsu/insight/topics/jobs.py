"""Topics searched for weekly and given to new complaints daily, in the background."""

from __future__ import annotations

from django_tasks import task


@task()
def search_weekly() -> dict[str, int]:
    """Bring the facts up, find topics, put them into the facts; safe to run twice."""
    from dataclasses import asdict

    from tingsu.base.clock import now
    from tingsu.insight.facts.store import refresh
    from tingsu.insight.topics.keeping import search_topics

    at = now()
    refresh(at=at)
    run = search_topics(at=at)
    refresh(at=at)
    return asdict(run)


@task()
def assign_daily() -> int:
    """Give new complaints the topics that are known; returns how many have one."""
    from tingsu.base.clock import now
    from tingsu.insight.facts.store import refresh
    from tingsu.insight.topics.keeping import assign_topics

    at = now()
    refresh(at=at)
    given = assign_topics(at=at)
    refresh(at=at)
    return given
