"""`tingsu clock`: when a rule's clock runs out, and why; it needs no site and touches no case."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from tingsu.base.clock import is_plausible
from tingsu.base.errors import TingsuError
from tingsu.calendars.deadlines import DueTime, Pause, compute, extend
from tingsu.calendars.explain import length
from tingsu.calendars.notices import NoticeDay, notices_at, put_together, read_notice
from tingsu.calendars.places import in_zone
from tingsu.calendars.rules import PAUSE_WORDS, RuleNotInForce
from tingsu.calendars.working_days import WorkingCalendar, calendar_of
from tingsu.packs.loader import SHIPPED, PackError, load_pack
from tingsu.packs.rules import SHARED, Named, all_rules, as_rule, longer_rule, name_rule, notice_days
from tingsu.packs.schema import DeadlineRule, Pack

USUAL_GROUND = "appraisal"


class NotUnderstood(TingsuError):
    """A word of the command is no date, moment or stretch."""

    code = "not_understood"


class NoLongerRule(TingsuError):
    """A rule was to be extended more often than its pack allows."""

    code = "no_longer_rule"

    def __init__(self, rule: DeadlineRule) -> None:
        self.rule = rule.id
        super().__init__(
            f"{rule.id}（{rule.name.zh}）没有可以延长到的规则，期限不能再延。请去掉 --extend，或少写一次。"
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """One due time with everything worth saying about it."""

    due: DueTime
    rule: DeadlineRule
    base: DeadlineRule
    named: Named
    longer: DeadlineRule | None
    roles: dict[str, str]
    ignored: list[str]
    notes: list[str]


def clock(
    rule: Annotated[str, typer.Argument(help="时限规则的编号，如 CN-NFRA-1、CN-PBC-1、UK-3、SEED-1；大小写不限。")],
    variant: Annotated[str, typer.Argument(help="一个编号分成几条时选哪条，如 CN-NFRA-4 decide。")] = "",
    start: Annotated[str, typer.Option("--from", help="从何时起算：2026-09-25、2026-09-25T10:00，可带时区。")] = "",
    pause: Annotated[
        list[str] | None,
        typer.Option(help="停表的一段：停表时刻..恢复时刻；只写日期按0:00；还没恢复写「A..」。可写多次。"),
    ] = None,
    ground: Annotated[str, typer.Option(help="停表的事由；不写则用本规则允许的事由。")] = "",
    extend: Annotated[int, typer.Option("--extend", count=True, help="延长到下一条规则；写两次延两级。")] = 0,
    on: Annotated[str, typer.Option(help="用哪一天有效的规则版本；不写则用起算那天的。")] = "",
    pack: Annotated[str, typer.Option(help="先在哪个方案包里找规则；不写则用环境变量 TINGSU_PACK。")] = "",
    calendar: Annotated[str, typer.Option(help="只用于这一次的放假安排：CSV 或 ICS 文件，或一个方案包的名字。")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
) -> None:
    """算一个时限：前两行是法定到期、稳妥目标（ISO 8601），后面说明怎么算的。"""
    if not start:
        raise NotUnderstood("请用 --from 写明从何时起算，如 --from 2026-09-25T10:00。")
    home_pack = pack or os.environ.get("TINGSU_PACK", "bank")
    named = name_rule(all_rules([*_pack_roots(), SHIPPED], home_pack), f"{rule}-{variant}")
    begun = _moment(start, "--from")
    day = _moment(on, "--on").date() if on else in_zone(begun, as_rule(named.versions[0]).zone).date()
    base = _in_force(named, day)
    asked = _climb(base, named, extend, day)
    brought_by, notes = _pack_of_rule(named, home_pack)
    pauses = [_pause(words, asked, ground, brought_by) for words in pause or []]
    due = _compute(base, asked, begun, _calendar(asked, brought_by, calendar), pauses)
    answer = Answer(
        due=due,
        rule=asked,
        base=base,
        named=named,
        longer=longer_rule(named.rules, asked.id, on=day),
        roles={role.id: role.name.zh for role in brought_by.roles} if brought_by else {},
        ignored=[p.told for p in pauses if p.reason not in asked.pause_on],
        notes=[*notes, *_without_time(start, asked), *_outside(pauses, due, asked)],
    )
    typer.echo(json.dumps(_as_json(answer), ensure_ascii=False, indent=2) if as_json else "\n".join(_as_lines(answer)))


def _pack_roots() -> list[Path]:
    return [Path(p) for p in os.environ.get("TINGSU_PACK_PATHS", "").split(os.pathsep) if p]


def _in_force(named: Named, day: date) -> DeadlineRule:
    fitting = [rule for rule in named.versions if rule.is_in_force(day)]
    if fitting:
        return fitting[-1]
    error = RuleNotInForce(named.versions[0].id, day)
    spans = "；".join(f"{v.valid_from or '不限'} 至 {v.valid_to or '今'}" for v in named.versions)
    error.message = (
        f"{named.versions[0].id} 在 {day} 没有有效的版本（有效期：{spans}）。请核对起算日，或用 --on 指定日期。"
    )
    raise error


def _climb(rule: DeadlineRule, named: Named, times: int, day: date) -> DeadlineRule:
    for _ in range(times):
        longer = longer_rule(named.rules, rule.id, on=day)
        if longer is None:
            raise NoLongerRule(rule)
        rule = longer
    return rule


def _compute(
    base: DeadlineRule, asked: DeadlineRule, begun: datetime, days: WorkingCalendar, pauses: list[Pause]
) -> DueTime:
    if asked.extends == base.id:
        return extend(as_rule(base), as_rule(asked), start=begun, calendar=days, pauses=pauses)
    return compute(as_rule(asked), start=begun, calendar=days, pauses=pauses)


def _pack_of_rule(named: Named, home_pack: str) -> tuple[Pack | None, list[str]]:
    """The pack whose roles and extra rest days go with the rule; shared rules take the site's own."""
    for name in dict.fromkeys((named.pack, home_pack)):
        try:
            return load_pack(name, tuple(_pack_roots())), []
        except PackError:
            continue
    return None, [f"方案包「{home_pack}」有错误，没有用上它的角色名称和放假安排；请运行 tingsu pack check"]


