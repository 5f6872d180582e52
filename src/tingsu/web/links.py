"""Addresses of lists of cases, so that every figure leads to what it counts."""

from __future__ import annotations

from django.urls import reverse

from tingsu.cases.queue import Filters


def cases_href(filters: Filters) -> str:
    """The address of the list of exactly these cases."""
    query = filters.to_query()
    return f"{reverse('queue')}?{query}" if query else reverse("queue")
