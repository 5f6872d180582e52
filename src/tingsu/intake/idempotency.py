"""One request, one case: a key the sender chose makes a repeated request harmless."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from tingsu.base.clock import is_plausible, now
from tingsu.base.errors import TingsuError
from tingsu.cases.errors import Incomplete
from tingsu.cases.models import Case, Idempotency
from tingsu.cases.recording import LONGEST_TEXT, Draft, Recorded, read_draft, record_case
from tingsu.org.models import User
from tingsu.org.permissions import require

LONGEST_KEY = 120


class KeyReused(TingsuError):
    """The key has already answered another request; ``number`` is the case it made."""

    code = "key_reused"

    def __init__(self, key: str, number: str) -> None:
        self.key = key
        self.number = number
        super().__init__(f"Idempotency-Key「{key}」已用于另一份投诉（工单 {number}）。新的投诉请换一个键。")


def record_once(draft: Draft, *, by: User, key: str, digest: str, at: datetime | None = None) -> Recorded:
    """Record a complaint under the sender's key; asked again with the same key, give the case made the first time.

    ``digest`` stands for the request's content. The case and the key are kept in one transaction, so of two requests
    at the same moment one makes the case and the other gets it. Raises KeyReused when the key came with other content,
    and what ``record_case`` raises.
    """
    require(by, "record_case")
    if not (key.isascii() and key.isprintable() and len(key) <= LONGEST_KEY):
        raise Incomplete({"Idempotency-Key": f"Idempotency-Key 须为 1 到 {LONGEST_KEY} 个可见的 ASCII 字符"})
    if earlier := _find_answer(by, key, digest):
        return earlier
    draft = _with_reading(draft, at or now())
    try:
        with transaction.atomic():
            recorded = record_case(draft, by=by, at=at)
            Idempotency.objects.create(user=by, key=key, digest=digest, case=recorded.case)
            return recorded
    except IntegrityError:
        # The same key at the same moment: the quicker request's case is the answer to both, ours was rolled back.
        if earlier := _find_answer(by, key, digest):
            return earlier
        raise


# Plain SQL: nearly every keyed request is new, and composing the query costs more than asking it.
_KNOWN = 'SELECT digest, case_id FROM cases_idempotency WHERE user_id = %s AND "key" = %s'


def _find_answer(by: User, key: str, digest: str) -> Recorded | None:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [by.pk, key])
        kept = cursor.fetchone()
    if kept is None:
        return None
    case = Case.objects.get(pk=kept[1])
    if kept[0] != digest:
        raise KeyReused(key, case.number)
    return Recorded(case, created=False)


def _with_reading(draft: Draft, at: datetime) -> Draft:
    """The draft with its text read, so that no time is spent reading while SQLite's one writer waits for us."""
    if draft.reading is not None or len(draft.text) > LONGEST_TEXT:
        return draft
    if draft.received_at is not None and not is_plausible(draft.received_at):
        return draft  # will be refused
    return replace(draft, reading=read_draft(draft, at=at))
