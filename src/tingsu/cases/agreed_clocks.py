"""Clocks that an effect starts: a time two people agreed, or the pack's rule for what just happened."""

from __future__ import annotations

from datetime import datetime

from tingsu.base.clock import local
from tingsu.cases import clocks
from tingsu.cases.errors import NotPossible
from tingsu.cases.models import Case, Deadline
from tingsu.cases.packs import pack_of
from tingsu.cases.rungs import set_next_rung
from tingsu.packs.procedure import Start
from tingsu.packs.schema import DeadlineRule


def start_agreed(case: Case, kind: str, due: datetime, words: str, *, at: datetime) -> Deadline:
    """A clock of ``kind`` that ends at ``due``, beside others of its kind; ``words`` say what it is for."""
    deadline = Deadline(
        case=case,
        kind=kind,
        rule={"id": "AGREED", "name": {"zh": "约定时限", "en": "Agreed time"}},
        started_at=at,
        safe_target=due,
        lawful_end=due,
        explanation=[f"{_day(at)}约定：{words}，不晚于{local(due):%Y年%-m月%-d日%H:%M}。"],
        note=words[:200],
    )
    set_next_rung(deadline)
    deadline.save()
    return deadline


def start_triggered(case: Case, kind: str, trigger: str, words: str, *, at: datetime) -> Deadline | None:
    """A clock under the pack's rule for ``trigger``, beside others of its kind; None where there is none."""
    deadline = _reckon(case, kind, trigger, at)
    if deadline is not None:
        deadline.note = words[:200]
        deadline.save()
    return deadline


def end_by_rule(case: Case, trigger: str, *, at: datetime) -> Deadline | None:
    """What the pack's rule for ``trigger`` says from ``at`` on, reckoned but not kept; None where there is no rule."""
    return _reckon(case, "reckoned", trigger, at)


def stop_clock(deadline: Deadline | None, *, at: datetime, judged: bool = True) -> None:
    """Stop one clock if it still runs: met or late, or, not ``judged``, dropped."""
    if deadline is None or deadline.state not in clocks.ACTIVE:
        return
    kept = Deadline.State.MET if at < deadline.lawful_end else Deadline.State.LATE
    deadline.state = kept if judged else Deadline.State.DROPPED
    deadline.stopped_at, deadline.next_rung_at = at, None
    deadline.save(update_fields=["state", "stopped_at", "next_rung_at"])


def restart_statute(case: Case, *, at: datetime) -> tuple[datetime, datetime]:
    """New facts: the statutory clock runs anew from ``at`` (CBIRC 2020 No. 3); returns its lawful end before and after.

    The new one is what a complaint received at ``at`` would get, whatever was extended or paused before; the earlier
    one is dropped. Raises NotPossible if none runs or the pack starts none at recording.
    """
    before = case.deadlines.filter(kind="statute", state__in=clocks.ACTIVE).last()
    starts = [start for start in clocks.starts_at_recording(case) if start.kind == "statute"]
    if before is None or not starts:
        raise NotPossible("没有正在计时的法定期限，不需要重新起算。")
    clocks.start_deadlines(case, starts, at=at)
    after = case.deadlines.filter(kind="statute", state__in=clocks.ACTIVE).last()
    if after is None:
        raise NotPossible("这一天没有有效的法定期限规则，请管理员检查方案包。")
    why = (
        f"{_day(at)}因客户提出新的事实重新起算；原期限自{_day(before.started_at)}起，原定{_day(before.lawful_end)}止。"
    )
    after.rule = {**after.rule, "history": [*after.rule.get("history", []), why]}
    after.explanation = [*after.explanation, why]
    after.save(update_fields=["rule", "explanation"])
    return before.lawful_end, after.lawful_end


def rule_for(case: Case, trigger: str, *, at: datetime) -> DeadlineRule | None:
    """The pack's rule for what just happened, in the version in force."""
    day = local(at).date()
    return next((rule for rule in pack_of(case).rules if rule.trigger == trigger and rule.is_in_force(day)), None)


def _reckon(case: Case, kind: str, trigger: str, at: datetime) -> Deadline | None:
    rule = rule_for(case, trigger, at=at)
    made = clocks.make_deadlines(case, [Start(rule=rule.id, kind=kind)], at=at) if rule else []
    return made[0] if made else None


def _day(at: datetime) -> str:
    return f"{local(at):%Y年%-m月%-d日}"
