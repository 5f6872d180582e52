"""Which files a question needs: those with a day of the period it asks for. Opening a file costs, read or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import ibis.expr.operations as ops
import pyarrow.parquet as pq

Window = tuple[date, date]
ALWAYS: Window = (date.min, date.max)
# Through these alone it is plain that a row outside the period adds nothing to the answer.
_PLAIN = (ops.DatabaseTable, ops.Filter, ops.Project, ops.Aggregate, ops.Sort, ops.Limit)
_LOOKING_AROUND = (ops.WindowFunction, ops.Subquery)


def window_of(op: Any) -> Window:
    """The days a question over the facts is limited to, as far as its own conditions on ``day`` say so plainly."""
    if op.find(_LOOKING_AROUND) or any(not isinstance(node, _PLAIN) for node in op.find(ops.Relation)):
        return ALWAYS
    since, until = ALWAYS
    for narrowing in op.find(ops.Filter):
        if _keeps_day(narrowing.parent):
            for condition in _conditions(narrowing):
                since, until = _narrowed((since, until), condition, narrowing.parent)
    return since, until


def files_within(paths: Sequence[Path], window: Window) -> list[Path]:
    """The files with a day of the window; the first where there is none, for its columns."""
    if window == ALWAYS:
        return list(paths)
    since, until = window
    days = ((path, *_days_of(path)) for path in paths)
    return [path for path, first, last in days if first <= until and last >= since] or list(paths[:1])


def _keeps_day(relation: Any) -> bool:
    """Whether the column ``day`` here is the facts' own, and every row one of theirs."""
    while not isinstance(relation, ops.DatabaseTable):
        if isinstance(relation, ops.Project):
            day = relation.values.get("day")
            if not isinstance(day, ops.Field) or day.name != "day":
                return False
        elif not isinstance(relation, ops.Filter):
            return False
        relation = relation.parent
    return True


def _conditions(narrowing: Any) -> Iterator[Any]:
    """What must all hold."""
    waiting = list(narrowing.predicates)
    while waiting:
        condition = waiting.pop()
        if isinstance(condition, ops.And):
            waiting += [condition.left, condition.right]
        else:
            yield condition


def _narrowed(window: Window, condition: Any, relation: Any) -> Window:
    since, until = window
    if not isinstance(condition, ops.GreaterEqual | ops.LessEqual):
        return window
    day, bound = condition.left, condition.right
    if not (
        isinstance(day, ops.Field) and day.rel == relation and day.name == "day" and isinstance(bound, ops.Literal)
    ):
        return window
    if type(bound.value) is not date:
        return window
    if isinstance(condition, ops.GreaterEqual):
        return max(since, bound.value), until
    return since, min(until, bound.value)


@lru_cache(maxsize=20_000)
def _days_of(path: Path) -> Window:
    """The first and the last day in a file, from its end; files never change."""
    told = pq.read_metadata(path)
    place = told.schema.names.index("day")
    groups = [told.row_group(n).column(place).statistics for n in range(told.num_row_groups)]
    return _ends(groups)


def _ends(groups: Iterable[Any]) -> Window:
    kept = list(groups)
    if not kept or any(one is None or not one.has_min_max for one in kept):
        return ALWAYS
    return min(one.min for one in kept), max(one.max for one in kept)
