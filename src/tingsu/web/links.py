"""Addresses of lists of cases, so that every figure leads to what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from tingsu.cases.queue import Filters


def cases_href(filters: Filters) -> str:
    """The address of the list of exactly these cases."""
    query = filters.to_query()
    return f"{reverse('queue')}?{query}" if query else reverse("queue")


def case_href(number: str) -> str:
    """The address of a case's page."""
    return reverse("case", args=[number])


def counted_href(
    where: Mapping[str, str] | None = None,
    *,
    since: date | None = None,
    until: date | None = None,
    unit: str = "",
    **more: str,
) -> str:
    """The address of the list of the complaints a figure over the facts counts, repeats left out as the figure does.

    ``where``: column of the facts → value (unit, topic, product, cause, channel …); a key "phrase" is looked for in the
    text. ``unit`` is a unit's code, everything below it meant. ``more``: angry="1", regulator="1" and the like.
    """
    asked = {("at" if name == "unit" else name): value for name, value in (where or {}).items()}
    days = {"since": since.isoformat() if since else "", "until": until.isoformat() if until else ""}
    words = {**days, "unit": unit, **asked, **more}
    return f"{reverse('insight-cases')}?{urlencode({name: word for name, word in words.items() if word})}"


def measure_href(words: Mapping[str, str]) -> str:
    """The address of the form of a new measure, filled with what is to be cured: a unit, topic, product, cause …"""
    return f"{reverse('insight-measure-new')}?{urlencode({name: word for name, word in words.items() if word})}"
