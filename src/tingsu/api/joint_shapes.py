"""What answers say of several units on one case, of who stands for the customer, and of the separate decisions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel

from tingsu.base.clock import local

Moment = Annotated[datetime, AfterValidator(local)]


class TaskShape(BaseModel):
    """What a supporting unit or a person was asked; ``state`` is "open", "done" or "released"."""

    no: int
    unit: str
    owner: str
    meeting: int | None
    asked: str
    due: Moment
    asked_by: str
    asked_at: Moment
    state: str
    reply: str
    done_by: str
    done_at: Moment | None


class TransferShape(BaseModel):
    """The lead handed on; ``back`` where the new lead had led before."""

    at: Moment
    by: str
    from_unit: str
    to_unit: str
    reason: str
    back: bool


class MeetingShape(BaseModel):
    no: int
    held_at: Moment
    people: str
    agreed: str
    by: str


class OutsideBodyShape(BaseModel):
    no: int
    name: str
    what: str
    asked_at: Moment
    pauses_clock: bool
    answer: str
    answered_at: Moment | None


class PartyShape(BaseModel):
    """A representative, proxy or heir, masked; ``proof`` is a number of the evidence annex."""

    no: int
    part: str
    name: str
    phone: str
    id_no: str
    relation: str
    proof: int | None
    ended_at: Moment | None


class LinkShape(BaseModel):
    number: str
    sort: str
    why: str


class AppealShape(BaseModel):
    """``sort`` is "responsibility" (by whom it fell on) or "review" (核查, by the customer); outcome "": not yet."""

    no: int
    sort: str
    asked_by: str
    asked_at: Moment
    grounds: str
    evidence: list[int]
    late: bool
    outcome: str
    decided_by: str
    decided_at: Moment | None
    reason: str


class AccountabilityShape(BaseModel):
    """Only for who may see it, and for the person concerned. ``share`` is per cent of performance pay."""

    no: int
    unit: str
    person: str
    late: bool
    fault_code: str
    grounds: str
    evidence: list[int]
    loss: Decimal
    share: Decimal
    fixed: Decimal
    study_days: int
    decided_by: str
    decided_at: Moment
    revoked_at: Moment | None


class JointShape(BaseModel):
    tasks: list[TaskShape]
    transfers: list[TransferShape]
    meetings: list[MeetingShape]
    outside_bodies: list[OutsideBodyShape]
    parties: list[PartyShape]
    links: list[LinkShape]
    appeals: list[AppealShape]
    accountability: list[AccountabilityShape]