def _calendar(rule: DeadlineRule, pack: Pack | None, more: str) -> WorkingCalendar:
    of_pack = notice_days(pack) if pack else []
    of_site = notices_at(Path(os.environ.get("TINGSU_HOME", "var")))
    return calendar_of(rule.jurisdiction, put_together(put_together(of_pack, of_site), _notice(more, rule)))


def _notice(said: str, rule: DeadlineRule) -> list[NoticeDay]:
    """The days of a notice's file, else of the pack called ``said``."""
    if not said:
        return []
    try:
        if not Path(said).is_file():
            return notice_days(load_pack(said, tuple(_pack_roots())))
        return read_notice(Path(said).read_text(encoding="utf-8-sig"), place=rule.jurisdiction)
    except PackError:
        raise NotUnderstood(f"--calendar：没有文件 {said}，也没有能用的方案包叫这个名字。请检查路径。") from None
    except (OSError, UnicodeDecodeError) as error:
        raise NotUnderstood(f"读不了放假安排 {said}（{error}）。请检查路径，并另存为 UTF-8。") from None


def _pause(words: str, rule: DeadlineRule, ground: str, pack: Pack | None) -> Pause:
    first, dots, last = words.partition("..")
    if not dots or not first:
        raise NotUnderstood(f"--pause 要写成 停表时刻..恢复时刻，如 2026-09-28..2026-10-03，这里是「{words}」。")
    start, end = _moment(first, "--pause"), _moment(last, "--pause") if last else None
    reason = ground or next(iter(rule.pause_on), USUAL_GROUND)
    known = {choice.id: choice.name.zh if choice.name else choice.id for choice in _grounds(pack)}
    reason = next((key for key, name in known.items() if reason in (key, name)), reason)
    return Pause(start, end, reason, known.get(reason, PAUSE_WORDS.get(reason, reason)))


def _grounds(pack: Pack | None) -> list[Any]:
    return [choice for t in (pack.taxonomies if pack else []) if t.id == "pause_reason" for choice in t.values]


def _moment(said: str, option: str) -> datetime:
    """A moment as typed; a date alone is its 0:00, and 24:00 the next day's."""
    words = said.strip().replace("/", "-").upper().replace(" ", "T", 1)
    ends_day = re.fullmatch(r"(\d{4}-\d\d-\d\d)T24:00(:00)?(Z|[+-].*)?", words)
    if ends_day:
        words = f"{ends_day[1]}T00:00{ends_day[3] or ''}"
    try:
        moment = datetime.fromisoformat(words) + timedelta(days=1 if ends_day else 0)
    except (ValueError, OverflowError):
        raise NotUnderstood(
            f"{option} 看不懂「{said}」。请写成 2026-09-25 或 2026-09-25T10:00，可带 Z 或 +08:00。"
        ) from None
    if not is_plausible(moment):
        raise NotUnderstood(f"{option} 的年份 {moment.year} 不像是真的，请核对。")
    return moment


