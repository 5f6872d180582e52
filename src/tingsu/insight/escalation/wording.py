"""Reasons as a clerk reads them: what was seen, with its number, never a verdict on a customer."""

from __future__ import annotations

import math
from collections.abc import Callable

from django.utils.translation import gettext as _

from tingsu.insight.escalation.keeping import Reason
from tingsu.insight.escalation.signs import BUSINESS

HIGH, MIDDLE = 0.25, 0.1  # of chances by the stated rules, which are told in words, not in per cent


def reason_words(reason: Reason) -> str:
    """One reason in words: 「近 30 天第三次来诉」."""
    if reason.sign.startswith(BUSINESS):
        return _("「%s」类投诉在本单位较常升级") % reason.sign.removeprefix(BUSINESS)
    said = _WORDS.get(reason.sign)
    return said(reason.value) if said is not None else reason.sign


def chance_words(chance: float, calibrated: bool) -> str:
    """「约 31%」 where the site's history backs it; 高、中、低 by the stated rules else."""
    if calibrated:
        percent = 100 * chance
        return _("约 %d%%") % round(percent) if percent >= 1 else _("不到 1%")
    return {"high": _("较高"), "middle": _("中等"), "low": _("较低")}[level_of(chance)]


def level_of(chance: float) -> str:
    """high, middle or low."""
    return "high" if chance >= HIGH else "middle" if chance >= MIDDLE else "low"


_WORDS: dict[str, Callable[[float], str]] = {
    "angry": lambda _value: _("客户情绪激动"),
    "furious": lambda _value: _("客户极为愤怒"),
    "authority": lambda _value: _("表示要找监管或打官司"),
    "threats": lambda value: _("提到 %d 类其他风险（媒体、群体等）") % round(value),
    "demands": lambda value: _("提出 %d 项诉求") % (round(value) + 1),
    "asked": lambda value: _("涉及金额约 %s 元") % f"{round(10**value - 1):,}",
    "contacts": lambda value: _("近 30 天第 %d 次来诉") % (round(value) + 1),
    "earlier": lambda value: _("一年内另有 %d 件投诉") % round(value),
    "went_further": lambda value: _("此前有 %d 件找过监管或重新打开") % round(value),
    "no_response": lambda _value: _("受理一天以上还没有人处理"),
    "overdue": lambda _value: _("已超过法定时限"),
    "overdue_days": lambda value: _("超过法定时限 %d 天") % max(round(math.expm1(value)), 1),
    "promises_broken": lambda value: _("对客户的承诺有 %d 项过期") % round(value),
    "reopened": lambda value: _("重新打开过 %d 次") % round(value),
    "dissatisfied": lambda _value: _("回访时表示不满意"),
    "answered": lambda _value: _("已答复，尚未结案"),
    "age": lambda value: _("已受理 %d 天") % max(round(math.expm1(value)), 1),
    "by_authority": lambda _value: _("由监管转来"),
    "by_public": lambda _value: _("来自公开或外部渠道"),
}
