"""Scripts beside a case: suggested for where it stands, filled, put into the draft with one press, rated after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tingsu.assist.scripts.filling import fill_each, fill_slots
from tingsu.assist.scripts.finding import find_scripts, situation_of
from tingsu.assist.scripts.ranking import NEVER
from tingsu.assist.scripts.shelf import ratings_of, shelf_of
from tingsu.assist.scripts.tables import ScriptUse
from tingsu.assist.scripts.using import note_use, rate_use
from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.cases.access import find_case
from tingsu.cases.lifecycle import offers
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.org.models import User
from tingsu.org.pack import pack_for
from tingsu.packs.schema import Pack
from tingsu.web.asking import person_of
from tingsu.web.refusals import status_of
from tingsu.web.scripts_words import Card, language, make_card

SHOWN, FOUND = 3, 8  # without and with a search
ASKED_FOR = timedelta(hours=24)  # how long after a use one is asked whether it helped
DRAFTS = ("answer",)  # fields whose words go to the customer


@dataclass(frozen=True, slots=True)
class Asked:
    """A use its user has not rated yet."""

    use: ScriptUse
    title: str


def show_for_case(request: HttpRequest, number: str) -> HttpResponse:
    """The scripts for a case as it stands, or for words; a part of the case page, or a page of its own."""
    by = person_of(request)
    case = find_case(number, by=by)
    return _render(request, case, by, q=request.GET.get("q", "").strip())


@require_POST
def use_script(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    """Count a use. In place, the page has put the words into the draft; else open the draft with them in it."""
    by = person_of(request)
    case = find_case(number, by=by)
    pack = pack_of(case)
    use = note_use(pack.id, slug, by=by, case=case)
    if request.headers.get("HX-Request") == "true":
        return render(request, "web/parts/script_rating.html", {"case": case, "asked": _ask(use, pack)})
    script = shelf_of(pack.id).find(slug).script
    text = fill_slots(script.text, case, by=by).text
    if place := _draft_place(case, by):
        action, field = place
        return redirect(f"{reverse('case-do', args=[number, action])}?{urlencode({field: text})}#desk")
    messages.info(request, _("现在没有可以填写答复的表单，请从这里复制。"))
    packed = {} if pack.id == pack_for(by).id else {"pack": pack.id}
    return redirect(f"{reverse('script', args=[slug])}?{urlencode({'case': number, **packed})}")


@require_POST
def rate(request: HttpRequest, use_id: int) -> HttpResponse:
    """Keep whether a use helped; in place, a word of thanks takes the question's place."""
    by = person_of(request)
    use = rate_use(use_id, request.POST.get("helped") == "1", by=by)
    if request.headers.get("HX-Request") == "true":
        return render(request, "web/parts/script_rating.html", {"case": use.case, "rated": use})
    messages.success(request, _("谢谢，已记下。"))
    return redirect("case-scripts", number=use.case.number) if use.case else redirect("scripts")


def _render(request: HttpRequest, case: Case, by: User, *, q: str) -> HttpResponse:
    pack = pack_of(case)
    wrong, cards, status = "", [], 200
    try:
        cards = _cards(case, pack, by, q)
    except TingsuError as error:
        wrong, status = error.message, status_of(error)
    context = {
        "case": case,
        "q": q,
        "cards": cards,
        "wrong": wrong,
        "trouble": shelf_of(pack.id).trouble,
        "asked": _unrated(case, pack, by),
        "library": reverse("scripts") + ("" if pack.id == pack_for(by).id else f"?{urlencode({'pack': pack.id})}"),
        "of_pack": "" if pack.id == pack_for(by).id else pack.id,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(
        request, "web/parts/case_scripts.html" if part else "web/scripts/for_case.html", context, status=status
    )


def _cards(case: Case, pack: Pack, by: User, q: str) -> list[Card]:
    situation = situation_of(case)
    found = find_scripts(situation, q, by=by, limit=FOUND if q else SHOWN)
    shelf, ratings = shelf_of(situation.pack), ratings_of(situation.pack)
    filled = fill_each([one.script.text for one in found], case, by=by)
    return [
        make_card(
            shelf.kept[one.script.id], pack, rating=ratings.get(one.script.id, NEVER), why=one.why, filled=text
        )
        for one, text in zip(found, filled, strict=True)
    ]  # fmt: skip


def _unrated(case: Case, pack: Pack, by: User) -> list[Asked]:
    uses = ScriptUse.objects.filter(case=case, by=by, helped=None, at__gt=now() - ASKED_FOR).order_by("-pk")
    return [_ask(use, pack) for use in uses[:SHOWN]]


def _ask(use: ScriptUse, pack: Pack) -> Asked:
    kept: Any = shelf_of(use.pack).kept.get(use.slug)
    return Asked(use, kept.script.title.in_language(language()) if kept else use.slug)


def _draft_place(case: Case, by: User) -> tuple[str, str] | None:
    """The action and field in which this person may write to the customer now; the main action before others."""
    open_to = [offer.action for offer in offers(case, by=by) if offer.allowed]
    places = [
        (not action.main, DRAFTS.index(field.id), action.id, field.id)
        for action in open_to for field in action.fields if field.id in DRAFTS and field.kind == "longtext"
    ]  # fmt: skip
    return min(places)[2:] if places else None
