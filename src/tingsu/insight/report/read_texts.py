"""Texts with what was read in them, as columns: the ground every figure of the report stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

import ibis
import pyarrow as pa

from tingsu.base.clock import today
from tingsu.reading.types import Reading

COMPLAINT, NO_COMPLAINT, UNSURE = "yes", "no", "unsure"
OTHER = "其他"


class Message(Protocol):
    """One text handed in for the report, with what its source says about it."""

    @property
    def row(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def customer(self) -> str: ...


@dataclass(slots=True)
class Named:
    """Something a text asks for or threatens; ``amount`` in yuan where one was named with it."""

    place: int
    kind: str
    amount: Decimal | None = None


@dataclass
class ReadTexts:
    """Parallel columns, one entry per text, in file order; ``place`` everywhere else means an index into them.

    ``masked`` is the only text that may be shown. ``texts`` is raw and serves comparison alone. ``repeats`` marks
    texts that say again what the same customer already said (set by ``mark_repeats``); figures over time leave
    them out. ``ahead``: texts whose date was still to come; a slip of the pen, so that they have none.
    """

    rows: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    masked: list[str] = field(default_factory=list)
    at: list[datetime | None] = field(default_factory=list)
    channel: list[str] = field(default_factory=list)
    unit: list[str] = field(default_factory=list)
    customer: list[str] = field(default_factory=list)
    verdict: list[str] = field(default_factory=list)
    business: list[str] = field(default_factory=list)
    cause: list[str] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    emotion: list[int] = field(default_factory=list)
    need: list[str] = field(default_factory=list)
    demands: list[Named] = field(default_factory=list)
    risks: list[Named] = field(default_factory=list)
    personal: list[int] = field(default_factory=list)
    repeats: set[int] = field(default_factory=set)
    ahead: set[int] = field(default_factory=set)
    engine: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def complaints(self) -> list[int]:
        """Places of the texts read as complaints."""
        return [place for place, verdict in enumerate(self.verdict) if verdict == COMPLAINT]

    @cached_property
    def table(self) -> Any:
        """The columns figures group by, as an Ibis table: one expression runs on DuckDB here or on a cluster."""
        return ibis.memtable(
            pa.table(
                {
                    "place": pa.array(range(len(self)), pa.int64()),
                    "day": pa.array([at.date() if at else None for at in self.at], pa.date32()),
                    "channel": self.channel,
                    "unit": self.unit,
                    "customer": self.customer,
                    "verdict": self.verdict,
                    "business": self.business,
                    "cause": self.cause,
                    "emotion": pa.array(self.emotion, pa.int8()),
                    "need": self.need,
                    "repeat": pa.array([place in self.repeats for place in range(len(self))], pa.bool_()),
                }
            )
        )

    def add(self, message: Message, reading: Reading, *, until: date = date.max) -> None:
        """Append one text with its reading; a date after ``until`` is not taken for one."""
        place = len(self.rows)
        at = message.at
        if at is not None and at.date() > until:
            at = None
            self.ahead.add(place)
        self.rows.append(message.row)
        self.texts.append(message.text)
        masked = reading.masked_text
        self.masked.append(message.text if masked == message.text else masked)
        self.at.append(at)
        self.channel.append(message.channel)
        self.unit.append(message.unit)
        self.customer.append(message.customer)
        self.verdict.append(reading.complaint.value or UNSURE)
        self.business.append(reading.business.value or OTHER)
        self.cause.append(reading.cause.value or OTHER)
        self.confidence.append(reading.cause.confidence)
        self.emotion.append(reading.emotion.strength)
        self.need.append(reading.need.value or OTHER)
        self.demands.extend(Named(place, demand.kind, demand.amount) for demand in reading.demands)
        self.risks.extend(Named(place, risk.kind) for risk in reading.risks)
        self.personal.append(len(reading.personal_data))
        self.engine = reading.engine or self.engine


def collect(
    messages: Sequence[Message],
    readings: Iterable[Reading],
    *,
    on_read: Callable[[int], None] | None = None,
) -> ReadTexts:
    """All messages with their readings (same order), as columns; ``on_read`` hears how many are done."""
    texts, until = ReadTexts(), today()
    for count, (message, reading) in enumerate(zip(messages, readings, strict=True), start=1):
        texts.add(message, reading, until=until)
        if on_read and count % 64 == 0:
            on_read(count)
    return texts
