"""Columns that reports count by and the facts do not hold: worked out from the others, so that a list can pick by them.

Only what the lists of complaints need: ``picked.pick`` asks here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tingsu.insight.reports.facets import facet_column
from tingsu.insight.reports.responses import response_of

DERIVED: dict[str, Callable[[Any], Any]] = {
    "response": response_of,
    "facet_channel": partial(facet_column, facet="channel"),
    "facet_business": partial(facet_column, facet="business"),
    "facet_reason": partial(facet_column, facet="reason"),
}
