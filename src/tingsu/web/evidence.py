"""The evidence annex: adding a file, and sending one as a download."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tingsu.cases.access import find_case
from tingsu.cases.errors import Incomplete
from tingsu.cases.evidence import attach, open_evidence
from tingsu.web.asking import person_of
from tingsu.web.case_view import Attempt, gather


@require_POST
def add_evidence(request: HttpRequest, number: str) -> HttpResponse:
    """File the uploaded file under the next number of the annex."""
    by = person_of(request)
    case = find_case(number, by=by)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Incomplete({"file": _("请先选择文件")})
        added = attach(case, by=by, name=str(file.name), content=cast(BinaryIO, file.file))
    except Incomplete as error:
        return render(request, "web/case.html", gather(case, by, Attempt(message=error.message)), status=422)
    messages.success(request, _("证据 %(no)s「%(name)s」已存档。") % {"no": added.no, "name": added.name})
    return redirect("case", number=number)


def send_evidence(request: HttpRequest, number: str, no: int) -> HttpResponseBase:
    """The file, only ever as a download: nothing a customer handed in is opened inside the site."""
    by = person_of(request)
    row, path = open_evidence(find_case(number, by=by), no, by=by)
    return FileResponse(path.open("rb"), as_attachment=True, filename=row.name, content_type="application/octet-stream")
