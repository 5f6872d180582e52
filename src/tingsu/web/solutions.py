"""The options found for a case, beside the form that proposes them: one click fills it in, a person sends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from tingsu.assist.solutions.finding import Solution, find_solutions
from tingsu.assist.solutions.ranking import NOT_VALID
from tingsu.cases.access import find_case
from tingsu.cases.lifecycle import fits, offers
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.org.models import User
from tingsu.packs.procedure import Action, FormField
from tingsu.web.asking import person_of


@dataclass(frozen=True, slots=True)
class SolutionShown:
    """One option, its number, and the link that fills the form with it recommended; "" for who may not propose."""

    no: int
    option: Solution
    fill: str


@never_cache
def show_solutions(request: HttpRequest, number: str) -> HttpResponse:
    """The panel alone for htmx, else a page of its own."""
    by = person_of(request)
    case = find_case(number, by=by)
    found = find_solutions(case, by=by)
    shown = [
        SolutionShown(no, option, link)
        for no, (option, link) in enumerate(zip(found.options, fill_links(case, found.options, by), strict=True), 1)
    ]
    beside = bool(request.headers.get("HX-Request"))
    context = {
        "case": case,
        "found": found,
        "shown": shown,
        "beside_the_form": beside,
        "answers": answers_without_plan(case),
    }
    page = "web/parts/case_solutions.html" if beside else "web/coach/solutions.html"
    return render(request, page, context)


def proposes(case: Case) -> bool:
    """Whether options are weighed where the case stands: a plan is proposed next, or the answer given without one."""
    return _proposing(case) is not None or answers_without_plan(case)


def answers_without_plan(case: Case) -> bool:
    """Whether a complaint that does not hold is answered from here at once, with no plan and nobody's approval."""
    if case.verdict != NOT_VALID or case.options.exists():
        return False
    leading = pack_of(case).process.actions_from(case.stage)
    return any("keep_answer" in action.effects and fits(action, case) for action in leading)


def fill_links(case: Case, options: Sequence[Solution], by: User) -> list[str]:
    """For each option the address of the proposal form with all of them filled in and that one recommended."""
    action = _proposing(case)
    field = _options_field(action) if action else None
    if action is None or field is None or not any(o.allowed for o in offers(case, by=by) if o.action.id == action.id):
        return [""] * len(options)
    base = reverse("case-do", args=[case.number, action.id])
    rows = _rows(field, options[: field.at_most or len(options)])
    return [f"{base}?{urlencode({**rows, 'chosen': no})}" for no, _ in enumerate(options, start=1)]


def _proposing(case: Case) -> Action | None:
    """The action that proposes options from where the case stands."""
    actions = pack_of(case).process.actions_from(case.stage)
    return next((action for action in actions if "keep_options" in action.effects), None)


def _options_field(action: Action) -> FormField | None:
    return next((field for field in action.fields if field.kind == "options"), None)


def _rows(field: FormField, options: Sequence[Solution]) -> dict[str, str]:
    """The rows of the options editor by the names its inputs have."""
    rows: dict[str, str] = {}
    for no, option in enumerate(options, start=1):
        value = option.amount.value
        told = {"kind": option.kind, "amount": "" if value is None else f"{value.normalize():f}", "text": option.text}
        rows |= {f"{field.id}-{no}-{name}": said for name, said in told.items()}
    return rows
