"""Papers about a case as downloads, and their templates for whoever keeps them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.cases.access import find_case
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.documents.filling import fill
from tingsu.documents.package_safety import LARGEST, unprinted
from tingsu.documents.printing.press import print_document
from tingsu.documents.producing import TYPES, make_document
from tingsu.documents.tags import lists, samples, singles
from tingsu.documents.templates import (
    PERMISSION,
    Template,
    change_template,
    find_form,
    papers,
    read_version,
    restore_shipped,
    template_of,
    use_version,
    versions,
)
from tingsu.org.pack import packs_in_force
from tingsu.org.permissions import require
from tingsu.packs.schema import Form, Pack
from tingsu.web.asking import person_of
from tingsu.web.case_view import Attempt, gather
from tingsu.web.refusals import status_of
from tingsu.web.words import in_english


@require_POST
def send_paper(request: HttpRequest, number: str) -> HttpResponse:
    """The chosen form, filled: a Word file or a PDF; in plain where a reason is given, else masked."""
    by = person_of(request)
    case = find_case(number, by=by)
    kind = "pdf" if request.POST.get("kind") == "pdf" else "docx"
    reason = request.POST.get("reason", "").strip() or None
    try:
        if request.POST.get("full") and reason is None:
            raise Incomplete({"reason": _("请写明要完整客户信息的理由，理由会留痕")})
        made = make_document(case, request.POST.get("form", ""), kind, by=by, reason=reason)  # type: ignore[arg-type]
    except (Incomplete, NotPossible) as error:
        context = gather(find_case(number, by=by), by, Attempt(message=error.message))
        return render(request, "web/case.html", context, status=status_of(error))
    return _download(made.content, made.name, made.type)


def show_forms(request: HttpRequest) -> HttpResponse:
    """Every form of every pack in force, with the template it is filled from."""
    require(person_of(request), PERMISSION)
    packs = [(pack, [_line(form, pack) for form in pack.forms]) for pack in packs_in_force().all if pack.forms]
    return render(request, "web/forms.html", {"packs": packs})


def change_form(request: HttpRequest, pack: str, form_id: str) -> HttpResponse:
    """One form: its template and versions, the tags there are; POST puts another template in use."""
    by = person_of(request)
    require(by, PERMISSION)
    if request.method != "POST":
        return _render_form(request, pack, form_id)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Incomplete({"file": _("请先选择文件")})
        content = file.read(LARGEST + 1)
        made = change_template(form_id, content, pack=pack, by=by, seen=request.POST.get("seen", ""))
    except TingsuError as error:
        return _render_form(request, pack, form_id, error)
    messages.success(request, _("已启用第 %(number)s 版模板，从下一份表单起生效。") % {"number": made.version})
    if lost := unprinted(content):
        said = _("模板里有%(parts)s，只在 Word 里看得到，PDF 不会打印。请看一下样张。")
        messages.warning(request, said % {"parts": _listed(lost)})
    return redirect("form", pack=pack, form_id=form_id)


@require_POST
def back_to_shipped(request: HttpRequest, pack: str, form_id: str) -> HttpResponse:
    """Back to the template the product came with."""
    try:
        restore_shipped(form_id, pack=pack, by=person_of(request), seen=request.POST.get("seen", ""))
    except TingsuError as error:
        require(person_of(request), PERMISSION)
        return _render_form(request, pack, form_id, error)
    messages.success(request, _("已改回出厂模板。换下的版本仍保留在下面。"))
    return redirect("form", pack=pack, form_id=form_id)


def use_or_send_version(request: HttpRequest, pack: str, form_id: str, number: int) -> HttpResponse:
    """GET downloads an earlier version; POST puts it in use again."""
    by = person_of(request)
    require(by, PERMISSION)
    form = find_form(papers(pack), form_id)
    if request.method != "POST":
        return _download(read_version(form, pack, number), f"{form.name.zh}_{number}.docx", TYPES["docx"])
    try:
        made = use_version(form_id, number, pack=pack, by=by, seen=request.POST.get("seen", ""))
    except TingsuError as error:
        return _render_form(request, pack, form_id, error)
    said = _("第 %(number)s 版已重新启用，记为第 %(new)s 版。")
    messages.success(request, said % {"number": number, "new": made.version})
    return redirect("form", pack=pack, form_id=form_id)


@require_GET
def send_template(request: HttpRequest, pack: str, form_id: str) -> HttpResponse:
    """The template in use, to be changed in Word."""
    require(person_of(request), PERMISSION)
    template = template_of(find_form(papers(pack), form_id), pack)
    return _download(template.content, f"{template.form.name.zh}_{_('模板')}.docx", TYPES["docx"])


@require_GET
def send_sample(request: HttpRequest, pack: str, form_id: str) -> HttpResponse:
    """The template filled with a sample of every tag, as a PDF."""
    require(person_of(request), PERMISSION)
    template = template_of(find_form(papers(pack), form_id), pack)
    printed = print_document(fill(template.content, samples()), at=now())
    return _download(printed.content, f"{template.form.name.zh}_{_('样张')}.pdf", TYPES["pdf"])


def _line(form: Form, pack: Pack) -> dict[str, Any]:
    """A form on the list; a template that is gone is said in its place."""
    try:
        template: Template | None = template_of(form, pack.id)
    except NotPossible:
        template = None
    return {"form": form, "template": template}


def _render_form(request: HttpRequest, pack: str, form_id: str, error: TingsuError | None = None) -> HttpResponse:
    form = find_form(papers(pack), form_id)
    line = _line(form, next(one for one in packs_in_force().all if one.id == pack))
    context = {
        **line,
        "pack": pack,
        "versions": versions(form, pack),
        "singles": list(singles()),
        "lists": list(lists()),
        "largest": LARGEST >> 20,
        "english": in_english(),
        "error": error.message if error else "",
        "mistakes": getattr(error, "mistakes", []),
    }
    return render(request, "web/form.html", context, status=status_of(error) if error else 200)


def _listed(names: list[str]) -> str:
    return ("、" if not in_english() else ", ").join(names)


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A download under a Chinese name, as RFC 5987 writes it."""
    disposition = content_disposition_header(True, name)
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": disposition or "attachment"}
    )
