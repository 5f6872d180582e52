"""Learning from the history and looking at every open case, done in the background."""

from __future__ import annotations

from django_tasks import task


@task()
def learn_risks() -> bool:
    """Learn anew what makes cases go further; returns whether the history was long enough."""
    from tingsu.base.clock import now
    from tingsu.insight.escalation.keeping import learn_from_history

    return learn_from_history(at=now()).calibrated


@task()
def look_at_open_cases() -> int:
    """Work out the risk of every open case for the lists; returns how many."""
    from tingsu.base.clock import now
    from tingsu.insight.escalation.keeping import score_open_cases

    return score_open_cases(at=now())
