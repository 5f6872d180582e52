"""Lists taken out as files: the same rows, masks and traces as the command's."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_POST

from tingsu.base.clock import now
from tingsu.cases.bundle_export import TITLE, export_suspicions
from tingsu.cases.exporting import export_cases
from tingsu.cases.queue import Filters
from tingsu.org.permissions import require
from tingsu.web.asking import person_of

KINDS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}


@require_POST
def send_list(request: HttpRequest) -> FileResponse:
    """Every case of the list whose address had this query, as a sheet; written aside first, so that it is whole."""
    by = person_of(request)
    require(by, "export_cases")
    filters = Filters.from_query(dict(parse_qsl(request.POST.get("query", ""))))
    return _send_written(request, "投诉工单", lambda path: export_cases(filters, path, by=by))


@require_POST
def send_bundles(request: HttpRequest) -> FileResponse:
    """The list of batches and shared contacts, as a sheet or CSV."""
    by = person_of(request)
    require(by, "export_cases")
    return _send_written(request, TITLE, lambda path: export_suspicions(path, by=by))


def _send_written(request: HttpRequest, name: str, write: Callable[[Path], object]) -> FileResponse:
    """What ``write`` puts at the path it is given, ending as the form asks: .csv, else .xlsx."""
    kind = "csv" if request.POST.get("kind") == "csv" else "xlsx"
    with tempfile.TemporaryDirectory(dir=settings.TINGSU_HOME, prefix="export-") as folder:
        path = Path(folder) / f"{name}_{now():%Y%m%d_%H%M}.{kind}"
        write(path)
        # The open file outlives its folder: it is sent from here and leaves nothing behind.
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=KINDS[kind])
