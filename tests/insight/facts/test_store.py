"""Facts follow the cases: what is in them, what a refresh touches, and what a crash, a move or a merger does to them."""

from __future__ import annotations

import json
import os
import threading
from datetime import date, timedelta

import pyarrow.parquet as pq
import pytest

from tests.make import MONDAY, Bank, case, walk
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case, Event
from tingsu.cases.unit_merging import merge_unit
from tingsu.insight.facts import store
from tingsu.insight.facts.columns import NAMES, SCHEMA
from tingsu.insight.facts.engine import open_facts
from tingsu.insight.facts.figures import counts_by, run
from tingsu.insight.facts.store import facts_folder, keep_topics, read_manifest, rebuild, refresh
from tingsu.org.managing import move_unit

LATER = MONDAY + timedelta(days=2)


def rows() -> dict[str, dict[str, object]]:
    return {row["number"]: row for row in run(open_facts())}


def test_a_fact_says_what_the_case_says_and_nothing_personal(bank: Bank) -> None:
    made = walk(case(bank, accused_unit=bank.outlet), bank)
    assert rebuild(at=LATER).rows == 1
    row = rows()[made.number]
    assert tuple(row) == NAMES
    expected = {
        "unit": "O1", "unit_path": "/HO/B1/O1/", "lead": "B1", "branch": "B1", "recorded": "O1", "channel": "counter",
        "day": date(2026, 11, 9), "hour": 10, "weekday": 0, "month": "2026-11", "received_at": MONDAY.replace(tzinfo=None),
        "ended": "closed", "stage": "closed", "paid": 300.0, "verdict": "valid", "root_cause": "质量不稳定",
        "satisfaction": "satisfied", "is_repeat": False, "group": made.number, "topic": "", "batch": "",
        "business": made.business, "cause": made.cause, "emotion": made.emotion, "demands": made.demands,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    told = str(row)
    assert "13800001234" not in told and "张三" not in told and "态度很差" in told


def test_without_facts_there_is_a_table_without_rows(bank: Bank) -> None:
    assert run(open_facts()) == []
    assert run(counts_by(open_facts())) == [{"n": 0}]


def test_a_refresh_makes_only_what_changed_anew(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = case(bank), case(bank)
    assert refresh(at=LATER).rebuilt
    assert refresh(at=LATER).changed == 0
    asked: list[set[int]] = []
    real = store.cases.rows_for_facts
    monkeypatch.setattr(
        store.cases, "rows_for_facts", lambda only=None, **more: (asked.append(set(only or ())), real(only, **more))[1]
    )
    walk(second, bank, "route")
    done = refresh(at=LATER)
    assert (done.changed, done.rebuilt, done.rows) == (1, False, 2)
    assert asked == [{second.pk}]
    assert rows()[second.number]["stage"] == "routed" and rows()[first.number]["stage"] == "recorded"


def test_an_unchanged_store_keeps_its_files(bank: Bank) -> None:
    case(bank)
    refresh(at=LATER)
    before = read_manifest()
    refresh(at=LATER + timedelta(hours=1))
    after = read_manifest()
    assert before and after
    assert (after.files, after.serial) == (before.files, before.serial)
    assert after.at == LATER + timedelta(hours=1)


def test_a_case_has_one_row_wherever_its_day_of_receipt_moves(bank: Bank) -> None:
    made = case(bank)
    case(bank, at=LATER)
    refresh(at=LATER)
    walk(made, bank, "judge")
    Case.objects.filter(pk=made.pk).update(received_at=MONDAY - timedelta(days=40))
    assert refresh(at=LATER).rows == 2
    assert [row["month"] for row in run(open_facts()) if row["case_id"] == made.pk] == ["2026-09"]


def test_a_merged_case_is_a_repeat_of_the_one_it_went_into(bank: Bank) -> None:
    first, again = case(bank), case(bank, at=LATER, channel="regulator")
    refresh(at=LATER)
    act(again, "merge", {"into": first.number, "reason": "同一投诉"}, by=bank.handler, version=again.version, at=LATER)
    refresh(at=LATER)
    row, kept = rows()[again.number], rows()[first.number]
    assert (row["ended"], row["is_repeat"], row["group"]) == ("merged", True, first.number)
    assert (kept["is_repeat"], kept["group"], kept["regulator"]) == (False, first.number, True)


def test_topics_are_given_beside_and_survive_a_rebuild(bank: Bank) -> None:
    made, other = case(bank), case(bank)
    refresh(at=LATER)
    keep_topics({made.pk: "t1", other.pk: "t2"})
    refresh(at=LATER)
    assert {row["topic"] for row in run(open_facts())} == {"t1", "t2"}
    walk(made, bank, "judge")
    keep_topics({other.pk: ""})
    refresh(at=LATER)
    rebuild(at=LATER)
    assert {number: row["topic"] for number, row in rows().items()} == {made.number: "t1", other.number: ""}


def test_figures_follow_the_tree_of_units_as_it_is_now(bank: Bank) -> None:
    """A closed case keeps its unit in the store; in the figures it counts to the unit that took its place."""
    done = walk(case(bank, accused_unit=bank.outlet), bank)
    refresh(at=LATER)
    merge_unit(bank.outlet, bank.other_outlet, by=bank.admin, at=LATER)
    assert Case.objects.get(pk=done.pk).accused_unit_id == bank.outlet.pk
    refresh(at=LATER)
    row = rows()[done.number]
    assert (row["unit"], row["unit_path"], row["branch"]) == ("O2", "/HO/B2/O2/", "B2")
    move_unit(bank.other_outlet, bank.branch, by=bank.admin)
    refresh(at=LATER)
    assert rows()[done.number]["branch"] == "B1"
    bank.other_outlet.refresh_from_db()
    bank.other_outlet.name = "滨河路支行"
    bank.other_outlet.save()
    refresh(at=LATER)
    assert rows()[done.number]["unit"] == "O2"


def test_a_crash_leaves_the_facts_that_were(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    made = case(bank)
    refresh(at=LATER)
    walk(made, bank, "judge")
    monkeypatch.setattr(store, "_save", lambda manifest: (_ for _ in ()).throw(RuntimeError("power")))
    with pytest.raises(RuntimeError):
        refresh(at=LATER)
    assert rows()[made.number]["stage"] == "recorded"
    monkeypatch.undo()
    refresh(at=LATER)
    assert rows()[made.number]["stage"] == "judged"
    manifest = read_manifest()
    assert manifest
    assert store._files_there() == {*manifest.files.values(), *manifest.gone}


def test_a_replaced_file_stays_a_while_for_who_is_reading_it(bank: Bank) -> None:
    made = case(bank)
    refresh(at=LATER)
    table = open_facts()
    walk(made, bank, "judge")
    refresh(at=LATER + timedelta(minutes=1))
    assert run(counts_by(table, "stage")) == [{"stage": "recorded", "n": 1}]
    refresh(at=LATER + timedelta(minutes=20))
    assert len(store._files_there()) == 1


def test_a_history_put_back_is_built_anew(bank: Bank) -> None:
    case(bank)
    refresh(at=LATER)
    Event.objects.filter(pk=Event.objects.latest("pk").pk).update(hash="0" * 64)
    assert refresh(at=LATER).rebuilt


def test_facts_of_other_columns_or_a_broken_manifest_are_built_anew(bank: Bank) -> None:
    case(bank)
    refresh(at=LATER)
    path = facts_folder() / store.MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 0}))
    assert refresh(at=LATER).rebuilt
    path.write_text("{")
    assert run(open_facts()) == []
    assert refresh(at=LATER).rebuilt


