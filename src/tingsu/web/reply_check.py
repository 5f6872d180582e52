"""The check beside an answer's text box: live while it is typed, by a button without scripts. Nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache

from tingsu.assist.replies import Finding, check_reply
from tingsu.assist.replies.of_case import context_of, rules_for
from tingsu.cases.access import find_case
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.org.models import User
from tingsu.packs.procedure import Action
from tingsu.packs.reply_checks import ReplyKind
from tingsu.web.asking import person_of
from tingsu.web.case_view import Attempt, gather
from tingsu.web.fields import read_fields

# The effect that sends a field's words to the customer → the field, and the field that says by which means.
SENDS = {"keep_answer": ("answer", "means"), "keep_notice": ("notice", "notice_means")}
BY_MEANS: dict[str, ReplyKind] = {
    "sms": "sms",
    "phone": "call",
    "visit": "call",
    "email": "letter",
    "letter": "decision",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """One draft checked: its text with the words marked, and the findings, what must be mended first."""

    field: str
    marked: SafeString
    findings: list[Finding]
    must: int


def draft_field(action: Action) -> tuple[str, str] | None:
    """The field of an action whose words go to the customer, and the one that says how; None where none does."""
    named = {field.id for field in action.fields}
    return next((SENDS[effect] for effect in action.effects if effect in SENDS and SENDS[effect][0] in named), None)


@never_cache
def check_answer(request: HttpRequest, number: str, action_id: str) -> HttpResponse:
    """The findings of what stands in the action's form; in place, or the whole page with the form as typed."""
    by = person_of(request)
    case = find_case(number, by=by)
    action = pack_of(case).process.action(action_id)
    if request.method != "POST" or action is None or draft_field(action) is None:
        return redirect("case", number=number)
    typed = read_fields(action.fields, request.POST)
    checked = check_typed(case, action, typed, by=by)
    if request.headers.get("HX-Request") == "true":
        return render(request, "web/parts/reply_check_findings.html", {"checked": checked})
    context = gather(case, by, Attempt(action_id=action_id, typed=typed))
    return render(request, "web/case.html", {**context, "checked": checked})


def check_typed(case: Case, action: Action, typed: dict[str, Any], *, by: User) -> Checked | None:
    """The draft among what was typed, checked; None where nothing is written yet."""
    field, means = draft_field(action) or ("", "")
    text = str(typed.get(field, ""))
    if not text:
        return None
    kind = BY_MEANS.get(str(typed.get(means, "")), "decision")
    findings = check_reply(text, context_of(case, by=by, kind=kind), rules_for(case.pack))
    first = sorted(findings, key=lambda one: one.severity != "must")
    return Checked(field, mark_words(text, findings), first, sum(one.severity == "must" for one in findings))


def mark_words(text: str, findings: list[Finding]) -> SafeString:
    """``text`` escaped, the words of findings marked; of two that meet the earlier one."""
    pieces: list[SafeString] = []
    done = 0
    for one in sorted((one for one in findings if one.words), key=lambda one: (one.start, -one.end)):
        if one.start < done:
            continue
        pieces += (escape(text[done : one.start]), _mark(one))
        done = one.end
    pieces.append(escape(text[done:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def _mark(one: Finding) -> SafeString:
    return format_html('<mark class="fault-{}" title="{}">{}</mark>', one.severity, one.rule, one.words)
