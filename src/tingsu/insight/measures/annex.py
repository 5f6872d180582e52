"""The files of a measure, opened only as what was filed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from tingsu.base.clock import now
from tingsu.cases.errors import NotPossible
from tingsu.cases.evidence import digest_of, place_of
from tingsu.insight.measures.errors import MeasureNotFound
from tingsu.insight.measures.seeing import find_measure
from tingsu.insight.measures.tables import Measure, MeasureEvidence
from tingsu.org.access_log import note_access
from tingsu.org.models import User


def open_measure_evidence(
    measure: Measure, no: int, *, by: User, at: datetime | None = None
) -> tuple[MeasureEvidence, Path]:
    """The row and its file, checked against its hash; who opened it stays on record.

    Raises NotAllowed, MeasureNotFound, NotPossible when the file is gone or no longer what was filed.
    """
    row = find_measure(measure.pk, by=by).evidence.filter(no=no).first()
    if row is None:
        raise MeasureNotFound(measure.pk)
    path = place_of(row.sha256)
    if not path.is_file() or digest_of(path) != row.sha256:
        raise NotPossible("佐证文件缺失或已被改动，请通知系统管理员从备份恢复。")
    note_access("measure", {"measure": measure.pk, "did": "opened", "no": no, "name": row.name}, by=by, at=at or now())
    return row, path
