"""The reaction to clocks that run out: warned before, escalated after, up the unit tree, each step once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cases.test_concurrency import at_once
from tests.make import MONDAY, Bank, case, person, walk
from tingsu.base.clock import SHANGHAI
from tingsu.cases import sweeping
from tingsu.cases.audit import verify
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case, Deadline
from tingsu.cases.notices import count_unread, mark_case_read, mark_read, notices_of
from tingsu.cases.overdue_tables import LadderStep, Notice, Turn
from tingsu.cases.sweeping import sweep, sweep_in_turn, take_turn
from tingsu.org.models import User
from tingsu.org.system import system_user

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TARGET = datetime(2026, 11, 25, 0, 0, tzinfo=SHANGHAI)  # of a case of MONDAY: 24 November, 24:00


def judged(bank: Bank, **more: Any) -> Case:
    """A case of MONDAY whose only clock is the statute's, in the hands of ``bank.handler``."""
    return walk(case(bank, **more), bank, "judge")


def routed(bank: Bank, **more: Any) -> Case:
    """Such a case at the branch of ``bank.lead``."""
    made = judged(bank, **more)
    return act(made, "route", {"lead_unit": "B1", "reason": "请查"}, by=bank.handler, version=made.version, at=MONDAY)


def told(made: Case) -> list[tuple[str, str]]:
    """(kind of event, rung) of every reaction, in order."""
    events = made.events.filter(kind__in=["warned", "escalated"]).order_by("seq")
    return [(event.kind, event.data["rung"]) for event in events]


def heard(who: User) -> int:
    return Notice.objects.filter(to=who).count()


def test_warned_before_and_escalated_after_up_the_unit_tree(bank: Bank) -> None:
    made = routed(bank)
    moment = MONDAY
    while moment < TARGET + 2 * DAY:
        sweep(moment)
        moment += HOUR
    assert told(made) == [
        ("warned", "days_before"),
        ("warned", "last_working_day"),
        ("escalated", "law_passed"),  # with target_passed: Tuesday is no day of rest, so the two ends are one
        ("escalated", "day_after"),
    ]
    by_rung = {event.data["rung"]: [one["user"] for one in event.data["told"]] for event in made.events.all() if event.kind in ("warned", "escalated")}  # fmt: skip
    assert by_rung["days_before"] == ["desk"]
    assert by_rung["last_working_day"] == ["desk", "lead"]
    assert by_rung["law_passed"] == ["head", "executive", "desk", "lead"]  # nobody is a manager above the branch
    assert by_rung["day_after"] == ["manager", "head"]
    assert {event.by for event in made.events.filter(kind="warned")} == {system_user()}
    assert not list(verify())
    assert sweep(TARGET + 3 * DAY).looked == 0


def test_of_a_supporting_units_clock_that_unit_hears_as_well_as_the_lead(bank: Bank) -> None:
    made = routed(bank)
    helper = person("cards", "unit_lead", bank.cards)
    asked = {"unit": "CC", "asked": "请提供监控录像", "support_due": str(MONDAY + DAY)}
    made = act(made, "add_support", asked, by=bank.handler, version=made.version, at=MONDAY)
    assert made.tasks.get().deadline.kind == "support"
    sweep(MONDAY + 2 * DAY)
    assert heard(helper) and heard(bank.lead)


def test_a_working_day_before_a_target_at_midnight_is_the_morning(bank: Bank) -> None:
    made = judged(bank)
    sweep(TARGET - 3 * DAY)
    assert made.deadlines.get(kind="statute").next_rung_at == TARGET - timedelta(hours=15)  # 24 November, 9:00


def test_after_a_day_of_downtime_every_passed_rung_is_told_once_in_one_notice(bank: Bank) -> None:
    made = judged(bank)
    swept = sweep(TARGET + 12 * HOUR)
    assert (swept.looked, swept.escalated, swept.warned) == (1, 1, 0)
    (event,) = made.events.filter(kind="escalated")
    assert event.data["rung"] == "law_passed"
    assert event.data["passed"] == ["days_before", "last_working_day", "target_passed"]
    assert LadderStep.objects.filter(told=True).count() == 1 and LadderStep.objects.count() == 4
    assert [heard(who) for who in (bank.executive, bank.head, bank.handler, bank.clerk)] == [1, 1, 1, 0]
    assert sweep(TARGET + 12 * HOUR).looked == 0
    assert not list(verify())


