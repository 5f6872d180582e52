"""Call centre, distribution and telecom run their own procedure on the same program: every branch, with real people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest

from tests.make import MONDAY, person, unit
from tingsu.cases.audit import verify
from tingsu.cases.errors import Incomplete, NotPossible, WrongStage
from tingsu.cases.evidence import attach
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Case
from tingsu.cases.packs import told_of
from tingsu.cases.recording import CustomerDraft, Draft, record_case
from tingsu.org.editions import give_pack, put_in_force
from tingsu.org.models import User
from tingsu.packs.loader import find_pack, load_pack, read_pack
from tingsu.packs.picture import draw_process
from tingsu.packs.schema import Pack

PACKS = ["callcentre"]
Road = Iterable[tuple[str, str, dict[str, Any]]]  # (role of who acts, action, fields)


class House:
    """An organisation that runs a pack at one of its units: one person a role, in a team, its department and above."""

    def __init__(self, name: str) -> None:
        self.pack = load_pack(name)
        self.top = unit("TOP", "总公司", "head_office")
        self.department = unit("DEP", "客户服务部", "department", self.top)
        self.team = unit("TEAM", "一班", "outlet", self.department)
        self.admin = person("boss", "admin", self.top, "何平")
        put_in_force(self.pack, by=self.admin)
        give_pack(self.top, self.pack, by=self.admin)
        self.people = {role.id: self._hire(role.id) for role in self.pack.roles if role.id != "admin"}

    def _hire(self, role: str) -> User:
        place = {"agent": self.team, "clerk": self.team, "lobby_manager": self.team, "unit_lead": self.team}
        above = {"manager": self.department, "executive": self.top}
        return person(f"p_{role}", role, {**place, **above}.get(role, self.department))

    def record(self, *, role: str = "agent", at: datetime = MONDAY, **draft: Any) -> Case:
        sample = self.pack.samples[0]
        text, channel = draft.pop("text", sample.text), draft.pop("channel", sample.channel)
        customer = CustomerDraft(name="林客", phone="13900001111")
        made = Draft(text=text, channel=channel, customer=customer, **draft)
        return record_case(made, by=self.people[role], at=at).case

    def go(self, made: Case, road: Road, *, at: datetime = MONDAY) -> Case:
        for role, action, fields in road:
            made = act(made, action, fields, by=self.people[role], version=made.version, at=at)
        return made


def is_sound(case: Case, stage: str = "closed") -> bool:
    """Where it stands, no clock left running, and every event in its chain."""
    running = case.deadlines.filter(state__in=("running", "paused"))
    return case.stage == stage and (stage != "closed" or not running.exists()) and list(verify()) == []


def actions_of(case: Case, user: User) -> set[str]:
    return {offer.action.id for offer in offers(case, by=user) if offer.allowed}


@pytest.fixture
def house(request: pytest.FixtureRequest, db: None) -> House:
    return House(request.param)


def run_by(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("house", [name], indirect=True)


# What every pack owes.


@pytest.mark.parametrize("name", PACKS)
def test_it_is_whole(name: str) -> None:
    from tingsu.documents.shipped import form_mistakes

    pack = read_pack(find_pack(name), also=form_mistakes)
    assert (pack.process.begins, pack.process.stage("closed").ends) == ("recorded", True)
    assert len(pack.samples) >= 8
    assert all(action.told and action.told.en and action.name.en for action in pack.process.actions)
    assert all(stage.name.en for stage in pack.process.stages)
    assert all(action.source or action.origin == "ours" for action in pack.process.actions)
    assert not any(rule.id.startswith("CN-") for rule in pack.rules), "the banks' rules bind banks"


def test_numbers_tell_the_packs_apart() -> None:
    prefixes = [load_pack(name).numbering.prefix for name in ("bank", *PACKS)]
    assert len(set(prefixes)) == len(prefixes)


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_its_picture_shows_every_stage_of_the_main_road(name: str, language: str) -> None:
    pack = load_pack(name)
    picture = "".join(draw_process(pack, language=language).split())
    for step in pack.process.steps:
        assert "".join(step.name.in_language(language).split())[:4] in picture


def expected(name: str) -> list[tuple[str, str]]:
    return EXPECTED[name]


# Business and cause a person would give each sample, in the order of the samples.
EXPECTED: dict[str, list[tuple[str, str]]] = {
    "callcentre": [
        ("账单与费用", "语气生硬"), ("报修派单", "办理有误"), ("会员与账户", "解答错误"), ("订单与配送", "发生争执"),
        ("投诉进度", "推诿转接"), ("账单与费用", "承诺未兑现"), ("预约登记", "中途挂断"), ("外呼回访", "违规外呼"),
        ("其他来电", "泄露信息"), ("会员与账户", "等待过长"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", PACKS)
@pytest.mark.django_db
def test_its_samples_are_classed_by_the_words_they_say(name: str) -> None:
    """Recorded as they come; what no word tells stays open for a person."""
    house = House(name)
    hits, misses = 0, []
    for sample, wanted in zip(house.pack.samples, expected(name), strict=True):
        case = house.record(text=sample.text, channel=sample.channel, details=sample.details)
        told = (case.business, case.cause)
        for got, want in zip(told, wanted, strict=True):
            hits += got == want
            if got != want:
                misses.append((sample.text[:16], got, want))
    assert hits >= 0.8 * 2 * len(house.pack.samples), misses


def test_a_text_that_says_no_word_of_a_list_is_left_to_people() -> None:
    for name in PACKS:
        assert told_of(load_pack(name), "business", "", "我要投诉。") == ""


# Call centre (001.9).

FINDINGS = {"findings": "录音属实", "root_cause": "质量不稳定", "responsibility": "有责投诉", "fault_code": "不专业"}
FILE = (
    "agent", "file_ticket",
    {"asked": "语气生硬", "checked_in": ["tickets", "recording"], "explained": "已解释", "refused": "要求道歉"},
)  # fmt: skip


def take(complexity: str) -> tuple[str, str, dict[str, Any]]:
    fields = {"verdict": "valid", "reason": "录音可证", "complexity": complexity, "lead_unit": "TEAM"}
    return "unit_lead", "judge", fields


ORDINARY = [FILE, take("simple"), ("unit_lead", "investigate", {**FINDINGS, "standards": ["harsh", "argued"]})]
REPLY = ("handler", "reply_only", {"reply": "致歉并说明"})


def answered(accepted: str) -> tuple[str, str, dict[str, Any]]:
    return "handler", "answer", {"answer": "经核实属实，向您致歉。", "means": "phone", "accepted": accepted}


CLOSE = ("handler", "close", {"summary": "服务不当，已致歉"})


@run_by("callcentre")
def test_the_first_explanation_may_settle_it(house: House) -> None:
    case = house.record()
    assert case.number.startswith("K")
    fields = {"checked_in": ["tickets"], "answer": "查工单已派，明早上门。", "means": "phone"}
    case = house.go(case, [("agent", "settle", fields), CLOSE])
    assert is_sound(case)
    assert case.owner == house.people["agent"]


@run_by("callcentre")
def test_an_ordinary_ticket_goes_from_the_supervisor_back_to_the_customer(house: House) -> None:
    case = house.go(house.record(), [*ORDINARY, REPLY, answered("yes"), CLOSE])
    assert is_sound(case)
    coached = {"coach_form": "one_to_one", "coach_words": "先听完再解释", "coached": "p_agent"}
    case = house.go(case, [("unit_lead", "coach", coached)])
    assert case.details["coach_form"] == "one_to_one"


@run_by("callcentre")
def test_money_is_approved_by_the_level_it_asks_for(house: House) -> None:
    options = [{"kind": "补偿", "amount": "800", "text": "补偿一次上门费"}]
    plan = ("handler", "propose", {"options": options, "chosen": "1"})
    case = house.go(house.record(), [*ORDINARY, plan, ("handler", "submit", {})])
    assert "approve" not in actions_of(case, house.people["unit_lead"])  # up to 200
    rest = [
        ("manager", "approve", {"reason": "同意"}), ("unit_lead", "carry_out", {"done": "已退", "paid": "800"}),
        answered("unsaid"), ("agent", "follow_up", {"reached": "yes", "satisfaction": "satisfied"}), CLOSE,
    ]  # fmt: skip
    case = house.go(case, rest)
    assert is_sound(case)
    assert case.paid == 800


@run_by("callcentre")
def test_a_refused_plan_goes_back_to_be_planned_again(house: House) -> None:
    plan = ("handler", "propose", {"options": [{"kind": "补偿", "amount": "50", "text": "补偿"}], "chosen": "1"})
    refused = ("unit_lead", "refuse", {"reason": "先更正业务"})
    case = house.go(house.record(), [*ORDINARY, plan, ("handler", "submit", {}), refused])
    assert is_sound(case, "checked")


@run_by("callcentre")
@pytest.mark.parametrize("at_fault, stage", [("yes", "checked"), ("no", "hard_manager")])
def test_a_difficult_ticket_is_checked_by_supervisors_then_managers(house: House, at_fault: str, stage: str) -> None:
    check = ("unit_lead", "recheck", {**FINDINGS, "agent_at_fault": at_fault})
    case = house.go(house.record(), [FILE, take("complex"), check])
    assert is_sound(case, stage)
    if stage == "hard_manager":
        case = house.go(case, [("manager", "decide_hard", {"hard_view": "解释政策，由经理回复"})])
    assert is_sound(house.go(case, [REPLY, answered("yes"), CLOSE]))


@run_by("callcentre")
def test_what_the_supervisor_cannot_settle_goes_to_the_manager_and_the_team(house: House) -> None:
    up = ("unit_lead", "raise_manager", {"tried": "两次沟通未达成一致"})
    to_team = ("manager", "manager_view", {"manager_outcome": "team", "manager_words": "请团队定"})
    case = house.go(house.record(), [*ORDINARY, up, to_team])
    assert is_sound(case, "with_team")
    case = house.go(case, [("handler", "team_view", {"team_words": "致歉并更正"}), REPLY, answered("yes"), CLOSE])
    assert is_sound(case)


@run_by("callcentre")
def test_a_higher_demand_is_handled_a_second_time_and_ends_in_writing(house: House) -> None:
    case = house.go(house.record(), [*ORDINARY, REPLY, answered("higher")])
    assert case.stage == "second"
    assert house.pack.process.stage("second").name.zh == "咨询工单—疑难客户"
    again = {"higher_demand": "要求登报道歉", "second_outcome": "uphold", "second_words": "维持原办法"}
    case = house.go(case, [("handler", "second_handle", again), answered("higher")])
    final = {"answer": "维持处理意见，您还可以……", "means": "letter"}
    assert is_sound(house.go(case, [("manager", "final_answer", final), CLOSE]))


@run_by("callcentre")
def test_a_second_handling_may_make_a_new_plan(house: House) -> None:
    again = {"higher_demand": "要求更正登记", "second_outcome": "again", "second_words": "要求合理"}
    case = house.go(house.record(), [*ORDINARY, REPLY, answered("unsaid")])
    unhappy = ("agent", "follow_up", {"reached": "yes", "satisfaction": "dissatisfied"})
    case = house.go(case, [unhappy, ("handler", "second_handle", again)])
    assert is_sound(case, "checked")


def call(result: str) -> tuple[str, str, dict[str, Any]]:
    return "handler", "try_contact", {"result": result}


SMS = ("handler", "no_contact", {"text": "工单已核实，请回电。"})


@run_by("callcentre")
def test_who_cannot_be_reached_is_told_by_sms_and_calls_back(house: House) -> None:
    case = house.go(house.record(), [*ORDINARY, REPLY, call("busy")])
    with pytest.raises(NotPossible):
        house.go(case, [SMS])
    case = house.go(case, [call("switched_off"), SMS], at=MONDAY + timedelta(hours=3))
    assert case.deadlines.get(kind="no_contact").rule["id"] == "SEED-2"
    back = ("agent", "called_back", {"said": "同意致歉即可"})
    case = house.go(case, [back, answered("yes"), CLOSE], at=MONDAY + timedelta(hours=5))
    assert is_sound(case)


@run_by("callcentre")
def test_closing_for_want_of_contact_waits_two_working_days_and_never_ends_the_duty_to_notify(house: House) -> None:
    case = house.go(house.record(), [*ORDINARY, REPLY, call("no_answer")])
    case = house.go(case, [call("unreachable"), SMS], at=MONDAY + timedelta(hours=3))
    ending: dict[str, Any] = {"reason": "两次未接通，短信后未回电"}
    with pytest.raises(NotPossible):  # Wednesday has not passed
        house.go(case, [("handler", "close_unreached", ending)], at=MONDAY + timedelta(days=2))
    thursday = MONDAY + timedelta(days=3)
    with pytest.raises(Incomplete) as missing:
        house.go(case, [("handler", "close_unreached", ending)], at=thursday)
    assert "notice" in missing.value.fields
    kept = attach(case, by=house.people["handler"], name="告知书.txt", content=BytesIO("已寄".encode()))
    case.refresh_from_db()
    ending |= {"notice": "处理结果如下……", "notice_means": "letter", "notice_at": thursday.isoformat(),
               "notice_evidence": str(kept.no)}  # fmt: skip
    case = house.go(case, [("handler", "close_unreached", ending)], at=thursday)
    assert is_sound(case)
    assert case.answered_late is False


@run_by("callcentre")
def test_a_result_may_be_disputed_before_the_ticket_is_closed(house: House) -> None:
    case = house.go(house.record(), [*ORDINARY, REPLY, answered("yes")])
    appeal = ("agent", "appeal", {"appeal_of": "responsibility", "appeal_reason": "录音 02:15 起客户先挂断"})
    case = house.go(case, [appeal])
    with pytest.raises(WrongStage):
        house.go(case, [CLOSE])
    upheld = house.go(case, [("officer", "uphold", {"uphold_reason": "全段录音复听"})])
    assert upheld.responsibility == "有责投诉"
    case = house.go(upheld, [appeal])
    changed = {"findings": "客户先挂断", "root_cause": "客户情绪", "responsibility": "无责"}
    case = house.go(case, [("officer", "change_result", changed), CLOSE])
    assert is_sound(case)
    assert case.responsibility == "无责"


@run_by("callcentre")
def test_who_did_not_file_a_ticket_is_sent_to_study(house: House) -> None:
    case = house.record(role="clerk", channel="email")
    case = house.go(case, [("handler", "pass_on", {})])
    order = {"off_line_person": "p_agent", "breach": "private", "off_line_days": "半天", "off_line_reason": "私下处理"}
    with pytest.raises(Exception, match="责令下机学习"):
        house.go(case, [("unit_lead", "off_line", order)])
    case = house.go(case, [("manager", "off_line", order)])
    assert case.details["breach"] == "private"
    assert case.stage == "filed"
