"""The deadlines of a case: started, stopped, paused and extended under the pack's rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from tingsu.base.clock import local
from tingsu.calendars.deadlines import DueTime, Pause, Rule, compute
from tingsu.calendars.working_days import ChinaCalendar
from tingsu.cases.errors import NotPossible
from tingsu.cases.models import Case, Deadline
from tingsu.org.models import User
from tingsu.org.pack import active_pack
from tingsu.org.permissions import NotAllowed, roles_of
from tingsu.packs.schema import DeadlineRule, Start

ACTIVE = (Deadline.State.RUNNING, Deadline.State.PAUSED)


@cache
def site_calendar() -> ChinaCalendar:
    """China's working calendar with the years the pack adds."""
    pack = active_pack()
    return ChinaCalendar(extra_rest=frozenset(pack.extra_rest_days), extra_work=frozenset(pack.extra_work_days))


def make_deadlines(case: Case, starts: Iterable[Start], *, at: datetime) -> list[Deadline]:
    """The clocks that start at ``at``, not saved."""
    pack = active_pack()
    rules = ((start.kind, pack.rule(start.rule)) for start in starts)
    return [_make(case, kind, rule, at) for kind, rule in rules if rule is not None]


def start_deadlines(case: Case, starts: Iterable[Start], *, at: datetime) -> None:
    """Start clocks; a running clock of the same kind is dropped first, since the new one takes its place."""
    made = make_deadlines(case, starts, at=at)
    kinds = [deadline.kind for deadline in made]
    case.deadlines.filter(kind__in=kinds, state__in=ACTIVE).update(state=Deadline.State.DROPPED, stopped_at=at)
    Deadline.objects.bulk_create(made)


def stop_deadlines(case: Case, kinds: Iterable[str], *, at: datetime) -> list[Deadline]:
    """Stop the running clocks of these kinds: met before their lawful end, late from it on. Returns them."""
    wanted = list(kinds)
    stopped = list(case.deadlines.filter(kind__in=wanted, state__in=ACTIVE)) if wanted else []
    for deadline in stopped:
        deadline.state = Deadline.State.MET if at < deadline.lawful_end else Deadline.State.LATE
        deadline.stopped_at = at
        deadline.save(update_fields=["state", "stopped_at"])
    return stopped


def drop_deadlines(case: Case, *, at: datetime) -> None:
    """Stop every running clock without judging it: the procedure ended by withdrawal or merging."""
    case.deadlines.filter(state__in=ACTIVE).update(state=Deadline.State.DROPPED, stopped_at=at)


def extend_statute(case: Case, *, by: User, at: datetime) -> Deadline:
    """Lengthen the statutory clock to the rule that extends its own, from the same start.

    Raises NotPossible if no clock runs or no longer rule exists, NotAllowed if this person's roles may not extend it.
    """
    deadline = case.deadlines.filter(kind="statute", state__in=ACTIVE).first()
    if deadline is None:
        raise NotPossible("没有正在计时的法定期限，不需要延期。")
    pack = active_pack()
    longer = next((r for r in pack.rules if r.extends == deadline.rule["id"]), None)
    if longer is None:
        raise NotPossible(f"法定期限已按 {deadline.rule['id']} 延至最长，不能再延。请尽快答复客户。")
    if not roles_of(by) & set(longer.extend_by):
        raise NotAllowed(f"延长至{longer.limit}日", [r.name.zh for r in pack.roles if r.id in longer.extend_by])
    deadline.rule = longer.model_dump(mode="json")
    _recompute(deadline, at)
    return deadline


def pause_deadlines(case: Case, why: str, *, at: datetime) -> None:
    """Stop the clocks whose rule allows the ground ``why``. Raises NotPossible if none does."""
    paused = [d for d in case.deadlines.filter(state=Deadline.State.RUNNING) if why in d.rule.get("pause_on", [])]
    if not paused:
        raise NotPossible("正在计时的期限都不允许因这一事由暂停。")
    for deadline in paused:
        deadline.pauses = [*deadline.pauses, {"start": at.isoformat(), "end": None, "reason": why}]
        deadline.state = Deadline.State.PAUSED
        _recompute(deadline, at)


def resume_deadlines(case: Case, *, at: datetime) -> None:
    """Let the paused clocks run on. Raises NotPossible if none is paused."""
    paused = list(case.deadlines.filter(state=Deadline.State.PAUSED))
    if not paused:
        raise NotPossible("没有处于暂停的期限。")
    for deadline in paused:
        deadline.pauses = [{**pause, "end": pause["end"] or at.isoformat()} for pause in deadline.pauses]
        deadline.state = Deadline.State.RUNNING
        _recompute(deadline, at)


def start_promise(case: Case, promised_at: datetime, words: str, *, at: datetime) -> Deadline:
    """Put a promise to the customer on the clock: kept whatever the progress (source 002-01)."""
    if promised_at <= at:
        raise NotPossible("承诺的时间要晚于现在。")
    return Deadline.objects.create(
        case=case,
        kind="promise",
        rule={"id": "PROMISE", "name": {"zh": "对客户的承诺", "en": "Promise to the customer"}},
        started_at=at,
        safe_target=promised_at,
        lawful_end=promised_at,
        explanation=[
            f"{local(at):%Y年%-m月%-d日}向客户承诺：{words}，不晚于{local(promised_at):%Y年%-m月%-d日%H:%M}。"
        ],
        note=words[:200],
    )


def nearest_due(case: Case) -> datetime | None:
    """The nearest safe target among the clocks that run."""
    running = case.deadlines.filter(state=Deadline.State.RUNNING)
    return running.order_by("safe_target").values_list("safe_target", flat=True).first()


def _make(case: Case, kind: str, rule: DeadlineRule, at: datetime) -> Deadline:
    deadline = Deadline(case=case, kind=kind, rule=_as_kept(rule.id), started_at=at)
    _set_due(deadline, at)
    return deadline


@cache
def _as_kept(rule_id: str) -> dict[str, Any]:
    """A rule of the pack as a deadline keeps it; never changed in place."""
    rule = active_pack().rule(rule_id)
    return rule.model_dump(mode="json") if rule else {}


def _recompute(deadline: Deadline, at: datetime) -> None:
    _set_due(deadline, at)
    deadline.save()


def _set_due(deadline: Deadline, at: datetime) -> DueTime:
    pauses = [_pause(p) for p in deadline.pauses]
    due = compute(_rule(deadline.rule), start=deadline.started_at, calendar=site_calendar(), pauses=pauses, now=at)
    deadline.safe_target, deadline.lawful_end = due.safe_target, due.lawful_end
    deadline.explanation = list(due.steps)
    return due


def _pause(data: dict[str, Any]) -> Pause:
    end = datetime.fromisoformat(data["end"]) if data["end"] else None
    return Pause(datetime.fromisoformat(data["start"]), end, data["reason"])


def _rule(data: dict[str, Any]) -> Rule:
    return Rule(
        id=data["id"],
        limit=data["limit"],
        unit=data["unit"],
        name=data["name"]["zh"],
        trigger=data["trigger"],
        source=data["source"],
        verified=data["verified"],
        pause_on=tuple(data["pause_on"]),
        extends=data["extends"],
    )
