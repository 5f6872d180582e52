"""API tokens: made once, shown once, kept as a digest, revoked at will."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from tingsu.base.clock import now
from tingsu.org.models import ApiToken, User

PREFIX = "ts_"


def create_token(user: User, name: str, *, expires_at: datetime | None = None) -> tuple[ApiToken, str]:
    """A new token of the user's and its key, which is shown this once and never stored."""
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(user=user, name=name, digest=_digest(key), expires_at=expires_at)
    return token, key


def find_user_by_token(key: str, *, at: datetime | None = None) -> User | None:
    """The active user a key belongs to, or None if it is unknown, revoked or expired."""
    token = ApiToken.objects.select_related("user__unit").filter(digest=_digest(key), revoked_at=None).first()
    if token is None or not token.user.is_active:
        return None
    if token.expires_at is not None and token.expires_at <= (at or now()):
        return None
    return token.user


def revoke_token(token_id: int, *, by: User, at: datetime | None = None) -> bool:
    """Revoke one of the person's own tokens; False if there is no such token in force."""
    return bool(ApiToken.objects.filter(pk=token_id, user=by, revoked_at=None).update(revoked_at=at or now()))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
