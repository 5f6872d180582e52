"""Template words: icons, moments, countdowns, wordings of the pack, highlighted text."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from tingsu.cases.models import Case
from tingsu.cases.packs import pack_of
from tingsu.cases.queue import URGENT
from tingsu.cases.veil import Veil
from tingsu.org.pack import role_in_force, stages_in_force, word_in_force
from tingsu.packs.schema import DeadlineRule
from tingsu.packs.wording import Text
from tingsu.web import highlighting
from tingsu.web.words import Countdown, count_down, end_words, in_english, moment_words, waited_words

register = template.Library()
_SENSITIVITIES = {
    "监管": _("监管"),
    "舆情": _("舆情"),
    "司法": _("司法"),
    "信访": _("信访"),
    "过激行为": _("过激行为"),
    "情绪激动": _("情绪激动"),
    "特殊群体": _("特殊群体"),
    "特殊职业": _("特殊职业"),
}
_MANNERS = {"自伤": _("自伤"), "暴力": _("暴力"), "占据场所": _("占据场所")}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A drawing from the sprite; always beside words, so hidden from screen readers."""
    classes = f"icon {css}".strip()
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', classes, _sprite(), name)


@register.simple_tag
def due(value: datetime | Countdown | None) -> SafeString:
    """A countdown with its icon; says nothing when no clock runs."""
    if value is None:
        return SafeString("")
    words = count_down(value) if isinstance(value, datetime) else value
    drawing = icon(words.icon)
    return format_html('<span class="due due-{}" title="{}">{}{}</span>', words.state, words.end, drawing, words.text)


@register.filter
def moment(value: datetime | None) -> str:
    return moment_words(value) if value else "—"


@register.filter
def veiled(value: str, veil: Veil | None) -> str:
    """Text people wrote, with personal data masked unless it has been revealed."""
    return veil.over(value) if veil and value else value


@register.filter
def distinct(evidence: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each wording once, the first of each: what is said three times proves no more."""
    first: dict[str, dict[str, Any]] = {}
    for one in evidence:
        first.setdefault(one["text"], one)
    return list(first.values())


@register.filter
def period_end(value: datetime | None) -> str:
    return end_words(value) if value else "—"


@register.filter
def waited(value: datetime | None) -> str:
    return waited_words(value) if value else ""


@register.filter
def wording(value: Text | None) -> str:
    """A pack's wording in the page's language."""
    return value.in_language(_language()) if value else ""


@register.filter
def named(value: Any, taxonomy: str) -> str:
    """The wording of a stored value of a taxonomy."""
    return word_in_force(taxonomy, str(value), _language()) if value not in (None, "") else ""


@register.filter
def stage_name(case: Case | str) -> str:
    """The name of the stage a case stands in, as its own pack calls it; of a stage's id, as the packs in force do."""
    stages = stages_in_force() if isinstance(case, str) else pack_of(case).process.stages
    value = case if isinstance(case, str) else case.stage
    stage = next((s for s in stages if s.id == value), None)
    return stage.name.in_language(_language()) if stage else value


@register.filter
def rule_length(rule: DeadlineRule) -> str:
    """How long a deadline rule gives: 15个自然日."""
    words = {
        "calendar_day": _("%d 个自然日"),
        "business_day": _("%d 个工作日"),
        "hour": _("%d 小时"),
        "office_hour": _("%d 个办公小时"),
        "week": _("%d 周"),
        "year": _("%d 年"),
    }
    return words[rule.unit] % rule.limit


@register.filter
def role_name(value: str) -> str:
    role = role_in_force(value)
    return role.name.in_language(_language()) if role else value


@register.filter
def money(value: Decimal | str | None) -> str:
    """Yuan with separators; the cents only where there are some."""
    if value in (None, ""):
        return "—"
    amount = Decimal(str(value))
    return f"{amount:,.0f}" if amount == amount.to_integral() else f"{amount:,.2f}"


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    return mapping.get(key, "")


@register.filter
def is_urgent(case: Case) -> bool:
    """Whether someone must act on the case now: it was read as a threat to life, or the media are there."""
    return f"|{URGENT}|" in case.risk_marks


@register.filter
def sensitivity(kind: str) -> str:
    """The name of a sensitivity tag."""
    return str(_SENSITIVITIES.get(kind, kind))


@register.filter
def manner(kind: str) -> str:
    """The finer kind of an extreme act."""
    return str(_MANNERS.get(kind, kind))


@register.simple_tag
def highlighted(text: str, reading: dict[str, Any], *, masked: bool = False) -> SafeString:
    """A text with the words a reading leaned on marked, each by the kind of judgement it led to."""
    return highlighting.mark_up(text, reading, masked=masked)


@register.inclusion_tag("web/parts/notice.html")
def notice(kind: str, text: str) -> dict[str, str]:
    icons = {"error": "error", "warning": "late", "success": "done"}
    return {"kind": kind, "text": text, "icon": icons.get(kind, "info")}


@register.inclusion_tag("web/parts/heat.html")
def heat(strength: int | str | None) -> dict[str, Any]:
    """The emotion as three bars and its word."""
    return {"strength": int(strength or 0)}


@register.simple_tag(takes_context=True)
def current(context: template.Context, prefix: str) -> SafeString:
    """aria-current for the link whose page this is."""
    path = context["request"].path
    matches = [
        entry.url
        for entry in (context.get("nav") or [])
        if entry.url == path or (entry.url != "/" and path.startswith(entry.url))
    ]
    return SafeString(' aria-current="page"') if prefix == max(matches, key=len, default="") else SafeString("")


@cache
def _sprite() -> str:
    """Its address does not change while the server runs, and a page asks for it a hundred times."""
    return static("web/icons.svg")


def _language() -> str:
    return "en" if in_english() else "zh"
