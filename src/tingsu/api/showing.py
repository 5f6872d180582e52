"""A case as an answer shows it, personal data masked wherever it stands."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from tingsu.api.shapes import (
    ApprovalShape,
    CaseRow,
    CaseShape,
    DeadlineShape,
    EventShape,
    FieldShape,
    FollowUpShape,
    NearShape,
    OfferShape,
    OptionShape,
    PersonShape,
    Registered,
    UnitShape,
    ValueShape,
)
from tingsu.cases.beside import approvals_of, follow_ups_of, options_of, supporting_units
from tingsu.cases.lifecycle import Offer
from tingsu.cases.models import Approval, Case, Deadline, Event
from tingsu.cases.near import NearCase
from tingsu.cases.packs import pack_of
from tingsu.cases.personal import masked_customer
from tingsu.cases.seeing import is_seen
from tingsu.cases.veil import Veil, veil_of
from tingsu.org.models import Unit, User
from tingsu.org.pack import role_in_force
from tingsu.packs.procedure import FormField
from tingsu.packs.schema import Pack
from tingsu.packs.wording import Text

COLUMNS = (
    "number", "stage", "version", "channel", "business", "cause", "emotion", "need", "risks", "verdict", "complexity",
    "received_at", "next_due", "answered_at", "closed_at",
)  # fmt: skip
MORE_COLUMNS = (
    "source", "external_id", "recorded_at", "accused_person", "demands", "corrected", "root_cause", "responsibility",
    "right", "fault_code", "paid", "satisfaction", "first_response_at", "responded_late", "answered_late", "reopened",
)  # fmt: skip
TOLD = ("key_point", "verdict_reason", "findings", "answer", "summary", "lesson")  # free text, masked


def show_registered(case: Case, *, created: bool, visible: bool) -> Registered:
    """The answer to a recorded complaint; the bare number when the case is not the asker's to see."""
    if not visible:
        return Registered(number=case.number, created=created)
    names = ("stage", "version", "received_at", "next_due", "business", "cause", "emotion", "need", "demands", "risks")
    return Registered(number=case.number, created=created, **{name: getattr(case, name) for name in names})


def show_row(case: Case) -> CaseRow:
    """A case in a list; customer, owner and units must have been fetched with it."""
    return CaseRow(**_row(case, Veil(case.customer)))


def show_case(case: Case) -> CaseShape:
    """A case in full, in a fixed number of queries."""
    veil = veil_of(case)
    return CaseShape(
        **_row(case, veil),
        **{name: getattr(case, name) for name in MORE_COLUMNS},
        **{name: veil.over(getattr(case, name)) for name in TOLD},
        text=veil.over_known(case.masked_text),
        customer=masked_customer(case.customer),
        recorded_by=_person(case.recorded_by),
        responsible_person=_person_or_none(case.responsible_person),
        support_units=[_unit(unit) for unit in supporting_units(case)],
        merged_into=case.merged_into.number if case.merged_into else "",
        reading=_reading(case, veil),
        options=[_option(o, veil) for o in options_of(case)],
        approvals=[_approval(a, veil) for a in approvals_of(case)],
        follow_ups=[
            FollowUpShape(at=f.at, by=f.by.name, reached=f.reached, satisfaction=f.satisfaction, note=veil.over(f.note))
            for f in follow_ups_of(case)
        ],
    )


def show_event(event: Event, pack: Pack, veil: Veil, by: User) -> EventShape:
    """One event, free text masked; the digest of the case's row is left to the audit.

    Of an action only some may see into, the others are told that it was done.
    """
    action = pack.process.action(event.kind)
    told = say(action.told or action.name) if action else event.kind
    hidden = {"state", "rows"} if is_seen(action, by) else event.data.keys() - {"from", "to", "version"}
    data = {name: value for name, value in event.data.items() if name not in hidden}
    return EventShape(
        seq=event.seq,
        kind=event.kind,
        what=told,
        at=event.at,
        by=event.by_name,
        data=veil.over_all(data),
        hash=event.hash,
    )


