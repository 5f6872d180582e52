"""A draft asked for, written beside the person's own work, and checked like any other. Never more than a draft."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from tingsu.assist.writing.asking import KINDS
from tingsu.assist.writing.client import NoDraft
from tingsu.assist.writing.setting import endpoint_now
from tingsu.assist.writing.tables import WritingRequest
from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.cases.access import is_visible
from tingsu.cases.errors import NotFound, NotPossible
from tingsu.cases.interest import has_direct_interest
from tingsu.cases.models import Case
from tingsu.org.models import User

PATIENCE = timedelta(seconds=90)  # a request nobody has served by then is not waited for


class HelpIsOff(TingsuError):
    """Writing help is switched off at this site."""

    code = "writing_help_off"

    def __init__(self) -> None:
        super().__init__(_("写作辅助没有开启。请照常自己写，或请系统管理员开启。"))


def ask_for_draft(case: Case, *, by: User, kind: str, at: datetime | None = None) -> WritingRequest:
    """Queue a draft for this case; one that the same person still waits for is returned instead.

    Raises NotFound (not in reach), NotPossible (closed, or a direct interest), HelpIsOff.
    """
    if not is_visible(case, by=by):
        raise NotFound(case.number)
    if kind not in KINDS:
        raise NotPossible(_("没有这种答复。"))
    if case.closed_at is not None or has_direct_interest(case, by):
        raise NotPossible(_("这件工单不能由您起草答复。"))
    endpoint = endpoint_now()
    if endpoint is None:
        raise HelpIsOff
    moment = at or now()
    with transaction.atomic():
        mine = WritingRequest.objects.filter(case=case, by=by, kind=kind, state=WritingRequest.State.WAITING)
        if waiting := mine.filter(at__gt=moment - PATIENCE).last():
            return waiting
        made = WritingRequest.objects.create(case=case, by=by, at=moment, kind=kind, model=endpoint.model)
        transaction.on_commit(partial(_queue, made.pk))
    return made


def _queue(request_id: int) -> None:
    from tingsu.assist.writing.jobs import write_draft

    write_draft.enqueue(request_id)


def find_draft(request_id: int, *, by: User, at: datetime | None = None) -> WritingRequest:
    """The request of this person; one that waited too long has failed. Raises NotFound."""
    found = WritingRequest.objects.select_related("case").filter(pk=request_id, by=by).first()
    if found is None or not is_visible(found.case, by=by):
        raise NotFound(str(request_id))
    if found.state == WritingRequest.State.WAITING and found.at < (at or now()) - PATIENCE:
        found.state, found.why = WritingRequest.State.FAILED, "timeout"
    return found


def reason_words(request: WritingRequest) -> str:
    """Why there is no draft, for the person who asked."""
    return NoDraft(request.why or "unreachable").message
