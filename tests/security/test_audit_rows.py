"""Rows beside a case that were changed by force contradict its sealed events, and the audit says so."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from tests.make import MONDAY, Bank, case, walk
from tests.rows import force
from tingsu.cases import audit
from tingsu.cases.audit import verify
from tingsu.cases.evidence import attach
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case, Event
from tingsu.cases.personal import reveal


@pytest.fixture
def made(bank: Bank) -> Case:
    """A case with everything beside it, between two others."""
    case(bank)
    made = case(bank)
    attach(made, by=bank.handler, name="a.txt", content=BytesIO(b"1"))
    made = walk(made, bank)
    made = act(made, "reopen", {"reason": "新证据"}, by=bank.handler, version=made.version, at=MONDAY)
    walk(case(bank), bank, "submit")
    assert list(verify()) == []
    return made


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cases_option SET amount = 200 WHERE case_id = %s AND rank = 2",
        "UPDATE cases_option SET text = '改' WHERE case_id = %s AND rank = 2",
        "UPDATE cases_option SET chosen = (rank = 1) WHERE case_id = %s",
        "DELETE FROM cases_option WHERE case_id = %s AND rank = 3",
        "UPDATE cases_approval SET granted = (1 = 0) WHERE case_id = %s",
        "UPDATE cases_approval SET decided_by_id = asked_by_id WHERE case_id = %s",
        "UPDATE cases_approval SET decided_at = asked_at, asked_at = '2026-11-01 00:00:00+00:00' WHERE case_id = %s",
        "UPDATE cases_approval SET reason = '不同意' WHERE case_id = %s",
        "UPDATE cases_approval SET level = 'executive' WHERE case_id = %s",
        "DELETE FROM cases_approval WHERE case_id = %s",
        "UPDATE cases_followup SET satisfaction = 'dissatisfied' WHERE case_id = %s",
        "DELETE FROM cases_followup WHERE case_id = %s",
        "UPDATE cases_evidence SET name = 'b.txt' WHERE case_id = %s",
        "UPDATE cases_evidence SET sha256 = 'f' WHERE case_id = %s",
        "DELETE FROM cases_evidence WHERE case_id = %s",
        "DELETE FROM cases_case_support_units WHERE case_id = %s",
        "DELETE FROM cases_deadline WHERE case_id = %s AND state = 'running'",
        "UPDATE cases_deadline SET safe_target = '2030-01-01 00:00:00+00:00' WHERE case_id = %s AND state = 'running'",
        "UPDATE cases_case SET next_due = NULL WHERE id = %s",
    ],
)
def test_a_changed_row_is_named(made: Case, change: str) -> None:
    force(change, made.pk)
    assert {finding.number for finding in verify()} == {made.number}
    assert {finding.number for finding in verify([made.number])} == {made.number}


def test_a_deleted_case_is_named_though_the_series_was_put_back(bank: Bank) -> None:
    """As long as a later case of the month is left: the series cannot be both shorter and longer."""
    last = [case(bank) for _ in range(3)][-1]
    force("UPDATE cases_numberseries SET last = %s", 2)
    assert [finding.number for finding in verify()] == [last.number]


def test_a_case_of_a_month_without_a_series_is_named(bank: Bank) -> None:
    made = [case(bank, at=MONDAY + timedelta(days=days)) for days in (0, 60)]
    force("DELETE FROM cases_numberseries WHERE month = %s", "2611")
    assert [finding.number for finding in verify()] == [made[0].number]


def test_work_going_on_meanwhile_is_no_finding(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """The audit of a living site: a case moves on between two of its looks."""
    made = case(bank)
    fetch = audit.fetch_rows

    def be_quicker(cases: list[Case]) -> None:
        act(Case.objects.get(pk=made.pk), "note", {"text": "客户又来电"}, by=bank.clerk, version=1)
        walk(Case.objects.get(pk=made.pk), bank, "judge")
        fetch(cases)

    monkeypatch.setattr(audit, "fetch_rows", be_quicker)
    assert list(verify()) == []


def test_a_step_the_pack_no_longer_knows_raises_no_alarm(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    from tingsu.packs.procedure import Process

    walk(case(bank), bank)
    known = Process.action
    monkeypatch.setattr(Process, "action", lambda self, name: None if name == "propose" else known(self, name))
    assert list(verify()) == []


def test_a_reveal_cut_off_the_end_of_a_case_still_shows(bank: Bank) -> None:
    made = case(bank)
    before = (made.event_count, made.head_hash)
    reveal(made, by=bank.handler, reason="回电核实")
    Event.objects.filter(case=made, kind="reveal").delete()
    Case.objects.filter(pk=made.pk).update(event_count=before[0], head_hash=before[1])
    assert [(f.number, f.seq) for f in verify()] == [(made.number, 2)]
