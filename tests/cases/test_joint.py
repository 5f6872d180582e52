"""Several units on one case: tasks with clocks, transfers that show, meetings, outside bodies, links, splits."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.make import MONDAY, TEXT, Bank, case, leave_steps_to_unit_leads, walk
from tingsu.base.clock import local
from tingsu.cases.access import require_handler_at
from tingsu.cases.audit import verify
from tingsu.cases.errors import Conflict, Incomplete, NotFound, NotPossible
from tingsu.cases.evidence import attach
from tingsu.cases.joint import transfers_of
from tingsu.cases.kept_rows import links_of
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Case
from tingsu.cases.queue import Filters, list_cases
from tingsu.org.models import RoleGrant, User
from tingsu.org.permissions import NotAllowed

FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def do(made: Case, action: str, by: User, at: Any = MONDAY, **fields: Any) -> Case:
    return act(made, action, fields, by=by, version=made.version, at=at)


def helper(bank: Bank) -> User:
    user = User.objects.create_user("cards", password="pass-word-1", name="钱进", unit=bank.cards, staff_no="c1")
    RoleGrant.objects.create(user=user, role="unit_lead", unit=bank.cards)
    return user


def test_each_supporting_unit_has_a_task_and_a_clock_of_its_own(bank: Bank) -> None:
    routed = walk(case(bank), bank, "route")
    routed = do(routed, "add_support", bank.handler, unit="O2", asked="请提供监控录像", support_due=str(MONDAY + HOUR))
    tasks = list(routed.tasks.all())
    assert [(t.no, t.unit.code) for t in tasks] == [(1, "CC"), (2, "O2")]
    assert tasks[0].deadline.rule["id"] == "OURS-SUPPORT"  # three working days
    assert local(tasks[0].due).isoformat() == "2026-11-13T00:00:00+08:00"
    assert tasks[1].deadline.kind == "support" and tasks[1].deadline.lawful_end == MONDAY + HOUR
    assert routed.next_due == MONDAY + HOUR
    overdue = list_cases(Filters(due="overdue"), by=bank.handler, at=MONDAY + 2 * HOUR)
    assert [found.number for found in overdue] == [routed.number]
    assert not list(verify())


def test_a_person_of_the_unit_answers_and_nobody_else(bank: Bank) -> None:
    routed, cards = walk(case(bank), bank, "route"), helper(bank)
    for other in (bank.lead, bank.handler, bank.head):
        with pytest.raises(NotAllowed, match="信用卡中心"):
            do(routed, "reply_task", other, reply="已查")
    done = do(routed, "reply_task", cards, at=MONDAY + HOUR, reply="与信用卡无关")
    task = done.tasks.get()
    assert (task.reply, task.done_by, task.deadline.state) == ("与信用卡无关", cards, "met")
    with pytest.raises(NotPossible):
        do(done, "reply_task", cards, reply="再回复")
    late = walk(case(bank), bank, "route")
    late = do(late, "reply_task", cards, at=MONDAY + 9 * DAY, reply="迟了")
    assert late.tasks.get().deadline.state == "late"
    assert not list(verify())


def test_findings_wait_for_supporting_units_or_say_why_not(bank: Bank) -> None:
    routed = walk(case(bank), bank, "route")
    findings = {"findings": "属实", "root_cause": "沟通不畅", "responsibility": "无责"}
    with pytest.raises(Incomplete, match="信用卡中心还没有回复"):
        do(routed, "investigate", bank.lead, **findings)
    assert any(o.action.id == "investigate" and o.allowed for o in offers(routed, by=bank.lead))
    done = do(routed, "investigate", bank.lead, **findings, without_replies="与其无关")
    assert done.tasks.get().released_at == MONDAY
    assert done.tasks.get().deadline.state == "dropped"
    answered = do(walk(case(bank), bank, "route"), "reply_task", helper(bank), reply="已查")
    assert do(answered, "investigate", bank.lead, **findings).stage == "investigated"
    assert not list(verify())


def test_the_end_lets_every_open_task_go_and_a_released_task_is_gone(bank: Bank) -> None:
    routed = walk(case(bank), bank, "route")
    ended = do(routed, "withdraw", bank.handler, reason="客户来电撤诉")
    assert ended.closed_at == MONDAY and ended.next_due is None and ended.tasks.get().released_at == MONDAY
    other = do(walk(case(bank), bank, "route"), "release_task", bank.lead, reason="问错了部门")
    assert not other.tasks.get().is_open
    assert not list(verify())


def test_a_withdrawal_cites_the_customers_word(bank: Bank) -> None:
    made = case(bank)
    with pytest.raises(Incomplete, match="没有 1 号证据"):
        do(made, "withdraw", bank.handler, reason="来电撤诉", evidence="1")
    attach(made, by=bank.handler, name="撤诉书.txt", content=BytesIO(b"word"))
    made.refresh_from_db()
    ended = do(made, "withdraw", bank.handler, reason="来电撤诉", evidence="证据1")
    assert ended.events.last().data["cited"] == [1]
    assert ended.stage == "withdrawn" and ended.closed_at == MONDAY


def test_passing_a_case_about_is_counted_and_told(bank: Bank) -> None:
    made = walk(case(bank), bank, "route")
    made = do(made, "transfer", bank.lead, lead_unit="O2", reason="客户账户在滨河支行")
    assert made.lead_unit == bank.other_outlet
    with pytest.raises((NotAllowed, NotFound)):
        do(made, "transfer", bank.lead, lead_unit="CC", reason="再转")
    made = do(made, "transfer", bank.handler, lead_unit="B1", reason="不归我行")
    first, second = transfers_of(made.events.all())
    assert (first.came_from, first.to, first.back, first.reason) == (
        "江州分行",
        "滨河支行",
        False,
        "客户账户在滨河支行",
    )
    assert second.back
    with pytest.raises(NotPossible, match="已是主办"):
        do(made, "transfer", bank.handler, lead_unit="B1", reason="重复")
    made = do(made, "transfer", bank.handler, lead_unit="CC", reason="归卡中心")  # it supported until now
    assert not made.support_units.exists() and not made.tasks.get().is_open
    assert not list(verify())


def test_a_case_is_not_led_where_nobody_could_act_on_it(bank: Bank) -> None:
    """A pack whose desk does not work for the units: a unit without staff would be a dead end."""
    leave_steps_to_unit_leads(bank)
    judged = walk(case(bank), bank, "judge")
    with pytest.raises(NotPossible, match="信用卡中心还没有能办理这件工单的人员"):
        do(judged, "route", bank.handler, lead_unit="CC", reason="请核实")
    cards = helper(bank)
    routed = do(judged, "route", bank.handler, lead_unit="CC", reason="请核实")
    with pytest.raises(NotPossible, match="云川分行还没有"):
        do(routed, "transfer", cards, lead_unit="B2", reason="改由分行办")
    assert do(routed, "transfer", cards, lead_unit="O1", reason="网点的事").lead_unit == bank.outlet  # B1's lead


def test_who_may_only_call_meetings_everywhere_does_not_make_a_unit_able_to_lead(bank: Bank) -> None:
    """As at a property firm: the quality manager reaches all, but takes no step of the unit's work."""
    leave_steps_to_unit_leads(bank, meetings_to="manager")
    made = walk(case(bank), bank, "judge")
    with pytest.raises(NotPossible, match="信用卡中心还没有能办理这件工单的人员"):
        require_handler_at(bank.cards, made)
    require_handler_at(bank.branch, made)


