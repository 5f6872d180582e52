"""The event chain: every change of a case leaves one row, sealed over the row before with the site's audit key.

Sealed into each row: the case's number, the place in the chain, what, when, who, the data, the hash before, and a
digest of the case's own row as it stood afterwards. So an edited, removed or reordered event shows, and so does a
case row that was changed without an event.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from tingsu.cases.inserting import insert
from tingsu.cases.models import Case, Event
from tingsu.org.models import User
from tingsu.org.permissions import grants_of

# Columns a later release added: sealed only where filled, so that what was sealed before still matches.
LATER_FIELDS = ("edition", "details", "right")
_NOT_SEALED = {"id", "event_count", "head_hash", "next_due", "reading", "masked_text", *LATER_FIELDS}
SEALED_FIELDS = tuple(field.attname for field in Case._meta.concrete_fields if field.name not in _NOT_SEALED)
NAME_LENGTH = Event._meta.get_field("by_name").max_length


def append_event(case: Case, kind: str, data: dict[str, Any], *, by: User, at: datetime) -> Event:
    """Seal and save the next event of a case whose row this transaction holds; the case's tail moves in memory.

    The caller saves the case. ``data`` must be plain JSON without floats, so that it hashes the same when read back.
    """
    event = make_event(case, kind, data, by=by, at=at)
    event.case = case
    insert(event)
    return event


def make_event(case: Case, kind: str, data: dict[str, Any], *, by: User, at: datetime) -> Event:
    """The next event, sealed but not saved; ``case.event_count`` and ``case.head_hash`` move to it."""
    event = Event(
        seq=case.event_count + 1,
        kind=kind,
        at=at,
        by=by,
        by_name=name_with_post(by),
        data=data,
        previous=case.head_hash,
    )
    event.data = {**data, "state": state_digest(case)}
    event.hash = seal(case.number, event)
    case.event_count, case.head_hash = event.seq, event.hash
    return event


def seal(number: str, event: Event) -> str:
    """The keyed hash that belongs to an event of the case called ``number``."""
    body = [number, event.seq, event.kind, _moment(event.at), event.by_id, event.by_name, event.data, event.previous]
    return hmac.new(settings.AUDIT_KEY.encode(), _canonical(body), hashlib.sha256).hexdigest()


def state_digest(case: Case) -> str:
    """A digest of what the case's row says, the same before and after a trip through the database."""
    said: list[Any] = [_plain(getattr(case, name)) for name in SEALED_FIELDS]
    if later := {name: value for name in LATER_FIELDS if (value := _plain(getattr(case, name)))}:
        said.append(later)
    return hashlib.sha256(_canonical(said)).hexdigest()


def name_with_post(user: User) -> str:
    """A person as the record shows them for good: name, first role, unit, as they were at the time."""
    roles = [grant.role.name.zh for grant in grants_of(user)]
    post = "，".join([*roles[:1], *([user.unit.name] if user.unit else [])])
    return (f"{user.name}（{post}）" if post else str(user))[:NAME_LENGTH]


def _canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")
