"""Writing a script: one of the site's own, or the site's version of one; what was typed survives every refusal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tingsu.assist.scripts.editing import PERMISSION, change_script, make_script, possible_owners
from tingsu.assist.scripts.errors import ScriptChanged
from tingsu.assist.scripts.shelf import Kept, shelf_of
from tingsu.assist.scripts.tables import SiteScript
from tingsu.assist.scripts.wording_form import METHODS, STEPS, as_typed
from tingsu.base.errors import TingsuError
from tingsu.cases.errors import Incomplete
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.packs.schema import Pack
from tingsu.packs.scripts import CASE_SLOTS, HAND_SLOTS, SEGMENTS
from tingsu.web.asking import person_of
from tingsu.web.fields import Pick
from tingsu.web.refusals import status_of
from tingsu.web.scripts import address_of, pack_asked, read_review_day, tell_changes, version_of
from tingsu.web.scripts_words import (
    LISTS,
    SEGMENT_NAMES,
    language,
    name_in,
    picks_of,
    segment_name,
    step_name,
)

TEXTS = ("title", "text", "ordinary", "why", "instead", "words")


def write_new(request: HttpRequest) -> HttpResponse:
    """The form of a new script; POST makes it."""
    by = person_of(request)
    require(by, PERMISSION)
    pack = pack_asked(request, by)
    typed = read_typed(request.POST if request.method == "POST" else request.GET)
    if request.method == "POST":
        try:
            made = make_script(
                pack.id, typed, by=by, owner=_owner(request), review_on=read_review_day(request)
            )  # fmt: skip
        except TingsuError as error:
            return _render(request, pack, typed, error=error)
        messages.success(request, _("话术已保存，从现在起可以搜到。"))
        return redirect(address_of(made.slug, pack, by))
    return _render(request, pack, typed)


def write_change(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of another version of a script; POST keeps it."""
    by = person_of(request)
    require(by, PERMISSION)
    pack = pack_asked(request, by)
    kept = shelf_of(pack.id).find(slug)
    if request.method != "POST":
        return _render(request, pack, as_typed(kept.script), kept=kept)
    typed = read_typed(request.POST)
    try:
        change_script(
            pack.id, slug, typed, by=by, version=version_of(request), reason=request.POST.get("reason", "")
        )  # fmt: skip
    except TingsuError as error:
        return _render(request, pack, typed, kept=shelf_of(pack.id).find(slug), error=error)
    messages.success(request, _("新版本已保存，从现在起用它。以前的版本都还在。"))
    return redirect(address_of(slug, pack, by))


def read_typed(posted: QueryDict) -> dict[str, Any]:
    """What was typed, as the verbs take it."""
    return {
        **{name: posted.get(name, "") for name in TEXTS},
        **{name: posted.getlist(name) for name in ("steps", "stages", *LISTS)},
        "segments": {kind: posted.getlist(f"segment-{kind}") for kind in SEGMENTS},
        "emotion_from": posted.get("emotion_from", "0"),
        "method": posted.get("method", ""),
    }


def _owner(request: HttpRequest) -> User | None:
    name = request.POST.get("owner", "")
    owner = User.objects.filter(username=name).first() if name else None
    if name and owner is None:
        raise Incomplete({"owner": _("请选择负责人")})
    return owner


def _render(
    request: HttpRequest, pack: Pack, typed: dict[str, Any], *, kept: Kept | None = None,
    error: TingsuError | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "pack": pack,
        "kept": kept,
        "typed": typed,
        "lists": _lists(pack, typed),
        "segments": _segments(typed),
        "emotions": [Pick(v, name_in(pack, "emotion", v), picked=str(typed["emotion_from"]) == v) for v in "0123"],
        "methods": [Pick(m, m, picked=typed["method"] == m) for m in METHODS if m],
        "case_slots": sorted(CASE_SLOTS),
        "hand_slots": sorted(HAND_SLOTS),
        "owners": [] if kept else _owners(request),
        "posted": request.POST,
        "error": error,
        "wrong": error.fields if isinstance(error, Incomplete) else {},
        "changes": _meanwhile(kept, pack, error),
    }
    return render(request, "web/scripts/form.html", context, status=status_of(error) if error else 200)


def _meanwhile(kept: Kept | None, pack: Pack, error: TingsuError | None) -> list[Any]:
    """What others changed since the form was opened: who, what, and each field before and after."""
    if kept is None or not isinstance(error, ScriptChanged):
        return []
    row = SiteScript.objects.filter(pack=pack.id, slug=kept.script.id).first()
    changes = row.changes.select_related("by")[: len(error.changes)] if row else ()
    return [(change, tell_changes(change.changed, pack)) for change in changes]


def _lists(pack: Pack, typed: dict[str, Any]) -> list[tuple[str, str, list[Pick]]]:
    """What a script may be filed under, to tick: (field, label, picks)."""
    stages = [Pick(s.id, s.name.in_language(language()), picked=s.id in typed["stages"]) for s in pack.process.stages]
    named = {
        "needs": _("心理需求"),
        "businesses": _("业务"),
        "causes": _("原因"),
        "demands": _("诉求"),
        "channels": _("渠道"),
    }
    return [
        ("steps", _("步骤"), [Pick(s, step_name(s), picked=s in typed["steps"]) for s in STEPS]),
        *((name, label, picks_of(pack, LISTS[name], typed[name])) for name, label in named.items()),
        ("stages", _("工单所处环节"), stages),
    ]


def _segments(typed: dict[str, Any]) -> list[tuple[str, str, list[Pick]]]:
    held = typed["segments"]
    return [
        (
            f"segment-{kind}",
            str(SEGMENT_NAMES[kind]),
            [Pick(v, segment_name(v), picked=v in held.get(kind, ())) for v in sorted(vs)],
        )
        for kind, vs in SEGMENTS.items()
    ]


def _owners(request: HttpRequest) -> list[Pick]:
    chosen = request.POST.get("owner") or person_of(request).username
    return [
        Pick(p.username, p.name, p.unit.name if p.unit else "", picked=p.username == chosen) for p in possible_owners()
    ]
