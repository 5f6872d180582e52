"""The report's figures as plain JSON-ready data, with the row numbers behind each topic, batch and risk."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tingsu.insight.report.causes import plain_reasons
from tingsu.insight.report.leads import show_day
from tingsu.insight.report.matters import plain_matter

if TYPE_CHECKING:
    from tingsu.insight.report.batches import Batch
    from tingsu.insight.report.figures import Mentioned
    from tingsu.insight.report.topics import Topic
    from tingsu.insight.report.trend import Riser
    from tingsu.insight.textreport import TextReport

FORMAT = "tingsu-text-report/2"


def to_plain(report: TextReport) -> dict[str, Any]:
    """Figures, row numbers, masked excerpts; no raw text, no customer's name."""
    overview = asdict(report.overview)
    overview["first"], overview["last"] = show_day(report.overview.first), show_day(report.overview.last)
    return {
        "format": FORMAT,
        "source": report.notes.source,
        "made_at": report.made_at.isoformat(timespec="seconds"),
        "engine": report.texts.engine,
        "columns": report.notes.columns,
        "rejected_rows": report.notes.rejected,
        "overview": overview,
        "leads": [asdict(lead) for lead in report.leads],
        "cells": [{"business": b, "cause": c, "complaints": n} for b, c, n in report.cells],
        "topics": [*_matters(report, many=True), *(_topic(report, topic) for topic in report.topics)],
        "heard": {column: [asdict(item) for item in items] for column, items in report.heard.items()},
        "batches": [*(_batch(report, batch) for batch in report.batches), *_matters(report, many=False)],
        "returning_customers": report.returning,
        "emotions": {count.label: count.count for count in report.emotions},
        "needs": {count.label: count.count for count in report.needs},
        "demands": [_mentioned(report, item) for item in report.demands],
        "risks": [_mentioned(report, item) for item in report.risks],
        "trend": _trend(report),
        "rising": [_riser(report, riser) for riser in report.risers],
        "reasons": plain_reasons(report.reasons),
    }


def _rows(report: TextReport, places: Any) -> list[int]:
    return [report.texts.rows[place] for place in places]


def _matters(report: TextReport, *, many: bool) -> list[dict[str, Any]]:
    """Matters with their rows; ``many``: without those that one customer writes."""
    chosen = [matter for matter in report.matters if not (many and (matter.one_hand or not matter.name))]
    return [plain_matter(matter, _rows(report, matter.places)) for matter in chosen]


def _topic(report: TextReport, topic: Topic) -> dict[str, Any]:
    return {
        "kind": "class",
        "name": topic.name,
        "business": topic.business,
        "cause": topic.cause,
        "complaints": len(topic.places),
        "phrases": [{"text": phrase.text, "complaints": phrase.count} for phrase in topic.phrases],
        "rows": _rows(report, topic.places),
    }


def _batch(report: TextReport, batch: Batch) -> dict[str, Any]:
    return {
        "kind": batch.kind,
        "texts": len(batch.places),
        "customers": batch.customers,
        "first": show_day(batch.first),
        "last": show_day(batch.last),
        "passage": report.passages.get(batch.representative, ""),
        "rows": _rows(report, batch.places),
    }


def _mentioned(report: TextReport, item: Mentioned) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "complaints": len(item.places),
        "amounts_named": len(item.amounts),
        "middle_amount": str(item.middle_amount) if item.amounts else None,
        "largest_amount": str(item.largest_amount) if item.amounts else None,
        "rows": _rows(report, item.places),
    }


def _trend(report: TextReport) -> dict[str, Any] | None:
    if report.trend is None:
        return None
    periods = [
        {"start": show_day(period.start), "end": show_day(period.end), "complaints": count}
        for period, count in zip(report.trend.periods, report.trend.counts, strict=True)
    ]
    return {"base": report.trend.base, "periods": periods}


def _riser(report: TextReport, riser: Riser) -> dict[str, Any]:
    return {
        "kind": riser.kind,
        "name": riser.name,
        "days": report.windows.days if report.windows else 0,
        "last": riser.change.last,
        "expected": round(riser.change.expected, 2),
        "upper": riser.change.upper,
        "chance": riser.change.chance,
        "counts": list(riser.counts),
        "rows": _rows(report, riser.places),
    }
