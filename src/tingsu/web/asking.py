"""Who asks."""

from __future__ import annotations

from django.http import HttpRequest

from tingsu.org.models import User


def person_of(request: HttpRequest) -> User:
    """The signed-in person; the addresses let nobody else through."""
    assert isinstance(request.user, User)
    return request.user
