"""Each text of a table as one flat row of what was read in it: for spreadsheets, measuring and other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tingsu.intake.columns import ColumnPlan
from tingsu.intake.rows import Reject
from tingsu.intake.tables import Table, read_messages
from tingsu.reading import Evidence, Reading, mask, read

NOTHING = "none"  # of demand and risk: a complaint that asks for nothing, threatens nothing


def reading_rows(table: Table, plan: ColumnPlan) -> Iterator[dict[str, Any] | Reject]:
    """One row a text, in file order: ``row`` (its number in the file), ``id`` where the file has one, and the reading.

    A row that holds no text that can be read comes as its Reject.
    """
    for message in read_messages(table, plan):
        if isinstance(message, Reject):
            yield message
            continue
        place: dict[str, Any] = {"row": message.row}
        if "id" in plan.columns:
            place["id"] = message.external_id
        yield place | reading_row(read(message.text))


def reading_row(reading: Reading) -> dict[str, Any]:
    """A reading as one flat row, values spelled as in the labelling guide; None where the engine abstains.

    A text that is no complaint has emotion only. ``confidence`` has one figure (0–1) a label; ``evidence`` lists the
    words (masked), their place in the text, and which label they led to.
    """
    complaint = reading.complaint.value
    row: dict[str, Any] = {"complaint": complaint, "business": None, "cause": None}
    row |= {"emotion": reading.emotion.strength, "need": None, "demand": [], "risk": []}
    if complaint != "no":
        row["business"], row["cause"], row["need"] = reading.business.value, reading.cause.value, reading.need.value
        row["demand"] = _kinds(demand.kind for demand in reading.demands)
        row["risk"] = _kinds(risk.kind for risk in reading.risks)
    return row | {
        "confidence": _confidence(reading),
        "masked_text": reading.masked_text,
        "evidence": [
            {"label": label, "value": value, "start": e.start, "end": e.end, "text": mask(e.text), "why": e.why}
            for label, value, e in all_evidence(reading)
        ],
    }


def all_evidence(reading: Reading) -> Iterator[tuple[str, str, Evidence]]:
    """(label, value it led to, evidence) for every label of the reading, in the order of the labelling guide."""
    for label in ("complaint", "business", "cause"):
        judgement = getattr(reading, label)
        yield from ((label, judgement.value or "", e) for e in judgement.evidence)
    yield from (("emotion", str(reading.emotion.strength), e) for e in reading.emotion.evidence)
    yield from (("need", reading.need.value or "", e) for e in reading.need.evidence)
    yield from (("demand", demand.kind, e) for demand in reading.demands for e in demand.evidence)
    yield from (("risk", risk.kind, e) for risk in reading.risks for e in risk.evidence)


def _kinds(kinds: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(kinds)) or [NOTHING]


def _confidence(reading: Reading) -> dict[str, float]:
    figures = {
        "complaint": reading.complaint.confidence,
        "business": reading.business.confidence,
        "cause": reading.cause.confidence,
        "emotion": reading.emotion.confidence,
        "need": reading.need.confidence,
        "demand": min((d.confidence for d in reading.demands), default=0.0),
        "risk": min((r.confidence for r in reading.risks), default=0.0),
    }
    return {label: round(figure, 4) for label, figure in figures.items()}
