"""Several units on one case (联合办理): tasks with their own clocks, meetings, transfers of the lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tingsu.base.clock import local
from tingsu.cases.access import is_visible, reaches_unit, require_handler_at
from tingsu.cases.agreed_clocks import end_by_rule, start_agreed, start_triggered, stop_clock
from tingsu.cases.composing import PLACE, Composed
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.kept_rows import change_row, keep_row, numbered
from tingsu.cases.models import Case, Event
from tingsu.cases.tables import Meeting, UnitTask
from tingsu.org.models import Unit, User
from tingsu.org.permissions import NotAllowed

if TYPE_CHECKING:
    from tingsu.cases.effects import Doing
    from tingsu.cases.guards import Attempt

CLOCK = "support"
ASKED_BY_RULE = "support_asked"  # trigger of the pack's rule for how long a supporting unit has
UNASKED = "请就涉及本部门的事项协助查明，并回复主办部门。"


@dataclass(frozen=True, slots=True)
class Transfer:
    """The lead handed on: by whom, from which unit to which, why; ``back`` where the unit had led before (推诿)."""

    at: datetime
    by: str
    came_from: str
    to: str
    reason: str
    back: bool


def ask_support(doing: Doing) -> None:
    """Give every supporting unit named a task with a clock of its own, unless it has one open or leads itself."""
    busy = {task.unit_id for task in open_tasks(doing.case)} | {doing.case.lead_unit_id}
    for unit in doing.values.get("support_units", []):
        if unit.pk not in busy:
            busy.add(unit.pk)
            _give(doing, unit, doing.values.get("reason") or UNASKED, doing.values.get("support_due"))


def add_support(doing: Doing) -> None:
    """One more unit supports the case, asked one thing by a time."""
    unit = doing.values["unit"]
    if unit.pk == doing.case.lead_unit_id:
        raise NotPossible(f"{unit.name}是主办部门，不能再作协办。")
    if any(task.unit_id == unit.pk and task.owner_id is None for task in open_tasks(doing.case)):
        raise NotPossible(f"{unit.name}还有未回复的协办事项，请等回复或收回后再派。")
    doing.case.support_units.add(unit)
    _give(doing, unit, doing.values["asked"], doing.values.get("support_due"))


def keep_meeting(doing: Doing) -> None:
    """File a joint meeting and its minutes (立会)."""
    values = doing.values
    if values["held_at"] > doing.at:
        raise Incomplete({"held_at": "「会议时间」不能晚于现在，请在会后登记"})
    if len(values["people"]) > 300:
        raise Incomplete({"people": "「参加人」最多 300 字"})
    row = Meeting(held_at=values["held_at"], people=values["people"], agreed=values["agreed"], by=doing.by, at=doing.at)
    keep_row(row, doing.case, doing.said)


def give_task(doing: Doing) -> None:
    """Give one person something to do by a time, as a meeting agreed where its number is named."""
    owner: User = doing.values["owner"]
    if owner.unit is None or not is_visible(doing.case, by=owner):
        raise Incomplete({"owner": f"{owner}看不到本工单，请先把所在部门加为协办"})
    meeting = None
    if doing.values.get("meeting"):
        meeting = numbered(doing.case.meetings.all(), doing.values["meeting"], "meeting").no
    _give(doing, owner.unit, doing.values["asked"], doing.values["support_due"], owner=owner, meeting=meeting)


def reply_task(doing: Doing) -> None:
    """A person of the unit asked answers; the task's clock stops."""
    mine = [task for task in open_tasks(doing.case) if is_asked_of(doing.by, task)]
    if doing.values.get("task"):
        task = numbered(open_tasks(doing.case), doing.values["task"], "task")
        if not is_asked_of(doing.by, task):
            raise NotAllowed("回复协办事项", [str(task.owner or f"{task.unit.name}的同事")])
    else:
        task = numbered(mine, "", "task")
    change_row(task, doing.said, done_at=doing.at, done_by=doing.by, reply=doing.values["reply"])
    stop_clock(task.deadline, at=doing.at)


def release_task(doing: Doing) -> None:
    """Take one task back unanswered; the reason stands in the event."""
    _release(doing, [numbered(open_tasks(doing.case), doing.values.get("task"), "task")])


def go_on_without_support(doing: Doing) -> None:
    """The findings are final: what supporting units still owe is let go (a guard has asked for the reason)."""
    _release(doing, owed_by_units(doing.case))


def release_all(doing: Doing) -> None:
    """The procedure ends, and with it every open task."""
    _release(doing, open_tasks(doing.case))


