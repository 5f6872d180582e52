"""Numbered rows beside a case, and the events that re-tell them.

Whoever keeps or changes such a row does it here: what the row then says goes into the event's ``rows``, and the audit
compares the sum of all events with the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from tingsu.cases.errors import Incomplete
from tingsu.cases.models import Case, Event
from tingsu.cases.tables import Accountability, Appeal, KeptRow, Link, Meeting, OutsideBody, Party, UnitTask

# What each table is called on a case, in the event, and in a finding of the audit.
TABLES: dict[str, tuple[type[KeptRow], str]] = {
    "tasks": (UnitTask, "协办与会议任务"),
    "meetings": (Meeting, "立会记录"),
    "outside_bodies": (OutsideBody, "外部单位记录"),
    "parties": (Party, "代表人、代理人记录"),
    "appeals": (Appeal, "申诉与核查记录"),
    "sanctions": (Accountability, "责任追究记录"),
}
ROWS = (*TABLES, "links_on__other", "links_back__case")  # to be fetched before a check
_NAMES = {model: name for name, (model, _) in TABLES.items()}
Said = dict[str, Any]
Row = TypeVar("Row", bound=KeptRow)


def keep_row(row: Row, case: Case, said: Said) -> Row:
    """Save a new row of the case under its next number, and say it in the event's data."""
    rows = getattr(case, _NAMES[type(row)])
    row.no = (rows.order_by("-no").values_list("no", flat=True).first() or 0) + 1
    row.case = case  # type: ignore[attr-defined]
    row.save(force_insert=True)
    _say(row, row.RETOLD, said)
    return row


def change_row(row: KeptRow, said: Said, **values: Any) -> None:
    """Set columns of a row, save them, and say them in the event's data."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    names = {row._meta.get_field(name).attname for name in values}  # type: ignore[union-attr]
    _say(row, [name for name in row.RETOLD if name in names], said)


def numbered(rows: Iterable[Row], no: Any, field: str) -> Row:
    """The row a person means: of this number, or the only one. Raises Incomplete for ``field`` otherwise."""
    found = list(rows)
    said = str(no or "").strip().lstrip("#＃")
    if not said and len(found) == 1:
        return found[0]
    for row in found:
        if said == str(row.no):
            return row
    known = "、".join(str(row.no) for row in found)
    raise Incomplete({field: f"请写序号，可写的有：{known}" if known else "现在没有可以办理的一项"})


def check_kept_rows(case: Case, events: list[Event]) -> Iterator[str]:
    """What stands in the tables beside a case otherwise than its events say."""
    told = _retell(events)
    for name, (_, called) in TABLES.items():
        held = {str(row.no): plain_row(row, row.RETOLD) for row in getattr(case, name).all()}
        if held != told.get(name, {}):
            yield f"{called}与存档事件不符"
    if _links_told(events) != {(link.other.number, link.sort) for link in case.links_on.all()} | {
        (link.case.number, link.sort) for link in case.links_back.all()
    }:
        yield "关联工单与关联事件不符"


def plain_row(row: KeptRow, names: Iterable[str]) -> Said:
    """The columns of a row as plain JSON: keys of people and units, moments in UTC, money with two decimals."""
    return {name: _plain(getattr(row, name)) for name in names}


def say_link(said: Said, number: str, sort: str, *, gone: bool = False) -> None:
    """Say in an event that the case is linked to another, or no longer is."""
    said["linked"] = {"case": number, "sort": sort, "gone": gone}


def links_of(case: Case) -> list[tuple[Case, Link]]:
    """The other cases this one is linked to, each with its link."""
    on = [(link.other, link) for link in case.links_on.all()]
    return on + [(link.case, link) for link in case.links_back.all()]


def _say(row: KeptRow, names: Iterable[str], said: Said) -> None:
    rows = said.setdefault("rows", [])
    rows.append({"table": _NAMES[type(row)], "no": row.no, "set": plain_row(row, names)})


def _retell(events: list[Event]) -> dict[str, dict[str, Said]]:
    told: dict[str, dict[str, Said]] = {}
    for event in events:
        for row in event.data.get("rows", []):
            told.setdefault(row["table"], {}).setdefault(str(row["no"]), {}).update(row["set"])
    return told


def _links_told(events: list[Event]) -> set[tuple[str, str]]:
    told: set[tuple[str, str]] = set()
    for link in (event.data["linked"] for event in events if "linked" in event.data):
        pair = (link["case"], link["sort"])
        told = told - {pair} if link["gone"] else told | {pair}
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value