def _outside(pauses: list[Pause], due: DueTime, rule: DeadlineRule) -> list[str]:
    """A pause before the start or after the end changes nothing, and is most likely a slip of the pen."""
    zone = as_rule(rule).zone
    spans = [(in_zone(p.start, zone), in_zone(p.end, zone) if p.end else due.lawful_end) for p in pauses]
    beside = [start for start, end in spans if start >= due.lawful_end or end <= due.start]
    return [f"{start:%Y-%m-%d %H:%M} 起的暂停不在计时期间内，没有影响，请核对日期" for start in beside]


def _without_time(start: str, rule: DeadlineRule) -> list[str]:
    is_hours = rule.unit in ("hour", "office_hour")
    return ["--from 没有写时刻，按当天 0:00 起算"] if is_hours and ":" not in start else []


def _as_lines(answer: Answer) -> list[str]:
    due, rule, pack = answer.due, answer.rule, answer.named.pack
    return [
        due.lawful_end.isoformat(),
        due.safe_target.isoformat(),
        "",
        "第一行是法定到期，第二行是稳妥目标；24:00 记作次日零点。",
        f"{rule.id}　{rule.name.zh}（{'共用规则' if pack == SHARED else f'方案包 {pack}'}）",
        *(f"· {step}" for step in [*due.steps, *_about(answer)]),
    ]


def _about(answer: Answer) -> list[str]:
    """What the due time alone does not say: ladder, source, versions, other readings of the word."""
    rule, said = answer.rule, list(answer.notes)
    if rule is not answer.base:
        said.append(f"已从{answer.base.id}延长到{rule.id}：{_terms(rule, answer.roles)}")
    if answer.longer:
        how = f"{length(as_rule(answer.longer))}，{_terms(answer.longer, answer.roles)}"
        said.append(f"还可延长到{answer.longer.id}（{how}），加 --extend 计算")
    told = {rule.id, answer.longer.id if answer.longer else ""}
    if others := [other for other in answer.named.others if other not in told]:
        said.append(f"同一编号下还有：{'、'.join(others)}")
    said.append(f"依据：{rule.source}（{'已核对原文' if rule.verified else '待核'}）")
    if rule.valid_from or rule.valid_to:
        said.append(f"本版本自{rule.valid_from or '不限'}起有效" + (f"，至{rule.valid_to}" if rule.valid_to else ""))
    return said


def _terms(rule: DeadlineRule, roles: dict[str, str]) -> str:
    who = "或".join(roles.get(role, role) for role in rule.extend_by) or "有权人"
    return f"须{who}批准，{'须告知客户' if rule.notice_required else '不要求另行告知客户'}"


def _as_json(answer: Answer) -> dict[str, Any]:
    due, rule = answer.due, answer.rule
    return {
        "rule": rule.id,
        "name": rule.name.zh,
        "pack": answer.named.pack,
        "from": due.start.isoformat(),
        "lawful": due.lawful_end.isoformat(),
        "safe": due.safe_target.isoformat(),
        "limit": rule.limit,
        "unit": rule.unit,
        "jurisdiction": rule.jurisdiction,
        "time_zone": str(as_rule(rule).zone),
        "shifted": due.shifted,
        "calendar_known": due.calendar_known,
        "paused": _duration(due.paused),
        "paused_seconds": int(due.paused.total_seconds()),
        "standing_still": due.standing_still,
        "pauses_without_effect": answer.ignored,
        "extended_from": answer.base.id if rule is not answer.base else None,
        "extend_by": rule.extend_by,
        "notice_required": rule.notice_required,
        "can_extend_to": answer.longer.id if answer.longer else None,
        "verified": rule.verified,
        "source": rule.source,
        "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "alternatives": list(answer.named.others),
        "explanation": [*due.steps, *_about(answer)],
    }


def _duration(time: timedelta) -> str:
    """ISO 8601: P3D, PT2H30M."""
    hours, seconds = divmod(time.seconds, 3600)
    clock_part = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (seconds // 60, "M"), (seconds % 60, "S")) if n)
    days = f"{time.days}D" if time.days or not clock_part else ""
    return f"P{days}" + (f"T{clock_part}" if clock_part else "")
