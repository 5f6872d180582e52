"""For the auditor: the sealed events of a case, and whether the seals hold."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tingsu.cases.access import find_case, visible_cases
from tingsu.cases.audit import Finding, verify
from tingsu.cases.models import Case, Event
from tingsu.cases.packs import pack_of
from tingsu.cases.veil import veil_of
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.web.asking import person_of
from tingsu.web.timeline import Told, tell_one

RECENT = 500  # cases checked from the page; the whole store is checked by `tingsu audit verify`


@dataclass(frozen=True, slots=True)
class Sealed:
    """One event with its whole seal."""

    event: Event
    told: Told


def show_audit(request: HttpRequest) -> HttpResponse:
    """The audit page: a case's chain by its number; POST checks the seals of the most recent cases."""
    by = person_of(request)
    require(by, "view_audit")
    number = request.GET.get("number", "").strip()
    context: dict[str, object] = {"number": number, "recent": RECENT}
    if number:
        case = find_case(number, by=by)
        context |= {"case": case, "chain": _chain(case, by), "findings": list(verify([number]))}
    if request.method == "POST":
        context |= _check_recent(by)
    return render(request, "web/audit.html", context)


def _chain(case: Case, by: User) -> list[Sealed]:
    pack, veil = pack_of(case), veil_of(case)
    return [Sealed(event, tell_one(event, pack, veil, by)) for event in case.events.order_by("seq")]


def _check_recent(by: User) -> dict[str, object]:
    numbers = list(visible_cases(by).order_by("-pk").values_list("number", flat=True)[:RECENT])
    findings: list[Finding] = list(verify(numbers))
    return {"checked": len(numbers), "findings": findings}
