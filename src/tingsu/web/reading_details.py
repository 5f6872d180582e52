"""What a stored reading tells beyond its labels: what is urgent, the wishes in detail, the tags, the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.web.words import in_english

Plain = Mapping[str, Any]
MOST = 12  # facts of a kind that are shown


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing to show: the customer's words (to be veiled) and what they mean."""

    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A demand with what was said of it; ``notes`` are ready to show."""

    kind: str
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Details:
    """Everything the parts of the page show; a reading kept before there were facts has empty lists."""

    urgent: list[Plain]
    wishes: list[Wish]
    tags: list[Plain]
    facts: list[tuple[str, list[Noted]]]
    gaps: list[tuple[str, Plain]] = field(default_factory=list)


def details_of(reading: Plain, demands: Sequence[str] | None = None, risks: Sequence[str] | None = None) -> Details:
    """The details of a plain ``reading``; ``demands`` and ``risks`` are what holds now, where a person corrected it."""
    read_risks = list(reading.get("risks") or [])
    urgent = [risk for risk in read_risks if risk.get("urgent") and (risks is None or risk.get("kind") in risks)]
    return Details(
        urgent,
        _wishes(reading, demands),
        list(reading.get("tags") or []),
        _facts(reading.get("facts") or {}),
        _gaps(reading),
    )


GAPS = {
    "期望过高": gettext_lazy("期望过高"),
    "沟通不畅": gettext_lazy("沟通不畅"),
    "质量不稳定": gettext_lazy("质量不稳定"),
    "制度缺陷": gettext_lazy("制度缺陷"),
    "客户情绪": gettext_lazy("客户情绪"),
    "员工": gettext_lazy("员工"),
    "系统": gettext_lazy("系统或制度"),
    "其他客户": gettext_lazy("其他客户或第三方"),
    "不可抗力": gettext_lazy("不可抗力"),
    "无": gettext_lazy("没有失误"),
}


def _gaps(reading: Plain) -> list[tuple[str, Plain]]:
    """Why the gap may have arisen, what may have failed, and whether an ordinary talk hides displeasure."""
    asked = (("root", _("成因")), ("failure", _("失误出在")))
    gaps: list[tuple[str, Plain]] = [
        (title, {**judged, "value": str(GAPS.get(judged["value"], judged["value"]))})
        for facet, title in asked
        if (judged := reading.get(facet) or {}).get("value")
    ]
    latent = reading.get("latent") or {}
    if latent.get("value") == "yes":
        gaps.append((_("潜台词"), {**latent, "value": _("话里有不满，可能转成投诉")}))
    return gaps


def _wishes(reading: Plain, demands: Sequence[str] | None) -> list[Wish]:
    read = {demand.get("kind", ""): demand for demand in reading.get("demands") or []}
    kinds = list(read) if demands is None else demands
    return [Wish(kind, _notes(read.get(kind, {}))) for kind in kinds]


def _notes(demand: Plain) -> list[str]:
    notes: list[str] = []
    if demand.get("amount"):
        notes.append(_money(demand))
    if demand.get("due"):
        notes.append(_("最晚 %s") % _day(demand["due"]))
    if demand.get("by"):
        notes.append(_("由%s来做") % demand["by"])
    if demand.get("to"):
        notes.append(_("对象：%s") % demand["to"])
    if demand.get("implied"):
        notes.append(_("未明说，由事情推出"))
    return notes


def _money(item: Plain) -> str:
    amount = Decimal(str(item["amount"]))
    figure = f"{amount:,.0f}" if amount == amount.to_integral() else f"{amount:,.2f}"
    currency = item.get("currency", "CNY")
    return _("%s 元") % figure if currency == "CNY" else f"{currency} {figure}"


def _facts(facts: Plain) -> list[tuple[str, list[Noted]]]:
    rows = [
        (_("金额"), [_sum(item) for item in facts.get("amounts", [])]),
        (_("时间"), [_moment(item) for item in facts.get("moments", [])]),
        (_("承诺"), [_promise(item) for item in facts.get("promises", [])]),
        (_("机构与渠道"), [Noted(_words(item)) for item in facts.get("units", [])]),
        (_("人员"), [_person(item) for item in facts.get("staff", [])]),
        (_("产品"), [Noted(_words(item)) for item in facts.get("products", [])]),
        (_("地点"), [Noted(_words(item)) for item in facts.get("places", [])]),
    ]
    return [(name, _once(items)[:MOST]) for name, items in rows if items]


def _once(items: list[Noted]) -> list[Noted]:
    return list(dict.fromkeys(items))


def _words(item: Plain) -> str:
    return str((item.get("evidence") or {}).get("text", ""))


def _sum(item: Plain) -> Noted:
    roles = {"损失": _("损失"), "扣收": _("被扣收"), "要求": _("要求"), "余额": _("余额")}
    about = _("约 %s") % _money(item) if item.get("approximate") else _money(item)
    role = roles.get(item.get("role", ""))
    return Noted(_words(item), f"{role} {about}" if role else about)


def _moment(item: Plain) -> Noted:
    if not item.get("first"):
        return Noted(_words(item), item.get("clock") or _("日期待核实"))
    first, last = _day(item["first"]), _day(item["last"])
    days = first if first == last else f"{first} – {last}"
    sure = "" if item.get("confidence", 1) >= 0.7 else _("（约）")
    return Noted(_words(item), f"{days}{sure} {item.get('clock', '')}".strip())


def _promise(item: Plain) -> Noted:
    parts = [
        item.get("who") or "",
        _("期限 %s") % _day(item["due"]) if item.get("due") else item.get("due_words") or "",
    ]
    return Noted(
        _words(item), "，".join(part for part in parts if part) if not in_english() else ", ".join(filter(None, parts))
    )


def _person(item: Plain) -> Noted:
    return Noted(_words(item), item.get("name") or "")


def _day(value: str) -> str:
    try:
        return f"{date.fromisoformat(value):%Y-%m-%d}"
    except ValueError:
        return value
