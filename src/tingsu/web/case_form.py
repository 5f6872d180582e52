"""The whole case on paper: what was said, decided and done, the evidence, and every step (投诉案卷)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tingsu.base.clock import now
from tingsu.cases.access import find_case
from tingsu.web.asking import person_of
from tingsu.web.case_view import Attempt, gather


def show_form(request: HttpRequest, number: str) -> HttpResponse:
    """Everything about one case, personal data masked, laid out for A4."""
    by = person_of(request)
    case = find_case(number, by=by)
    return render(request, "web/case_form.html", {**gather(case, by, Attempt()), "printed_at": now()})
