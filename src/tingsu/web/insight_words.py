"""What the facts' columns and values are called on pages of figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.insight.reports.responses import NAMES
from tingsu.insight.topics.keeping import topic_names
from tingsu.org.models import Unit
from tingsu.org.pack import word_in_force
from tingsu.web.words import in_english

KINDS = {
    "topic": gettext_lazy("话题"),
    "unit": gettext_lazy("机构"),
    "product": gettext_lazy("产品"),
    "business": gettext_lazy("业务"),
    "cause": gettext_lazy("原因"),
    "channel": gettext_lazy("渠道"),
    "phrase": gettext_lazy("说法"),
    "root_cause": gettext_lazy("根本原因"),
    "need": gettext_lazy("心理需求"),
    "verdict": gettext_lazy("认定"),
    "satisfaction": gettext_lazy("满意度"),
    "ended": gettext_lazy("状态"),
    "batch": gettext_lazy("批量线索"),
    "response": gettext_lazy("办理结果"),
    "facet_channel": gettext_lazy("渠道（JR/T 0169）"),
    "facet_business": gettext_lazy("业务（JR/T 0169）"),
    "facet_reason": gettext_lazy("原因（JR/T 0169）"),
}
ORDER = tuple(KINDS)
_TAXONOMIES = ("business", "cause", "channel", "root_cause", "need", "verdict", "satisfaction")
_ENDED = {
    "": gettext_lazy("未结"),
    "closed": gettext_lazy("已办结"),
    "withdrawn": gettext_lazy("已撤回"),
    "merged": gettext_lazy("已并案"),
}


@dataclass
class Namer:
    """Says the values of the facts in the page's language; units and topics are read once, when first asked for."""

    _units: dict[str, str] | None = None
    _topics: dict[str, str] | None = None

    @property
    def units(self) -> dict[str, str]:
        if self._units is None:
            self._units = dict(Unit.objects.values_list("code", "name"))
        return self._units

    @property
    def topics(self) -> dict[str, str]:
        if self._topics is None:
            self._topics = topic_names()
        return self._topics

    def name(self, column: str, value: str) -> str:
        """The value as people call it; what has no name is shown as it stands."""
        if column == "unit":
            return self.units.get(value, value) or _("未指明机构")
        if column == "topic":
            return self.topics.get(value) or (_("话题 %s") % value if value else _("未归入话题"))
        if column == "ended":
            return str(_ENDED.get(value, value))
        if column == "response":
            return str(NAMES.get(value, value))
        if column in _TAXONOMIES and value:
            return word_in_force(column, value, "en" if in_english() else "zh")
        return (_("“%s”") % value if column == "phrase" else value) if value else _("未说明")

    def words(self, where: Mapping[str, str]) -> str:
        """A combination in one line: 「江州滨江支行 · 服务态度及质量」."""
        return " · ".join(self.name(column, where[column]) for column in _ordered(where))


def kind_of(where: Mapping[str, str]) -> str:
    """What is combined: 「机构 × 原因」."""
    return " × ".join(str(KINDS.get(column, column)) for column in _ordered(where))


def _ordered(where: Mapping[str, str]) -> list[str]:
    return sorted(where, key=lambda column: ORDER.index(column) if column in ORDER else len(ORDER))
