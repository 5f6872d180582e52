"""Which papers there are and the template of each: the site's own copy where it has one, else the shipped one.

The site's copy lies in its folder ``forms/<pack>/<form>.docx``; every version it ever had lies beside it in
``forms/<pack>/<form>/0001.docx`` and so on. Every change leaves a sealed line in the access log before it takes effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from tingsu.base.files import whole_file
from tingsu.cases.errors import NotPossible
from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.documents.errors import NoSuchForm, TemplateChanged
from tingsu.documents.filling import check_template
from tingsu.documents.shipped import find_template
from tingsu.org.access_log import note_access
from tingsu.org.models import AccessEntry, User
from tingsu.org.pack import packs_in_force
from tingsu.org.permissions import require
from tingsu.packs.loader import PackError, find_pack
from tingsu.packs.schema import Form, Pack

PERMISSION = "manage_forms"
LOGGED = "form"  # what the access log calls it


@dataclass(frozen=True, slots=True)
class Template:
    """What a form is filled from now: the site's ``own`` or the shipped one.

    ``version`` is 0 for the shipped one, and for one that was put into the folder by hand.
    """

    form: Form
    pack: str
    content: bytes
    version: int = 0
    own: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Version:
    """One earlier or present version of the site's copy."""

    number: int
    sha256: str
    size: int
    at: datetime | None
    by_name: str


def papers(pack: str) -> Sequence[Form]:
    """The forms of the pack called ``pack`` that is in force; raises NoSuchForm where none is."""
    return _pack_named(pack).forms


def papers_of(case: Case) -> Sequence[Form]:
    """The forms of a case's pack as it is now in force: papers are the house's, not part of the procedure begun."""
    in_force = (pack for pack in packs_in_force().all if pack.id == case.pack)
    return next(in_force, pack_of(case)).forms


def find_form(forms: Sequence[Form], form_id: str) -> Form:
    """The form with this id. Raises NoSuchForm."""
    found = next((form for form in forms if form.id == form_id), None)
    if found is None:
        raise NoSuchForm(form_id)
    return found


def template_of(form: Form, pack: str) -> Template:
    """What the form is filled from now. Raises NotPossible if the pack names a file that is not there."""
    own = _own_place(pack, form.id)
    if own.is_file():
        content = own.read_bytes()
        return Template(form, pack, content, _number_of(pack, form.id, content), own=True)
    return Template(form, pack, shipped_place(form, pack).read_bytes())


def shipped_place(form: Form, pack: str) -> Path:
    """The shipped template's file: the pack's own, else the shared one of that name. Raises NotPossible for neither."""
    try:
        folder = find_pack(pack, tuple(settings.TINGSU_PACK_PATHS))
    except PackError:  # put into force from elsewhere: only its edition is kept here
        folder = None
    found = find_template(form, folder)
    if found is None:
        raise NotPossible(f"「{form.name.zh}」的模板文件 {form.template} 不见了，请管理员上传一份模板。")
    return found


def versions(form: Form, pack: str) -> list[Version]:
    """Every version the site's copy had, the newest first, with who put it there and when."""
    logged = {
        entry.detail.get("version"): entry
        for entry in AccessEntry.objects.filter(what=LOGGED, detail__form=form.id, detail__pack=pack).order_by("seq")
        if entry.detail.get("done") == "change"
    }
    found = []
    for path in _kept(pack, form.id):
        content, number = path.read_bytes(), int(path.stem)
        entry = logged.get(number)
        digest = hashlib.sha256(content).hexdigest()
        found.append(Version(number, digest, len(content), entry.at if entry else None, entry.by_name if entry else ""))
    return found[::-1]


def change_template(
    form_id: str, content: bytes, *, pack: str, by: User, seen: str, at: datetime | None = None
) -> Template:
    """Put the site's own template in use.

    In order: the file is tried with a sample of every tag; it is kept as the next version; the access log gets its
    line; it takes its place. ``seen`` is the SHA-256 of the template this person started from. Raises NotAllowed,
    NoSuchForm, TemplateRefused, TemplateChanged.
    """
    require(by, PERMISSION)
    form = find_form(papers(pack), form_id)
    check_template(content)
    _check_seen(form, pack, seen)
    number = int(kept[-1].stem) + 1 if (kept := _kept(pack, form.id)) else 1
    place = _own_place(pack, form.id)
    place.with_suffix("").mkdir(parents=True, exist_ok=True)
    with whole_file(place, mode=0o600) as draft:
        draft.write_bytes(content)
        with whole_file(place.with_suffix("") / f"{number:04}.docx", mode=0o600) as version:
            version.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        detail = {"done": "change", "pack": pack, "form": form.id, "version": number, "sha256": digest}
        note_access(LOGGED, {**detail, "before": seen}, by=by, at=at)
    return Template(form, pack, content, number, own=True)


def use_version(form_id: str, number: int, *, pack: str, by: User, seen: str, at: datetime | None = None) -> Template:
    """Put an earlier version in use again, as the next version. Raises what ``change_template`` raises."""
    require(by, PERMISSION)
    form = find_form(papers(pack), form_id)
    return change_template(form.id, read_version(form, pack, number), pack=pack, by=by, seen=seen, at=at)


def read_version(form: Form, pack: str, number: int) -> bytes:
    """An earlier version's file. Raises NoSuchForm."""
    path = next((path for path in _kept(pack, form.id) if int(path.stem) == number), None)
    if path is None:
        raise NoSuchForm(form.id)
    return path.read_bytes()


def restore_shipped(form_id: str, *, pack: str, by: User, seen: str, at: datetime | None = None) -> Template:
    """Back to the shipped template; the versions stay. Raises NotAllowed, NoSuchForm, TemplateChanged, NotPossible."""
    require(by, PERMISSION)
    form = find_form(papers(pack), form_id)
    _check_seen(form, pack, seen)
    shipped_place(form, pack)
    note_access(LOGGED, {"done": "shipped", "pack": pack, "form": form.id, "before": seen}, by=by, at=at)
    _own_place(pack, form.id).unlink(missing_ok=True)
    return template_of(form, pack)


def _pack_named(name: str) -> Pack:
    found = next((pack for pack in packs_in_force().all if pack.id == name), None)
    if found is None:
        raise NoSuchForm(name)
    return found


def _check_seen(form: Form, pack: str, seen: str) -> None:
    try:
        now = template_of(form, pack).sha256
    except NotPossible:  # the shipped file is gone: any template is better
        return
    if now != seen:
        raise TemplateChanged(form.name.zh)


def _own_place(pack: str, form_id: str) -> Path:
    return Path(settings.FORMS_ROOT) / pack / f"{form_id}.docx"


def _kept(pack: str, form_id: str) -> list[Path]:
    """The files of the versions, the oldest first."""
    folder = _own_place(pack, form_id).with_suffix("")
    return sorted((path for path in folder.glob("*.docx") if path.stem.isdecimal()), key=lambda path: int(path.stem))


def _number_of(pack: str, form_id: str, content: bytes) -> int:
    """The newest version with these bytes; 0 for a file put there by hand."""
    same = (path for path in reversed(_kept(pack, form_id)) if path.read_bytes() == content)
    return next((int(path.stem) for path in same), 0)