def test_two_sweeps_at_once_tell_each_rung_once(lasting_bank: Bank) -> None:
    made = [judged(lasting_bank, phone=f"1380000{n:04d}", name=f"客户{n}") for n in range(6)]
    system_user()
    got = at_once(*(lambda: sweep(TARGET) for _ in range(4)))
    assert sum(swept.escalated for swept in got) == 6 and not any(swept.failed for swept in got)
    assert all(told(one) == [("escalated", "law_passed")] for one in made)
    assert heard(lasting_bank.head) == 6
    assert not list(verify())


def test_a_sweep_and_a_person_at_once_do_each_other_no_harm(lasting_bank: Bank) -> None:
    made = judged(lasting_bank)
    fields = {"lead_unit": "B1", "reason": "请查"}
    got = at_once(
        lambda: sweep(TARGET),
        lambda: act(made, "route", fields, by=lasting_bank.handler, version=made.version, at=TARGET),
    )
    assert got[0].failed == 0 and isinstance(got[1], Case)
    made.refresh_from_db()
    assert made.stage == "routed" and len(told(made)) == 1
    assert not list(verify())


def test_what_was_answered_is_never_escalated(bank: Bank) -> None:
    made = case(bank)
    for action, fields in (
        ("judge", {"verdict": "not_valid", "reason": "按章办理", "complexity": "simple"}),
        ("explain", {"answer": "已说明依据，如不满意可申请核查。", "means": "phone"}),
    ):
        made = act(made, action, fields, by=bank.handler, version=made.version, at=MONDAY)
    assert sweep(TARGET + 30 * DAY).looked == 0
    assert not Deadline.objects.exclude(state="running").exclude(next_rung_at=None).exists()


def test_a_paused_clock_is_silent_and_its_rungs_move_with_it(bank: Bank) -> None:
    made = judged(bank)
    act(made, "pause", {"why": "appraisal", "notice": "已告知"}, by=bank.head, version=made.version, at=MONDAY + DAY)
    assert sweep(TARGET + DAY).looked == 0
    made.refresh_from_db()
    act(made, "resume", {}, by=bank.head, version=made.version, at=TARGET + DAY)
    clock = made.deadlines.get(kind="statute")
    assert clock.safe_target > TARGET + 10 * DAY and clock.next_rung_at == clock.safe_target - 3 * DAY
    assert sweep(clock.safe_target - 3 * DAY).warned == 1


def test_an_extended_clock_warns_again_before_its_new_end(bank: Bank) -> None:
    made = judged(bank)
    assert sweep(TARGET - 2 * DAY).warned == 1
    said = {"reason": "需外调", "notice": "已电话告知"}
    made.refresh_from_db()
    act(made, "extend", said, by=bank.head, version=made.version, at=TARGET - DAY)
    assert sweep(TARGET + DAY).looked == 0
    clock = made.deadlines.get(kind="statute")
    assert clock.next_rung_at == clock.safe_target - 3 * DAY
    assert sweep(clock.safe_target - 3 * DAY).warned == 1
    assert told(made) == [("warned", "days_before")] * 2
    assert not list(verify())


def test_a_pause_does_not_warn_twice_of_one_limit(bank: Bank) -> None:
    made = judged(bank)
    assert sweep(TARGET - 2 * DAY).warned == 1
    for action, at in (("pause", TARGET - 2 * DAY), ("resume", TARGET + 3 * DAY)):
        made.refresh_from_db()
        fields = {"why": "appraisal", "notice": "已告知"} if action == "pause" else {}
        act(made, action, fields, by=bank.head, version=made.version, at=at)
    clock = made.deadlines.get(kind="statute")
    sweep(clock.safe_target - HOUR)
    assert told(made) == [("warned", "days_before"), ("warned", "last_working_day")]


def test_a_clock_set_back_does_no_harm(bank: Bank) -> None:
    made = judged(bank)
    sweep(TARGET)
    before = told(made)
    for back in (HOUR, DAY, 400 * DAY):
        assert sweep(TARGET - back).looked == 0
    sweep(TARGET)
    assert told(made) == before
    assert not list(verify())


def test_nobody_takes_the_case_up(bank: Bank) -> None:
    made = case(bank)
    for hours in range(20, 60):
        sweep(MONDAY + hours * HOUR)
    assert told(made) == [("warned", "handover_soon"), ("escalated", "handover_passed"), ("escalated", "handover_day_after")]  # fmt: skip
    assert heard(bank.executive) == 1


