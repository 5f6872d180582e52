"""The coach's page: turns typed or pasted on one side, what to do now on the other. Nothing typed is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from tingsu.assist.coach.asking import background_of, rules_of, script_finder
from tingsu.assist.coach.coaching import Coaching, coach
from tingsu.assist.coach.hearing import Background
from tingsu.assist.coach.turns import AGENT, CUSTOMER, Speaker, Turn, customer_words, parse_talk, write_talk
from tingsu.cases.access import find_case
from tingsu.cases.fields import LONGEST
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.org.pack import pack_for
from tingsu.org.permissions import can
from tingsu.web.asking import person_of

FACE, PHONE, CHAT = "face", "phone", "chat"
LONGEST_LINE = 2_000
OTHER_SIDE: dict[Speaker, Speaker] = {"customer": "agent", "agent": "customer", "unknown": "customer"}
# Marks in the pasted form, whatever the page's language: a conversation is taken apart by them again.
MARKS: dict[Speaker, str] = {"customer": "客户", "agent": "我"}


@never_cache
def show_coach(request: HttpRequest) -> HttpResponse:
    """The coach beside a conversation that belongs to no case yet."""
    pack = pack_for(person_of(request)).id
    where = _where(request, FACE)
    background = Background(channel="" if where == FACE else where, face_to_face=where == FACE)
    return _answer(request, pack, background, where)


@never_cache
def coach_case(request: HttpRequest, number: str) -> HttpResponse:
    """The coach beside a conversation about a case: what is held of it counts before anything is said."""
    case = find_case(number, by=person_of(request))
    background = background_of(case)
    where = _where(request, FACE if background.face_to_face else PHONE)
    background = Background(**{**_fields(background), "face_to_face": where == FACE})
    return _answer(request, pack_of(case).id, background, where, case)


def _answer(
    request: HttpRequest, pack: str, background: Background, where: str, case: Case | None = None
) -> HttpResponse:
    by = person_of(request)
    turns, speaker = _turns(request)
    now = coach(turns, rules_of(pack), scripts=script_finder(pack, by=by, case=case), background=background)
    context = {
        "case": case,
        "now": now,
        "turns": _shown(now),
        "talk": write_talk(turns, MARKS),
        "speaker": speaker,
        "where": where,
        "places": [(FACE, _("当面")), (PHONE, _("电话")), (CHAT, _("在线"))],
        "words": customer_words(turns, LONGEST) if can(by, "record_case") and case is None else "",
        "longest": LONGEST_LINE,
    }
    page = "web/coach/desk.html" if request.headers.get("HX-Target") == "coach" else "web/coach/page.html"
    return render(request, page, context)


def _turns(request: HttpRequest) -> tuple[list[Turn], Speaker]:
    """The conversation so far with the line just said, and who is likely to speak next."""
    if request.method != "POST" or request.POST.get("do") == "clear":
        return [], "customer"
    turns = parse_talk(request.POST.get("talk", ""))
    speaker: Speaker = "agent" if request.POST.get("speaker") == AGENT else "customer"
    line = " ".join(request.POST.get("line", "")[:LONGEST_LINE].split())
    if not line:
        return turns, OTHER_SIDE[turns[-1].speaker] if turns else speaker
    return [*turns, Turn(speaker, line)], OTHER_SIDE[speaker]


def _shown(now: Coaching) -> list[dict[str, Any]]:
    """Each turn with the steps its words showed and its heat."""
    heat = dict(now.heard.levels)
    steps: dict[int, list[Any]] = {}
    for one in now.steps:
        if one.turn and one.state != "spared":
            steps.setdefault(one.turn, []).append(one.name)
    return [
        {"said": said, "mine": said.speaker != CUSTOMER, "heat": heat.get(said.no, 0), "steps": steps.get(said.no, [])}
        for said in now.turns
    ]


def _where(request: HttpRequest, usual: str) -> str:
    given = request.POST.get("where", "")
    return given if given in (FACE, PHONE, CHAT) else usual


def _fields(background: Background) -> dict[str, Any]:
    return {name: getattr(background, name) for name in Background.__dataclass_fields__}
