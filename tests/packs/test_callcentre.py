"""The call centre's tickets (001.9), along every branch, with real people."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client

from tests.make import MONDAY
from tests.packs.desk import Desk, is_sound
from tests.packs.house import Leg, ids
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.evidence import attach
from tingsu.cases.models import Case


@pytest.fixture
def house(db: None) -> Desk:
    return Desk("callcentre")


FINDINGS = {"findings": "录音属实", "root_cause": "质量不稳定", "responsibility": "有责投诉", "fault_code": "不专业"}
FILE = (
    "file_ticket", "agent",
    {"asked": "语气生硬", "checked_in": ["tickets", "recording"], "explained": "已解释", "refused": "要求道歉"},
)  # fmt: skip


def take(complexity: str) -> Leg:
    fields = {"verdict": "valid", "reason": "录音可证", "complexity": complexity, "lead_unit": "TR"}
    return "judge", "unit_lead", fields


ORDINARY = [FILE, take("simple"), ("investigate", "unit_lead", {**FINDINGS, "standards": ["harsh", "argued"]})]
REPLY = ("reply_only", "handler", {"reply": "致歉并说明"})


def answered(accepted: str) -> Leg:
    return "answer", "handler", {"answer": "经核实属实，向您致歉。", "means": "phone", "accepted": accepted}


CLOSE = ("close", "handler", {"summary": "服务不当，已致歉"})


def test_the_first_explanation_may_settle_it(house: Desk) -> None:
    case = house.hear()
    assert case.number.startswith("K")
    fields = {"checked_in": ["tickets"], "answer": "查工单已派，明早上门。", "means": "phone"}
    case = house.go(case, [("settle", "agent", fields), CLOSE])
    assert is_sound(case)
    assert case.owner == house.people["agent"]


def test_an_ordinary_ticket_goes_from_the_supervisor_back_to_the_customer(house: Desk) -> None:
    case = house.go(house.hear(), [*ORDINARY, REPLY, answered("yes"), CLOSE])
    assert is_sound(case)
    coached = {"coach_form": "one_to_one", "coach_words": "先听完再解释", "coached": "the_agent"}
    case = house.go(case, [("coach", "unit_lead", coached)])
    assert case.details["coach_form"] == "one_to_one"


def test_a_ticket_is_recorded_and_closed_in_the_browser(house: Desk) -> None:
    client = Client()
    client.force_login(house.people["agent"])
    assert "被投诉客户代表工号" in client.get("/cases/new/").content.decode()
    sent = {"step": "save", "text": house.pack.samples[0].text, "channel": "hotline", "name": "林客",
            "phone": "13900001111", "received_at": "2026-11-20T10:00", "scope": "service", "agent_no": "2037"}  # fmt: skip
    assert client.post("/cases/new/", sent).status_code == 302
    case = Case.objects.get()
    assert (case.details["agent_no"], case.cause) == ("2037", "语气生硬")
    case = house.walk_in_browser(case, [*ORDINARY, REPLY, answered("yes"), CLOSE])
    assert is_sound(case)
    client.force_login(house.people["handler"])
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "已结单" in page
    assert "客户代表" in page


def test_money_is_approved_by_the_level_it_asks_for(house: Desk) -> None:
    options = [{"kind": "补偿", "amount": "800", "text": "补偿一次上门费"}]
    plan = ("propose", "handler", {"options": options, "chosen": "1"})
    case = house.go(house.hear(), [*ORDINARY, plan, ("submit", "handler", {})])
    assert "approve" not in ids(case, house, "unit_lead")  # up to 200
    rest = [
        ("approve", "manager", {"reason": "同意"}), ("carry_out", "unit_lead", {"done": "已退", "paid": "800"}),
        answered("unsaid"), ("follow_up", "agent", {"reached": "yes", "satisfaction": "satisfied"}), CLOSE,
    ]  # fmt: skip
    case = house.go(case, rest)
    assert is_sound(case)
    assert case.paid == 800


def test_a_refused_plan_goes_back_to_be_planned_again(house: Desk) -> None:
    plan = ("propose", "handler", {"options": [{"kind": "补偿", "amount": "50", "text": "补偿"}], "chosen": "1"})
    refused = ("refuse", "unit_lead", {"reason": "先更正业务"})
    case = house.go(house.hear(), [*ORDINARY, plan, ("submit", "handler", {}), refused])
    assert is_sound(case, "checked")


@pytest.mark.parametrize("at_fault, stage", [("yes", "checked"), ("no", "hard_manager")])
def test_a_difficult_ticket_is_checked_by_supervisors_then_managers(house: Desk, at_fault: str, stage: str) -> None:
    check = ("recheck", "unit_lead", {**FINDINGS, "agent_at_fault": at_fault})
    case = house.go(house.hear(), [FILE, take("complex"), check])
    assert is_sound(case, stage)
    if stage == "hard_manager":
        case = house.go(case, [("decide_hard", "manager", {"hard_view": "解释政策，由经理回复"})])
    assert is_sound(house.go(case, [REPLY, answered("yes"), CLOSE]))


def test_what_the_supervisor_cannot_settle_goes_to_the_manager_and_the_team(house: Desk) -> None:
    up = ("raise_manager", "unit_lead", {"tried": "两次沟通未达成一致"})
    to_team = ("manager_view", "manager", {"manager_outcome": "team", "manager_words": "请团队定"})
    case = house.go(house.hear(), [*ORDINARY, up, to_team])
    assert is_sound(case, "with_team")
    case = house.go(case, [("team_view", "handler", {"team_words": "致歉并更正"}), REPLY, answered("yes"), CLOSE])
    assert is_sound(case)


def test_a_higher_demand_is_handled_a_second_time_and_ends_in_writing(house: Desk) -> None:
    case = house.go(house.hear(), [*ORDINARY, REPLY, answered("higher")])
    assert case.stage == "second"
    assert house.pack.process.stage("second").name.zh == "咨询工单—疑难客户"
    again = {"higher_demand": "要求登报道歉", "second_outcome": "uphold", "second_words": "维持原办法"}
    case = house.go(case, [("second_handle", "handler", again), answered("higher")])
    final = {"answer": "维持处理意见，您还可以……", "means": "registered"}
    assert is_sound(house.go(case, [("final_answer", "manager", final), CLOSE]))


def test_a_second_handling_may_make_a_new_plan(house: Desk) -> None:
    again = {"higher_demand": "要求更正登记", "second_outcome": "again", "second_words": "要求合理"}
    case = house.go(house.hear(), [*ORDINARY, REPLY, answered("unsaid")])
    unhappy = ("follow_up", "agent", {"reached": "yes", "satisfaction": "dissatisfied"})
    case = house.go(case, [unhappy, ("second_handle", "handler", again)])
    assert is_sound(case, "checked")


def call(result: str) -> Leg:
    return "try_contact", "handler", {"result": result}


SMS = ("send_sms", "handler", {"text": "工单已核实，请回电。"})


def test_who_cannot_be_reached_is_told_by_sms_and_calls_back(house: Desk) -> None:
    case = house.go(house.hear(), [*ORDINARY, REPLY, call("busy")])
    with pytest.raises(NotPossible):
        house.go(case, [SMS])
    case = house.go(case, [call("switched_off"), SMS], at=MONDAY + timedelta(hours=3))
    assert case.deadlines.get(kind="no_contact").rule["id"] == "SEED-2"
    back = ("customer_called", "agent", {"said": "同意致歉即可"})
    case = house.go(case, [back, answered("yes"), CLOSE], at=MONDAY + timedelta(hours=5))
    assert is_sound(case)


def test_closing_for_want_of_contact_waits_two_working_days_and_never_ends_the_duty_to_notify(house: Desk) -> None:
    case = house.go(house.hear(), [*ORDINARY, REPLY, call("no_answer")])
    case = house.go(case, [call("unreachable"), SMS], at=MONDAY + timedelta(hours=3))
    ending: dict[str, Any] = {"reason": "两次未接通，短信后未回电"}
    with pytest.raises(NotPossible):  # Wednesday has not passed
        house.go(case, [("close_unreachable", "handler", ending)], at=MONDAY + timedelta(days=2))
    thursday = MONDAY + timedelta(days=3)
    with pytest.raises(Incomplete) as missing:
        house.go(case, [("close_unreachable", "handler", ending)], at=thursday)
    assert "notice" in missing.value.fields
    kept = attach(case, by=house.people["handler"], name="告知书.txt", content=BytesIO("已寄".encode()))
    case.refresh_from_db()
    ending |= {"notice": "处理结果如下……", "notice_means": "registered", "notice_at": thursday.isoformat(),
               "notice_evidence": str(kept.no)}  # fmt: skip
    case = house.go(case, [("close_unreachable", "handler", ending)], at=thursday)
    assert is_sound(case, "unreachable")
    assert case.answered_late is False


def test_a_result_may_be_disputed_and_is_decided_by_someone_else(house: Desk) -> None:
    made = ("investigate", "unit_lead", {**FINDINGS, "responsible_unit": "TR", "responsible_person": "the_agent"})
    case = house.go(house.hear(role="clerk", channel="email"), [("pass_on", "handler", {}), take("simple"), made])
    disputed = ("appeal_responsibility", "agent", {"grounds": "录音 02:15 起客户先挂断"})
    changed = {"outcome": "changed", "responsibility": "无责", "cleared": True, "reason": "全段录音复听"}
    case = house.go(case, [disputed])
    assert "decide_appeal" not in ids(case, house, "agent")
    case = house.go(case, [("decide_appeal", "officer", changed), REPLY, answered("yes"), CLOSE])
    assert is_sound(case)
    assert case.responsibility == "无责"


@pytest.mark.parametrize("breach", ["未及时提单", "私下处理", "他人代办"])
def test_who_did_not_file_a_ticket_is_sent_to_study(house: Desk, breach: str) -> None:
    case = house.go(house.hear(), [FILE])
    order = {"unit": "TR", "person": "the_agent", "fault_code": breach, "study_days": "1", "grounds": "录音与工单不符"}
    case = house.go(case, [("hold_accountable", "manager", order)])
    assert (case.stage, case.sanctions.get().study_days) == ("filed", 1)
