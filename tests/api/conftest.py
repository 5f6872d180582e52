"""Someone at the API's door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tingsu.org.models import User
from tingsu.org.tokens import create_token


class Asker:
    """A client with one person's token; bodies go as JSON."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.key = create_token(user, "test")[1]
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api{path}", query, **self._headers())

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.post(f"/api{path}", data, content_type="application/json", **self._headers(headers))

    def upload(self, path: str, file: Any) -> HttpResponse:
        return self.client.post(f"/api{path}", {"file": file}, **self._headers())

    def delete(self, path: str) -> HttpResponse:
        return self.client.delete(f"/api{path}", **self._headers())

    def _headers(self, more: dict[str, str] | None = None) -> dict[str, Any]:
        return {"headers": {"Authorization": f"Bearer {self.key}", **(more or {})}}


@pytest.fixture
def ask() -> Callable[[User], Asker]:
    return Asker
