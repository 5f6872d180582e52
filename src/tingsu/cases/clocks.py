"""The deadlines of a case: started, stopped, paused and extended under the pack's rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import transaction

from tingsu.base.clock import local
from tingsu.calendars.deadlines import Pause, compute
from tingsu.calendars.rules import PAUSE_WORDS
from tingsu.cases.composing import PLACE, WORD, Change, Composed
from tingsu.cases.errors import NotPossible
from tingsu.cases.inserting import insert
from tingsu.cases.models import Case, Deadline
from tingsu.cases.packs import held_value, pack_of
from tingsu.cases.rungs import set_next_rung
from tingsu.cases.site_days import site_calendar
from tingsu.org.models import User
from tingsu.org.permissions import NotAllowed, roles_of
from tingsu.packs.procedure import Start
from tingsu.packs.rules import as_rule, longer_rule, rule_as_kept
from tingsu.packs.schema import DeadlineRule, Pack

ACTIVE = (Deadline.State.RUNNING, Deadline.State.PAUSED)
PROMISES = ("promise", "pledge")  # to answer by a time; to have something done by a time


def make_deadlines(case: Case, starts: Iterable[Start], *, at: datetime) -> list[Deadline]:
    """The clocks that start at ``at``, not saved; each under the version of its rule in force on that day.

    On a day on which a rule is not in force, it starts no clock.
    """
    pack = pack_of(case)
    rules = ((start.kind, _version(pack, start.rule, at)) for start in starts)
    return [_make(case, kind, rule, at) for kind, rule in rules if rule is not None]


def starts_at_recording(case: Case) -> list[Start]:
    """The clocks the pack starts for a case recorded like this one: who passed it on may bring one of its own."""
    starts = pack_of(case).process.begins_starts
    return [s for s in starts if all(held_value(case, name) == wanted for name, wanted in s.when.items())]


def start_deadlines(case: Case, starts: Iterable[Start], *, at: datetime) -> None:
    """Start clocks; a running clock of the same kind is dropped first, since the new one takes its place."""
    made = make_deadlines(case, starts, at=at)
    for kind in {deadline.kind for deadline in made}:
        drop_kind(case, kind, at=at)
    for deadline in made:
        insert(deadline)


def stop_deadlines(case: Case, kinds: Iterable[str], *, at: datetime) -> list[Deadline]:
    """Stop the running clocks of these kinds: met before their lawful end, late from it on. Returns them."""
    wanted = list(kinds)
    stopped = [deadline for deadline in _ACTIVE.all(case.pk) if deadline.kind in wanted] if wanted else []
    for deadline in stopped:
        deadline.state = Deadline.State.MET if at < deadline.lawful_end else Deadline.State.LATE
        deadline.stopped_at, deadline.next_rung_at = at, None
        _STOP_ONE.run((deadline.state, at, None), deadline.pk)
    return stopped


def drop_kind(case: Case, kind: str, *, at: datetime) -> int:
    """Stop the clocks of one kind without judging them; returns how many ran."""
    return _STOP_KIND.run(_dropped(at), case.pk, kind)


def drop_deadlines(case: Case, *, at: datetime) -> None:
    """Stop every running clock without judging it: the procedure ended by withdrawal or merging."""
    _STOP_ALL.run(_dropped(at), case.pk)


def extend_statute(case: Case, *, by: User, at: datetime) -> Deadline:
    """Lengthen the statutory clock to the rule that extends its own, from the same start.

    Raises NotPossible if no clock runs or no longer rule exists, NotAllowed if this person's roles may not extend it.
    """
    deadline = case.deadlines.filter(kind="statute", state__in=ACTIVE).first()
    if deadline is None:
        raise NotPossible("没有正在计时的法定期限，不需要延期。")
    pack = pack_of(case)
    longer = longer_rule(pack.rules, deadline.rule["id"], on=_first_day(deadline))
    if longer is None:
        raise NotPossible(f"法定期限已按 {deadline.rule['id']} 延至最长，不能再延。请尽快答复客户。")
    if not roles_of(by) & set(longer.extend_by):
        raise NotAllowed(f"延长至{longer.limit}日", [r.name.zh for r in pack.roles if r.id in longer.extend_by])
    _go_over(deadline, longer, f"经{by}批准，{_told_day(at)}由{deadline.rule['id']}延长至{longer.id}", at)
    return deadline


def move_to_rule(case: Case, kind: str, rule: DeadlineRule, *, by: User, at: datetime) -> Deadline:
    """Put a running clock under another version of its rule, from the same start and with the same pauses.

    Else a running clock keeps the version it began with. The caller holds the case, seals the event and asks who may.
    Raises NotPossible if no clock of this kind runs under a rule of this id.
    """
    deadline = case.deadlines.filter(kind=kind, state__in=ACTIVE).first()
    if deadline is None or deadline.rule.get("id") != rule.id:
        raise NotPossible(f"没有按 {rule.id} 正在计时的期限，不需要改按新版本计算。")
    _go_over(deadline, rule, f"经{by}于{_told_day(at)}改按自{rule.valid_from or '不限日期'}起有效的版本计算", at)
    return deadline


def recount_deadlines(first: date, last: date, *, at: datetime) -> int:
    """Compute again every running clock that spans a day in [first, last], once the calendar knows more of them.

    Each case in a transaction of its own, which also moves its next due time. Returns how many clocks changed.
    """
    spanning = Deadline.objects.filter(state__in=ACTIVE, started_at__date__lte=last, lawful_end__date__gte=first)
    rows = spanning.exclude(kind__in=PROMISES).order_by("case_id", "id").values_list("case_id", "id")
    return sum(_recount(pk, [row[1] for row in of_case], at) for pk, of_case in groupby(list(rows), lambda row: row[0]))


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
    """Let the paused clocks run on. Raises NotPossible if none is paused.

    Where another machine's clock is ahead and ``at`` lies before the pause began, the pause took no time.
    """
    paused = list(case.deadlines.filter(state=Deadline.State.PAUSED))
    if not paused:
        raise NotPossible("没有处于暂停的期限。")
    for deadline in paused:
        deadline.pauses = [{**pause, "end": pause["end"] or _end_of(pause, at)} for pause in deadline.pauses]
        deadline.state = Deadline.State.RUNNING
        _recompute(deadline, at)


def start_promise(case: Case, promised_at: datetime, words: str, *, at: datetime, kind: str = PROMISES[0]) -> Deadline:
    """Put a promise to the customer on the clock: kept whatever the progress (source 002-01)."""
    if promised_at <= at:
        raise NotPossible("承诺的时间要晚于现在。")
    deadline = Deadline(
        case=case,
        kind=kind,
        rule={"id": "PROMISE", "name": {"zh": "对客户的承诺", "en": "Promise to the customer"}},
        started_at=at,
        safe_target=promised_at,
        lawful_end=promised_at,
        explanation=[
            f"{local(at):%Y年%-m月%-d日}向客户承诺：{words}，不晚于{local(promised_at):%Y年%-m月%-d日%H:%M}。"
        ],
        note=words[:200],
    )
    set_next_rung(deadline)
    deadline.save()
    return deadline


def last_clock(case: Case, kind: str) -> Deadline | None:
    """The latest clock of a kind that ran and was not dropped."""
    return _OF_KIND.last(case.pk, kind)


def active_clocks(case: Case) -> list[Deadline]:
    """The clocks that run or stand still, the first one first."""
    return _ACTIVE.all(case.pk)


def nearest_due(case: Case) -> datetime | None:
    """The nearest safe target among the clocks that run."""
    return min((deadline.safe_target for deadline in _RUNNING.all(case.pk)), default=None)


_ACTIVE = Composed(lambda: Deadline.objects.filter(case=PLACE, state__in=ACTIVE))
_RUNNING = Composed(lambda: Deadline.objects.filter(case=PLACE, state=Deadline.State.RUNNING).only("safe_target"))
_STOPPED = ("state", "stopped_at", "next_rung_at")
_STOP_ONE = Change(lambda: Deadline.objects.filter(pk=PLACE), *_STOPPED)
_STOP_KIND = Change(lambda: Deadline.objects.filter(case=PLACE, kind=WORD, state__in=ACTIVE), *_STOPPED)
_STOP_ALL = Change(lambda: Deadline.objects.filter(case=PLACE, state__in=ACTIVE), *_STOPPED)
_OF_KIND = Composed(lambda: Deadline.objects.filter(case=PLACE, kind=WORD).exclude(state=Deadline.State.DROPPED))


def _version(pack: Pack, rule_id: str, at: datetime) -> DeadlineRule | None:
    newest = pack.rule(rule_id)
    return pack.rule(rule_id, on=at.astimezone(as_rule(newest).zone).date()) if newest else None


def _make(case: Case, kind: str, rule: DeadlineRule, at: datetime) -> Deadline:
    deadline = Deadline(case=case, kind=kind, rule=rule.model_dump(mode="json"), started_at=at)
    _set_due(deadline, at)
    return deadline


def _go_over(deadline: Deadline, rule: DeadlineRule, why: str, at: datetime) -> None:
    """The whole limit of ``rule`` from the clock's own start; ``why`` stays in its explanation."""
    deadline.rule = {**rule.model_dump(mode="json"), "history": [*deadline.rule.get("history", []), why]}
    _recompute(deadline, at)


