"""The list of batches and shared contacts taken out as a file: masked like every list, with the same trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import prefetch_related_objects

from tingsu.base.clock import local
from tingsu.cases.bundles import Suspicion, list_suspicions
from tingsu.cases.exportfiles import Column
from tingsu.cases.exporting import Exported, take_out
from tingsu.cases.models import Bundle
from tingsu.cases.veil import Veil
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.reading.similar import AGENT, BATCH, CONTACT

TITLE = "批量线索"
COLUMNS = (
    Column("kind", "线索"),
    Column("alike", "文字相同或大同小异", "yes_no"),
    Column("contacts", "共用的联系方式（已遮盖）"),
    Column("words", "代理常用的说法"),
    Column("customers", "客户数", "whole"),
    Column("cases", "投诉件数", "whole"),
    Column("first_at", "最早一件", "moment"),
    Column("last_at", "最近一件", "moment"),
    Column("number", "举例工单"),
    Column("subject", "举例事由（已遮盖）"),
    Column("text", "举例原文（已遮盖）"),
)
_KINDS = {AGENT: "疑似代理", BATCH: "批量", CONTACT: "共用联系方式"}


def export_suspicions(path: Path, *, by: User, at: datetime | None = None) -> Exported:
    """Write the bundles this person's list shows, in its order, to ``path`` (.csv, .xlsx, .jsonl or .parquet).

    The access log gets its line before the file takes its place. Raises NotAllowed, NotPossible (unknown ending),
    CannotWrite.
    """
    require(by, "export_cases")
    rows = _rows(list_suspicions(by=by, at=at))
    count, digest = take_out(path, COLUMNS, rows, counted="bundles", about={}, by=by, at=at, title=TITLE)
    return Exported(path, count, digest)


def _rows(found: Sequence[Suspicion]) -> Iterator[dict[str, Any]]:
    prefetch_related_objects([one.example for one in found if one.example], "parties")
    for one in found:
        yield _row(one) | _example(one)


def _row(one: Suspicion) -> dict[str, Any]:
    bundle = one.bundle
    return {
        "kind": _KINDS[one.kind],
        "alike": bundle.sort == Bundle.Sort.WORDING,
        "contacts": "、".join(one.contacts),
        "words": "、".join(one.words),
        "customers": bundle.customers,
        "cases": bundle.cases,
        "first_at": local(bundle.first_at),
        "last_at": local(bundle.last_at),
    }


def _example(one: Suspicion) -> dict[str, str]:
    case = one.example
    if case is None:
        return {"number": "", "subject": "", "text": ""}
    veil = Veil(case.customer, accused=case.accused_person, parties=case.parties.all())
    return {"number": case.number, "subject": veil.over(case.subject), "text": veil.over_known(case.masked_text)}
