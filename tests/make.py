"""Plain builders for tests: a small bank, its people, and cases taken as far as a test needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tingsu.base.clock import SHANGHAI
from tingsu.cases.lifecycle import act
from tingsu.cases.models import Case
from tingsu.cases.recording import CustomerDraft, Draft, record_case
from tingsu.org.editions import put_in_force
from tingsu.org.models import RoleGrant, Unit, User
from tingsu.packs.loader import load_pack
from tingsu.packs.schema import Pack

MONDAY = datetime(2026, 11, 9, 10, 0, tzinfo=SHANGHAI)
TEXT = "我昨天在你们网点取钱，柜员态度很差，还让我走开。要求道歉并赔偿300元，我的电话是13800001234。"


def unit(code: str, name: str = "", kind: str = "outlet", parent: Unit | None = None) -> Unit:
    path = f"{parent.path if parent else '/'}{code}/"
    return Unit.objects.create(code=code, name=name or code, kind=kind, parent=parent, path=path)


def person(username: str, role: str, at: Unit, name: str = "") -> User:
    user = User.objects.create_user(username, password="pass-word-1", name=name or username, unit=at, staff_no=username)
    if role:
        RoleGrant.objects.create(user=user, role=role, unit=at)
    return user


class Bank:
    """One head office with a desk and a card centre, two branches with an outlet each, and one person a role."""

    def __init__(self) -> None:
        self.head_office = unit("HO", "总行", "head_office")
        self.desk = unit("CP", "消费者权益保护部", "department", self.head_office)
        self.cards = unit("CC", "信用卡中心", "department", self.head_office)
        self.branch = unit("B1", "江州分行", "branch", self.head_office)
        self.outlet = unit("O1", "解放路支行", "outlet", self.branch)
        self.other_branch = unit("B2", "云川分行", "branch", self.head_office)
        self.other_outlet = unit("O2", "滨河支行", "outlet", self.other_branch)
        self.clerk = person("clerk", "clerk", self.outlet, "王小雨")
        self.other_clerk = person("clerk2", "clerk", self.other_outlet, "赵晴")
        self.handler = person("desk", "handler", self.desk, "李敏")
        self.handler2 = person("desk2", "handler", self.desk, "周宁")
        self.head = person("head", "desk_head", self.desk, "陈立")
        self.lead = person("lead", "unit_lead", self.branch, "孙涛")
        self.manager = person("manager", "manager", self.branch, "郑海")
        self.executive = person("executive", "executive", self.head_office, "吴岚")
        self.auditor = person("auditor", "auditor", self.head_office, "冯正")
        self.admin = person("admin", "admin", self.head_office, "何平")


def case(bank: Bank, *, text: str = TEXT, at: datetime = MONDAY, by: User | None = None, **draft: Any) -> Case:
    customer = CustomerDraft(name=draft.pop("name", "张三"), phone=draft.pop("phone", "13800001234"))
    made = Draft(text=text, channel=draft.pop("channel", "counter"), customer=customer, **draft)
    return record_case(made, by=by or bank.clerk, at=at).case


OPTIONS = [
    {"kind": "道歉说明", "amount": "0", "text": "网点负责人当面道歉"},
    {"kind": "补偿", "amount": "300", "text": "道歉并补偿误工费300元"},
    {"kind": "礼品致意", "amount": "100", "text": "道歉并赠送礼品"},
]


def steps(bank: Bank, amount: str = "300") -> list[tuple[str, User, dict[str, Any]]]:
    """The whole main road: (action, who, fields)."""
    options = [OPTIONS[0], {**OPTIONS[1], "amount": amount}, OPTIONS[2]]
    return [
        ("judge", bank.handler, {"verdict": "valid", "reason": "事实清楚", "complexity": "simple"}),
        ("route", bank.handler, {"lead_unit": "B1", "support_units": ["CC"], "reason": "请核实柜员服务"}),
        (
            "investigate",
            bank.lead,
            {
                "findings": "调看监控，柜员确有不当言语",
                "root_cause": "质量不稳定",
                "responsibility": "有责投诉",
                "fault_code": "不专业",
                "without_replies": "信用卡中心口头答复：与其业务无关",
            },
        ),
        ("propose", bank.lead, {"options": options, "chosen": "2"}),
        ("submit", bank.handler, {"customer_view": "客户认可第二套"}),
        ("approve", bank.head, {"reason": "同意"}),
        ("carry_out", bank.lead, {"done": "已当面道歉并转账", "paid": amount}),
        ("answer", bank.handler, {"answer": "经查属实，已处理。如不满意可申请核查。", "means": "phone"}),
        ("follow_up", bank.handler, {"reached": "yes", "satisfaction": "satisfied", "note": "满意"}),
        ("close", bank.handler, {"summary": "服务不当，已整改", "lesson": "加强晨会演练"}),
    ]


def walk(made: Case, bank: Bank, until: str = "close", *, at: datetime = MONDAY, amount: str = "300") -> Case:
    """Take a case along the main road up to and with the action ``until``."""
    for action, who, fields in steps(bank, amount):
        made = act(made, action, fields, by=who, version=made.version, at=at)
        if action == until:
            break
    return made


def leave_steps_to_unit_leads(bank: Bank, *, meetings_to: str = "") -> None:
    """A bank pack in force whose desk takes no step for a unit; ``meetings_to``: a role reaching all that only meets."""
    data = load_pack("bank").model_dump(mode="json", by_alias=True)
    for role in data["roles"]:
        if role["id"] == meetings_to:
            role["reach"] = "all"
    for action in data["process"]["actions"]:
        if "of_the_units_handling" in action["guards"]:
            action["by"] = ["unit_lead", *([meetings_to] if meetings_to and not action["ways"] else [])]
    put_in_force(Pack.model_validate(data), by=bank.admin)
