"""A case as the values of the templates' tags: masked, or in plain for whoever revealed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from tingsu.base.clock import local
from tingsu.calendars.deadlines import format_end
from tingsu.cases.models import Approval, Case, Deadline, Event, Evidence, FollowUp, Option
from tingsu.cases.packs import pack_of
from tingsu.cases.personal import Revealed, masked_customer
from tingsu.cases.veil import Veil, veil_of
from tingsu.org.models import Unit, User
from tingsu.packs.schema import Pack

STATES = {
    Deadline.State.RUNNING: "进行中",
    Deadline.State.PAUSED: "已暂停",
    Deadline.State.MET: "按时完成",
    Deadline.State.LATE: "超期完成",
    Deadline.State.DROPPED: "不再计时",
}
# Events that come from no action of a pack; looks and papers are no step of the handling.
TOLD = {"record": "登记了投诉", "attach": "提交了证据"}
LOOKS = frozenset({"reveal", "open_evidence", "document"})
SIZES = ((1 << 20, "MB"), (1 << 10, "KB"))
STATUTE = "statute"


@dataclass(frozen=True, slots=True)
class Telling:
    """How one case is told: its pack's words, and the veil over what people wrote (none when revealed)."""

    case: Case
    pack: Pack
    veil: Veil | None

    def name(self, taxonomy: str, value: Any) -> str:
        """The wording of a stored value."""
        return self.pack.name_of(taxonomy, str(value)) if value not in ("", None) else ""

    def names(self, taxonomy: str, values: list[str]) -> str:
        return "、".join(self.name(taxonomy, value) for value in values)

    def said(self, text: str) -> str:
        """What people wrote, under the veil."""
        return self.veil.over(text) if self.veil and text else text

    def role(self, role_id: str) -> str:
        role = self.pack.role(role_id)
        return role.name.zh if role else role_id


def values_of(case: Case, *, by: User, at: datetime, revealed: Revealed | None = None) -> dict[str, Any]:
    """A value for every tag; masked unless ``revealed``."""
    _fetch(case)
    telling = Telling(case, pack_of(case), None if revealed else veil_of(case))
    return (
        _customer(case, revealed)
        | _complaint(telling, revealed)
        | _handling(telling)
        | _paper(case, by, at, masked=revealed is None)
        | _lists(telling)
    )


def _fetch(case: Case) -> None:
    """Everything that hangs on the case, one query a table."""
    prefetch_related_objects(
        [case],
        "events",
        "deadlines",
        "options",
        "support_units",
        Prefetch("approvals", Approval.objects.select_related("option", "asked_by", "decided_by", "acting_for")),
        Prefetch("follow_ups", FollowUp.objects.select_related("by")),
        Prefetch("evidence", Evidence.objects.select_related("added_by")),
    )


def _customer(case: Case, revealed: Revealed | None) -> dict[str, str]:
    shown = revealed.customer if revealed else masked_customer(case.customer)
    tags = {"name": "投诉人", "phone": "联系电话", "id_no": "证件号码", "account_no": "账号", "email": "电子邮箱",
            "address": "地址", "occupation": "职业"}  # fmt: skip
    return {tag: shown[name] for name, tag in tags.items()}


def _complaint(told: Telling, revealed: Revealed | None) -> dict[str, str]:
    case = told.case
    unit = case.accused_unit.name if case.accused_unit else ""
    stage = next((s.name.zh for s in told.pack.process.stages if s.id == case.stage), case.stage)
    return {
        "编号": case.number,
        "标题": told.said(case.subject),
        "渠道": told.name("channel", case.channel),
        "收到时间": _moment(case.received_at),
        "收到日期": _day(case.received_at),
        "登记时间": _moment(case.recorded_at),
        "登记人": case.recorded_by.name or case.recorded_by.username,
        "登记机构": case.recorded_unit.name,
        "环节": stage,
        "投诉对象": f"{unit} {case.accused_person}".strip(),
        "被投诉机构": unit,
        "被投诉人": case.accused_person,
        "投诉内容": revealed.text if revealed else case.masked_text,
        "关键点": told.said(case.key_point),
        "业务类别": told.name("business", case.business),
        "投诉原因": told.name("cause", case.cause),
        "情绪": told.name("emotion", case.emotion),
        "心理需求": told.name("need", case.need),
        "诉求": told.names("demand", case.demands),
        "升级风险": told.names("risk", case.risks),
        "难易": told.name("complexity", case.complexity),
    }


def _handling(told: Telling) -> dict[str, str]:
    case = told.case
    plan = _plan(told)
    answer = told.said(case.answer)
    decided = [approval for approval in case.approvals.all() if approval.granted is not None]
    last = decided[-1] if decided else None
    return {
        "认定": told.name("verdict", case.verdict),
        "认定理由": told.said(case.verdict_reason),
        "主办部门": _unit(case.lead_unit),
        "协办部门": "、".join(unit.name for unit in case.support_units.all()),
        "经办人": _person(case.owner),
        "查明的事实": told.said(case.findings),
        "成因": told.name("root_cause", case.root_cause),
        "责任判定": told.name("responsibility", case.responsibility),
        "差错类型": told.name("fault_code", case.fault_code),
        "涉及权益": told.name("right", case.right),
        "责任单位": _unit(case.responsible_unit),
        "责任人": _person(case.responsible_person),
        "处理方案": plan,
        "批示意见": told.said(last.reason) if last else "",
        "批示人": _decider(last) if last else "",
        "实付金额": _money(case.paid),
        "答复内容": answer,
        "答复时间": _moment(case.answered_at),
        "处理决定": answer or plan,
        "满意度": told.name("satisfaction", case.satisfaction),
        "总结": told.said(case.summary),
        "改善对策": told.said(case.lesson),
        "办结时间": _moment(case.closed_at),
        "办理期限": next((_end(d) for d in _clocks(case) if d.kind == STATUTE), ""),
    }


