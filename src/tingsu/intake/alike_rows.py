"""Rows of a table that belong together, as plain data: for people, spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tingsu.base.files import disarm
from tingsu.intake.cells import clean_text
from tingsu.intake.columns import ColumnPlan
from tingsu.intake.rows import Reject
from tingsu.intake.tables import Message, Table, to_message
from tingsu.reading import find_personal_data, mask
from tingsu.reading.similar import AGAIN, AGENT, BATCH, CONTACT, Bundle, Entry, Span, matching_passages
from tingsu.reading.types import PersonalDatum

DETAILED = 50  # rows of a group whose words are shown; the others are named by number
SHOWN = 120  # characters of a text or passage


@dataclass(frozen=True, slots=True)
class AlikeRow:
    """One row: where it stands, what it says, and the telephone number of the column named for it."""

    message: Message
    phone: str

    @property
    def entry(self) -> Entry:
        return Entry(self.message.text, self.message.customer, self.phone, self.message.at)


def read_alike_rows(table: Table, plan: ColumnPlan, phone: int | None) -> Iterator[AlikeRow | Reject]:
    """Each row of the table, or its Reject; ``phone`` is the column of telephone numbers."""
    for item in table.rows():
        message = item if isinstance(item, Reject) else to_message(item, plan)
        if isinstance(item, Reject) or isinstance(message, Reject):
            yield message  # type: ignore[misc]
            continue
        given = item.cells[phone] if phone is not None and phone < len(item.cells) else None
        yield AlikeRow(message, clean_text(given))


def kind_names() -> dict[str, str]:
    """What each kind of group is called."""
    return {
        AGENT: _("疑似代理"),
        BATCH: _("批量"),
        CONTACT: _("共用联系方式"),
        AGAIN: _("同一客户再次投诉"),
        "same": _("内容相同"),
        "near": _("内容大同小异"),
    }


def to_plain(bundles: Sequence[Bundle], rows: Sequence[AlikeRow]) -> list[dict[str, Any]]:
    """One object a group: kind, evidence, and its rows with the passages they share with the first; all words masked.

    Places are counted in the texts as they stand in the file. Of a large group the first rows are shown in detail.
    """
    return [_group(number, bundle, rows) for number, bundle in enumerate(bundles, start=1)]


def to_csv(groups: Iterable[dict[str, Any]]) -> str:
    """One line a row of a group; opens in Excel as it is (BOM)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = kind_names()
    writer.writerow(
        [
            _("组"),
            _("类型"),
            _("投诉数"),
            _("客户数"),
            _("最早"),
            _("最晚"),
            _("行号"),
            _("编号"),
            _("相同的话"),
            _("依据"),
        ]
    )
    for group in groups:
        head = [group["group"], names[group["kind"]], group["texts"], group["customers"], group["first"], group["last"]]
        evidence = "；".join([*(_("共用 ") + one["contact"] for one in group["contacts"]), *group["words"]])
        for row in group["rows"]:
            said = "……".join(passage["text"] for passage in row.get("passages", ()))
            cells = [*head, row["row"], row.get("id", ""), said, evidence]
            writer.writerow([disarm(cell) if isinstance(cell, str) else cell for cell in cells])
    return "\ufeff" + out.getvalue()


def _group(number: int, bundle: Bundle, rows: Sequence[AlikeRow]) -> dict[str, Any]:
    first = rows[bundle.representative].message
    masked = mask(first.text)
    return {
        "group": number,
        "kind": bundle.kind,
        "texts": len(bundle.members),
        "customers": bundle.customers,
        "first": _day(bundle.first),
        "last": _day(bundle.last),
        "representative": first.row,
        "text": _cut(masked),
        "contacts": [
            {"contact": f"{one.kind} {one.shown}", "rows": [rows[place].message.row for place in one.members]}
            for one in bundle.contacts
        ],
        "words": list(bundle.words),
        "rows": [
            _member(rows[place].message, first, detailed=count < DETAILED) for count, place in enumerate(bundle.members)
        ],
    }


def _member(message: Message, first: Message, *, detailed: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"row": message.row}
    if message.external_id:
        shown["id"] = message.external_id
    if detailed:
        data = find_personal_data(message.text)
        shown["passages"] = [
            {
                "text": _cut(_masked_part(message.text, data, p.first)),
                "place": [p.first.start, p.first.end],
                "in_representative": [p.second.start, p.second.end],
            }
            for p in matching_passages(message.text, first.text)
        ]
    return shown


def _masked_part(text: str, data: Iterable[PersonalDatum], span: Span) -> str:
    """A part of a text with the whole text's personal data masked: a name is known by the words around it."""
    parts, place = [], span.start
    for datum in data:
        if datum.start < span.end and datum.end > place:
            parts += [text[place : max(place, datum.start)], datum.masked]
            place = datum.end
    return "".join([*parts, text[place : span.end]])


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