def transfer_lead(doing: Doing) -> None:
    """Another unit leads from now on; the event says from where, why, and whether it had led before."""
    case, unit = doing.case, doing.values["lead_unit"]
    before = case.lead_unit
    if before is None or before.pk == unit.pk:
        raise NotPossible(
            f"{unit.name}已是主办部门，请选择另一个部门。" if before else "工单还没有主办部门，请先转办。"
        )
    require_handler_at(unit, case)
    had = {unit_code for event in case.events.all() for unit_code in _led_by(event)}
    case.lead_unit = unit
    case.support_units.remove(unit)
    _release(doing, [task for task in owed_by_units(case) if task.unit_id == unit.pk])
    doing.said["moved"] = {"unit": before.code, "name": before.name, "back": unit.code in had}


def transfers_of(events: Iterable[Event]) -> list[Transfer]:
    """Every transfer of the lead, the first one first: their number shows whether a case is passed about."""
    return [_transfer(event) for event in events if "moved" in event.data]


_TASKS = Composed(lambda: UnitTask.objects.select_related("unit", "owner", "deadline").filter(case=PLACE))


def open_tasks(case: Case) -> list[UnitTask]:
    """The tasks nobody has answered or let go yet."""
    return [task for task in _TASKS.all(case.pk) if task.is_open]


def owed_by_units(case: Case) -> list[UnitTask]:
    """The open tasks of supporting units; what a meeting gave a person may outlast the findings."""
    return [task for task in open_tasks(case) if task.owner_id is None]


def is_asked_of(user: User, task: UnitTask) -> bool:
    """Whether the task is this person's to answer: the one named, else anyone of the unit or over it in its branch."""
    if task.owner_id is not None:
        return task.owner_id == user.pk
    return user.unit_id == task.unit_id or reaches_unit(user, task.unit)


def asked_of_this_unit(attempt: Attempt) -> None:
    """Only who was asked answers."""
    waiting = open_tasks(attempt.case)
    if not waiting:
        raise NotPossible("没有等待回复的协办事项。")
    if not any(is_asked_of(attempt.by, task) for task in waiting):
        raise NotAllowed("回复协办事项", [str(task.owner or f"{task.unit.name}的同事") for task in waiting])


def a_task_is_open(attempt: Attempt) -> None:
    """There is a task to take back."""
    if not open_tasks(attempt.case):
        raise NotPossible("没有等待回复的协办事项。")


def has_a_lead(attempt: Attempt) -> None:
    """A case that no unit leads is routed, not transferred."""
    if attempt.case.lead_unit_id is None:
        raise NotPossible("工单还没有主办部门，请先转办。")


def support_has_replied(attempt: Attempt) -> None:
    """The findings wait for the supporting units, or say why not. Only asked once the form is filled in."""
    owed = owed_by_units(attempt.case) if attempt.values else []
    if owed and not attempt.values.get("without_replies"):
        names = "、".join(task.unit.name for task in owed)
        raise Incomplete({"without_replies": f"{names}还没有回复；不等回复就定稿的，请写明理由"})


def _give(
    doing: Doing, unit: Unit, asked: str, due: datetime | None, *, owner: User | None = None, meeting: int | None = None
) -> None:
    if due is not None and due <= doing.at:
        raise Incomplete({"support_due": "「完成时限」要晚于现在"})
    by_rule = None if due else end_by_rule(doing.case, ASKED_BY_RULE, at=doing.at)
    until = due or (by_rule.safe_target if by_rule else None)
    if until is None:
        raise Incomplete({"support_due": "请填写「完成时限」"})
    task = UnitTask(
        unit=unit, owner=owner, meeting=meeting, asked=asked, due=until, asked_by=doing.by, asked_at=doing.at
    )
    words = f"{owner or unit.name}：{asked}"
    if due is None:
        task.deadline = start_triggered(doing.case, CLOCK, ASKED_BY_RULE, words, at=doing.at)
    else:
        task.deadline = start_agreed(doing.case, CLOCK, due, words, at=doing.at)
    keep_row(task, doing.case, doing.said)


def _release(doing: Doing, tasks: Iterable[UnitTask]) -> None:
    for task in tasks:
        change_row(task, doing.said, released_at=doing.at)
        stop_clock(task.deadline, at=doing.at, judged=False)


def _led_by(event: Event) -> list[str]:
    led = (event.data.get("fields") or {}).get("lead_unit")
    return [led["unit"]] if isinstance(led, dict) else []


def _transfer(event: Event) -> Transfer:
    moved, fields = event.data["moved"], event.data["fields"]
    return Transfer(
        local(event.at), event.by_name, moved["name"], fields["lead_unit"]["name"], fields["reason"], moved["back"]
    )
