"""A bank with six more outlets, and facts as a test wants them, without the cases behind them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest

from tests.make import Bank, unit
from tingsu.insight.facts.columns import SCHEMA, Tree, complete
from tingsu.org.models import Unit

SERVICE = "服务态度及质量"
FIRST = date(2025, 11, 3)  # a Monday


def more_outlets(bank: Bank, many: int = 6) -> list[Unit]:
    """Further outlets below the other branch."""
    return [unit(f"X{n}", f"对照{n}支行", "outlet", bank.other_branch) for n in range(many)]


class FactWriter:
    """Collects complaints and puts them in place of the facts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.rows: list[dict[str, object]] = []
        self.patch = monkeypatch
        self.serial = 0

    def add(self, code: str, day: date, many: int = 1, *, cause: str = SERVICE, repeat: bool = False) -> None:
        for n in range(many):
            moment = datetime.combine(day + timedelta(days=n % 5), datetime.min.time())
            self.rows.append({"unit": code, "received_at": moment, "cause": cause, "is_repeat": repeat})

    def weeks(self, code: str, counts: list[int], *, first: date = FIRST, cause: str = SERVICE) -> None:
        for week, many in enumerate(counts):
            self.add(code, first + timedelta(days=7 * week), many, cause=cause)

    def put(self) -> None:
        """The facts of now, with the units as they stand."""
        self.serial += 1
        tree = Tree(dict(Unit.objects.values_list("code", "path")), {})
        names = ("unit", "lead", "recorded")
        rows = [{**row, **{name: row.get(name, "") for name in names}, "case_id": n} for n, row in enumerate(self.rows)]
        wanted = [field for field in SCHEMA if field.name in {"case_id", "received_at", "cause", "is_repeat", *names}]
        raw = pa.Table.from_pylist(rows, schema=pa.schema(wanted))
        for field in SCHEMA:
            if field.name not in raw.column_names:
                raw = raw.append_column(field, pa.nulls(len(raw), field.type))
        whole = complete(raw, tree)

        def opened(engine: str | None = None) -> object:
            import ibis

            return ibis.memtable(whole)

        for module in ("measures.panels", "facts.scope"):
            self.patch.setattr(f"tingsu.insight.{module}.open_facts", opened)
