"""What waits for a decision at my level of authority."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tingsu.cases.queue import waiting_for
from tingsu.cases.veil import veil_of
from tingsu.org.pack import active_pack
from tingsu.org.permissions import NotAllowed
from tingsu.web.asking import person_of
from tingsu.web.navigation import approves

MOST = 100


def show_approvals(request: HttpRequest) -> HttpResponse:
    """The plans this person may decide, longest waiting first."""
    by = person_of(request)
    pack = active_pack()
    if not approves(by):
        names = [r.name.zh for level in pack.authority.levels if (r := pack.role(level.role))]
        raise NotAllowed("审批方案", names)
    found = waiting_for(by).select_related("asked_by__unit", "case__owner", "case__customer")[:MOST]
    waiting = [(approval, veil_of(approval.case)) for approval in found]
    return render(request, "web/approvals.html", {"waiting": waiting, "levels": pack.authority.levels})
