"""Work that follows a change but need not hold the person up; queued in the change's own transaction."""

from __future__ import annotations

from django_tasks import task

from tingsu.cases.models import Case


@task()
def link_near_cases(case_id: int) -> int:
    """Look for cases near this one in text or customer and keep the links; safe to run twice. Returns how many."""
    from tingsu.cases.near import link_near

    case = Case.objects.select_related("customer").filter(pk=case_id).first()
    return link_near(case) if case is not None else 0
