"""Each text of a table as one flat row of what was read in it: for spreadsheets, measuring and other programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tingsu.base.text import is_storable
from tingsu.intake.cells import clean_text
from tingsu.intake.columns import ColumnPlan
from tingsu.intake.rows import Reject, Row
from tingsu.intake.tables import Table, to_message
from tingsu.reading import Evidence, Reading, mask, read
from tingsu.reading.learned.described import JUDGED, describe
from tingsu.reading.learned.sites import Reader, judge_by
from tingsu.reading.learned.store import Kept
from tingsu.reading.types import Judgement

NOTHING = "none"  # of demand and risk: a complaint that asks for nothing, threatens nothing
LABELS = ("complaint", "business", "cause", "emotion", "need", "demand", "risk")
SURE_OF = ("complaint", "business", "cause")  # the labels a row's one confidence speaks of
COLUMNS = (*LABELS, "confidence", "masked_text", "evidence", "confidences")


@dataclass(frozen=True, slots=True)
class TextRow:
    """One row of a file that is to be read; ``text`` is None where the row holds none that can be read."""

    row: int
    id: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Readers:
    """The shipped reader and the models that were asked for besides, by name."""

    models: Mapping[str, Kept] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of a row after its number and id."""
        return (*COLUMNS, *(name for name in self.models if name not in COLUMNS))

    def row(self, text: str | None) -> dict[str, Any]:
        """A text as one flat row, values spelled as in the labelling guide; all None for a row that holds no text."""
        if text is None:
            return dict.fromkeys(self.columns)
        reading = read(text)
        row = reading_row(self._corrected(text, reading))
        for name, judged in self._own(reading).items():
            row[name], row["confidences"][name] = judged.value, judged.confidence
        return row

    def read(self, text: str) -> Reading:
        """The reading, as the models that were asked for would have it."""
        return self._corrected(text, read(text))

    def own(self, text: str) -> dict[str, Judgement]:
        """What the models of labels of the site's own say."""
        return self._own(read(text))

    def _corrected(self, text: str, reading: Reading) -> Reading:
        taught = {name: kept for name, kept in self.models.items() if name in JUDGED}
        return Reader(taught).correct(text, reading) if taught else reading

    def _own(self, reading: Reading) -> dict[str, Judgement]:
        own = {name: kept for name, kept in self.models.items() if name not in JUDGED}
        if not own:
            return {}
        described = describe(reading)
        return {name: judge_by(kept.model, described) for name, kept in own.items()}


def text_rows(table: Table, plan: ColumnPlan, rejects: list[Reject]) -> Iterator[TextRow]:
    """One for each row of the table, in file order; ``rejects`` gathers those that hold no text and why."""
    has_id = "id" in plan.columns
    for item in table.rows():
        own = _keepable(clean_text(plan.cell(item, "id"))) if has_id and isinstance(item, Row) else None
        message = item if isinstance(item, Reject) else to_message(item, plan)
        if isinstance(message, Reject):
            rejects.append(message)
            yield TextRow(message.number, own, None)
        else:
            yield TextRow(message.row, own, _keepable(message.text))


def flat_rows(texts: Iterable[TextRow], readers: Readers) -> Iterator[dict[str, Any]]:
    """A flat row for each text, lazily and in order: its number in the file, its id, and the reading."""
    for one in texts:
        yield {"row": one.row, "id": one.id} | readers.row(one.text)


def reading_row(reading: Reading) -> dict[str, Any]:
    """A reading as one flat row; None where the engine abstains.

    Several demands or risks stand in one cell, joined by a comma, "none" where a complaint has none. A text that is no
    complaint has emotion only. ``confidence`` (0–1) is that of the least sure of complaint, business and cause;
    ``confidences`` has every label's. ``evidence`` lists the words (masked), their place, and what they led to.
    """
    complaint = reading.complaint.value
    row: dict[str, Any] = {"complaint": complaint, "business": None, "cause": None}
    row |= {"emotion": reading.emotion.strength, "need": None, "demand": None, "risk": None}
    confidences = _confidences(reading)
    if complaint != "no":
        row["business"], row["cause"], row["need"] = reading.business.value, reading.cause.value, reading.need.value
        row["demand"] = _kinds(demand.kind for demand in reading.demands)
        row["risk"] = _kinds(risk.kind for risk in reading.risks)
    return row | {
        "confidence": min(confidences[label] for label in (SURE_OF if complaint != "no" else SURE_OF[:1])),
        "masked_text": _keepable(reading.masked_text),
        "evidence": [
            {
                "label": label,
                "value": value,
                "start": e.start,
                "end": e.end,
                "text": _keepable(mask(e.text)),
                "why": e.why,
            }
            for label, value, e in all_evidence(reading)
        ],
        "confidences": confidences,
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


def as_cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with what is no plain value written as JSON, for tables that know only cells."""
    return dict(row) | {name: in_json(row[name]) for name in ("evidence", "confidences")}


def from_cells(cells: Mapping[str, Any]) -> dict[str, Any]:
    """A row as it was before ``as_cells``."""
    return dict(cells) | {name: cells[name] and json.loads(cells[name]) for name in ("evidence", "confidences")}


def in_json(value: Any) -> str | None:
    """Plain data in one line."""
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _kinds(kinds: Iterable[str]) -> str:
    return ",".join(dict.fromkeys(kinds)) or NOTHING


def _keepable(text: str) -> str:
    """The text with half characters as question marks, place by place: no file keeps them."""
    return text if is_storable(text) else text.replace("\x00", "?").encode("utf-8", "replace").decode("utf-8")


def _confidences(reading: Reading) -> dict[str, float]:
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
