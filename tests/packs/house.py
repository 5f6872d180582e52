"""A company that runs a pack of its own beside the bank: a place of work, a trade under it, and one person a role."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.make import MONDAY, person, unit
from tingsu.cases.audit import verify
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.models import Case
from tingsu.cases.recording import CustomerDraft, Draft, record_case
from tingsu.org.editions import give_pack, put_in_force
from tingsu.org.models import User
from tingsu.packs.loader import load_pack

Leg = tuple[str, str, dict[str, Any]]  # action, role of who does it, fields
AT_COMPANY = ("manager", "executive", "officer", "auditor", "admin")
NAMES = {"handler": "林静", "desk_head": "马超群", "unit_lead": "高原", "manager": "罗敏", "executive": "董事明"}


class House:
    """The people of one company under one pack, put into force for their units alone."""

    def __init__(self, pack: str) -> None:
        self.pack = load_pack(pack)
        self.company = unit("CO", "公司", "head_office")
        self.place = unit("PL", "现场", "branch", self.company)
        self.trade = unit("TR", "专业部门", "department", self.place)
        self.people: dict[str, User] = {}
        for role in self.pack.roles:
            at = self.company if role.id in AT_COMPANY else self.trade if role.id == "unit_lead" else self.place
            self.people[role.id] = person(f"the_{role.id}", role.id, at, NAMES.get(role.id, f"同事{role.id}"))
        put_in_force(self.pack, by=self.people["admin"])
        give_pack(self.company, self.pack, by=self.people["admin"])
        for someone in self.people.values():  # what they may do is read once and kept; the pack has changed since
            someone.__dict__.pop("_kept_grants", None)

    def record(self, text: str, *, channel: str = "phone", at: datetime = MONDAY, **details: Any) -> Case:
        customer = CustomerDraft(name="张三", phone="13800001234")
        draft = Draft(text=text, channel=channel, customer=customer, details=details)
        return record_case(draft, by=self.people["clerk"], at=at).case

    def do(self, case: Case, leg: Leg, *, at: datetime = MONDAY) -> Case:
        action, role, fields = leg
        return act(case, action, fields, by=self.people[role], version=case.version, at=at)

    def walk(self, case: Case, *legs: Leg, at: datetime = MONDAY) -> Case:
        """One leg after another, a minute apart."""
        for minutes, leg in enumerate(legs, start=1):
            case = self.do(case, leg, at=at + timedelta(minutes=minutes))
        return case


FOLLOWED: Leg = ("follow_up", "handler", {"reached": "yes", "satisfaction": "satisfied"})
CLOSED: Leg = ("close", "desk_head", {"summary": "已处理，客户认可", "lesson": "列入月度检查"})
APPROVED: Leg = ("approve", "manager", {"reason": "同意"})
SUBMITTED: Leg = ("submit", "handler", {})


def judged(action: str, who: str, verdict: str = "valid", complexity: str = "simple", **more: Any) -> Leg:
    return action, who, {"verdict": verdict, "reason": "已向双方核实", "complexity": complexity, **more}


def found(action: str, who: str, fault: str, **more: Any) -> Leg:
    fields = {"findings": "现场查看属实", "root_cause": "质量不稳定", "responsibility": "有责投诉", "fault_code": fault}
    return action, who, fields | more


def plan(who: str, kind: str, amount: str = "300") -> Leg:
    return "propose", who, {"options": [{"kind": kind, "amount": amount, "text": f"{kind}{amount}元"}], "chosen": "1"}


def carried(who: str, paid: str = "300") -> Leg:
    return "carry_out", who, {"done": "已办妥", "paid": paid}


def answered(who: str, action: str = "answer") -> Leg:
    return action, who, {"answer": "经查属实，已处理完毕。", "means": "phone"}


def ids(case: Case, house: House, role: str) -> set[str]:
    return {offer.action.id for offer in offers(case, by=house.people[role]) if offer.allowed}


def closed_whole(case: Case) -> bool:
    """Closed, no clock left running, and nothing beside the case contradicts its events."""
    return case.stage == "closed" and case.next_due is None and list(verify()) == []
