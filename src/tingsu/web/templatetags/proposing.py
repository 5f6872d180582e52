"""Whether the options panel belongs on the page of a case."""

from __future__ import annotations

from django import template

from tingsu.cases.models import Case
from tingsu.web.solutions import proposes as stands_before_options

register = template.Library()


@register.filter
def proposes(case: Case) -> bool:
    """Whether options are proposed where the case stands."""
    return stands_before_options(case)