def show_deadline(deadline: Deadline, veil: Veil) -> DeadlineShape:
    """One clock with the steps by which its end was counted."""
    name = deadline.rule.get("name") or {"zh": deadline.kind}
    return DeadlineShape(
        kind=deadline.kind,
        rule=deadline.rule.get("id", ""),
        name=say(Text(**name)),
        state=deadline.state,
        started_at=deadline.started_at,
        safe_target=deadline.safe_target,
        lawful_end=deadline.lawful_end,
        stopped_at=deadline.stopped_at,
        pauses=deadline.pauses,
        explanation=[veil.over(step) for step in deadline.explanation],
        note=veil.over(deadline.note),
    )


def show_offer(offer: Offer, pack: Pack) -> OfferShape:
    """An action with the form it asks to be filled in."""
    action = offer.action
    return OfferShape(
        id=action.id,
        name=say(action.name),
        main=action.main,
        danger=action.danger,
        hint=say(action.hint),
        allowed=offer.allowed,
        why_not=offer.why_not,
        who=offer.who,
        fields=[_field(field, pack) for field in action.fields],
    )


def show_near(near: NearCase) -> NearShape:
    """A near case as a line; its customer and unit must have been fetched with it."""
    case = near.case
    return NearShape(
        number=case.number,
        subject=Veil(case.customer).over(case.subject),
        stage=case.stage,
        stage_name=stage_name(case),
        received_at=case.received_at,
        recorded_unit=_unit(case.recorded_unit),
        why=near.why,
        score=round(near.score, 4),
    )


def say(text: Text | None) -> str:
    """A wording of the pack in the request's language."""
    return text.in_language(get_language() or "zh") if text else ""


def stage_name(case: Case) -> str:
    """The name of the stage a case stands in; the id itself when its pack no longer knows it."""
    found = next((s for s in pack_of(case).process.stages if s.id == case.stage), None)
    return say(found.name) if found else case.stage


def _row(case: Case, veil: Veil) -> dict[str, Any]:
    return {
        **{name: getattr(case, name) for name in COLUMNS},
        "stage_name": stage_name(case),
        "subject": veil.over(case.subject),
        "customer_name": masked_customer(case.customer)["name"],
        "owner": _person_or_none(case.owner),
        "recorded_unit": _unit(case.recorded_unit),
        "lead_unit": _unit_or_none(case.lead_unit),
        "accused_unit": _unit_or_none(case.accused_unit),
    }


def _reading(case: Case, veil: Veil) -> dict[str, Any]:
    """The engine's reading; its own masked text is left out, the case's stands beside it."""
    return veil.over_all({name: value for name, value in case.reading.items() if name != "masked_text"})


def _option(option: Any, veil: Veil) -> OptionShape:
    return OptionShape(
        round=option.round,
        rank=option.rank,
        kind=option.kind,
        amount=option.amount,
        text=veil.over(option.text),
        chosen=option.chosen,
    )


def _approval(approval: Approval, veil: Veil) -> ApprovalShape:
    role = role_in_force(approval.level)
    return ApprovalShape(
        level=approval.level,
        level_name=say(role.name) if role else approval.level,
        amount=approval.option.amount,
        asked_by=approval.asked_by.name,
        asked_at=approval.asked_at,
        decided_by=approval.decided_by.name if approval.decided_by else "",
        decided_at=approval.decided_at,
        granted=approval.granted,
        acting_for=approval.acting_for.name if approval.acting_for else "",
        reason=veil.over(approval.reason),
    )


def _field(field: FormField, pack: Pack) -> FieldShape:
    values = pack.taxonomy(field.choices).values if field.choices else []
    return FieldShape(
        id=field.id,
        name=say(field.name),
        kind=field.kind,
        required=field.required,
        needed_when=field.needed_when,
        hint=say(field.hint),
        at_least=field.at_least,
        at_most=field.at_most,
        values=[ValueShape(id=choice.id, name=say(choice.name) or choice.id) for choice in values],
    )


def _unit(unit: Unit) -> UnitShape:
    return UnitShape(code=unit.code, name=unit.name)


def _unit_or_none(unit: Unit | None) -> UnitShape | None:
    return _unit(unit) if unit else None


def _person(user: User) -> PersonShape:
    return PersonShape(username=user.username, name=user.name)


def _person_or_none(user: User | None) -> PersonShape | None:
    return _person(user) if user else None
