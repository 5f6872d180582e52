"""质检: handing in transcripts, by a file or pasted, and what became of what was handed in."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tingsu.base.clock import SHANGHAI, read_day, today
from tingsu.base.errors import TingsuError
from tingsu.cases.errors import Incomplete
from tingsu.intake.rows import Reject, TableError
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.quality.conversations.engine import SUFFIXES, parse_text, read_file
from tingsu.quality.conversations.importing import Given, take_in
from tingsu.quality.conversations.tables import Conversation, Handover
from tingsu.quality.seeing import INSPECT, inspects_all
from tingsu.web.asking import person_of
from tingsu.web.quality_frame import quality_frame
from tingsu.web.refusals import status_of

NOON = time(12, 0)
SHOWN = 20
LONGEST_NAME = 60  # characters of a file's name that are told
LONGEST_PASTED = 200_000  # characters


def show_import(request: HttpRequest) -> HttpResponse:
    """The form and what was handed in before; POST takes in a file or a pasted text. Raises NotAllowed."""
    by = person_of(request)
    require(by, INSPECT)
    wrong, status = "", 200
    if request.method == "POST":
        try:
            made = _take(request, by)
        except TingsuError as error:
            wrong, status = error.message, status_of(error)
        else:
            (messages.success if made.taken else messages.warning)(request, _what_came(made))
            return redirect("quality-import")
    context = {
        "frame": quality_frame(request),
        "wrong": wrong,
        "typed": request.POST,
        "day": request.POST.get("day") or today().isoformat(),
        "suffixes": ",".join(suffix for suffix in SUFFIXES if suffix),
        "handovers": _handovers(by),
    }
    return render(request, "web/quality/import.html", context, status=status)


def _what_came(made: Handover) -> str:
    """What became of a handover; nothing is said of what did not happen."""
    told = [_("新收入 %d 段") % made.taken]
    if made.known:
        told.append(_("%d 段以前交过") % made.known)
    if made.refused_count:
        told.append(_("%d 处不能用，原因列在下面") % made.refused_count)
    return _("，").join(told) + (_("；正在后台评分。") if made.taken else "")


def _take(request: HttpRequest, by: User) -> Handover:
    day = read_day(request.POST.get("day", ""))
    if day is None or day > today():
        raise Incomplete({"day": _("请填写对话日期，不能在今天之后")})
    file, text = request.FILES.get("file"), request.POST.get("text", "")
    if isinstance(file, UploadedFile):
        return _take_file(file, _noon(day), by)
    if not text.strip():
        raise Incomplete({"file": _("请选择文件，或者粘贴对话文字")})
    if len(text) > LONGEST_PASTED:
        raise Incomplete({"text": _("粘贴的文字太长，请存成文件再上传")})
    given = (Given(one) for one in parse_text(text))
    return take_in(
        given, name=_("粘贴的文字"), by=by, held_at=_noon(day), sha256=_digest(text.encode("utf-8", "replace"))
    )


def _take_file(file: UploadedFile, held_at: datetime, by: User) -> Handover:
    name = Path(str(file.name)).name
    with tempfile.TemporaryDirectory(dir=settings.TINGSU_HOME, prefix="transcripts-") as folder:
        suffix = Path(name).suffix.lower()  # may be longer than a file name can be
        path = Path(folder) / f"conversations{suffix if suffix in SUFFIXES else '.unknown'}"
        digest = hashlib.sha256()
        with path.open("wb") as out:
            for chunk in file.chunks():
                digest.update(chunk)
                out.write(chunk)
        try:
            return take_in(_given(path), name=name, by=by, held_at=held_at, sha256=digest.hexdigest())
        except TableError as error:  # it knows the file by the name it was put down under
            error.message = error.message.replace(path.name, name[-LONGEST_NAME:])
            raise


def _given(path: Path) -> Iterator[Given | Reject]:
    for one in read_file(path):
        yield one if isinstance(one, Reject) else Given(one)


def _noon(day: date) -> datetime:
    return datetime.combine(day, NOON, SHANGHAI)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _handovers(by: User) -> list[tuple[Handover, Any]]:
    """What was handed in, with how much of it waits for its score: two queries."""
    rows = Handover.objects.select_related("by")
    found = list((rows if inspects_all(by) else rows.filter(by=by))[:SHOWN])
    waiting = Conversation.objects.filter(handover__in=[h.pk for h in found], scored_at=None, score_failed="")
    open_ = dict(waiting.order_by().values_list("handover").annotate(n=Count("pk")))
    return [(one, open_.get(one.pk, 0)) for one in found]
