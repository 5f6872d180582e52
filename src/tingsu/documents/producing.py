"""A paper about a case, made for one person at one moment, and the line it leaves in the case's trail."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction

from tingsu.base.clock import now
from tingsu.cases.access import is_visible
from tingsu.cases.chain import append_event
from tingsu.cases.errors import NotFound, NotPossible
from tingsu.cases.models import Case
from tingsu.cases.personal import Revealed, reveal
from tingsu.documents.filling import fill
from tingsu.documents.printing.press import print_document
from tingsu.documents.templates import find_form, papers_of, template_of
from tingsu.documents.values import values_of
from tingsu.org.models import User
from tingsu.packs.schema import Form

Kind = Literal["docx", "pdf"]
TYPES: dict[Kind, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
NEEDED = {"verdict": "作出认定", "findings": "查明事实", "answer": "答复客户", "evidence": "提交证据"}


@dataclass(frozen=True, slots=True)
class Document:
    """A made paper; ``missing`` are the signs no font could print in the PDF."""

    name: str
    content: bytes
    type: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A form as it is offered for one case; ``why_not`` says what it still waits for."""

    form: Form
    why_not: str


def offered_papers(case: Case) -> list[Paper]:
    """Every form of the case's pack, with why some cannot be made yet."""
    return [Paper(form, _why_not(form, case)) for form in papers_of(case)]


def make_document(
    case: Case, form_id: str, kind: Kind, *, by: User, reason: str | None = None, at: datetime | None = None
) -> Document:
    """The filled form as a Word file or PDF: masked, or in plain with a ``reason``.

    In order: with a reason the case is revealed, which leaves its own event (see ``reveal``); the template is filled;
    the paper's event goes into the trail: which form, which kind, masked or not, the SHA-256 of what was handed out.
    Raises NotFound, NoSuchForm, NotPossible (not offered yet), TemplateRefused, and what ``reveal`` raises.
    """
    at = at or now()
    if not is_visible(case, by=by):
        raise NotFound(case.number)
    form = find_form(papers_of(case), form_id)
    if why_not := _why_not(form, case):
        raise NotPossible(why_not)
    template = template_of(form, case.pack)
    revealed: Revealed | None = reveal(case, by=by, reason=reason, at=at) if reason is not None else None
    content = fill(template.content, values_of(case, by=by, at=at, revealed=revealed))
    missing: tuple[str, ...] = ()
    if kind == "pdf":
        printed = print_document(content, at=at)
        content, missing = printed.content, printed.missing
    _note(case, form, kind, content, by=by, at=at, full=revealed is not None)
    return Document(f"{form.name.zh}_{case.number}.{kind}", content, TYPES[kind], missing)


def _why_not(form: Form, case: Case) -> str:
    if form.stages and case.stage not in form.stages:
        return f"「{form.name.zh}」在工单现处的环节不制作。"
    lacking = [NEEDED[need] for need in form.needs if not _has(case, need)]
    return f"「{form.name.zh}」要先{'、'.join(lacking)}才能制作。" if lacking else ""


def _has(case: Case, need: str) -> bool:
    return case.evidence.exists() if need == "evidence" else bool(getattr(case, need))


def _note(case: Case, form: Form, kind: Kind, content: bytes, *, by: User, at: datetime, full: bool) -> None:
    with transaction.atomic():
        held = Case.objects.select_for_update().filter(pk=case.pk).first()
        if held is None or not is_visible(held, by=by):
            raise NotFound(case.number)
        digest = hashlib.sha256(content).hexdigest()
        data = {"name": f"{form.name.zh}.{kind}", "form": form.id, "full": full, "sha256": digest}
        append_event(held, "document", data, by=by, at=at)
        held.save(update_fields=["event_count", "head_hash"])
