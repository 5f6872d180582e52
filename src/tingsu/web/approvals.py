"""What waits for a decision at my level of authority."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tingsu.cases.queue import waiting_for
from tingsu.cases.standing import standings, stuck_approvals
from tingsu.cases.veil import veil_of
from tingsu.org.pack import active_pack
from tingsu.org.permissions import NotAllowed, can
from tingsu.web.asking import person_of
from tingsu.web.navigation import approves
from tingsu.web.standing_view import show_standing

MOST = 100


def show_approvals(request: HttpRequest) -> HttpResponse:
    """The plans this person may decide, longest waiting first."""
    by = person_of(request)
    pack = active_pack()
    if not approves(by):
        names = [r.name.zh for level in pack.authority.levels if (r := pack.role(level.role))]
        raise NotAllowed("审批方案", names)
    waiting_now = waiting_for(by).select_related("asked_by__unit", "case__owner", "case__customer")
    mine = list(waiting_now.prefetch_related("case__parties")[:MOST])
    found = standings(mine)
    waiting = [(approval, veil_of(approval.case)) for approval in mine]
    context = {
        "waiting": [(one, veil, show_standing(found[one.pk], one.level)) for one, veil in waiting],
        "levels": pack.authority.levels,
        "stuck": stuck_approvals(by=by) if can(by, "manage_delegations") else [],
    }
    return render(request, "web/approvals.html", context)
