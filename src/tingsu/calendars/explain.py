"""The reasons behind a due time, one Chinese sentence each, for the auditor who asks "why the 24th?"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from tingsu.calendars import places
from tingsu.calendars.rules import Rule
from tingsu.calendars.standstills import Standstill

UNIT_WORDS = {
    "calendar_day": "个自然日",
    "business_day": "个工作日",
    "hour": "小时",
    "office_hour": "个办公小时",
    "week": "周",
    "year": "年",
}
TRIGGER_WORDS = {
    "received": "收到",
    "filed": "登记",
    "decision_received": "收到处理决定",
    "review_requested": "收到核查申请",
    "regulator_transfer": "收到监管转送",
    "pbc_transfer": "收到人民银行转交",
    "leak_found": "发现泄露",
    "closed": "办结",
    "sms_sent": "短信发出",
}
INSTANT = timedelta(microseconds=1)


def last_moment(end: datetime) -> datetime:
    """The last moment inside a period whose exclusive end is ``end``."""
    return end - INSTANT


def format_end(end: datetime, *, with_year: bool = False) -> str:
    """An end as Chinese rules write it: midnight is 24:00 of the day before. "11月24日 24:00"."""
    if end.time() == time.min:
        return f"{_date(last_moment(end).date(), with_year)} 24:00"
    return f"{_date(end.date(), with_year)} {end:%H:%M}"


def length(rule: Rule) -> str:
    """How long the rule gives: "15个自然日"."""
    return f"{rule.limit}{UNIT_WORDS[rule.unit]}"


def opening(rule: Rule, begin: datetime, extra_days: int) -> list[str]:
    event = TRIGGER_WORDS.get(rule.trigger, "起算事件发生")
    whole = f"{length(rule)}（{rule.id}）"
    if rule.unit == "office_hour":
        first = f"自{_moment(begin, with_year=True)}{event}时起{whole}，只计工作日{_office(rule)}"
    elif rule.unit == "hour":
        first = f"自{_moment(begin, with_year=True)}{event}时起{whole}，从起算时刻连续计算，不因休息日顺延"
    else:
        first = f"自{_date(begin.date(), True)}{event}之日起{whole}，{event}当日不计"
    steps = [first]
    if rule.jurisdiction != "CN":
        steps.append(f"按{places.name_of(rule.jurisdiction)}当地时间（{rule.zone}）计算")
    if rule.extends:
        steps.append(f"本期限由{rule.extends}延长而来，{length(rule)}为连同原期限的总长")
    if extra_days:
        by_work = rule.unit in ("business_day", "office_hour")
        steps.append(f"另经批准延长{extra_days}{'个工作日' if by_work else '日'}")
    if not rule.verified:
        steps.append("本规则尚未与原文核对，使用前请确认")
    return steps


def ignored(reasons: Sequence[str]) -> list[str]:
    """``reasons`` are the pauses that do not stop this clock."""
    if not reasons:
        return []
    return [f"“{'”“'.join(reasons)}”不是本时限的暂停事由，照常计算"]


def hours_paused(standstills: Sequence[Standstill]) -> list[str]:
    return [f"{_stretch(still)}，不计入" for still in standstills]


def days_paused(standstills: Sequence[Standstill], skipped: Sequence[date]) -> list[str]:
    return [_days_of(still, skipped) for still in standstills]


def hours_end(end: datetime) -> str:
    return f"届满时刻为{format_end(end, with_year=True)}"


def last_day(rule: Rule, extra_days: int, last: date, safe: date, closing: datetime) -> list[str]:
    """``closing`` is the end of ``last``; ``safe`` differs from it when the clock stood still at that instant."""
    count = rule.limit + extra_days
    words = {"calendar_day": f"第{count}日", "business_day": f"第{count}个工作日"}
    steps = [f"{words.get(rule.unit, '期间最后一日')}为{_date(last)}，至{format_end(closing)}届满"]
    if safe > last:
        steps.append(f"届满时时钟仍在停走，顺延至恢复后的{_date(safe)}")
    return steps


def shift(safe: date, lawful: date, safe_target: datetime) -> list[str]:
    if lawful == safe:
        return []
    moved = f"{_date(safe)}为休息日，法定到期日顺延至其后的工作日{_date(lawful)}"
    return [f"{moved}；稳妥目标不顺延，仍为{format_end(safe_target)}"]


def fallback(rule: Rule, unknown: date | None) -> list[str]:
    if unknown is None:
        return []
    if rule.jurisdiction != "CN":
        place = f"{places.name_of(rule.jurisdiction)}{unknown.year}年"
        return [f"{place}公众假日尚未载入，暂按周一至周五为工作日计算，结果只会偏早、不会偏晚"]
    return [f"{unknown.year}年放假安排尚未载入，暂按周一至周五为工作日计算，载入后请重新计算"]


def days_end(lawful_end: datetime, safe_target: datetime) -> str:
    if lawful_end == safe_target:
        return f"法定到期与稳妥目标同为{format_end(lawful_end, with_year=True)}"
    return f"法定到期{format_end(lawful_end, with_year=True)}，稳妥目标{format_end(safe_target, with_year=True)}"


def _days_of(still: Standstill, skipped: Sequence[date]) -> str:
    lost = [day for day in skipped if still.begins.date() <= day <= still.resumes.date()]
    if not lost:
        return f"{_stretch(still)}，没有停满一个应计的整日，不扣除天数"
    dates = _date(lost[0]) if len(lost) == 1 else f"{_date(lost[0])}至{_date(lost[-1])}"
    return f"{_stretch(still)}，其中停满整日的{len(lost)}天（{dates}）不计入"


def _stretch(still: Standstill) -> str:
    reasons = "、".join(still.reasons)
    if still.is_open:
        return f"{reasons}自{_moment(still.begins)}起暂停，至今未恢复，暂按{_moment(still.resumes)}恢复估算"
    return f"{reasons}自{_moment(still.begins)}至{_moment(still.resumes)}暂停"


def _office(rule: Rule) -> str:
    opens, closes = rule.office_hours or (time.min, time.max)
    return f"{opens:%H:%M}至{closes:%H:%M}"


def _moment(moment: datetime, *, with_year: bool = False) -> str:
    return f"{_date(moment.date(), with_year)}{moment:%H:%M}"


def _date(day: date, with_year: bool = False) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if with_year else f"{day.month}月{day.day}日"
