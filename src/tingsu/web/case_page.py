"""The case page: where the case stands, what may be done next, and doing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from tingsu.base.errors import TingsuError
from tingsu.cases.access import find_case
from tingsu.cases.errors import Conflict, Incomplete
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.cases.personal import Revealed, reveal
from tingsu.packs.procedure import Action
from tingsu.web.asking import person_of
from tingsu.web.case_view import Attempt, gather, make_desk, starting_values
from tingsu.web.fields import read_fields
from tingsu.web.queue import LONGEST_NUMBER
from tingsu.web.refusals import status_of
from tingsu.web.timeline import value_words
from tingsu.web.words import in_english


def show_case(request: HttpRequest, number: str) -> HttpResponse:
    """The page of one case."""
    case = find_case(number, by=person_of(request))
    return _render(request, case, Attempt())


def do_action(request: HttpRequest, number: str, action_id: str) -> HttpResponse:
    """GET opens an action's form in its place; POST does it. What was typed survives every refusal."""
    by = person_of(request)
    case = find_case(number, by=by)
    if request.method != "POST":
        attempt = Attempt(action_id=action_id, typed=_suggested(request, case, action_id))
        if request.headers.get("HX-Target") == "desk":
            context = {"case": case, "desk": make_desk(case, by, attempt), "attempt": attempt}
            return render(request, "web/parts/desk.html", context)
        return _render(request, case, attempt)
    action = pack_of(case).process.action(action_id)
    typed = read_fields(action.fields, request.POST) if action else {}
    try:
        done = act(case, action_id, _meant(action, typed, case), by=by, version=_version(request, case))
    except TingsuError as error:
        return _refused(request, number, action, typed, error)
    messages.success(request, _done_words(action, done))
    return redirect("case", number=number)


def _suggested(request: HttpRequest, case: Case, action_id: str) -> dict[str, Any] | None:
    """What a link that opens the form puts into it; None lets the form begin as always."""
    action = pack_of(case).process.action(action_id) if request.GET else None
    return (read_fields(action.fields, request.GET) or None) if action else None


@never_cache
def reveal_personal(request: HttpRequest, number: str) -> HttpResponse:
    """The page with personal data in plain, for one look; the reason stays on record."""
    by = person_of(request)
    case = find_case(number, by=by)
    if request.method != "POST":
        return redirect("case", number=number)
    try:
        revealed = reveal(case, by=by, reason=request.POST.get("reason", ""))
    except Incomplete as error:
        return _render(request, case, Attempt(message=error.message), status=422)
    return _render(request, find_case(number, by=by), Attempt(), revealed=revealed)


def _render(
    request: HttpRequest, case: Case, attempt: Attempt, *, revealed: Revealed | None = None, status: int = 200
) -> HttpResponse:
    return render(request, "web/case.html", gather(case, person_of(request), attempt, revealed), status=status)


def _version(request: HttpRequest, case: Case) -> int:
    given = request.POST.get("version", "")
    if len(given) > LONGEST_NUMBER:
        return 0  # nobody saw it
    return int(given) if given.isdecimal() else case.version


def _meant(action: Action | None, typed: dict[str, Any], case: Case) -> dict[str, Any]:
    """What was changed: a form of optional fields that begins with what holds sends only what differs from it."""
    if action is None or action.ways or any(f.required for f in action.fields):
        return typed
    held = starting_values(action, case)
    return {name: value for name, value in typed.items() if value != held.get(name)}


def _refused(
    request: HttpRequest, number: str, action: Action | None, typed: dict[str, Any], error: TingsuError
) -> HttpResponse:
    """The case as it now stands, the reason, and the form as it was typed."""
    by = person_of(request)
    case = find_case(number, by=by)
    still_offered = action is not None and any(o.action.id == action.id and o.allowed for o in offers(case, by=by))
    attempt = Attempt(
        action_id=action.id if action and still_offered else "",
        typed=typed if still_offered else None,
        wrong=error.fields if isinstance(error, Incomplete) else {},
        message=error.message,
        changes=error.changes if isinstance(error, Conflict) else [],
        kept=[] if still_offered else _kept(action, typed, case),
    )
    return _render(request, case, attempt, status=status_of(error))


def _kept(action: Action | None, typed: dict[str, Any], case: Case) -> list[tuple[str, str]]:
    """What was typed, as words to copy from when its form is no longer on the page."""
    if action is None:
        return []
    pack, language = pack_of(case), "en" if in_english() else "zh"
    named = {f.id: f for f in action.fields}
    return [(named[n].name.in_language(language), value_words(v, named[n], pack)) for n, v in typed.items()]


def _done_words(action: Action | None, case: Case) -> str:
    language = "en" if in_english() else "zh"
    stage = pack_of(case).process.stage(case.stage)
    name = action.name.in_language(language) if action else ""
    return _("「%(action)s」已完成。工单现处「%(stage)s」环节。") % {
        "action": name,
        "stage": stage.name.in_language(language),
    }
