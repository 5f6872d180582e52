"""API tokens: made once, shown once, kept as a digest, revoked at will."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from django.db.models.base import ModelState

from tingsu.base.clock import now
from tingsu.org.models import ApiToken, Unit, User

PREFIX = "ts_"


def create_token(user: User, name: str, *, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """A new token of the user's and its key, which is shown this once and never stored."""
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(user=user, name=name, digest=_digest(key), expires_at=expires_at)
    return token, key


# One statement in plain SQL: every request of a system passes here, and composing the query costs more than asking it.
_USER = ("id", "username", "is_active", "name", "staff_no", "unit_id")
_UNIT = ("id", "code", "name", "kind", "parent_id", "path")
_BY_DIGEST = (
    f"SELECT {', '.join(f'u.{name}' for name in _USER)}, {', '.join(f'n.{name}' for name in _UNIT)}"  # noqa: S608
    " FROM org_apitoken t JOIN org_user u ON u.id = t.user_id LEFT JOIN org_unit n ON n.id = u.unit_id"
    " WHERE t.digest = %s AND t.revoked_at IS NULL AND u.is_active AND (t.expires_at IS NULL OR t.expires_at > %s)"
)


def find_user_by_token(key: str, *, at: datetime | None = None) -> User | None:
    """The active user a key belongs to, with the unit, or None if the key is unknown, revoked or expired."""
    moment = connection.ops.adapt_datetimefield_value(at or now())
    with connection.cursor() as cursor:
        cursor.execute(_BY_DIGEST, [_digest(key), moment])
        row = cursor.fetchone()
    if row is None:
        return None
    user: User = _made(User, _USER, row[: len(_USER)])
    user.unit = _made(Unit, _UNIT, row[len(_USER) :]) if user.unit_id is not None else None
    return user


def _made(model: type[Model], names: Sequence[str], values: Sequence[Any]) -> Any:
    """The object of a row, without asking each field what it would begin with; other columns wait to be asked for."""
    made = model.__new__(model)
    made.__dict__.update(zip(names, values, strict=True))
    made._state = state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    return made


def revoke_token(token_id: int, *, by: User, at: datetime | None = None) -> bool:
    """Revoke one of the person's own tokens; False if there is no such token in force."""
    return bool(ApiToken.objects.filter(pk=token_id, user=by, revoked_at=None).update(revoked_at=at or now()))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
