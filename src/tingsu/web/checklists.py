"""The guides of the pack on the case page: ticking an item, and taking the tick back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tingsu.base.errors import TingsuError
from tingsu.cases.access import find_case
from tingsu.cases.checklists import guides_of, tick_item
from tingsu.cases.veil import veil_of
from tingsu.web.asking import person_of
from tingsu.web.refusals import status_of


@require_POST
def tick(request: HttpRequest, number: str, checklist: str, item: str) -> HttpResponse:
    """Tick or untick (``done`` empty) one item; the guides alone for htmx, else back to the page at the guide."""
    by = person_of(request)
    case = find_case(number, by=by)
    done, refused = bool(request.POST.get("done")), None
    try:
        tick_item(case, checklist, item, done=done, note=request.POST.get("note", ""), by=by)
    except TingsuError as error:
        refused = error
    if request.headers.get("HX-Request"):
        context = {
            "case": case, "guides": guides_of(case, case.events.all(), by=by), "veil": veil_of(case),
            "refused": refused.message if refused else "", "opened": checklist,
        }  # fmt: skip
        return render(request, "web/parts/case_guides.html", context)
    if refused is not None:
        messages.error(request, refused.message)
        if status_of(refused) == 404:
            raise refused
    else:
        messages.success(request, _("已勾选。") if done else _("已取消勾选。"))
    return redirect(f"/cases/{number}/#guide-{checklist}")
