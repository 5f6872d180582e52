"""What a series is called outside of pages: in notices, reports and files."""

from __future__ import annotations

from collections.abc import Mapping

from tingsu.insight.topics.keeping import topic_names
from tingsu.org.models import Unit
from tingsu.org.pack import word_in_force

ORDER = ("unit", "topic", "product", "cause", "channel")


def name_series(where: Mapping[str, str], language: str = "zh") -> str:
    """「江州分行 · 排队时间长」; "" for everything."""
    return " · ".join(_name(column, where[column], language) for column in ORDER if where.get(column))


def _name(column: str, value: str, language: str) -> str:
    if column == "unit":
        return Unit.objects.filter(code=value).values_list("name", flat=True).first() or value
    if column == "topic":
        return topic_names([value]).get(value, value)
    return word_in_force(column, value, language) if column in ("cause", "channel") else value