def test_a_meeting_has_minutes_and_gives_tasks_with_owner_and_due(bank: Bank) -> None:
    routed = walk(case(bank), bank, "route")
    with pytest.raises(Incomplete):
        do(routed, "meeting", bank.head, held_at=str(MONDAY + DAY), people="孙涛", agreed="整改")
    met = do(routed, "meeting", bank.head, held_at=str(MONDAY - HOUR), people="孙涛、钱进", agreed="三日内调监控")
    assert met.meetings.get().agreed == "三日内调监控"
    due = str(MONDAY + DAY)
    with pytest.raises(Incomplete, match="看不到"):
        do(met, "give_task", bank.head, owner="clerk2", asked="调监控", support_due=due)
    with pytest.raises(Incomplete, match="可写的有：1"):
        do(met, "give_task", bank.head, owner="lead", asked="调监控", support_due=due, meeting="7")
    given = do(met, "give_task", bank.head, owner="lead", asked="调监控", support_due=due, meeting="1")
    task = given.tasks.last()
    assert (task.owner, task.meeting, task.deadline.lawful_end) == (bank.lead, 1, MONDAY + DAY)
    with pytest.raises(NotAllowed):
        do(given, "reply_task", bank.manager, task="2", reply="代答")
    assert not do(given, "reply_task", bank.lead, task="#2", reply="已调").tasks.last().is_open
    assert not list(verify())


def test_an_outside_body_stops_the_clock_only_where_the_rule_allows(bank: Bank) -> None:
    made = case(bank)
    asked = do(made, "outside_body", bank.handler, name="街道办事处", what="协助调解")
    assert {d.state for d in asked.deadlines.all()} == {"running"}
    appraised = do(asked, "outside_body", bank.handler, name="鉴定中心", what="笔迹鉴定", pause="appraisal")
    assert appraised.deadlines.get(kind="statute").state == "paused"
    with pytest.raises(NotPossible, match="不允许"):
        do(appraised, "outside_body", bank.handler, name="另一中心", what="复鉴", pause="appraisal")
    heard = do(appraised, "outside_answer", bank.handler, at=MONDAY + DAY, body="1", answer="同意调解")
    assert heard.deadlines.get(kind="statute").state == "paused"  # the appraisal is still out
    heard = do(heard, "outside_answer", bank.handler, at=MONDAY + 3 * DAY, answer="系本人签名")
    clock = heard.deadlines.get(kind="statute")
    assert (
        clock.state == "running" and local(clock.lawful_end).isoformat() == "2026-11-27T00:00:00+08:00"
    )  # 10 and 11 November stood still
    assert not list(verify())


