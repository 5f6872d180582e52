"""A reply's context as plain data (JSON, a file, a request) and findings as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from tingsu.assist.replies.finding import Finding, ReplyContext
from tingsu.base.errors import TingsuError
from tingsu.packs.reply_checks import ReplyKind

KINDS: tuple[str, ...] = get_args(ReplyKind)
_NAMES = frozenset(one.name for one in fields(ReplyContext))
_LISTS = ("customer_names", "known_numbers", "statutes")


class BadContext(TingsuError):
    """What was said of the case cannot be used; ``fields`` says which part and why."""

    code = "incomplete"

    def __init__(self, wrong: Mapping[str, str]) -> None:
        self.fields = dict(wrong)
        super().__init__("答复的背景有误：" + "；".join(f"{name}：{why}" for name, why in wrong.items()))


def context_from(data: Mapping[str, Any], *, kind: str = "") -> ReplyContext:
    """The context ``data`` tells; ``kind`` stands where ``data`` has none. Raises BadContext with every mistake."""
    wrong = {str(name): "没有这一项" for name in data if name not in _NAMES}
    told: dict[str, Any] = {"kind": data.get("kind") or kind or "letter", "verdict": data.get("verdict") or ""}
    if told["kind"] not in KINDS:
        wrong["kind"] = f"只能是 {'、'.join(KINDS)}"
    if not isinstance(told["verdict"], str):
        wrong["verdict"] = "应为文字"
    for name, read in (("apology_due", _truth), ("limit", _sum), ("promised_on", _day)):
        try:
            told[name] = read(data.get(name))
        except (ValueError, TypeError, InvalidOperation):
            wrong[name] = "读不懂，apology_due 写 true 或 false，limit 写金额（元），promised_on 写 2026-11-30"
    for name in _LISTS:
        listed = data.get(name) or ()
        if isinstance(listed, str) or not all(isinstance(one, str) for one in listed):
            wrong[name] = "应为文字的列表"
        told[name] = tuple(listed)
    if wrong:
        raise BadContext(wrong)
    return ReplyContext(**told)


def finding_row(finding: Finding) -> dict[str, Any]:
    """A finding as JSON-ready data, field names as in Finding."""
    return asdict(finding)


def _truth(value: Any) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise ValueError
    return value


def _sum(value: Any) -> Decimal | None:
    if value in (None, ""):
        return None
    amount = Decimal(str(value))
    if not amount.is_finite() or amount < 0 or isinstance(value, bool):
        raise ValueError
    return amount


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None
