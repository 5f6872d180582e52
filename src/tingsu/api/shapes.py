"""What answers look like. Building a shape checks it; nothing is checked again on its way out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel

from tingsu.base.clock import local

Moment = Annotated[datetime, AfterValidator(local)]  # always said in China's time, +08:00


class Refusal(BaseModel):
    """Why something was not done. Beside these stand the facts: who, fields, version, changes, next_actions …"""

    code: str
    message: str


class Health(BaseModel):
    ok: bool
    version: str


class UnitShape(BaseModel):
    code: str
    name: str


class PersonShape(BaseModel):
    username: str
    name: str


class Registered(BaseModel):
    """The answer to a recorded complaint. ``created`` is False when this very complaint had been recorded before.

    Everything but the number is left out when the earlier case is outside the asker's reach.
    """

    number: str
    created: bool
    stage: str = ""
    version: int = 0
    received_at: Moment | None = None
    next_due: Moment | None = None
    business: str = ""
    cause: str = ""
    emotion: int = 0
    need: str = ""
    demands: list[str] = []
    risks: list[str] = []


class CaseRow(BaseModel):
    """A case as a list shows it."""

    number: str
    stage: str
    stage_name: str
    version: int
    subject: str
    customer_name: str
    channel: str
    business: str
    cause: str
    emotion: int
    need: str
    risks: list[str]
    verdict: str
    complexity: str
    owner: PersonShape | None
    recorded_unit: UnitShape
    lead_unit: UnitShape | None
    accused_unit: UnitShape | None
    received_at: Moment
    next_due: Moment | None
    answered_at: Moment | None
    closed_at: Moment | None


class CasePage(BaseModel):
    """One page of a list. ``total`` only when asked for, since counting is what a long list costs."""

    items: list[CaseRow]
    page: int
    size: int
    more: bool
    total: int | None = None


class OptionShape(BaseModel):
    round: int
    rank: int
    kind: str
    amount: Decimal
    text: str
    chosen: bool


class ApprovalShape(BaseModel):
    level: str
    level_name: str
    amount: Decimal
    asked_by: str
    asked_at: Moment
    decided_by: str
    decided_at: Moment | None
    granted: bool | None
    reason: str
    acting_for: str  # in whose place; empty where it was the decider's own


class FollowUpShape(BaseModel):
    at: Moment
    by: str
    reached: str
    satisfaction: str
    note: str


class CaseShape(CaseRow):
    """A case in full, personal data masked. ``reading`` is what the engine said, with the words that led to it."""

    text: str
    key_point: str
    customer: dict[str, str]
    source: str
    external_id: str
    recorded_at: Moment
    recorded_by: PersonShape
    accused_person: str
    support_units: list[UnitShape]
    demands: list[str]
    corrected: bool
    reading: dict[str, Any]
    verdict_reason: str
    findings: str
    root_cause: str
    responsibility: str
    right: str
    fault_code: str
    responsible_person: PersonShape | None
    paid: Decimal | None
    answer: str
    satisfaction: str
    summary: str
    lesson: str
    first_response_at: Moment | None
    responded_late: bool | None
    answered_late: bool | None
    reopened: int
    merged_into: str
    options: list[OptionShape]
    approvals: list[ApprovalShape]
    follow_ups: list[FollowUpShape]


class ActionDone(BaseModel):
    """Where a case stands after an action, for a system that asked for no more."""

    number: str
    stage: str
    version: int
    next_due: Moment | None
    closed_at: Moment | None


class ValueShape(BaseModel):
    id: str
    name: str


class FieldShape(BaseModel):
    """One thing an action asks. ``values`` are what may be chosen; units go by code, people by username."""

    id: str
    name: str
    kind: str
    required: bool
    needed_when: dict[str, str]
    hint: str
    at_least: int
    at_most: int
    values: list[ValueShape]


class OfferShape(BaseModel):
    """An action that fits where the case stands; when not allowed, ``why_not`` and ``who`` may."""

    id: str
    name: str
    main: bool
    danger: bool
    hint: str
    allowed: bool
    why_not: str
    who: list[str]
    fields: list[FieldShape]


class Offers(BaseModel):
    number: str
    stage: str
    version: int
    actions: list[OfferShape]


class EventShape(BaseModel):
    """One thing that happened. ``hash`` seals it over the one before."""

    seq: int
    kind: str
    what: str
    at: Moment
    by: str
    data: dict[str, Any]
    hash: str


class EventPage(BaseModel):
    items: list[EventShape]
    more: bool


class DeadlineShape(BaseModel):
    """One clock: ``safe_target`` to work to, ``lawful_end`` not to pass, and how both were counted."""

    kind: str
    rule: str
    name: str
    state: str
    started_at: Moment
    safe_target: Moment
    lawful_end: Moment
    stopped_at: Moment | None
    pauses: list[dict[str, Any]]
    explanation: list[str]
    note: str


class EvidenceShape(BaseModel):
    no: int
    name: str
    sha256: str
    size: int
    added_by: str
    added_at: Moment


class RevealedShape(BaseModel):
    """The plain text and customer, for one look; who looked and why stands in the events."""

    number: str
    text: str
    customer: dict[str, str]
    parties: list[dict[str, str]] = []


class NearShape(BaseModel):
    """A case near another: ``why`` is "customer", "template" or "text", ``score`` 0–1 how near the texts are."""

    number: str
    subject: str
    stage: str
    stage_name: str
    received_at: Moment
    recorded_unit: UnitShape
    why: str
    score: float


class NearbyShape(BaseModel):
    """Near cases within the asker's reach, and how many of the customer's lie beyond it."""

    cases: list[NearShape]
    elsewhere: int


class ReadingShape(BaseModel):
    """What the engine says of a text: each label with confidence and evidence (character places and words)."""

    reading: dict[str, Any]


class PackShape(BaseModel):
    """What the site runs by: process, taxonomies, roles, authority and deadline rules."""

    id: str
    name: dict[str, str]
    version: str
    sector: str
    process: dict[str, Any]
    taxonomies: list[dict[str, Any]]
    roles: list[dict[str, Any]]
    authority: dict[str, Any]
    rules: list[dict[str, Any]]


class FigureShape(BaseModel):
    """A count; ``cases`` is the address that lists exactly these."""

    count: int
    cases: str


class RateShape(BaseModel):
    part: int
    whole: int
    share: float | None
    cases: str


class TopicShape(BaseModel):
    business: str
    cause: str
    count: int
    before: int
    rising: bool
    cases: str


class UnitFigures(BaseModel):
    code: str
    name: str
    received: int
    open: int
    cases: str


class DayShape(BaseModel):
    day: date
    count: int


class HomeShape(BaseModel):
    """The manager's figures over what the asker may see; rates and topics are of the last 30 days."""

    at: Moment
    open: FigureShape
    due_today: FigureShape
    overdue: FigureShape
    received: FigureShape
    furious_open: FigureShape
    risky_open: FigureShape
    answered: RateShape
    responded: RateShape
    closed: RateShape
    satisfied: RateShape
    topics: list[TopicShape]
    units: list[UnitFigures]
    daily: list[DayShape]


class TokenShape(BaseModel):
    id: int
    name: str
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None


class NewToken(TokenShape):
    """A token just made; ``key`` is shown this once and never again."""

    key: str