def test_links_show_on_both_cases_and_are_taken_back_on_both(bank: Bank) -> None:
    first, second = case(bank), case(bank)
    first = do(first, "link", bank.handler, other=second.number, sort="batch", reason="同一批")
    second.refresh_from_db()
    assert [c.number for c, _ in links_of(second)] == [first.number]
    assert [c.number for c, _ in links_of(first)] == [second.number]
    assert second.events.last().kind == "linked"
    with pytest.raises(NotPossible, match="已经关联"):
        do(second, "link", bank.handler, other=first.number, sort="related", reason="再来")
    with pytest.raises(Incomplete):
        do(first, "link", bank.handler, other=first.number, sort="related", reason="自己")
    assert not list(verify())
    do(second, "unlink", bank.handler, other=first.number, reason="弄错了")
    first.refresh_from_db()
    assert not links_of(first) and first.events.last().kind == "unlinked"
    assert not list(verify())


@FEW
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=6))
def test_links_are_symmetric_whatever_is_tied_and_untied(bank: Bank, moves: list[tuple[int, int, bool]]) -> None:
    made = [case(bank, phone=f"1390000{n}{len(moves)}11") for n in range(3)]
    tied: set[frozenset[int]] = set()
    for one, other, tie in moves:
        pair = frozenset({one, other})
        acting = Case.objects.get(pk=made[one].pk)
        fields = {"other": made[other].number, "reason": "试"} | ({"sort": "related"} if tie else {})
        try:
            do(acting, "link" if tie else "unlink", bank.handler, **fields)
        except (NotPossible, Incomplete):
            assert len(pair) == 1 or (pair in tied) == tie
            continue
        tied = tied | {pair} if tie else tied - {pair}
    for one in range(3):
        held = {c.pk for c, _ in links_of(Case.objects.get(pk=made[one].pk))}
        assert held == {made[n].pk for pair in tied if one in pair for n in pair - {one}}
    assert not list(verify([c.number for c in made]))


def test_a_split_makes_a_case_of_the_same_customer_with_clocks_from_the_first_day(bank: Bank) -> None:
    whole = case(bank, received_at=MONDAY - 3 * DAY)
    whole = do(whole, "judge", bank.handler, verdict="valid", reason="属实", complexity="simple")
    split = do(whole, "split", bank.handler, text="另外，信用卡年费多收了，要求退费。", reason="两件事")
    part = Case.objects.exclude(pk=whole.pk).get()
    assert part.customer == whole.customer and part.received_at == whole.received_at
    assert part.recorded_unit == whole.recorded_unit and part.stage == "recorded"
    ends = [c.deadlines.get(kind="statute").lawful_end for c in (whole, part)]
    assert ends[0] == ends[1]
    assert not part.deadlines.filter(kind="handover").exists()  # the desk has it already
    assert split.events.last().data["into"] == part.number
    assert [c.number for c, _ in links_of(part)] == [whole.number]
    assert whole.text == TEXT
    with pytest.raises(NotPossible, match="拆分"):
        do(part, "unlink", bank.handler, other=whole.number, reason="试")
    assert not list(verify())


@FEW
@given(days=st.integers(0, 14), extended=st.booleans())
def test_a_restart_is_what_a_complaint_received_then_would_get(bank: Bank, days: int, extended: bool) -> None:
    made = case(bank)
    if extended:
        made = do(made, "extend", bank.head, reason="复杂", notice="已电话告知")
    at = MONDAY + days * DAY + HOUR
    again = do(made, "new_facts", bank.handler, at=at, facts="客户补交流水")
    fresh = case(bank, at=at)
    clock = again.deadlines.get(kind="statute", state="running")
    assert clock.lawful_end == fresh.deadlines.get(kind="statute").lawful_end
    assert clock.safe_target == fresh.deadlines.get(kind="statute").safe_target
    assert "新的事实" in clock.explanation[-1]
    assert again.deadlines.filter(kind="statute", state="dropped").count() == 1
    assert not list(verify([again.number]))


def test_new_facts_are_the_desks_and_not_for_an_answered_case(bank: Bank) -> None:
    with pytest.raises(NotAllowed):
        do(case(bank), "new_facts", bank.clerk, facts="新")
    answered = walk(case(bank), bank, "answer")
    with pytest.raises(NotPossible, match="重新办理"):
        do(answered, "new_facts", bank.handler, facts="新")


def test_of_two_at_once_the_second_hears_what_the_first_did(bank: Bank) -> None:
    made = walk(case(bank), bank, "route")
    do(made, "transfer", bank.handler, lead_unit="CC", reason="归卡中心")
    with pytest.raises(Conflict) as caught:
        do(made, "transfer", bank.handler2, lead_unit="O2", reason="归滨河")
    assert caught.value.changes[0]["what"] == "转由其他部门主办"


def test_a_row_changed_by_force_contradicts_the_events(bank: Bank) -> None:
    made = walk(case(bank), bank, "route")
    made.tasks.update(asked="改过的要求")
    assert [f.what for f in verify()] == ["协办与会议任务与存档事件不符"]
