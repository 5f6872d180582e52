"""Who asks: by a token in the Authorization header, or by the browser's session with its CSRF token."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from ninja.security import HttpBearer, SessionAuth

from tingsu.org.models import User
from tingsu.org.tokens import find_user_by_token


class Asked(HttpRequest):
    """A request past the door; ``auth`` is the person or system that asks."""

    auth: User


class Bearer(HttpBearer):
    """``Authorization: Bearer ts_…``. Costs one query and leaves the session untouched.

    A system that asks for English by Accept-Language gets it; a browser's language is its cookie's matter.
    """

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        if request.headers.get("Accept-Language", "").lower().startswith("en"):
            translation.activate("en")  # until the language middleware puts the thread's language back
        return find_user_by_token(token)


class SignedIn(SessionAuth):
    """The browser's session; what changes something also needs the X-CSRFToken header.

    A header that names a token counts alone: a wrong token is refused, not helped by a cookie.
    """

    def __call__(self, request: HttpRequest) -> Any | None:
        if "Authorization" in request.headers or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        return super().__call__(request) if request.user.is_authenticated else None