def test_whom_the_complaint_is_about_hears_nothing(bank: Bank) -> None:
    made = routed(bank, accused_person="支行孙涛")
    sweep(TARGET + HOUR)
    sweep(TARGET + 2 * DAY)
    assert told(made) and heard(bank.lead) == 0 and heard(bank.head) > 0


def test_where_nobody_is_left_the_next_one_up_hears_it(bank: Bank) -> None:
    judged(bank)
    User.objects.filter(pk__in=[bank.handler.pk]).update(is_active=False)
    assert sweep(TARGET - 2 * DAY).notices == 1
    assert heard(bank.head) == 1


def test_a_case_that_cannot_be_dealt_with_leaves_the_others_their_turn(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, good = judged(bank), judged(bank, phone="13900001111", name="李四")
    whole = sweeping._tell

    def fail_for_one(made: Case, *more: Any) -> Any:
        if made.pk == odd.pk:
            raise RuntimeError("broken row")
        return whole(made, *more)

    monkeypatch.setattr(sweeping, "_tell", fail_for_one)
    swept = sweep(TARGET)
    assert (swept.failed, swept.escalated) == (1, 1) and told(good) and not told(odd)
    monkeypatch.undo()
    assert sweep(TARGET).escalated == 1 and told(odd)


def test_a_sweep_reads_only_what_is_due(bank: Bank, django_assert_max_num_queries: Any) -> None:
    for n in range(5):
        judged(bank, phone=f"1380000{n:04d}", name=f"客户{n}")
    with django_assert_max_num_queries(1):
        assert sweep(MONDAY).looked == 0
    plan = _plan("SELECT id FROM cases_deadline WHERE next_rung_at <= '2026-11-09' ORDER BY next_rung_at, id LIMIT 500")
    assert connection.vendor != "sqlite" or "deadline_rung" in plan


def _plan(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + query)
        return str(cursor.fetchall())


def test_one_of_many_processes_sweeps(lasting_bank: Bank) -> None:
    got = at_once(*(lambda: take_turn("test", every=timedelta(minutes=1), at=MONDAY) for _ in range(6)))
    assert sorted(got) == [False] * 5 + [True]
    assert not take_turn("test", every=timedelta(minutes=1), at=MONDAY + timedelta(seconds=59))
    assert take_turn("test", every=timedelta(minutes=1), at=MONDAY + timedelta(minutes=1))


def test_a_machine_whose_clock_is_ahead_does_not_keep_the_turn(bank: Bank) -> None:
    judged(bank)
    assert sweep_in_turn(MONDAY + 5 * HOUR) is not None
    assert sweep_in_turn(MONDAY) is not None
    assert sweep_in_turn(MONDAY) is None
    assert Turn.objects.count() == 1


def test_a_step_struck_out_by_force_is_found(bank: Bank) -> None:
    judged(bank)
    sweep(TARGET)
    LadderStep.objects.first().delete()  # type: ignore[union-attr]
    assert any("预警与升级" in finding.what for finding in verify())


def test_notices_are_a_persons_own_and_read_once(bank: Bank, django_assert_max_num_queries: Any) -> None:
    made = [judged(bank, phone=f"1380000{n:04d}", name=f"客户{n}") for n in range(3)]
    sweep(TARGET - 2 * DAY)
    assert (count_unread(bank.handler), count_unread(bank.head)) == (3, 0)
    with django_assert_max_num_queries(4):
        listed = notices_of(bank.handler, most=50)
    assert listed.unread == 3 and listed.open == {one.pk for one in made}
    assert mark_read(bank.head, [notice.pk for notice in listed.notices]) == 0
    assert mark_read(bank.handler, [listed.notices[0].pk]) == 1
    assert mark_case_read(bank.handler, listed.notices[1].case) == 1
    assert [n.read_at is None for n in notices_of(bank.handler, most=50).notices] == [True, False, False]
    assert mark_read(bank.handler) == 1 and count_unread(bank.handler) == 0


def test_mail_goes_out_only_where_a_server_is_named(
    bank: Bank, settings: Any, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    User.objects.filter(pk=bank.handler.pk).update(email="limin@bank.example")
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}  # fmt: skip
    first = judged(bank)
    sweep(TARGET - 2 * DAY)
    assert mailoutbox == []
    settings.EMAIL_HOST = "mail.bank.example"
    second = judged(bank, phone="13900001111", name="李四")
    sweep(TARGET - 2 * DAY)
    (mail,) = mailoutbox
    assert second.number in mail.subject and first.number not in mail.subject
    assert mail.to == ["limin@bank.example"] and "13900001111" not in mail.body
