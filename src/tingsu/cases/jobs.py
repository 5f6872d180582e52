"""Work that follows a change but need not hold the person up; queued in the change's own transaction."""

from __future__ import annotations

from typing import Any

from django_tasks import task

from tingsu.base.errors import TingsuError
from tingsu.cases.models import Case


@task()
def link_near_cases(case_id: int) -> int:
    """Look for cases near this one in text or customer and keep the links; safe to run twice. Returns how many."""
    from tingsu.cases.near import link_near

    case = Case.objects.select_related("customer").filter(pk=case_id).first()
    return link_near(case) if case is not None else 0


@task()
def teach_facet(facet: str, user_id: int) -> dict[str, Any]:
    """Teach a facet from people's corrections and keep the version; what stands in the way is returned in words."""
    from tingsu.cases.learning import keep_trial, teach_from_corrections
    from tingsu.org.models import User

    by = User.objects.select_related("unit").get(pk=user_id)
    try:
        card = keep_trial(teach_from_corrections(facet, by=by), by=by)
    except TingsuError as error:
        return {"refused": error.message}
    return {"version": card.version}
