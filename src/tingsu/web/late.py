"""What is late and why: where it stands, in whose hands, and what was said when it was extended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tingsu.cases.models import Case, Event
from tingsu.cases.queue import Filters, list_cases
from tingsu.cases.veil import veil_of
from tingsu.org.permissions import require
from tingsu.web.asking import person_of
from tingsu.web.words import Countdown, count_down

MOST = 100


@dataclass(frozen=True, slots=True)
class LateRow:
    """One late case: how late, since when it has stood still, and the last extension's reason."""

    case: Case
    over: Countdown
    since: datetime
    extension: str


def show_late(request: HttpRequest) -> HttpResponse:
    """The late cases, the latest of all first."""
    by = person_of(request)
    require(by, "view_home")
    filters = Filters(due="overdue")
    found = list_cases(filters, by=by)
    cases = list(found[:MOST].prefetch_related("events", "parties"))
    rows = [_row(case) for case in cases]
    context = {"rows": rows, "total": found.order_by().count(), "filters": filters, "by_stage": _count_stages(rows)}
    return render(request, "web/late.html", context)


def _row(case: Case) -> LateRow:
    events = list(case.events.all())
    assert case.next_due is not None
    extension = veil_of(case).over(_extension(events))
    return LateRow(case, count_down(case.next_due), _since(case, events), extension)


def _since(case: Case, events: list[Event]) -> datetime:
    """When the case came to the stage it stands in."""
    arrivals = [e.at for e in events if e.data.get("to") == case.stage and e.data.get("from") != case.stage]
    return max(arrivals, default=case.recorded_at)


def _extension(events: list[Event]) -> str:
    given = [str(e.data.get("fields", {}).get("reason", "")) for e in events if e.kind == "extend"]
    return given[-1] if given else ""


def _count_stages(rows: list[LateRow]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.case.stage] = counts.get(row.case.stage, 0) + 1
    return sorted(counts.items(), key=lambda item: -item[1])
