"""The facts of the demo bank, every cell of every file, hold none of its customers' data."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.demo.test_nothing_personal_leaves import DATA
from tingsu.base.clock import SHANGHAI
from tingsu.cases.models import Case, Customer
from tingsu.demo.player import load_demo
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.facts.figures import run
from tingsu.insight.facts.store import facts_folder, keep_topics, refresh

UNTIL = datetime(2026, 11, 21, 22, 0, tzinfo=SHANGHAI)
CASES = 30
TELLING = 4  # characters from which a value found in the bytes of a file can be no chance


@pytest.mark.slow
def test_no_customer_of_the_demo_bank_is_found_in_the_facts(transactional_db: None) -> None:
    load_demo(count=CASES, until=UNTIL)
    held = {value for row in Customer.objects.values_list(*DATA) for value in row if len(value) > 1}
    assert len(held) > 3 * CASES // 2, "the demo plants names, phones, identity and card numbers"
    refresh(at=UNTIL)
    keep_topics({Case.objects.earliest("pk").pk: "t1"})
    refresh(at=UNTIL)
    rows = run(open_facts())
    assert len(rows) == Case.objects.count() and any(row["topic"] for row in rows)
    accused = {name for name in Case.objects.values_list("accused_person", flat=True) if len(name) > 1}
    told = {name: "\n".join(str(row[name]) for row in rows) for name in rows[0]}
    assert "****" in told["text"] and len(set(told["customer"].split())) > CASES // 2
    leaks = {name: found for name, said in told.items() if (found := sorted(v for v in held | accused if v in said))}
    assert leaks == {}
    raw = b"".join(path.read_bytes() for path in facts_folder().rglob("*") if path.is_file())
    assert [value for value in held if len(value) >= TELLING and value.encode() in raw] == []