def _recompute(deadline: Deadline, at: datetime) -> None:
    _set_due(deadline, at)
    deadline.save()


def _recount(case_pk: int, deadlines: Sequence[int], at: datetime) -> int:
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_pk)
        changed = 0
        for deadline in case.deadlines.filter(pk__in=deadlines, state__in=ACTIVE):
            if "limit" not in deadline.rule:  # a time that was agreed, not reckoned
                continue
            before = (deadline.safe_target, deadline.lawful_end, deadline.explanation)
            _set_due(deadline, at)
            if before != (deadline.safe_target, deadline.lawful_end, deadline.explanation):
                deadline.save()
                changed += 1
        if changed:
            case.next_due = nearest_due(case)
            case.save(update_fields=["next_due"])
    return changed


def _set_due(deadline: Deadline, at: datetime) -> None:
    """Ends and explanation under the rule the clock keeps, with its pauses; an open pause lasts until ``at``."""
    pack, rule = pack_of(deadline.case), rule_as_kept(deadline.rule)
    pauses = [_pause(p, pack) for p in deadline.pauses]
    calendar = site_calendar(rule.jurisdiction, pack)
    due = compute(rule, start=deadline.started_at, calendar=calendar, pauses=pauses, now=at)
    deadline.safe_target, deadline.lawful_end = due.safe_target, due.lawful_end
    deadline.explanation = [*due.steps, *deadline.rule.get("history", [])]
    set_next_rung(deadline)


def _pause(data: dict[str, Any], pack: Pack) -> Pause:
    end = datetime.fromisoformat(data["end"]) if data["end"] else None
    grounds = (choice for taxonomy in pack.taxonomies if taxonomy.id == "pause_reason" for choice in taxonomy.values)
    named = next((choice.name.zh for choice in grounds if choice.id == data["reason"] and choice.name), "")
    return Pause(datetime.fromisoformat(data["start"]), end, data["reason"], PAUSE_WORDS.get(data["reason"], named))


def _end_of(pause: dict[str, Any], at: datetime) -> str:
    return max(at, datetime.fromisoformat(pause["start"])).isoformat()


def _first_day(deadline: Deadline) -> date:
    return deadline.started_at.astimezone(rule_as_kept(deadline.rule).zone).date()


def _told_day(at: datetime) -> str:
    return f"{local(at):%Y年%-m月%-d日}"


def _dropped(at: datetime) -> tuple[Any, ...]:
    return (Deadline.State.DROPPED, at, None)
