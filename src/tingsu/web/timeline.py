"""What happened to a case, told from its events: who did what, when, and what was filled in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from tingsu.cases.models import Case, Event
from tingsu.cases.packs import packs_over
from tingsu.cases.seeing import is_seen
from tingsu.cases.veil import Veil
from tingsu.org.models import User
from tingsu.packs.procedure import FormField
from tingsu.packs.schema import Pack
from tingsu.web.words import end_words, in_english, moment_words

# Events that come from no action of the pack.
TOLD = {
    "record": _("登记了投诉"),
    "reveal": _("查看了客户完整信息"),
    "attach": _("上传了证据"),
    "open_evidence": _("查看了证据"),
    "document": _("制作了表单"),
    "tick": _("勾选了一项"),
    "untick": _("取消了一项勾选"),
    "move_edition": _("改按方案包的新版本办理"),
    "warned": _("发出时限预警"),
    "escalated": _("时限到期，升级督办"),
    "linked": _("与另一工单关联"),
    "unlinked": _("与另一工单取消关联"),
    "unit_merged": _("机构合并，工单随之移交"),
}
QUIET = {"reveal", "open_evidence", "document", "tick", "untick"}  # looks, not changes: told smaller
WORDS = {
    "reason": _("理由"),
    "name": _("文件"),
    "level": _("审批级别"),
    "amount": _("金额（元）"),
    "option": _("方案"),
    "over_budget": _("超预算"),
    "into": _("并入"),
    "rule": _("适用规则"),
    "before": _("原到期"),
    "after": _("延长至"),
    "channel": _("渠道"),
    "text": _("内容"),
    "ticked": _("事项"),
    "note": _("备注"),
    "pack_version": _("版本"),
    "clock_name": _("时限"),
    "words": _("内容"),
    "sms": _("短信内容"),
    "promise": _("承诺"),
    "other": _("工单编号"),
    "merged": _("机构"),
}

ASKED = _("诉求金额（元）")


@dataclass(frozen=True, slots=True)
class Told:
    """One event as the timeline shows it."""

    seq: int
    at: datetime
    who: str
    what: str
    lines: list[tuple[str, str]]
    seal: str
    quiet: bool
    main: bool
    danger: bool


def tell(case: Case, events: Iterable[Event], veil: Veil | None, by: User) -> list[Told]:
    """The events of a case, latest first; under the veil unless there is none."""
    told = [tell_one(event, pack, veil, by) for event, pack in packs_over(case, events)]
    return told[::-1]


def tell_one(event: Event, pack: Pack, veil: Veil | None, by: User) -> Told:
    """One event in words; an action the pack no longer knows is told by its id.

    Of an action only some may see into, the others are told that it was done.
    """
    action = pack.process.action(event.kind)
    told = action.told or action.name if action else None
    what = told.in_language(_language()) if told else str(TOLD.get(event.kind, event.kind))
    fields = {f.id: f for f in action.fields} if action else {}
    return Told(
        event.seq,
        event.at,
        _who(event),
        what,
        _lines(event, fields, pack, veil) if is_seen(action, by) else [],
        event.hash[:10],
        event.kind in QUIET,
        bool(action and action.ways),
        bool(action and action.danger),
    )


def _who(event: Event) -> str:
    """Who did it, and in whose place."""
    acting_for = event.data.get("acting_for")
    if not acting_for:
        return event.by_name
    return str(_("%(who)s 代%(giver)s")) % {"who": event.by_name, "giver": acting_for["name"]}


def _lines(event: Event, fields: dict[str, FormField], pack: Pack, veil: Veil | None) -> list[tuple[str, str]]:
    data = veil.over_all(event.data) if veil else event.data
    filled = [
        (_field_name(fields.get(name), name), value_words(value, fields.get(name), pack))
        for name, value in (data.get("fields") or {}).items()
    ]
    words = {**WORDS, "amount": ASKED} if event.kind == "record" else WORDS
    said = [(str(words[name]), _said(name, value, pack)) for name, value in data.items() if _is_told(name, value)]
    return [(label, words) for label, words in filled + said if words]


def _is_told(name: str, value: Any) -> bool:
    return isinstance(value, str) and name in WORDS and value not in ("", "0", "0.00")


def _field_name(field: FormField | None, name: str) -> str:
    return field.name.in_language(_language()) if field else name


def value_words(value: Any, field: FormField | None, pack: Pack) -> str:
    """A stored value as people read it."""
    if isinstance(value, list):
        joint = "\n" if field and field.kind == "options" else ("、" if _language() == "zh" else ", ")
        return joint.join(value_words(v, field, pack) for v in value)
    if isinstance(value, dict):
        return _thing(value, pack)
    if field and field.choices and field.kind in ("choice", "choices"):
        return pack.name_of(field.choices, str(value), _language())
    return _moment(value) if field and field.kind == "moment" else str(value)


def _thing(value: dict[str, Any], pack: Pack) -> str:
    if "kind" in value and "text" in value:
        kind = pack.name_of("remedy", str(value["kind"]), _language())
        amount = str(value.get("amount", "0"))
        paid = "" if amount in ("0", "0.00") else _("（%(amount)s 元）") % {"amount": amount}
        return f"{kind}{paid} {value['text']}"
    return str(value.get("name") or value.get("unit") or value.get("user") or "")


def _said(name: str, value: str, pack: Pack) -> str:
    if name in ("before", "after"):
        return _moment(value, end=True)
    if name == "level":
        role = pack.role(value)
        return role.name.in_language(_language()) if role else value
    return pack.name_of("channel", value, _language()) if name == "channel" else value


def _moment(value: Any, *, end: bool = False) -> str:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return end_words(moment) if end else moment_words(moment)


def _language() -> str:
    return "en" if in_english() else "zh"