def test_an_event_seen_late_is_not_missed(bank: Bank) -> None:
    """PostgreSQL may show event 7 after event 8: the gap is remembered and looked at again."""
    made, _other = case(bank), case(bank)
    late = Event.objects.filter(case=made).latest("pk")
    number = late.pk
    held = list(Event.objects.filter(pk=number).values())
    Event.objects.filter(pk=number).delete()
    refresh(at=LATER)
    manifest = read_manifest()
    assert manifest and number in manifest.mark.gaps and manifest.mark.event > number
    Event.objects.bulk_create([Event(**row) for row in held])
    assert refresh(at=LATER).changed == 1
    after = read_manifest()
    assert after and number not in after.mark.gaps


def test_files_hold_the_schema_and_only_the_owner_reads_them(bank: Bank) -> None:
    case(bank)
    refresh(at=LATER)
    manifest = read_manifest()
    assert manifest
    (path,) = manifest.paths
    assert pq.read_schema(path).equals(SCHEMA)
    assert path.stat().st_mode & 0o077 == 0 and facts_folder().stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.name == "nt", reason="locks of this kind are POSIX's")
def test_two_refreshers_at_once_leave_one_row_a_case(lasting_bank: Bank) -> None:
    made = [case(lasting_bank) for _ in range(5)]
    rebuild(at=LATER)
    for one in made:
        walk(one, lasting_bank, "judge")
    failed: list[BaseException] = []

    def work() -> None:
        from django.db import connection

        try:
            refresh(at=LATER)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(row["case_id"] for row in run(open_facts())) == [one.pk for one in made]
    assert {row["stage"] for row in run(open_facts())} == {"judged"}
