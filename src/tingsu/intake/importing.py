"""A table of complaints into cases: each good row a whole case, each bad row written down, nothing twice.

Rows are recorded one by one, each in its own transaction. A run that is killed leaves whole cases only; run again, it
finds those under their outside id (the file's own id column, else one made of the row's words) and goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from tingsu.base.clock import now
from tingsu.base.errors import TingsuError
from tingsu.cases.models import Case
from tingsu.cases.recording import Draft, record_case
from tingsu.intake.drafting import Drafter, Noted
from tingsu.intake.rows import Reject
from tingsu.intake.tables import Table
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed, require


class ImportStopped(TingsuError):
    """The store failed half-way; ``row`` was not recorded, everything before it was."""

    code = "import_stopped"

    def __init__(self, row: int, made: int, why: str) -> None:
        self.row = row
        self.made = made
        text = _(
            "写到第 {row} 行时数据库出错（{why}），此前登记的 {made} 件完整无缺。排除故障后再运行一次，会接着导入。"
        )
        super().__init__(text.format(row=row, made=made, why=why))


@dataclass(slots=True)
class Outcome:
    """What became of the rows. ``made`` counts new cases, ``already`` rows recorded by an earlier run."""

    made: int = 0
    already: int = 0
    rejects: list[Reject] = field(default_factory=list)
    noted: Noted = field(default_factory=Noted)

    @property
    def rows(self) -> int:
        return self.made + self.already + len(self.rejects)


def count_rows(table: Table) -> int:
    """How many rows the body has; reads the file to its end, so a file that breaks off is refused before any case."""
    return sum(1 for _item in table.rows())


def import_table(
    table: Table,
    drafter: Drafter,
    *,
    by: User,
    at: datetime | None = None,
    dry_run: bool = False,
    on_row: Callable[[int], None] | None = None,
) -> Outcome:
    """Record every row that can be recorded. Raises NotAllowed, ImportStopped.

    In order, for each row: the draft; the search for the same outside id; the case with all that belongs to it. At the
    end, also when stopped, one line of the access log. With ``dry_run`` each row is recorded and taken back at once, so
    the outcome is what would happen, and nothing stays.
    """
    require(by, "import_cases")
    require(by, "record_case")
    outcome = Outcome(noted=drafter.noted)
    try:
        for done, item in enumerate(table.rows(), start=1):
            if isinstance(item, Reject):
                outcome.rejects.append(item)
            else:
                _take(drafter.draft(item), item.number, outcome, by=by, at=at or now(), dry_run=dry_run)
            if on_row is not None and done % 20 == 0:
                on_row(done)
    finally:
        if not dry_run:
            with suppress(DatabaseError):
                note_access("import", _said(table.path, drafter.source, outcome), by=by, at=at)
    return outcome


def _take(draft: Draft | Reject, row: int, outcome: Outcome, *, by: User, at: datetime, dry_run: bool) -> None:
    if isinstance(draft, Reject):
        outcome.rejects.append(draft)
        return
    try:
        earlier = Case.objects.filter(source=draft.source, external_id=draft.external_id)
        known = earlier.values_list("number", "text").first() if _is_short(draft) else None
        if known is None:
            outcome.made += _record(draft, by=by, at=at, dry_run=dry_run)
        elif known[1] == draft.text:
            outcome.already += 1
        else:
            text = _("外部编号“{id}”已用于工单 {number}，内容不同；请核对编号，或用 --source 区分来源")
            why = text.format(id=draft.external_id, number=known[0])
            outcome.rejects.append(Reject(row, why, draft.text))
    except NotAllowed:
        raise
    except TingsuError as error:
        outcome.rejects.append(Reject(row, error.message, draft.text))
    except DatabaseError as error:
        raise ImportStopped(row, outcome.made, str(error).strip()) from error


def _record(draft: Draft, *, by: User, at: datetime, dry_run: bool) -> int:
    if not dry_run:
        return int(record_case(draft, by=by, at=at).created)
    with transaction.atomic():
        recorded = record_case(draft, by=by, at=at)
        transaction.set_rollback(True)
    return int(recorded.created)


def _is_short(draft: Draft) -> bool:
    """Whether the outside ids can be compared at all; ``record_case`` says what is wrong with a longer one."""
    return len(draft.external_id) <= 120 and len(draft.source) <= 60


def _said(path: Path, source: str, outcome: Outcome) -> dict[str, object]:
    return {
        "file": path.name,
        "sha256": _digest(path),
        "source": source,
        "cases": outcome.made,
        "already": outcome.already,
        "rejected": len(outcome.rejects),
    }


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
