"""The rows beside a case, replayed from its events: what was proposed, approved, asked and filed, as it was sealed.

The events are under seal and these rows are not, so whoever changes a row by force contradicts the events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from tingsu.cases.budget_tables import Payment
from tingsu.cases.checklists import TICKED, UNTICKED
from tingsu.cases.effects import NO_LONGER_WAITING
from tingsu.cases.granting import GRANT
from tingsu.cases.kept_rows import ROWS, check_kept_rows
from tingsu.cases.models import Approval, Case, Deadline, Event, Evidence, FollowUp, Option
from tingsu.cases.packs import MOVED, packs_over
from tingsu.cases.rungs import ESCALATED, WARNED
from tingsu.packs.procedure import Process

# Events that come from no action of the pack.
OURS = {
    "record", "reveal", "attach", "open_evidence", "document", "linked", "unlinked", "unit_merged", WARNED, ESCALATED,
    TICKED, UNTICKED, MOVED,
}  # fmt: skip
BESIDE = ("options", "approvals__option", "follow_ups", "evidence", "support_units", "deadlines__steps")
MONEY = ("approvals__acting_for", "payments")


def fetch_rows(cases: list[Case]) -> None:
    """Read everything that stands beside these cases, one query a table."""
    prefetch_related_objects(cases, *BESIDE, *MONEY, *ROWS)


def check_rows(case: Case, events: list[Event]) -> Iterator[str]:
    """What stands beside the case otherwise than its events say; the events must have been found whole.

    A case with steps the pack no longer knows is compared in its evidence and its next deadline only, since nobody can
    say what those steps did.
    """
    told = _Told()
    known = True
    for event, pack in packs_over(case, events):
        told.hear(event, pack.process)
        known = known and (event.kind in OURS or pack.process.action(event.kind) is not None)
    if not _same(told.evidence, case.evidence.all(), _of_evidence):
        yield "证据目录与存档事件不符"
    yield from check_kept_rows(case, events)
    if _next_due(case) != case.next_due:
        yield "最近时限与正在计时的期限不符"
    if sorted(told.rungs) != sorted(_rungs(case)):
        yield "预警与升级记录与其事件不符"
    if not known:
        return
    if not _same(told.options, case.options.all(), _of_option):
        yield "处理方案与提出方案的事件不符"
    yield from _check_decisions(told, case)
    if not _same(told.follow_ups, case.follow_ups.all(), _of_follow_up):
        yield "回访记录与回访事件不符"
    if {unit.code for unit in case.support_units.all()} != told.support_units:
        yield "协办部门与转办事件不符"


def _check_decisions(told: _Told, case: Case) -> Iterator[str]:
    if not _same(told.approvals, case.approvals.all(), _of_approval):
        yield "审批记录与送审、批示的事件不符"
    if not _same(told.payments, case.payments.all(), _of_payment):
        yield "付款记录与实施的事件不符"


@dataclass
class _Told:
    """What the events heard so far say must stand in the rows, in order."""

    evidence: list[list[Any]] = field(default_factory=list)
    options: list[list[Any]] = field(default_factory=list)
    approvals: list[list[Any]] = field(default_factory=list)
    payments: list[list[Any]] = field(default_factory=list)
    follow_ups: list[list[Any]] = field(default_factory=list)
    support_units: set[str] = field(default_factory=set)
    rungs: list[tuple[int, str, str, bool]] = field(default_factory=list)
    rounds: int = 0

    def hear(self, event: Event, process: Process) -> None:
        data = event.data
        if event.kind == "unit_merged":
            self.support_units = set(data["support"])
        if event.kind == "attach":
            self.evidence.append([data["no"], data["name"], data["sha256"], data["size"], event.by_id, event.at])
        if event.kind in (WARNED, ESCALATED):
            told = [*((rung, False) for rung in data["passed"]), (data["rung"], True)]
            self.rungs += [(data["deadline"], data["term"], *step) for step in told]
        action = process.action(event.kind)
        for effect in action.effects if action else []:
            if hear := getattr(self, f"_{effect}", None):
                hear(event, data.get("fields", {}))

    def _keep_options(self, event: Event, fields: dict[str, Any]) -> None:
        self.rounds += 1
        for rank, option in enumerate(fields["options"], start=1):
            chosen = str(rank) == fields["chosen"]
            self.options.append([self.rounds, rank, option["kind"], option["amount"], option["text"], chosen])

    def _request_approval(self, event: Event, fields: dict[str, Any]) -> None:
        asked = [event.data["level"], event.data["amount"], event.data["option"], event.by_id, event.at]
        self.approvals.append([*asked, None, None, None, "", None, None])

    def _decide_approval(self, event: Event, fields: dict[str, Any]) -> None:
        if event.kind == GRANT:
            self._settle(event)
        acting_for = event.data.get("acting_for", {}).get("user")
        self.approvals[-1][5:10] = [event.kind == GRANT, event.by_id, event.at, fields["reason"], acting_for]

    def _keep_paid(self, event: Event, fields: dict[str, Any]) -> None:
        self._settle(event)
        if "paid" in fields and Decimal(fields["paid"]) > 0:
            self.payments.append([fields["paid"], event.at, event.by_id])

    def _settle(self, event: Event) -> None:
        for approval in self.approvals:
            if approval[5] and approval[10] is None:
                approval[10] = event.at

    def _end(self, event: Event, fields: dict[str, Any]) -> None:
        for approval in self.approvals:
            if approval[5] is None:
                approval[5:9] = [False, event.by_id, event.at, NO_LONGER_WAITING]
        self._settle(event)

    _close = _end

    def _keep_follow_up(self, event: Event, fields: dict[str, Any]) -> None:
        said = [fields["reached"], fields["satisfaction"], fields.get("note", "")]
        said += [fields.get("signed"), fields.get("evidence_no", "")[:10]]
        self.follow_ups.append([event.at, event.by_id, *said])

    def _keep_units(self, event: Event, fields: dict[str, Any]) -> None:
        self.support_units = {unit["unit"] for unit in fields.get("support_units", [])}

    def _add_support(self, event: Event, fields: dict[str, Any]) -> None:
        self.support_units.add(fields["unit"]["unit"])

    def _transfer_lead(self, event: Event, fields: dict[str, Any]) -> None:
        self.support_units.discard(fields["lead_unit"]["unit"])


def _same(told: list[list[Any]], rows: Iterable[Any], of: Callable[[Any], list[Any]]) -> bool:
    return told == [of(row) for row in rows]


def _of_evidence(row: Evidence) -> list[Any]:
    return [row.no, row.name, row.sha256, row.size, row.added_by_id, row.added_at]


def _of_option(row: Option) -> list[Any]:
    return [row.round, row.rank, row.kind, f"{row.amount:.2f}", row.text, row.chosen]


def _of_approval(row: Approval) -> list[Any]:
    asked = [row.level, f"{row.option.amount:.2f}", row.option.text, row.asked_by_id, row.asked_at]
    acting_for = row.acting_for.username if row.acting_for else None
    return [*asked, row.granted, row.decided_by_id, row.decided_at, row.reason, acting_for, row.settled_at]


def _of_payment(row: Payment) -> list[Any]:
    return [f"{row.amount:.2f}", row.paid_at, row.by_id]


def _of_follow_up(row: FollowUp) -> list[Any]:
    return [row.at, row.by_id, row.reached, row.satisfaction, row.note, row.signed, row.evidence_no]


def _next_due(case: Case) -> Any:
    running = [d.safe_target for d in case.deadlines.all() if d.state == Deadline.State.RUNNING]
    return min(running, default=None)


def _rungs(case: Case) -> list[tuple[int, str, str, bool]]:
    return [(d.pk, step.term, step.rung, step.told) for d in case.deadlines.all() for step in d.steps.all()]
