"""What was shown to a person stays with that person: no browser and no proxy keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse


@dataclass
class NothingKeptMiddleware:
    """Forbids keeping every answer that does not say otherwise; a counter's computer has many users."""

    get_response: Callable[[HttpRequest], HttpResponse]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
