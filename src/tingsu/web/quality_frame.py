"""What every page of 质检 shares: the way between its pages, and the words for marks, speakers and risks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.org.models import Unit, User
from tingsu.quality.conversations.engine import card_of
from tingsu.quality.seeing import inspects
from tingsu.web.asking import person_of
from tingsu.web.insight_frame import SubEntry, address_of
from tingsu.web.words import in_english

# (route name, what it is called, only for who inspects)
PAGES = (
    ("quality", gettext_lazy("待办"), True),
    ("quality-conversations", gettext_lazy("对话"), True),
    ("quality-risks", gettext_lazy("潜在投诉"), True),
    ("quality-sampling", gettext_lazy("抽样"), True),
    ("quality-agreement", gettext_lazy("评分一致性"), True),
    ("quality-appeals", gettext_lazy("申诉"), True),
    ("quality-people", gettext_lazy("辅导"), True),
    ("quality-import", gettext_lazy("导入"), True),
    ("quality-mine", gettext_lazy("我的"), False),
)
MARK_NAMES = {
    "yes": gettext_lazy("做到"),
    "part": gettext_lazy("部分做到"),
    "no": gettext_lazy("没做到"),
    "na": gettext_lazy("不适用"),
}
SPEAKERS = {"agent": gettext_lazy("坐席"), "customer": gettext_lazy("客户"), "unknown": gettext_lazy("不明")}
RISK_NAMES = {"high": gettext_lazy("较高"), "middle": gettext_lazy("中等"), "low": gettext_lazy("较低")}


@dataclass(frozen=True, slots=True)
class QualityFrame:
    """What is around a page."""

    entries: list[SubEntry]
    inspects: bool


def quality_frame(request: HttpRequest, *, here: str = "") -> QualityFrame:
    """The frame of a page; ``here`` names the route marked, where the address alone does not tell."""
    by = person_of(request)
    return QualityFrame(list(_entries(request.path, by, here)), inspects(by))


def percent(value: float | None) -> str:
    """「86%」; a dash for what is not known."""
    return "—" if value is None else f"{100 * value:.0f}%"


def mark_name(mark: str) -> str:
    """A mark in words."""
    return str(MARK_NAMES.get(mark, mark))


def risk_name(level: str) -> str:
    """A level of risk in words."""
    return str(RISK_NAMES.get(level, "—"))


def point_names(unit: Unit | None) -> dict[str, str]:
    """Point → its name in the page's language, as the unit's card has it now."""
    language = "en" if in_english() else "zh"
    return {point.id: point.name.in_language(language) for point in card_of(unit).points}


def doubtful_points(unit: Unit | None) -> frozenset[str]:
    """The points of the unit's card on which the machine and a reader agree little."""
    return frozenset(point.id for point in card_of(unit).points if point.doubtful)


def read_version(request: HttpRequest) -> int:
    """The version a form was drawn from; 0 where it says none."""
    return read_number(request.POST.get("version", "")) or 0


def read_number(word: str) -> int | None:
    """A whole number as a form sends it; None where it is none."""
    word = word.strip()
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 11 else None


def speaker_name(speaker: str) -> str:
    """Who spoke, in words."""
    return str(SPEAKERS.get(speaker, _("不明")))


def _entries(path: str, by: User, here: str) -> Iterator[SubEntry]:
    allowed = inspects(by)
    known = [(route, address_of(route), str(name)) for route, name, inner in PAGES if allowed or not inner]
    deepest = max((url for _route, url, _name in known if url and path.startswith(url)), key=len, default="")
    for route, url, name in known:
        if url:
            yield SubEntry(url, name, route == here if here else url == deepest)
