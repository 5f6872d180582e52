"""Writing help: a draft asked for on a case's page, shown when it is there; and where it is set."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from tingsu.assist.replies import check_reply
from tingsu.assist.replies.of_case import context_of, rules_for
from tingsu.assist.scripts.filling import fill_slots
from tingsu.assist.writing.asking import CUSTOMER
from tingsu.assist.writing.client import NoDraft
from tingsu.assist.writing.drafting import ask_for_draft, find_draft, reason_words
from tingsu.assist.writing.setting import CannotSet, Wanted, change_setting, endpoint_now, setting_now, try_out
from tingsu.assist.writing.tables import WritingRequest
from tingsu.cases.access import find_case
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.web.asking import person_of
from tingsu.web.reply_check import Checked, mark_words

KINDS: dict[str, Any] = {
    "letter": gettext_lazy("书面答复"),
    "decision": gettext_lazy("处理决定"),
    "sms": gettext_lazy("短信"),
    "chat": gettext_lazy("在线回复"),
    "call": gettext_lazy("回电要点"),
}


def show_panel(request: HttpRequest, number: str) -> HttpResponse:
    """The panel on a case's page: what may be drafted. Empty while writing help is off."""
    case = find_case(number, by=person_of(request))
    return _part(request, {"case": case, "kinds": KINDS.items(), "on": endpoint_now() is not None})


@require_POST
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a draft; the page then looks for it by itself, and without scripts by its reader's hand."""
    by = person_of(request)
    case = find_case(number, by=by)
    made = ask_for_draft(case, by=by, kind=request.POST.get("kind", ""))
    if request.headers.get("HX-Request") != "true":
        return redirect("case-draft", number=number, request_id=made.pk)
    return _show(request, made, by)


@require_GET
def show_draft(request: HttpRequest, number: str, request_id: int) -> HttpResponse:
    """The draft with what the check found in it; while there is none, that it is on its way."""
    by = person_of(request)
    find_case(number, by=by)
    return _show(request, find_draft(request_id, by=by), by)


def _show(request: HttpRequest, made: WritingRequest, by: User) -> HttpResponse:
    context: dict[str, Any] = {"case": made.case, "draft": made, "kinds": KINDS.items(), "on": True}
    context["kind"] = KINDS[made.kind]
    if made.state == WritingRequest.State.DONE:
        text = fill_slots(made.text.replace(CUSTOMER, "{客户称呼}"), made.case, by=by).text
        checked = check_reply(text, context_of(made.case, by=by, kind=made.kind), rules_for(made.case.pack))  # type: ignore[arg-type]
        first = sorted(checked, key=lambda one: one.severity != "must")
        found = Checked("writing", mark_words(text, checked), first, sum(one.severity == "must" for one in checked))
        context |= {"text": text, "checked": found}
    elif made.state == WritingRequest.State.FAILED:
        context["why"] = reason_words(made)
    return _part(request, context)


def _part(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    whole = request.headers.get("HX-Request") != "true"
    return render(request, f"web/{'writing' if whole else 'parts/case_writing'}.html", context)


def show_setting(request: HttpRequest) -> HttpResponse:
    """Where drafts are asked for; POST sets it or tries it out."""
    by = person_of(request)
    require(by, "manage_writing_help")
    context: dict[str, Any] = {"faults": {}, "said": setting_now()}
    status = 200
    if request.method == "POST":
        try:
            if request.POST.get("do") == "try":
                context["tried"], took = try_out(by=by)
                context["took"] = f"{took:.1f}"
            else:
                change_setting(_wanted(request), by=by)
                messages.success(request, _("已保存，即时生效。"))
                return redirect("manage-writing")
        except CannotSet as error:
            status, context["faults"], context["said"] = 422, error.fields, request.POST
        except NoDraft as error:
            context["failed"] = error.message
    return render(request, "web/manage_writing.html", context, status=status)


def _wanted(request: HttpRequest) -> Wanted:
    posted = request.POST
    seconds = posted.get("seconds", "").strip()
    return Wanted(
        on=posted.get("on") == "yes",
        address=posted.get("address", "").strip().rstrip("/"),
        model=posted.get("model", "").strip(),
        seconds=int(seconds) if seconds.isascii() and seconds.isdecimal() and len(seconds) < 4 else 0,
    )
