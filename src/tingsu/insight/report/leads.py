"""The conclusion: the three things to look at first, as sentences with their figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tingsu.insight.causes.said import number
from tingsu.insight.report.figures import ANGRY
from tingsu.insight.report.topics import cell_name

if TYPE_CHECKING:
    from tingsu.insight.textreport import TextReport

FEWEST_IN_BATCH = 3
LARGE_BATCH, LARGE_BATCH_SHARE = 10, 0.005  # texts, of the complaints
LEAD_PASSAGE = 40  # characters
_SEVERE = ("过激", "群体", "监管", "媒体舆情", "司法", "信访")


@dataclass(frozen=True, slots=True)
class Lead:
    """One thing to look at first. ``kind`` names the section it leads to."""

    kind: str
    title: str
    text: str


def find_leads(report: TextReport) -> list[Lead]:
    """At most three: what is most complained about, what rose, a large batch; else risk, anger, a small batch."""
    batch, large = _lead_batch(report)
    found = [
        _lead_topic(report),
        _lead_riser(report),
        batch if large else None,
        _lead_risk(report),
        _lead_anger(report),
        None if large else batch,
    ]
    return [lead for lead in found if lead][:3]


def percent(share: float) -> str:
    """A share as people read it: 37%, 4.2%, under 0.1%."""
    if 0 < share < 0.001:
        return "<0.1%"
    return f"{share * 100:.1f}%" if 0 < share < 0.0995 else f"{share * 100:.0f}%"


def show_day(day: date | datetime | None) -> str:
    """2020-01-03."""
    return day.strftime("%Y-%m-%d") if day else ""


def _lead_topic(report: TextReport) -> Lead | None:
    topic = next((topic for topic in report.topics if topic.is_plain), None)
    if topic is None:
        return None
    angry = sum(report.texts.emotion[place] >= ANGRY for place in topic.places)
    base = report.overview.complaints
    cell = sum(n for business, cause, n in report.cells if (business, cause) == (topic.business, topic.cause))
    if topic.said and cell > len(topic.places) and (name := cell_name(topic.business, topic.cause)):
        text = _("{name}一类共 {n} 条，占投诉的 {share}，其中这样说的最多：").format(
            name=name, n=number(cell), share=percent(cell / base)
        )
    else:
        text = ""
    text += _("{base} 条投诉里有 {n} 条，占 {share}。").format(
        base=number(base), n=number(len(topic.places)), share=percent(len(topic.places) / base)
    )
    if topic.phrases:
        said = "、".join(f"“{phrase.text}”" for phrase in topic.phrases[:3])
        text += _("客户常说{said}。").format(said=said)
    text += _("其中 {n} 条语气愤怒（{share}）。").format(n=number(angry), share=percent(angry / len(topic.places)))
    return Lead("topics", _("投诉最多的是{name}").format(name=topic.name), text)


def _lead_riser(report: TextReport) -> Lead | None:
    riser = next((riser for riser in report.risers if riser.kind != "all"), None) or next(iter(report.risers), None)
    if riser is None or report.windows is None:
        return None
    text = _(
        "最近 {days} 天有 {last} 条，此前平均每 {days} 天 {expected} 条，正常起伏不超过 {upper} 条。重复的已合并。"
    ).format(
        days=report.windows.days,
        last=number(riser.change.last),
        expected=number(riser.change.expected),
        upper=number(riser.change.upper),
    )
    return Lead("rising", _("{name}近来明显增多").format(name=riser_name(riser.kind, riser.name)), text)


def riser_name(kind: str, name: str) -> str:
    """How a riser is called in a sentence."""
    return _("“{name}”").format(name=name) if kind == "phrase" else name


def _lead_batch(report: TextReport) -> tuple[Lead | None, bool]:
    """The biggest batch of several customers, and whether it is large enough to stand among the first things."""
    batch = next((b for b in report.batches if len(b.places) >= FEWEST_IN_BATCH and not b.is_repeat), None)
    if batch is None:
        return None, False
    title = _("{n} 条投诉说的是同一段话").format(n=number(len(batch.places)))
    parts = [_("内容逐字相同") if batch.kind == "same" else _("内容大同小异")]
    if batch.customers:
        parts.append(_("来自 {n} 位客户").format(n=number(batch.customers)))
    if batch.first and batch.last:
        parts.append(_("{first} 至 {last}").format(first=show_day(batch.first), last=show_day(batch.last)))
    text = "，".join(parts) + "。"
    if passage := report.passages.get(batch.representative):
        text += _("开头是“{passage}”。").format(passage=passage[:LEAD_PASSAGE].rstrip("…，、。") + "…")
    large = len(batch.places) >= max(LARGE_BATCH, LARGE_BATCH_SHARE * report.overview.complaints)
    return Lead("batches", title, text), large or (batch.customers or 0) >= LARGE_BATCH


def _lead_risk(report: TextReport) -> Lead | None:
    severe = [risk for risk in report.risks if risk.kind in _SEVERE]
    places = {place for risk in severe for place in risk.places}
    if not places:
        return None
    listed = "、".join(_("{kind} {n} 条").format(kind=risk.kind, n=number(len(risk.places))) for risk in severe)
    text = _("占投诉的 {share}。按去向分：{listed}，一条可能不止一种。建议逐条核实、先行联系。")
    title = _("{n} 条投诉可能升级").format(n=number(len(places)))
    return Lead("risks", title, text.format(share=percent(len(places) / report.overview.complaints), listed=listed))


def _lead_anger(report: TextReport) -> Lead | None:
    if not report.angriest or report.angriest[0][1].count == 0:
        return None
    topic, count = report.angriest[0]
    text = _("{base} 条里有 {n} 条愤怒或激愤，占 {share}；全部投诉平均 {mean}。").format(
        base=number(count.base),
        n=number(count.count),
        share=percent(count.share),
        mean=percent(report.angry_share),
    )
    return Lead("emotions", _("最让客户动气的是{name}").format(name=topic.name), text)
