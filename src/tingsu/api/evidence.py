"""The evidence annex of a case: filed, listed, fetched."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import File, Router, UploadedFile
from ninja.decorators import decorate_view
from pydantic import TypeAdapter

from tingsu.api.entry import Asked
from tingsu.api.refusals import REFUSED, refuse_plainly
from tingsu.api.shapes import EvidenceShape
from tingsu.api.wire import answer, answer_list
from tingsu.cases.access import find_case
from tingsu.cases.evidence import attach, open_evidence
from tingsu.cases.models import Evidence
from tingsu.cases.veil import Veil, veil_of

router = Router(tags=["证据 evidence"])

EVIDENCE = TypeAdapter(list[EvidenceShape])
WRAPPING = 64 * 1024  # bytes a multipart body may add around its file
A_FILE = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def turn_away_large(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Refuse by the announced length, before anything is written to the temporary folder."""

    @wraps(view)
    def check_length(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.EVIDENCE_MAX_BYTES + WRAPPING:
            return refuse_plainly(413)
        return view(request, *args, **kwargs)

    return check_length


@router.get("/cases/{number}/evidence", response={200: list[EvidenceShape], **REFUSED}, summary="证据目录")
def list_evidence(request: Asked, number: str) -> HttpResponse:
    """The annex, in the order of its numbers."""
    case = find_case(number, by=request.auth)
    veil = veil_of(case)
    return answer_list(EVIDENCE, [_show(row, veil) for row in case.evidence.select_related("added_by")])


@router.post("/cases/{number}/evidence", response={201: EvidenceShape, **REFUSED}, summary="上传一份证据")
@decorate_view(turn_away_large)
def add_evidence(request: Asked, number: str, file: File[UploadedFile]) -> HttpResponse:
    """File one document, picture or recording under the next number."""
    case = find_case(number, by=request.auth)
    added = attach(case, by=request.auth, name=file.name or "", content=file)  # type: ignore[arg-type]
    return answer(_show(added, veil_of(case)), 201)


@router.get(
    "/cases/{number}/evidence/{int:no}",
    response={**REFUSED},
    summary="下载一份证据（留痕）",
    openapi_extra={"responses": {200: {"description": "the file", "content": A_FILE}}},
)
def fetch_evidence(request: Asked, number: str, no: int) -> FileResponse:
    """The file, always as a download; who opened it stays in the events."""
    row, path = open_evidence(find_case(number, by=request.auth), no, by=request.auth)
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=row.name, content_type="application/octet-stream"
    )
    response["Cache-Control"] = "no-store"
    return response


def _show(row: Evidence, veil: Veil) -> EvidenceShape:
    return EvidenceShape(
        no=row.no,
        name=veil.over(row.name),
        sha256=row.sha256,
        size=row.size,
        added_by=row.added_by.name,
        added_at=row.added_at,
    )
