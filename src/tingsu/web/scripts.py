"""话术库: the scripts of a pack with the site's own, found by words and situation; the page of one, and its keeping."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tingsu.assist.scripts.doubts import doubts_of
from tingsu.assist.scripts.editing import (
    TOLD,
    confirm_review,
    go_back,
    hand_script,
    may_manage,
    possible_owners,
    restore_script,
    retire_script,
    set_review,
)
from tingsu.assist.scripts.filling import fill_slots
from tingsu.assist.scripts.finding import find_scripts
from tingsu.assist.scripts.ranking import NEVER, Rating
from tingsu.assist.scripts.shelf import Kept, Shelf, pack_named, rating_of, ratings_of, shelf_of
from tingsu.assist.scripts.situation import Situation
from tingsu.assist.scripts.tables import ScriptChange, SiteScript
from tingsu.base.clock import read_day, today
from tingsu.base.errors import TingsuError
from tingsu.cases.access import find_case
from tingsu.cases.errors import Incomplete
from tingsu.org.models import User
from tingsu.org.pack import pack_for
from tingsu.packs.schema import Pack
from tingsu.packs.scripts import STEP_NAMES
from tingsu.reading import normalise
from tingsu.web.asking import person_of
from tingsu.web.fields import Pick
from tingsu.web.refusals import status_of
from tingsu.web.scripts_words import FIELD_NAMES, Card, Narrowed, make_card, name_in, other_packs, selects_of, step_name

A_PAGE = 20
MOST_FOUND = 60  # a search shows so many at most


@dataclass(frozen=True, slots=True)
class Difference:
    """What one change did to one field."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Version:
    """One change of a script as its page tells it."""

    change: ScriptChange
    what: str
    differences: list[Difference]
    can_return: bool


def show_scripts(request: HttpRequest) -> HttpResponse:
    """The library: by words and situation, the best first; without words in the order of the steps."""
    by = person_of(request)
    pack = pack_asked(request, by)
    shelf, narrowed = shelf_of(pack.id), Narrowed.from_query(request.GET)
    cards, wrong = _list(shelf, narrowed, pack, by)
    page = Paginator(cards, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "pack": pack,
        "packs": other_packs(pack.id),
        "narrowed": narrowed,
        "selects": selects_of(narrowed, shelf, pack),
        "is_narrowed": any(getattr(narrowed, name) for name in narrowed.__slots__),
        "page": page,
        "links": _page_links(request, page),
        "manages": may_manage(pack.id, by=by),
        "due": sum(kept.is_due(today()) for kept in shelf.kept.values()),
        "trouble": shelf.trouble,
        "wrong": wrong,
        "grouped": not narrowed.q,
    }
    return render(request, "web/scripts/library.html", context, status=409 if wrong else 200)


def show_script(request: HttpRequest, slug: str) -> HttpResponse:
    """One script: its wording, what it is for, what became of it; who keeps it does so here."""
    by = person_of(request)
    pack = pack_asked(request, by)
    wrong, status = "", 200
    typed: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            messages.success(request, _do(request, pack.id, slug, by))
        except TingsuError as error:
            wrong, status, typed = error.message, status_of(error), request.POST
        else:
            return redirect(address_of(slug, pack, by))
    return render(
        request, "web/scripts/script.html", _about(request, pack, slug, by) | {"wrong": wrong, "typed": typed},
        status=status,
    )  # fmt: skip


def pack_asked(request: HttpRequest, by: User) -> Pack:
    """The pack the address names, else the person's own."""
    own = pack_for(by)
    name = request.GET.get("pack", "")
    found = pack_named(name) if name else own
    if found is None:
        raise Http404
    return found


def address_of(slug: str, pack: Pack, by: User) -> str:
    """The address of a script; it names the pack where that is not the person's own."""
    return reverse("script", args=[slug]) + ("" if pack.id == pack_for(by).id else f"?{urlencode({'pack': pack.id})}")


def _list(shelf: Shelf, narrowed: Narrowed, pack: Pack, by: User) -> tuple[list[Card], str]:
    """The cards of a list, and what is wrong with the query."""
    ratings = ratings_of(pack.id)
    if narrowed.q and narrowed.show in ("", "site"):
        try:
            found = find_scripts(Situation(pack=pack.id), narrowed.q, by=by, limit=len(shelf.kept))
        except TingsuError as error:
            return [], error.message
        kept = [(shelf.kept[one.script.id], one.why) for one in found]
    else:
        kept = [(one, "") for one in _in_order(shelf, ratings) if _says(one, narrowed.q)]
    taken = [(one, why) for one, why in kept if narrowed.takes(one)]
    cards = [make_card(one, pack, rating=ratings.get(one.script.id, NEVER), why=why) for one, why in taken]
    return cards[:MOST_FOUND] if narrowed.q else cards, ""


def _in_order(shelf: Shelf, ratings: dict[str, Rating]) -> list[Kept]:
    """By the first step, the most used first."""
    steps = {step: place for place, step in enumerate(STEP_NAMES)}

    def place(kept: Kept) -> tuple[int, int]:
        first = steps[kept.script.steps[0]] if kept.script.steps else len(steps)
        return first, -ratings.get(kept.script.id, NEVER).used

    return sorted(shelf.kept.values(), key=place)


