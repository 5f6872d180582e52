"""The search box of the top bar: a number goes straight to its case, anything else lists what holds the words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tingsu.base.errors import TingsuError
from tingsu.cases.access import visible_cases
from tingsu.cases.queue import Filters
from tingsu.web.asking import person_of
from tingsu.web.queue import cut_page

SHORTEST = 2  # characters: the search index holds pairs


def show_found(request: HttpRequest) -> HttpResponse:
    """What was found among open and ended cases, newest first."""
    by = person_of(request)
    query = request.GET.get("q", "").strip()
    if query and visible_cases(by).filter(number=query).exists():
        return redirect("case", number=query)
    filters = Filters(state="all", q=query)
    context = {"query": query, "filters": filters}
    if not query:
        return render(request, "web/search.html", context)
    if len(query) < SHORTEST:
        return render(request, "web/search.html", {**context, "too_short": _("请输入至少两个字。")}, status=422)
    try:
        return render(request, "web/search.html", {**context, "page": cut_page(request, filters, by)})
    except TingsuError as error:
        return render(request, "web/search.html", {**context, "too_short": error.message}, status=422)
