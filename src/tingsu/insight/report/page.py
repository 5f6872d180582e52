"""The report as one HTML page that asks for nothing from outside: figures made ready for the template."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tingsu.insight.causes.said import number
from tingsu.insight.report.charts import draw_bar, draw_columns, draw_spark, draw_stack
from tingsu.insight.report.figures import ANGRY, Count, Heard, Mentioned, count_with_any
from tingsu.insight.report.leads import percent, riser_name, show_day
from tingsu.insight.report.topics import count_matrix

if TYPE_CHECKING:
    from tingsu.insight.report.batches import Batch
    from tingsu.insight.report.matters import Matter
    from tingsu.insight.report.topics import Topic
    from tingsu.insight.report.trend import Riser
    from tingsu.insight.textreport import TextReport

TEMPLATE = "insight/textreport.html"
SHOWN_TOPICS, SHOWN_RESTS, SHOWN_BATCHES, SHOWN_UNITS, SHOWN_RISKS = 14, 3, 10, 15, 8
SHOWN_MATTERS = 12
MATRIX_ROWS, MATRIX_COLUMNS = 10, 8
_TONES = ("calm", "mild", "angry", "furious")


def render_page(report: TextReport) -> str:
    """The whole page. Only masked text goes in, and Django's templates escape all of it."""
    return render_to_string(TEMPLATE, make_context(report))


def make_context(report: TextReport) -> dict[str, Any]:
    """Everything the template shows, as strings and drawn charts."""
    base = report.overview.complaints
    shown = shown_topics(report.topics)
    return {
        "notes": report.notes,
        "columns": report.used_columns,
        "made_at": report.made_at,
        "engine": report.texts.engine,
        "leads": report.leads,
        "overview": report.overview,
        "facts": _facts(report),
        "base": number(base),
        "not_complaints": number(report.overview.not_complaints),
        "unsure": number(report.overview.unsure),
        "personal": number(report.overview.with_personal_data),
        "texts": number(report.overview.texts),
        "topics": [_topic(report, topic) for topic in shown],
        "matters": [_matter(report, matter) for matter in _shown_matters(report)],
        "matter_total": number(len([matter for matter in report.matters if matter.name and not matter.one_hand])),
        "more_topics": max(0, len(report.topics) - len(shown)),
        "matrix": _matrix(report),
        "heard": _heard(report),
        "batches": [_batch(report, batch) for batch in report.batches[:SHOWN_BATCHES]],
        "batch_total": _batch_total(report),
        "returning": _returning(report),
        "emotions": _emotions(report.emotions),
        "angry_share": percent(report.angry_share),
        "emotion_stack": draw_stack([count.share for count in report.emotions], _TONES),
        "angriest": [_angry(topic, count) for topic, count in report.angriest[:6] if count.count],
        "needs": [_count(count) for count in report.needs],
        "demands": [_demand(item, base) for item in report.demands],
        "demanding": number(count_with_any(report.demands)),
        "trend": _trend(report),
        "undated": report.overview.undated and number(report.overview.undated),
        "ahead": report.overview.ahead and number(report.overview.ahead),
        "risers": [_riser(report, riser) for riser in report.risers],
        "reasons": [{"name": one.name, "since": one.since, "until": one.until, **one.said} for one in report.reasons],
        "risks": [_risk(report, item, base) for item in report.risks],
        "risky": number(count_with_any(report.risks)),
        "quotes": [(topic.name, quotes) for topic, quotes in report.quotes if quotes],
    }


def _facts(report: TextReport) -> list[tuple[str, str, str]]:
    """The row of key figures: label, figure, what it is of."""
    seen = report.overview
    batched = sum(len(batch.places) for batch in report.batches)
    of = _("占投诉 {share}")
    facts = [
        (_("文本"), number(seen.texts), _("{n} 字").format(n=number(seen.characters))),
        (
            _("投诉"),
            number(seen.complaints),
            _("占文本 {share}").format(share=percent(seen.complaints / seen.texts)),
        ),
        (
            _("愤怒及以上"),
            number(sum(c.count for c in report.emotions[ANGRY:])),
            of.format(share=percent(report.angry_share)),
        ),
        (_("相同或相近"), number(batched), of.format(share=percent(batched / max(1, seen.complaints)))),
        (
            _("可能升级"),
            number(count_with_any(report.risks)),
            of.format(share=_part(count_with_any(report.risks), seen.complaints)),
        ),
    ]
    if seen.customers:
        facts.insert(2, (_("客户"), number(seen.customers), _("按客户列计")))
    return facts


