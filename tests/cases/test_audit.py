"""Whoever changes the store behind the product's back is found, and the finding names the place."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection

from tests.make import MONDAY, Bank, case, walk
from tests.rows import force
from tingsu.cases.audit import Finding, verify
from tingsu.cases.chain import SEALED_FIELDS
from tingsu.cases.evidence import attach
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case, Event
from tingsu.cases.personal import reveal

Tampering = Callable[[Case], object]


def _finding(made: Case) -> list[Finding]:
    found = list(verify())
    assert {finding.number for finding in found} == {made.number}, "the finding must name the case, and no other"
    return found


@pytest.fixture
def made(bank: Bank) -> Case:
    """A case in the middle of three, with a long history."""
    case(bank)
    middle = walk(case(bank), bank)
    case(bank, name="李四")
    assert list(verify()) == []
    return middle


def test_a_whole_life_with_every_kind_of_trace_verifies(bank: Bank) -> None:
    made = walk(case(bank), bank)
    reveal(made, by=bank.handler, reason="回访")
    attach(made, by=bank.handler, name="a.txt", content=BytesIO(b"1"))
    made.refresh_from_db()
    again = act(
        made, "reopen", {"reason": "新证据"}, by=bank.handler, version=made.version, at=MONDAY + timedelta(days=1)
    )
    walk(again, bank, at=MONDAY + timedelta(days=1))
    assert list(verify()) == []
    assert list(verify([made.number])) == []


@pytest.mark.parametrize(
    "assignment",
    [
        "kind = 'approve'",
        "at = '2020-01-01 00:00:00+00:00'",
        "by_id = by_id + 1",
        "by_name = '某人'",
        "previous = ''",
        "hash = ''",
    ],
)
def test_an_edited_event_is_named(made: Case, assignment: str) -> None:
    force(f"UPDATE cases_event SET {assignment} WHERE case_id = %s AND seq = 4", made.pk)
    assert 4 in {finding.seq for finding in _finding(made)}


def test_edited_data_of_an_event_is_named(made: Case) -> None:
    event = made.events.get(seq=7)
    event.data["fields"]["reason"] = "不同意"
    force("UPDATE cases_event SET data = %s WHERE id = %s", json.dumps(event.data), event.pk)
    assert [finding.seq for finding in _finding(made)] == [7]


@pytest.mark.parametrize("seq", [1, 2, 5, 10])
def test_a_deleted_event_is_named(made: Case, seq: int) -> None:
    assert force("DELETE FROM cases_event WHERE case_id = %s AND seq = %s", made.pk, seq) == 1
    assert seq in {finding.seq for finding in _finding(made)}


@pytest.mark.parametrize("kept", [0, 1, 10])
def test_a_deleted_tail_is_named(made: Case, kept: int) -> None:
    force("DELETE FROM cases_event WHERE case_id = %s AND seq > %s", made.pk, kept)
    assert any("末尾" in finding.what for finding in _finding(made))


@pytest.mark.parametrize("count", ["event_count - 1", "event_count + 1", "1"])
def test_a_changed_count_of_events_is_named(made: Case, count: str) -> None:
    force(f"UPDATE cases_case SET event_count = {count} WHERE id = %s", made.pk)
    assert _finding(made)


def test_a_tail_cut_off_with_the_count_and_the_seal_put_back_is_named(made: Case) -> None:
    force("DELETE FROM cases_event WHERE case_id = %s AND seq = 11", made.pk)
    last = made.events.get(seq=10)
    force("UPDATE cases_case SET event_count = 10, head_hash = %s WHERE id = %s", last.hash, made.pk)
    assert _finding(made)


def test_two_events_changing_places_are_named(made: Case) -> None:
    for old, new in ((3, 99), (4, 3), (99, 4)):
        force("UPDATE cases_event SET seq = %s WHERE case_id = %s AND seq = %s", new, made.pk, old)
    assert {3, 4} <= {finding.seq for finding in _finding(made)}


def test_the_contents_of_two_events_changing_places_are_named(made: Case) -> None:
    third, fourth = made.events.get(seq=3), made.events.get(seq=4)
    for to, source in ((third, fourth), (fourth, third)):
        force(
            "UPDATE cases_event SET kind = %s, data = %s, by_id = %s, by_name = %s, previous = %s, hash = %s WHERE id = %s",
            source.kind, json.dumps(source.data), source.by_id, source.by_name, source.previous, source.hash, to.pk,
        )  # fmt: skip
    assert {3, 4} <= {finding.seq for finding in _finding(made)}


@pytest.mark.parametrize("place", [5, 12])
def test_an_inserted_event_is_named(made: Case, place: int) -> None:
    """Whoever has the database but not the key cannot seal what he puts in."""
    for seq in range(11, place - 1, -1):
        force("UPDATE cases_event SET seq = %s WHERE case_id = %s AND seq = %s", seq + 1, made.pk, seq)
    before = made.events.get(seq=place - 1)
    forged = Event(
        case=made, seq=place, kind="note", at=MONDAY, by=before.by, by_name=before.by_name, data={"text": "并无此事"},
        previous=before.hash, hash="0" * 64,
    )  # fmt: skip
    forged.save()
    force("UPDATE cases_case SET event_count = 12 WHERE id = %s", made.pk)
    assert place in {finding.seq for finding in _finding(made)}


def test_an_event_moved_to_another_case_is_named(made: Case) -> None:
    other = Case.objects.exclude(pk=made.pk).earliest("pk")
    force("UPDATE cases_event SET case_id = %s, seq = 2 WHERE case_id = %s AND seq = 11", other.pk, made.pk)
    assert {finding.number for finding in verify()} == {made.number, other.number}


OTHER_VALUES = {
    "BooleanField": "NOT {column}", "DateTimeField": "'2021-05-06 07:08:09+00:00'", "JSONField": "'[\"x\"]'",
    "PositiveIntegerField": "7", "PositiveSmallIntegerField": "7", "DecimalField": "12.34", "ForeignKey": "{key}",
}  # fmt: skip


@pytest.mark.parametrize("name", SEALED_FIELDS)
def test_an_edited_column_of_the_case_is_named(made: Case, bank: Bank, name: str) -> None:
    field = next(f for f in Case._meta.concrete_fields if f.attname == name)
    value = OTHER_VALUES.get(field.get_internal_type(), "'改'")
    if field.is_relation:
        keys = field.related_model._base_manager.exclude(pk=getattr(made, name)).order_by("pk")
        value = str(keys.values_list("pk", flat=True)[0])
    before = made.number
    force(f"UPDATE cases_case SET {field.column} = {value.format(column=field.column)} WHERE id = %s", made.pk)
    found = {finding.number for finding in verify()}
    assert found and found <= {before, "改"}


@pytest.mark.parametrize("swap", [("verdict", "'valid '"), ("paid", "300.01"), ("paid", "NULL"), ("closed_at", "NULL")])
def test_small_edits_of_a_case_are_named(made: Case, swap: tuple[str, str]) -> None:
    force(f"UPDATE cases_case SET {swap[0]} = {swap[1]} WHERE id = %s", made.pk)
    assert [finding.seq for finding in _finding(made)] == [0]


def test_a_case_deleted_with_all_its_rows_is_named(made: Case) -> None:
    for model in Case._meta.related_objects:
        if model.related_model is not Case:
            force(f"DELETE FROM {model.related_model._meta.db_table} WHERE {model.field.column} = %s", made.pk)
    force("DELETE FROM cases_case_support_units WHERE case_id = %s", made.pk)
    force("DELETE FROM cases_case WHERE id = %s", made.pk)
    assert [finding.what for finding in _finding(made)] == ["编号已给出，工单却不在了"]


def test_another_key_makes_every_seal_fail(made: Case, settings: pytest.FixtureRequest) -> None:
    settings.AUDIT_KEY = "another"  # type: ignore[attr-defined]
    assert len(list(verify())) >= Event.objects.count()


def test_only_the_asked_cases_are_checked(made: Case) -> None:
    force("UPDATE cases_case SET subject = '改' WHERE id = %s", made.pk)
    other = Case.objects.exclude(pk=made.pk).earliest("pk")
    assert list(verify([other.number])) == []
    assert len(list(verify([made.number]))) == 1


def test_verification_reads_the_store_in_few_steps(
    made: Case, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    with django_assert_max_num_queries(24):  # type: ignore[attr-defined]
        assert list(verify()) == []
    assert connection.vendor in ("sqlite", "postgresql")