def _says(kept: Kept, q: str) -> bool:
    script = kept.script
    said = normalise(f"{script.title.zh} {script.text} {script.ordinary} {' '.join(script.words)}")
    return all(word in said for word in normalise(q).split())


def _page_links(request: HttpRequest, page: Page[Any]) -> dict[str, str]:
    def link(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return query.urlencode()

    links = {}
    if page.has_previous():
        links["before"] = link(page.previous_page_number())
    if page.has_next():
        links["after"] = link(page.next_page_number())
    return links


def _about(request: HttpRequest, pack: Pack, slug: str, by: User) -> dict[str, Any]:
    kept = shelf_of(pack.id).find(slug)
    number = request.GET.get("case", "")
    case = find_case(number, by=by) if number else None
    filled = fill_slots(kept.script.text, case, by=by) if case else None
    row = SiteScript.objects.filter(pack=pack.id, slug=slug).select_related("owner").first()
    manages = may_manage(pack.id, by=by)
    owners = possible_owners() if manages else []
    return {
        "card": make_card(kept, pack, rating=rating_of(pack.id, slug), filled=filled),
        "pack": pack,
        "own_pack": pack.id == pack_for(by).id,
        "case": case,
        "versions": _versions(row, pack),
        "manages": manages,
        "doubts": doubts_of(kept.script, pack.id) if manages and kept.origin != "pack" else [],
        "owners": [Pick(p.username, p.name, p.unit.name if p.unit else "", picked=p == kept.owner) for p in owners],
        "ownerless": kept.owner is not None and not kept.owner.is_active,
    }


def _versions(row: SiteScript | None, pack: Pack) -> list[Version]:
    changes = row.changes.select_related("by") if row else ()
    return [
        Version(change, str(TOLD[change.kind]), tell_changes(change.changed, pack), _can_return(change, row))
        for change in changes
    ]


def _can_return(change: ScriptChange, row: SiteScript | None) -> bool:
    wrote = change.kind in ("made", "changed", "back")
    return wrote and row is not None and change.content != row.content


def tell_changes(changed: dict[str, list[Any]], pack: Pack | None) -> list[Difference]:
    """A change's fields in words: (name, before, after)."""
    return [
        Difference(str(FIELD_NAMES.get(name, name)), _plain(name, before, pack), _plain(name, after, pack))
        for name, (before, after) in changed.items()
    ]


def _plain(name: str, value: Any, pack: Pack | None) -> str:
    if isinstance(value, dict):
        value = [one for values in value.values() for one in values]
    if isinstance(value, list):
        lists = {"businesses": "business", "causes": "cause", "demands": "demand", "channels": "channel"}
        words = [step_name(v) if name == "steps" else name_in(pack, lists.get(name, "need"), v) for v in value]
        return "、".join(words)
    return str(value or "")


def _do(request: HttpRequest, pack: str, slug: str, by: User) -> str:
    doing = _DOINGS.get(request.POST.get("do", ""))
    if doing is None:
        raise Http404
    return doing(request, pack, slug, by)


def version_of(request: HttpRequest) -> int:
    """The version the form was made from; a word that is none means nobody saw it."""
    word = request.POST.get("version", "")
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else -1


def read_review_day(request: HttpRequest) -> date | None:
    """The review date that was typed; None where none was. Raises Incomplete for what is no date."""
    word = request.POST.get("review_on", "").strip()
    day = read_day(word)
    if word and day is None:
        raise Incomplete({"review_on": _("日期请写成 2026-01-31 的样子")})
    return day


def _reviewed(request: HttpRequest, pack: str, slug: str, by: User) -> str:
    confirm_review(pack, slug, read_review_day(request), by=by, version=version_of(request))
    return _("已记下：复核无误。")


def _review(request: HttpRequest, pack: str, slug: str, by: User) -> str:
    set_review(pack, slug, read_review_day(request), by=by, version=version_of(request))
    return _("复核日期已改。")


def _owner(request: HttpRequest, pack: str, slug: str, by: User) -> str:
    to = User.objects.filter(username=request.POST.get("owner", "")).first()
    if to is None:
        raise Incomplete({"owner": _("请选择负责人")})
    hand_script(pack, slug, to, by=by, version=version_of(request))
    return _("已改由%s负责。") % to


def _retire(request: HttpRequest, pack: str, slug: str, by: User) -> str:
    retire_script(pack, slug, request.POST.get("reason", ""), by=by, version=version_of(request))
    return _("已停用，不再建议给任何人。")


def _restore(request: HttpRequest, pack: str, slug: str, by: User) -> str:
    restore_script(pack, slug, by=by, version=version_of(request))
    return _("已恢复使用。")


def _back(request: HttpRequest, pack: str, slug: str, by: User) -> str:
    word = request.POST.get("to", "")
    to = int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else -1
    go_back(pack, slug, to, by=by, version=version_of(request))
    return _("已改回方案包的原文。") if to == 0 else _("已改回第 %(n)d 版的内容。") % {"n": to}


_DOINGS: dict[str, Callable[[HttpRequest, str, str, User], str]] = {
    "reviewed": _reviewed, "review": _review, "owner": _owner, "retire": _retire, "restore": _restore, "back": _back,
}  # fmt: skip