def shown_topics(topics: Sequence[Topic]) -> list[Topic]:
    """The largest topics, then the largest remainders, so that nobody takes the named ones for everything."""
    named = [topic for topic in topics if topic.is_plain]
    rest = [topic for topic in topics if not topic.is_plain]
    return named[:SHOWN_TOPICS] + rest[:SHOWN_RESTS]


def _part(count: int, base: int) -> str:
    return percent(count / base) if base else percent(0)


def _topic(report: TextReport, topic: Topic) -> dict[str, Any]:
    size = len(topic.places)
    angry = sum(report.texts.emotion[place] >= ANGRY for place in topic.places)
    return {
        "name": topic.name,
        "count": number(size),
        "share": _part(size, report.overview.complaints),
        "bar": draw_bar(
            size / max(len(one.places) for one in report.topics), tone="accent" if topic.is_plain else "muted"
        ),
        "angry": _part(angry, size),
        "phrases": [(phrase.text, number(phrase.count)) for phrase in topic.phrases],
    }


def _shown_matters(report: TextReport) -> list[Matter]:
    return [matter for matter in report.matters if matter.name and not matter.one_hand][:SHOWN_MATTERS]


def _matter(report: TextReport, matter: Matter) -> dict[str, Any]:
    change = matter.change
    return {
        "name": matter.name,
        "voices": number(len(matter.voices)),
        "bounds": _("{low}–{high}").format(low=number(round(matter.count.low)), high=number(round(matter.count.high))),
        "customers": number(matter.customers) if matter.customers is not None else "",
        "last": number(change.last) if change else "",
        "normal": _("≤{upper}").format(upper=number(change.upper)) if change else "",
        "risen": matter.has_risen,
        "angry": percent(matter.angry.value),
        "regulator": number(matter.regulator) if matter.regulator else "",
        "first": show_day(matter.first),
        "until": show_day(matter.last),
        "quote": matter.quote,
        "rows": list_rows(report.texts.rows[place] for place in matter.places),
    }


def _matrix(report: TextReport) -> dict[str, Any] | None:
    """Business × cause with shading steps 0–5; None where it would be a single line or column of nothing."""
    table = count_matrix(report.cells)
    rows, columns = _keep(table.businesses, MATRIX_ROWS), _keep(table.causes, MATRIX_COLUMNS)
    if len(rows) < 2 or len(columns) < 2:
        return None
    top = max(table.counts.values())
    return {
        "causes": columns,
        "rows": [
            {
                "business": business,
                "cells": [_cell(table.counts.get((business, cause), 0), top) for cause in columns],
                "total": number(table.by_business[business]),
            }
            for business in rows
        ],
        "totals": [number(table.by_cause[cause]) for cause in columns],
        "hidden": len(table.businesses) > MATRIX_ROWS or len(table.causes) > MATRIX_COLUMNS,
    }


def _keep(labels: Sequence[str], most: int) -> list[str]:
    """The first labels, and 其他 always: left out, it would hide how much is not classed."""
    return list(labels) if len(labels) <= most else [*labels[: most - 1], labels[-1]]


def _cell(count: int, top: int) -> tuple[str, int]:
    """Figure and shade; the shade follows the square root, so that small cells still differ."""
    return (number(count) if count else "", min(5, int(5 * (count / top) ** 0.5 + 0.5)) if count else 0)


def _heard(report: TextReport) -> list[dict[str, Any]]:
    titles = {"channel": _("渠道"), "unit": _("网点或机构")}
    return [
        {
            "title": titles[column],
            "name": report.notes.columns.get(column, ""),
            "rows": [_heard_row(item, report.overview.complaints) for item in items[:SHOWN_UNITS]],
            "more": max(0, len(items) - SHOWN_UNITS),
        }
        for column, items in report.heard.items()
    ]


def _heard_row(item: Heard, base: int) -> dict[str, Any]:
    return {
        "label": item.label or _("（未填）"),
        "texts": number(item.texts),
        "complaints": number(item.complaints),
        "share": _part(item.complaints, base),
        "bar": draw_bar(item.complaints / base if base else 0),
        "angry": _part(item.angry, item.complaints),
    }