def _paper(case: Case, by: User, at: datetime, *, masked: bool) -> dict[str, str]:
    root = case.recorded_unit.path.strip("/").split("/")[0]
    house = Unit.objects.filter(code=root).first()
    return {
        "机构名称": house.name if house else case.recorded_unit.name,
        "今天": _day(at),
        "制作人": _person(by),
        "制作时间": _moment(at),
        "遮盖说明": "客户信息已遮盖" if masked else "本件含客户完整信息，请按规定保管",
        "证据份数": str(len(case.evidence.all())),
    }


def _lists(told: Telling) -> dict[str, list[dict[str, str]]]:
    case = told.case
    return {
        "方案": [_option(option, told) for option in _last_round(case)],
        "审批": [_approval(approval, told) for approval in case.approvals.all()],
        "回访": [_follow_up(visit, told) for visit in case.follow_ups.all()],
        "证据": [_evidence(file, told) for file in case.evidence.all()],
        "时限": [
            {"名称": d.rule.get("name", {}).get("zh", d.kind), "到期": _end(d), "状态": STATES[Deadline.State(d.state)]}
            for d in _clocks(case)
        ],
        "经过": [_event(event, told) for event in case.events.all() if event.kind not in LOOKS],
        "登记栏目": _details(told),
    }


def _option(option: Option, told: Telling) -> dict[str, str]:
    return {
        "序号": str(option.rank),
        "方式": told.name("remedy", option.kind),
        "金额": _money(option.amount),
        "内容": told.said(option.text),
        "推荐": "推荐" if option.chosen else "",
    }


def _decider(approval: Approval) -> str:
    """Who decided, and in whose place (代)."""
    giver = _person(approval.acting_for)
    return _person(approval.decided_by) + (f"（代{giver}）" if giver else "")


def _approval(approval: Approval, told: Telling) -> dict[str, str]:
    return {
        "级别": told.role(approval.level),
        "金额": _money(approval.option.amount),
        "送审人": _person(approval.asked_by),
        "送审时间": _moment(approval.asked_at),
        "结果": "待批" if approval.granted is None else "同意" if approval.granted else "退回",
        "批示人": _decider(approval),
        "批示时间": _moment(approval.decided_at),
        "意见": told.said(approval.reason),
    }


def _follow_up(visit: FollowUp, told: Telling) -> dict[str, str]:
    return {
        "时间": _moment(visit.at),
        "回访人": _person(visit.by),
        "结果": told.name("reached", visit.reached),
        "满意度": told.name("satisfaction", visit.satisfaction),
        "意见": told.said(visit.note),
    }


def _evidence(file: Evidence, told: Telling) -> dict[str, str]:
    return {
        "序号": str(file.no),
        "名称": told.said(file.name),
        "大小": _size(file.size),
        "校验值": file.sha256,
        "提交人": _person(file.added_by),
        "提交时间": _moment(file.added_at),
    }


def _event(event: Event, told: Telling) -> dict[str, str]:
    action = told.pack.process.action(event.kind)
    what = (action.told or action.name).zh if action else TOLD.get(event.kind, event.kind)
    return {"时间": _moment(event.at), "人员": event.by_name, "事项": what}


def _details(told: Telling) -> list[dict[str, str]]:
    """What the pack asks beside the common fields, in the pack's order, then what it no longer knows."""
    pack, kept = told.pack, told.case.details
    asked = {field.id: field for field in pack.intake}
    asked |= {f.id: f for action in pack.process.actions if "keep_details" in action.effects for f in action.fields}
    rows = []
    for name in [*(n for n in asked if n in kept), *(n for n in kept if n not in asked)]:
        field = asked.get(name)
        parts = kept[name] if isinstance(kept[name], list) else [kept[name]]
        words = [told.name(field.choices, part) if field and field.choices else str(part) for part in parts]
        if any(words):
            rows.append({"名称": field.name.zh if field else name, "内容": told.said("、".join(words))})
    return rows


def _plan(told: Telling) -> str:
    option = next((option for option in _last_round(told.case) if option.chosen), None)
    if option is None:
        return ""
    amount = f"（{_money(option.amount)} 元）" if option.amount else ""
    return f"{told.name('remedy', option.kind)}{amount}：{told.said(option.text)}"


def _last_round(case: Case) -> list[Option]:
    options = list(case.options.all())
    last = max((option.round for option in options), default=0)
    return [option for option in options if option.round == last]


def _clocks(case: Case) -> list[Deadline]:
    """The deadlines; one that another replaced is left out while the case is open."""
    return [d for d in case.deadlines.all() if d.state != Deadline.State.DROPPED or case.closed_at]


def _end(deadline: Deadline) -> str:
    return format_end(local(deadline.lawful_end), with_year=True)


def _unit(unit: Unit | None) -> str:
    return unit.name if unit else ""


def _person(user: User | None) -> str:
    return (user.name or user.username) if user else ""


def _moment(moment: datetime | None) -> str:
    return f"{local(moment):%Y-%m-%d %H:%M}" if moment else ""


def _day(moment: datetime) -> str:
    moment = local(moment)
    return f"{moment.year}年{moment.month}月{moment.day}日"


def _money(amount: Decimal | None) -> str:
    if amount is None:
        return ""
    return f"{amount:,.0f}" if amount == amount.to_integral() else f"{amount:,.2f}"


def _size(count: int) -> str:
    for unit, name in SIZES:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} 字节"
