"""What values of the facts are called in a report; every list is read once."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tingsu.insight.topics.keeping import topic_names
from tingsu.org.models import Unit
from tingsu.org.pack import word_in_force

ORDER = ("branch", "unit", "topic", "product", "business", "cause", "channel")
_LISTED = ("business", "cause", "channel", "root_cause", "need", "verdict", "satisfaction")


class Names:
    """Says values in the language of the moment."""

    def __init__(self) -> None:
        self.units = dict(Unit.objects.values_list("code", "name"))
        self.topics = topic_names()
        self.language = "en" if (get_language() or "").startswith("en") else "zh"

    def name(self, column: str, value: str | None) -> str:
        """The value as people call it."""
        if column in ("unit", "branch"):
            return self.units.get(value or "", value) or _("未指明机构")
        if not value:
            return _("未说明")
        if column == "topic":
            return self.topics.get(value) or _("话题 %s") % value
        return word_in_force(column, value, self.language) if column in _LISTED else value

    def words(self, where: Mapping[str, str]) -> str:
        """A combination in one line."""
        known = [column for column in ORDER if column in where]
        return " · ".join(self.name(column, where[column]) for column in known) or _("全部")