def _batch(report: TextReport, batch: Batch) -> dict[str, Any]:
    kind = _("逐字相同") if batch.kind == "same" else _("大同小异")
    return {
        "count": number(len(batch.places)),
        "customers": number(batch.customers) if batch.customers is not None else "",
        "kind": _("同一客户") if batch.is_repeat else kind,
        "first": show_day(batch.first),
        "last": show_day(batch.last),
        "passage": report.passages.get(batch.representative, ""),
        "rows": list_rows(report.texts.rows[place] for place in batch.places),
    }


def list_rows(rows: Iterable[int], most: int = 6) -> str:
    """12、45、78 等 9 行."""
    found = list(rows)
    shown = "、".join(str(row) for row in found[:most])
    return _("{rows} 等").format(rows=shown) if len(found) > most else shown


def _batch_total(report: TextReport) -> dict[str, str]:
    return {
        "groups": number(len(report.batches)),
        "texts": number(sum(len(batch.places) for batch in report.batches)),
        "share": _part(sum(len(batch.places) for batch in report.batches), report.overview.complaints),
        "repeats": number(report.overview.repeats),
    }


def _returning(report: TextReport) -> dict[str, str] | None:
    if not report.overview.customers:
        return None
    counts = report.returning
    return {
        "customers": number(len(counts)),
        "complaints": number(sum(counts)),
        "most": number(max(counts, default=0)),
        "base": number(report.overview.customers),
    }


def _count(count: Count) -> dict[str, Any]:
    return {
        "label": count.label,
        "count": number(count.count),
        "share": percent(count.share),
        "bar": draw_bar(count.share),
    }


def _emotions(counts: Sequence[Count]) -> list[dict[str, Any]]:
    names = (_("平静"), _("不满"), _("愤怒"), _("激愤"))
    return [
        {**_count(count), "label": name, "tone": tone} for count, name, tone in zip(counts, names, _TONES, strict=True)
    ]


def _angry(topic: Topic, count: Count) -> dict[str, Any]:
    return {
        "name": topic.name,
        "count": number(count.count),
        "base": number(count.base),
        "share": percent(count.share),
        "bar": draw_bar(count.share, tone="angry"),
    }


def _demand(item: Mentioned, base: int) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "count": number(len(item.places)),
        "share": _part(len(item.places), base),
        "bar": draw_bar(len(item.places) / base if base else 0),
        "amounts": len(item.amounts),
        "middle": yuan(item.middle_amount),
        "largest": yuan(item.largest_amount),
    }


def yuan(amount: Decimal | None) -> str:
    """An amount of money with thousands separated; whole yuan without decimals."""
    if amount is None:
        return ""
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"


def _risk(report: TextReport, item: Mentioned, base: int) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "count": number(len(item.places)),
        "share": _part(len(item.places), base),
        "bar": draw_bar(len(item.places) / base if base else 0, tone="furious"),
        "rows": list_rows((report.texts.rows[place] for place in item.places), SHOWN_RISKS),
    }


def _trend(report: TextReport) -> dict[str, Any] | None:
    trend = report.trend
    if trend is None:
        return None
    partial = [period.days <= (period.end - period.start).days for period in trend.periods]
    return {
        "chart": draw_columns([period.label for period in trend.periods], trend.counts, partial),
        "base": number(trend.base),
        "outside": trend.outside,
        "first": show_day(trend.first),
        "last": show_day(trend.last),
        "partial": any(partial),
        "unit": {"month": _("月"), "week": _("周"), "day": _("日")}[trend.periods[0].unit],
        "windows": len(report.windows.starts) if report.windows else 0,
        "days": report.windows.days if report.windows else 0,
        "enough": report.windows is not None,
    }


def _riser(report: TextReport, riser: Riser) -> dict[str, Any]:
    kinds = {
        "all": _("总量"),
        "topic": _("话题"),
        "unit": _("网点"),
        "channel": _("渠道"),
        "phrase": _("说法"),
    }
    return {
        "kind": kinds[riser.kind],
        "name": riser_name(riser.kind, riser.name),
        "last": number(riser.change.last),
        "expected": number(riser.change.expected),
        "upper": number(riser.change.upper),
        "spark": draw_spark(riser.counts[-12:]),
        "rows": list_rows(report.texts.rows[place] for place in riser.places),
    }
