"""Several units on one case, who stands for the customer, and the separate decisions, as an answer shows them."""

from __future__ import annotations

from django.db.models import prefetch_related_objects

from tingsu.api.joint_shapes import (
    AccountabilityShape,
    AppealShape,
    JointShape,
    LinkShape,
    MeetingShape,
    OutsideBodyShape,
    PartyShape,
    TaskShape,
    TransferShape,
)
from tingsu.cases.access import visible_cases
from tingsu.cases.accountability import sanctions_for
from tingsu.cases.joint import transfers_of
from tingsu.cases.kept_rows import links_of
from tingsu.cases.models import Case
from tingsu.cases.personal import masked_party
from tingsu.cases.tables import Accountability, Appeal, UnitTask
from tingsu.cases.veil import Veil, veil_of
from tingsu.org.models import User

FETCHED = (
    "tasks__unit", "tasks__owner", "tasks__asked_by", "tasks__done_by", "meetings__by", "outside_bodies", "parties",
    "appeals__asked_by", "appeals__decided_by", "sanctions__unit", "sanctions__person", "sanctions__decided_by",
    "links_on__other", "links_back__case",
)  # fmt: skip


def show_joint(case: Case, *, by: User) -> JointShape:
    """Everything of it in a fixed number of queries, free text masked."""
    prefetch_related_objects([case], *FETCHED)
    veil = veil_of(case)
    return JointShape(
        tasks=[_task(task, veil) for task in case.tasks.all()],
        transfers=_transfers(case, veil),
        meetings=[
            MeetingShape(
                no=m.no, held_at=m.held_at, people=veil.over(m.people), agreed=veil.over(m.agreed), by=m.by.name
            )
            for m in case.meetings.all()
        ],
        outside_bodies=[
            OutsideBodyShape(
                no=b.no, name=veil.over(b.name), what=veil.over(b.what), asked_at=b.asked_at,
                pauses_clock=bool(b.paused) and b.answered_at is None, answer=veil.over(b.answer),
                answered_at=b.answered_at,
            )
            for b in case.outside_bodies.all()
        ],
        parties=[
            PartyShape(
                no=p.no, part=p.part, relation=p.relation, proof=p.proof, ended_at=p.ended_at, **masked_party(p)
            )
            for p in case.parties.all()
        ],
        links=_links(case, veil, by),
        appeals=[_appeal(appeal, veil) for appeal in case.appeals.all()],
        accountability=[_sanction(row, veil) for row in sanctions_for(case, by)],
    )  # fmt: skip


def _task(task: UnitTask, veil: Veil) -> TaskShape:
    return TaskShape(
        no=task.no,
        unit=task.unit.code,
        owner=task.owner.username if task.owner else "",
        meeting=task.meeting,
        asked=veil.over(task.asked),
        due=task.due,
        asked_by=task.asked_by.name,
        asked_at=task.asked_at,
        state="open" if task.is_open else "done" if task.done_at else "released",
        reply=veil.over(task.reply),
        done_by=task.done_by.name if task.done_by else "",
        done_at=task.done_at,
    )


def _transfers(case: Case, veil: Veil) -> list[TransferShape]:
    return [
        TransferShape(
            at=t.at, by=t.by, from_unit=t.came_from, to_unit=t.to, reason=veil.over(t.reason), back=t.back
        )
        for t in transfers_of(case.events.order_by("seq"))
    ]  # fmt: skip


def _links(case: Case, veil: Veil, by: User) -> list[LinkShape]:
    linked = links_of(case)
    pks = [other.pk for other, _link in linked]
    seen = set(visible_cases(by).filter(pk__in=pks).values_list("pk", flat=True)) if pks else set()
    return [
        LinkShape(number=other.number, sort=link.sort, why=veil.over(link.why))
        for other, link in linked
        if other.pk in seen
    ]


def _appeal(appeal: Appeal, veil: Veil) -> AppealShape:
    return AppealShape(
        no=appeal.no,
        sort=appeal.sort,
        asked_by=appeal.asked_by.name,
        asked_at=appeal.asked_at,
        grounds=veil.over(appeal.grounds),
        evidence=appeal.evidence,
        late=appeal.late,
        outcome=appeal.outcome,
        decided_by=appeal.decided_by.name if appeal.decided_by else "",
        decided_at=appeal.decided_at,
        reason=veil.over(appeal.reason),
    )


def _sanction(row: Accountability, veil: Veil) -> AccountabilityShape:
    return AccountabilityShape(
        no=row.no,
        unit=row.unit.code,
        person=row.person.username if row.person else "",
        late=row.late,
        fault_code=row.fault_code,
        grounds=veil.over(row.grounds),
        evidence=row.evidence,
        loss=row.loss,
        share=row.share,
        fixed=row.fixed,
        study_days=row.study_days,
        decided_by=row.decided_by.name,
        decided_at=row.decided_at,
        revoked_at=row.revoked_at,
    )
