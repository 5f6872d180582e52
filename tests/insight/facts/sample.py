"""Facts made up at random, written as the store writes them, for tests that count them in other ways."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from tingsu.insight.facts import store
from tingsu.insight.facts.columns import Tree, facts_table

TREE = Tree({f"O{n}": f"/HO/B{n % 3}/O{n}/" for n in range(9)} | {"HO": "/HO/"}, {"O8": "O1"})
FIRST = datetime(2025, 12, 20)  # noqa: DTZ001 - facts keep China's wall clock


def made_up(count: int, *, seed: int = 7, first: int = 1) -> list[dict[str, Any]]:
    """Rows as ``rows_for_facts`` gives them: around New Year, some with nothing said, odd sums of money among them."""
    chance = random.Random(seed)
    return [_row(pk, chance) for pk in range(first, first + count)]


def write_facts(rows: list[dict[str, Any]], *, at: datetime) -> None:
    """Put rows into force as if the store had made them."""
    by_place: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_place.setdefault(row["case_id"] >> store.SHIFT, []).append(row)
    with store._alone():
        written = {
            place: store._write(store._labelled(facts_table(some, TREE), {}), place) for place, some in by_place.items()
        }
        mark = store.cases.Mark()
        store._put_in_force(store.Manifest(0, at, mark, "made up", {}, {}, {}), written, at)


def _row(pk: int, chance: random.Random) -> dict[str, Any]:
    received = FIRST + timedelta(seconds=chance.randrange(45 * 86_400))
    answered = received + timedelta(hours=chance.randrange(-1, 900)) if chance.random() < 0.7 else None
    closed = answered + timedelta(days=chance.randrange(3)) if answered and chance.random() < 0.8 else None
    return {
        "case_id": pk,
        "number": f"TS{pk:07d}",
        "pack": "bank",
        "source": "",
        "received_at": received,
        "answered_at": answered,
        "closed_at": closed,
        "first_response_at": received + timedelta(hours=2) if chance.random() < 0.9 else None,
        "stage": "closed" if closed else "routed",
        "ended": "closed" if closed else "",
        "unit": chance.choice([*(f"O{n}" for n in range(9)), "HO", ""]),
        "accused": chance.choice(["O1", "O2", ""]),
        "lead": chance.choice(["B1", "B2", ""]),
        "recorded": chance.choice(["O1", "O2"]),
        "channel": chance.choice(["counter", "phone", "regulator"]),
        "business": chance.choice(["信用卡", "借记卡", "贷款", ""]),
        "product": chance.choice(["", "联名卡"]),
        "cause": chance.choice(["定价收费", "服务态度及质量", "信息披露"]),
        "root_cause": "",
        "emotion": chance.randrange(4),
        "need": "求解决",
        "demands": chance.sample(["退款", "道歉", "赔偿"], chance.randrange(4)),
        "risks": chance.sample(["监管", "司法"], chance.randrange(3)),
        "verdict": chance.choice(["", "valid", "partly", "not_valid"]),
        "responsibility": "",
        "right": "",
        "fault": "",
        "complexity": "simple",
        "satisfaction": chance.choice(["", "satisfied", "accepted", "dissatisfied", "unreached"]),
        "asked": chance.choice([None, 0.1, 300.0, 1e7 + 0.33]),
        "paid": chance.choice([None, None, 0.2, 35.5]),
        "answered_late": chance.random() < 0.1,
        "responded_late": chance.random() < 0.1,
        "reopened": chance.random() < 0.05,
        "appealed": chance.random() < 0.03,
        "regulator": chance.random() < 0.05,
        "is_repeat": chance.random() < 0.1,
        "group": f"TS{pk:07d}",
        "customer": f"K{chance.randrange(60):03d}",
        "text": "客户称被多收费，要求退还",
    }
