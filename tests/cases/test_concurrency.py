"""Many people at once: real threads, real connections, nothing lost, nothing done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from django.db import connection, connections

from tests.make import MONDAY, TEXT, Bank, case, walk
from tingsu.base.errors import TingsuError
from tingsu.cases.audit import verify
from tingsu.cases.errors import Conflict, WrongStage
from tingsu.cases.evidence import attach
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case, Deadline, Event
from tingsu.cases.personal import reveal
from tingsu.cases.recording import CustomerDraft, Draft, Recorded, record_case
from tingsu.cases.search import search
from tingsu.org.models import User

THREADS = 8


def at_once(*jobs: Callable[[], Any]) -> list[Any]:
    """Every job on a thread and a connection of its own, begun together; a refusal is returned, not raised."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            gate.wait(timeout=20)
            return job()
        except TingsuError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [done.result(timeout=60) for done in [pool.submit(run, job) for job in jobs]]


def record(by: User, n: int = 0, **draft: Any) -> Recorded:
    customer = CustomerDraft(name=f"客户{n}", phone=f"1380000{n:04d}")
    return record_case(Draft(text=f"{TEXT}{n}", channel="counter", customer=customer, **draft), by=by, at=MONDAY)


def test_eight_clerks_get_unique_numbers_without_gaps(lasting_bank: Bank) -> None:
    def clerk(place: int) -> Callable[[], list[str]]:
        return lambda: [record(lasting_bank.clerk, place * 10 + n).case.number for n in range(5)]

    numbers = [number for got in at_once(*(clerk(place) for place in range(THREADS))) for number in got]
    assert sorted(numbers) == [f"2611{n:04d}" for n in range(1, THREADS * 5 + 1)]
    assert Event.objects.filter(kind="record").count() == Case.objects.count() == THREADS * 5
    assert search(Case.objects.all(), "柜员").count() == THREADS * 5
    assert list(verify()) == []


def test_a_refused_recording_leaves_no_gap(lasting_bank: Bank) -> None:
    def attempt(n: int) -> Callable[[], Any]:
        return lambda: record(lasting_bank.clerk if n % 2 else lasting_bank.auditor, n)

    got = at_once(*(attempt(n) for n in range(THREADS)))
    assert sorted(r.case.number for r in got if isinstance(r, Recorded)) == [
        "26110001",
        "26110002",
        "26110003",
        "26110004",
    ]


@pytest.mark.parametrize("round_", range(3))
def test_of_two_people_exactly_one_wins_and_the_other_learns_of_it(lasting_bank: Bank, round_: int) -> None:
    made = case(lasting_bank)
    fields = {"reason": "事实清楚", "complexity": "simple"}
    got = at_once(
        lambda: act(made, "judge", {**fields, "verdict": "valid"}, by=lasting_bank.handler, version=1),
        lambda: act(made, "judge", {**fields, "verdict": "not_valid"}, by=lasting_bank.handler2, version=1),
    )
    won = [g for g in got if isinstance(g, Case)]
    lost = [g for g in got if isinstance(g, Conflict)]
    assert (len(won), len(lost)) == (1, 1)
    made.refresh_from_db()
    assert (made.verdict, made.version, made.events.count()) == (won[0].verdict, 2, 2)
    assert [change["action"] for change in lost[0].changes] == ["judge"]
    assert list(verify()) == []


def test_eight_people_doing_different_things_at_once(lasting_bank: Bank) -> None:
    """Notes, looks and evidence all stand; of the changes of state one is made."""
    made = walk(case(lasting_bank), lasting_bank, "submit")
    seen, bank = made.version, lasting_bank
    got = at_once(
        lambda: act(made, "approve", {"reason": "同意"}, by=bank.head, version=seen),
        lambda: act(made, "refuse", {"reason": "偏高"}, by=bank.executive, version=seen),
        lambda: act(made, "withdraw", {"reason": "撤诉"}, by=bank.handler2, version=seen),
        lambda: act(made, "note", {"text": "甲"}, by=bank.clerk, version=seen),
        lambda: act(made, "note", {"text": "乙"}, by=bank.lead, version=seen),
        lambda: reveal(made, by=bank.handler, reason="核实"),
        lambda: attach(made, by=bank.clerk, name="a.txt", content=BytesIO(b"a")),
        lambda: attach(made, by=bank.lead, name="b.txt", content=BytesIO(b"b")),
    )
    changes, notes = got[:3], got[3:5]
    assert sum(isinstance(g, Case) for g in changes) == 1
    # A note arriving after the withdrawal still fits: notes may be added to ended cases too.
    assert all(isinstance(g, Case) for g in notes)
    assert all(isinstance(g, (Case, Conflict, WrongStage)) for g in changes)
    assert not any(isinstance(g, TingsuError) for g in got[5:])
    made.refresh_from_db()
    assert made.version == seen + 1
    assert made.events.count() == made.event_count == 6 + 1 + 2 + 1 + 2
    assert not made.approvals.filter(granted=None).exists()
    assert list(verify()) == []


def test_evidence_is_numbered_in_order(lasting_bank: Bank) -> None:
    made = case(lasting_bank)

    def bring(n: int) -> Callable[[], Any]:
        return lambda: attach(made, by=lasting_bank.handler, name=f"{n}.txt", content=BytesIO(b"%d" % (n % 3))).no

    assert sorted(at_once(*(bring(n) for n in range(THREADS)))) == list(range(1, THREADS + 1))
    said = [event.data["no"] for event in made.events.filter(kind="attach")]
    assert said == list(range(1, THREADS + 1))
    assert list(verify()) == []


def test_one_outside_id_makes_one_case(lasting_bank: Bank) -> None:
    def send(n: int) -> Callable[[], Recorded]:
        return lambda: record(lasting_bank.clerk, n, source="12378", external_id="A-1")

    got = at_once(*(send(n) for n in range(THREADS)))
    assert all(isinstance(g, Recorded) for g in got), got
    assert sum(g.created for g in got) == 1
    assert {g.case.number for g in got} == {"26110001"}
    assert (Case.objects.count(), Deadline.objects.count()) == (1, 2)
    assert record(lasting_bank.clerk, 99).case.number == "26110002"
    assert list(verify()) == []


def test_one_outside_id_of_two_sources_makes_two_cases(lasting_bank: Bank) -> None:
    got = at_once(
        lambda: record(lasting_bank.clerk, 1, source="12378", external_id="A-1"),
        lambda: record(lasting_bank.clerk, 2, source="12363", external_id="A-1"),
    )
    assert [g.created for g in got] == [True, True]


def test_one_customer_calling_twice_at_once_is_recorded_twice(lasting_bank: Bank) -> None:
    got = at_once(*(lambda: record(lasting_bank.clerk, 7) for _ in range(4)))
    assert len({g.case.number for g in got}) == 4
